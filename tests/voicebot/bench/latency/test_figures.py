"""Turns are joined with the store by time, a missing reply is never left out of the account, and the stages add up."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from voicebot.bench.latency import scrape
from voicebot.bench.latency.figures import LatencyFigures, MeasuredCall, MeasuredTurn, figures, measured_turns
from voicebot.bench.latency.machine import MachineNoise
from voicebot.bench.latency.processes import Usage
from voicebot.caller.simulated_caller import SpokenTurn
from voicebot.metrics import Metrics
from voicebot.store.records import TurnRecord


def said(from_ms: int, until_ms: int, latency_ms: int | None = 400, *, interrupted: bool = False) -> SpokenTurn:
    started = None if latency_ms is None else until_ms + latency_ms
    return SpokenTurn("x", from_ms, until_ms, started, latency_ms, interrupted)


def stored(from_ms: int, until_ms: int, intent: str, role: str = "caller") -> TurnRecord:
    return TurnRecord("call", 0, role, "y", from_ms, until_ms, intent=intent)  # type: ignore[arg-type]


def test_a_turn_is_right_when_the_record_of_that_time_has_its_intent() -> None:
    turns = measured_turns(
        [said(1000, 2000), said(5000, 6000, None), said(9000, 9500, 700, interrupted=True)],
        ["order_status", "invoice", "repeat"],
        [
            stored(0, 800, "order_status", role="assistant"),
            stored(900, 2010, "order_status"),
            stored(9000, 9500, "invoice"),
        ],
    )
    assert turns == (
        MeasuredTurn("x", "y", 400, right=True, cut_off=False),
        MeasuredTurn("x", "", None, right=False, cut_off=False),
        MeasuredTurn("x", "y", 700, right=False, cut_off=True),
    )


def test_a_turn_taken_for_two_is_judged_by_the_second() -> None:
    whole = [said(1000, 4000)]
    split = [stored(1000, 2000, "none"), stored(2500, 4000, "invoice")]
    assert measured_turns(whole, ["invoice"], split)[0].right
    assert measured_turns(whole, ["invoice"], split)[0].heard == "y | y"
    assert not measured_turns(whole, ["none"], split)[0].right


def test_an_answer_within_a_flow_is_timed_but_not_judged() -> None:
    (answer,) = measured_turns([said(1000, 2000)], [None], [stored(900, 2010, "complaint")])
    assert answer == MeasuredTurn("x", "y", 400, right=None, cut_off=False)
    measured = of([MeasuredCall((answer, turn(500), turn(600, right=False)), "resolved")])
    assert measured.turns == 3 and measured.answered_right == 0.5
    assert [each.latency_ms for each in measured.misunderstood] == [600]


def reading(stages: dict[str, float], lags: list[float], work: Sequence[float] = ()) -> scrape.Reading:
    metrics = Metrics(CollectorRegistry())
    for worked in work:
        metrics.loop_work_s.observe(worked)
    for stage, seconds in stages.items():
        metrics.stage_s.labels(stage).observe(seconds)
    for lag in lags:
        metrics.loop_lag_s.observe(lag)
    return scrape.parse(generate_latest(metrics.registry).decode())


def of(calls: list[MeasuredCall], after: scrape.Reading | None = None) -> LatencyFigures:
    return figures(
        calls,
        before=reading({}, []),
        after=after or reading({}, []),
        used_before={"media": Usage(1.0, 100.0), "inference": Usage(5.0, 300.0)},
        used_after={"media": Usage(3.0, 110.0), "inference": Usage(10.0, 310.0), "broker": Usage(9.0, 50.0)},
        callers_cpu_s=1.0,
        seconds=10.0,
        machine=MachineNoise(3.5, 4.21),
    )


def turn(latency_ms: int | None, *, right: bool = True) -> MeasuredTurn:
    return MeasuredTurn("x", "y", latency_ms, right, cut_off=False)


def test_figures_count_all_turns_of_all_calls() -> None:
    measured = of(
        [
            MeasuredCall((turn(300), turn(500)), "resolved"),
            MeasuredCall((turn(900, right=False), turn(None, right=False)), "abandoned"),
        ]
    )
    assert (measured.calls, measured.turns, measured.unanswered) == (2, 4, 1)
    assert measured.answered_right == 0.5
    assert measured.voice_to_voice_ms.p50 == 500 and measured.voice_to_voice_ms.max == 900
    assert measured.within_a_second == 0.75
    assert measured.core_percent == 70.0
    assert measured.core_percent_of == {"media": 20.0, "inference": 50.0, "callers": 10.0}
    assert measured.rss_mb == 470.0
    assert [slow.latency_ms for slow in measured.slowest] == [None, 900, 500, 300]


def test_what_the_stages_leave_is_the_network() -> None:
    stages = {"endpoint": 0.300, "recognition": 0.080, "understanding": 0.005, "dialogue": 0.020, "synthesis": 0.010}
    measured = of([MeasuredCall((turn(400),), "resolved")], reading(stages, [0.0004] * 99 + [0.012]))
    assert measured.stages_ms["network"].mean == pytest.approx(70.0)
    assert measured.stages_ms["recognition"].mean == pytest.approx(80.0)
    assert measured.loop_lag_ms.max == 15.0
    assert measured.loop_lag_ms.p99 is not None and measured.loop_lag_ms.p99 <= 0.5
    unmeasured = of([MeasuredCall((turn(400),), "resolved")])
    assert unmeasured.stages_ms["network"].mean is None


def test_long_work_is_told_beside_what_the_machine_alone_would_show() -> None:
    work = of([], reading({}, [], work=[0.0015] * 50 + [0.0022, 0.0048])).loop_work
    assert (work.over_2ms, work.max_ms) == (2, 5.0)
    assert (work.machine_over_2ms, work.machine_max_ms) == (7, 4.2)  # media took 2 s of processor time


@pytest.mark.parametrize(
    ("calls", "carried"),
    [
        ([MeasuredCall((turn(400),) * 95 + (turn(1500),) * 5, "resolved")], True),
        ([MeasuredCall((turn(400),) * 94 + (turn(1500),) * 6, "resolved")], False),
        ([MeasuredCall((turn(400),) * 94 + (turn(None),) * 6, "resolved")], False),
        ([MeasuredCall((turn(400),), "resolved"), MeasuredCall((), "turned_away")], False),
        ([MeasuredCall((turn(400),), "resolved"), MeasuredCall((), None)], False),
        ([MeasuredCall((), None)], False),
    ],
)
def test_calls_are_carried_when_all_are_taken_and_95_percent_answered_in_a_second(
    calls: list[MeasuredCall], carried: bool
) -> None:
    assert of(calls).carried is carried


def test_the_figures_are_plain_json_even_when_nothing_was_measured() -> None:
    written = json.dumps(asdict(of([MeasuredCall((), None)])), allow_nan=False)
    assert not any(isinstance(each, float) and math.isnan(each) for each in json.loads(written).values())
