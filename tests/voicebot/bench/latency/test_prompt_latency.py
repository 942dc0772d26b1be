"""A prompt is measured from the end of the caller's words that it answers; what answers the agent's words is not."""

from datetime import UTC, datetime

from telephony.leg import EndReason, LegEnded
from voicebot.agent_events import PromptShown
from voicebot.bench.latency.prompts import AssistedCaller, ShownPrompt, prompt_figures
from voicebot.caller.simulated_caller import CallResult, SpokenTurn

BEGAN = 100.0
GONE = LegEnded(EndReason.LOCAL_HANGUP)


def caller(*until_ms: int, call_id: str = "c1") -> AssistedCaller:
    turns = tuple(SpokenTurn("话", until - 900, until, None, None, False) for until in until_ms)
    return AssistedCaller(call_id, CallResult(turns, None, 60.0, GONE, None, BEGAN))


def shown(
    at: float, at_s: float, latency_ms: int | None = 300, call_id: str = "c1", kind: str = "wording"
) -> ShownPrompt:
    event = PromptShown("8001", datetime(2026, 11, 5, tzinfo=UTC), call_id, "p", kind, "", "", at_s, latency_ms)
    return ShownPrompt(event, at)


def test_the_wait_is_counted_from_the_true_end_of_the_words_that_are_answered() -> None:
    found = prompt_figures([caller(2_000, 9_000)], [shown(102.4, 2.1), shown(109.6, 8.95, kind="warning")], rung=1)
    assert (found.latency_ms.p50, found.latency_ms.max) == (500, 600)
    assert (found.told_ms.p50, found.by_kind) == (300, {"warning": 1, "wording": 1})


def test_prompts_to_the_agents_words_of_other_calls_and_before_any_word_do_not_count() -> None:
    others = [shown(106, 5.5), shown(102.3, 2.0, call_id="c2"), shown(101, 1.9, latency_ms=None)]
    found = prompt_figures([caller(2_000, 9_000)], others, rung=2)
    assert (found.prompts, found.latency_ms.p50, found.failed_calls) == (0, None, 1)


def test_each_call_has_its_own_beginning() -> None:
    calls = [caller(2_000), caller(2_000, call_id="c2")]
    assert prompt_figures(calls, [shown(102.4, 2.0, call_id="c2")], rung=2).prompts == 1
