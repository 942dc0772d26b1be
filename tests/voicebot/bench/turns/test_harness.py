"""A scripted call of every kind runs through the real session, and its figures are the same each time."""

import random
from pathlib import Path

import pytest

from voicebot.bench.turns.figures import Judged
from voicebot.bench.turns.harness import Bench
from voicebot.bench.turns.scenarios import (
    Background,
    Half,
    Kind,
    Pause,
    Scenario,
    Sound,
    Turn,
    Words,
    draw_condition,
)
from voicebot.bench.turns.voices import say
from voicebot.company import load_company
from voicebot.company.training import trained_intents
from voicebot.config import Settings
from voicebot.dialogue.types import Expecting
from voicebot.inference import load_asr
from voicebot.turn_taking.turn_words import load_turn_words


@pytest.fixture(scope="module")
def bench(trained_data: Path) -> Bench:
    settings = Settings(data_dir=trained_data)
    company = load_company(settings.company.dir)
    return Bench(load_asr(settings), trained_intents(company, settings), load_turn_words(company), {})


def carry(bench: Bench, scenario: Scenario) -> list[Judged]:
    return bench.carry(scenario, [say(turn, scenario) for turn in scenario.turns])


def call(kind: Kind, *turns: Turn, start_ms: int = 400, prompt_ms: int = 1000, expecting: str = "open") -> Scenario:
    condition = draw_condition(random.Random(4), Background())
    return Scenario("t", kind, Half.TUNING, "cmn", Expecting(expecting), prompt_ms, start_ms, tuple(turns), condition)


def test_a_request_is_answered_after_its_end_with_the_words_that_were_said(bench: Bench) -> None:
    [turn] = carry(bench, call(Kind.REQUEST, (Words("我要开发票"),)))
    assert turn.heard == "我要开发票"
    assert turn.outcome.bad == ()
    assert turn.outcome.wait_ms is not None and 100 < turn.outcome.wait_ms < 2000


def test_a_pause_that_nobody_would_wait_for_shows_as_a_cut_off(bench: Bench) -> None:
    [turn] = carry(bench, call(Kind.HESITATION, (Words("我要退货"), Pause(4000), Words("鞋子太小了"))))
    assert turn.outcome.bad == ("false_cutoff",)


def test_after_a_cut_off_the_call_is_not_carried_further(bench: Bench) -> None:
    long = (Words("我要退货"), Pause(4000), Words("鞋子太小了"))
    assert len(carry(bench, call(Kind.HESITATION, long, (Words("好的"),)))) == 1


def test_a_call_of_several_turns_is_judged_turn_by_turn(bench: Bench) -> None:
    turns = carry(bench, call(Kind.HESITATION, (Words("我的订单到哪了"),), (Words("帮我转人工"),)))
    assert [turn.outcome.bad for turn in turns] == [(), ()]
    assert turns[0].heard != turns[1].heard


def test_dictated_digits_are_heard_as_one_number(bench: Bench) -> None:
    groups = (Words("八七九二"), Pause(350), Words("一七四二"))
    [turn] = carry(bench, call(Kind.DICTATION, groups, expecting="digits"))
    assert turn.heard == "87921742"


def test_an_address_is_a_turn_like_any_other(bench: Bench) -> None:
    [turn] = carry(bench, call(Kind.ADDRESS, (Words("上海市浦东新区张杨路五百号"),)))
    assert turn.outcome.false_cutoff is False and turn.outcome.missed_end is False


@pytest.mark.parametrize(("kind", "start_ms"), [(Kind.SHORT_ANSWER, 300), (Kind.EARLY_ANSWER, -150)])
def test_a_short_answer_reaches_the_dialogue(bench: Bench, kind: Kind, start_ms: int) -> None:
    [turn] = carry(bench, call(kind, (Words("不要"),), start_ms=start_ms, expecting="yes_no"))
    assert turn.outcome.lost_answer is False
    assert turn.heard == "不要"


@pytest.mark.parametrize(
    ("kind", "turn"),
    [(Kind.ACKNOWLEDGEMENT, (Words("嗯"),)), (Kind.COUGH, (Sound("click"),)), (Kind.NOISE, ())],
)
def test_a_prompt_over_which_little_happens_is_heard_whole(bench: Bench, kind: Kind, turn: Turn) -> None:
    [judged] = carry(bench, call(kind, turn, start_ms=-2500, prompt_ms=4000))
    assert judged.outcome.false_barge_in is False
    assert judged.outcome.resume_ms is not None


def test_a_wish_to_talk_stops_the_prompt_and_is_a_turn(bench: Bench) -> None:
    [turn] = carry(bench, call(Kind.BARGE_IN, (Words("我要转人工"),), start_ms=-2500, prompt_ms=4000))
    assert turn.outcome.missed_barge_in is False
    assert turn.outcome.stop_ms is not None and 0 < turn.outcome.stop_ms < 600
    assert turn.outcome.missed_end is False


def test_the_same_call_gives_the_same_figures_each_time(bench: Bench) -> None:
    scenario = call(Kind.HESITATION, (Words("我想"), Pause(300), Words("查订单")))
    said = [say(turn, scenario) for turn in scenario.turns]
    assert bench.carry(scenario, said) == bench.carry(scenario, said)
