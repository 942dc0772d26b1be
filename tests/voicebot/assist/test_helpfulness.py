"""What agents accept comes before what they dismiss; a single click decides nothing, and nothing is lost by storing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.assist.helpfulness import Helpfulness
from voicebot.assist.whisper_prompt import PromptKind

KINDS: list[PromptKind] = ["knowledge", "next_step", "wording", "record"]
clicks = st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from("abc"), st.booleans()), max_size=60)


def learned(made: list[tuple[PromptKind, str, bool]]) -> Helpfulness:
    helpfulness = Helpfulness()
    for kind, source, helped in made:
        helpfulness.learn(kind, source, helped=helped)
    return helpfulness


def test_without_clicks_relevance_is_what_counts() -> None:
    assert Helpfulness().weighed("knowledge", "a", 0.62) == pytest.approx(0.62)


def test_one_dismissal_changes_little_and_ten_change_much() -> None:
    once = learned([("knowledge", "a", False)]).weighed("knowledge", "a", 0.6)
    often = learned([("knowledge", "a", False)] * 10).weighed("knowledge", "a", 0.6)
    assert 0.45 < once < 0.6
    assert often < 0.25


def test_a_new_source_is_judged_by_its_kind() -> None:
    helpfulness = learned([("wording", "a", False)] * 30 + [("record", "a", True)] * 30)
    assert helpfulness.of("wording", "new") < 0.5 < helpfulness.of("record", "new")


def test_clicks_on_one_source_leave_another_of_its_kind_nearly_alone() -> None:
    helpfulness = learned([("knowledge", "a", False)] * 5)
    assert helpfulness.of("knowledge", "a") < helpfulness.of("knowledge", "b") < 0.5
    assert helpfulness.of("knowledge", "b") > 0.38


@settings(deadline=None)
@given(clicks)
def test_what_is_stored_and_read_again_judges_the_same(made: list[tuple[PromptKind, str, bool]]) -> None:
    before = learned(made)
    after = Helpfulness(before.counts())
    for kind in KINDS:
        for source in "abcd":
            assert after.of(kind, source) == pytest.approx(before.of(kind, source))


@settings(deadline=None)
@given(clicks, st.floats(0, 1), st.sampled_from(KINDS))
def test_every_judgement_stays_between_never_and_always(
    made: list[tuple[PromptKind, str, bool]], score: float, kind: PromptKind
) -> None:
    helpfulness = learned(made)
    assert 0 < helpfulness.of(kind, "a") < 1
    assert 0 <= helpfulness.weighed(kind, "a", score) <= 1


@settings(deadline=None)
@given(clicks, st.sampled_from(KINDS))
def test_an_accepted_prompt_is_never_judged_worse_for_it(
    made: list[tuple[PromptKind, str, bool]], kind: PromptKind
) -> None:
    before, after = learned(made), learned([*made, (kind, "a", True)])
    assert after.of(kind, "a") > before.of(kind, "a")
