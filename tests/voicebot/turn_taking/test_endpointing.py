"""The wait for the end of a turn follows the words; evidence and the caller's habit move it, never out of bounds."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.turn_taking.endpointing import Completeness, Endpointing, EndpointingConfig, Judgement

CONFIG = EndpointingConfig()
ORDER = [Completeness.COMPLETE, Completeness.UNSURE, Completeness.UNFINISHED]

share = st.one_of(st.none(), st.floats(0, 1))
judgements = st.builds(
    Judgement,
    completeness=st.sampled_from(Completeness),
    dictating=st.booleans(),
    telling=st.booleans(),
    falling=share,
    end_probability=share,
)
pauses = st.lists(st.tuples(st.floats(0.0, 5.0), st.one_of(st.none(), judgements)), max_size=12)


def heard(pauses: list[tuple[float, Judgement | None]]) -> Endpointing:
    endpointing = Endpointing()
    for pause_s, before in pauses:
        endpointing.on_resumed(pause_s, before)
    return endpointing


@pytest.mark.parametrize(
    ("judgement", "wait_s"),
    [
        (Judgement(Completeness.COMPLETE), 0.30),
        (Judgement(Completeness.UNSURE), 0.55),
        (Judgement(Completeness.UNFINISHED), 1.20),
        (Judgement(Completeness.COMPLETE, telling=True), 0.30),
        (Judgement(Completeness.UNSURE, telling=True), 0.62),
        (Judgement(Completeness.COMPLETE, dictating=True), 0.30),
        (Judgement(Completeness.UNSURE, dictating=True), 0.95),
        (Judgement(Completeness.UNSURE, dictating=True, telling=True), 0.95),
        (Judgement(Completeness.UNFINISHED, dictating=True), 1.60),
    ],
)
def test_without_other_evidence_the_words_decide(judgement: Judgement, wait_s: float) -> None:
    assert Endpointing().wait_s(judgement) == pytest.approx(wait_s)


@given(pauses, judgements)
def test_the_wait_is_never_out_of_bounds(pauses: list[tuple[float, Judgement | None]], judgement: Judgement) -> None:
    longest = CONFIG.dictated_part if judgement.dictating else CONFIG.patient
    assert CONFIG.shortest <= heard(pauses).wait_s(judgement) <= longest


@given(pauses, st.booleans(), share, share)
def test_the_less_finished_the_words_the_longer_the_wait(
    pauses: list[tuple[float, Judgement | None]], dictating: bool, falling: float | None, probability: float | None
) -> None:
    endpointing = heard(pauses)
    judged = [Judgement(words, dictating=dictating, falling=falling, end_probability=probability) for words in ORDER]
    waits = [endpointing.wait_s(judgement) for judgement in judged]
    assert waits == sorted(waits)


@given(pauses, judgements, st.floats(0, 1), st.floats(0, 1))
def test_the_more_final_the_voice_or_the_model_finds_it_the_shorter_the_wait(
    pauses: list[tuple[float, Judgement | None]], judgement: Judgement, one: float, other: float
) -> None:
    endpointing = heard(pauses)
    less, more = sorted((one, other))

    def wait_s(falling: float, probability: float) -> float:
        return endpointing.wait_s(replace(judgement, falling=falling, end_probability=probability))

    for falling, probability in itertools.product((less, more), repeat=2):
        wait = wait_s(falling, probability)
        assert wait_s(more, probability) <= wait
        assert wait_s(falling, more) <= wait


@given(judgements)
def test_evidence_alone_never_makes_a_request_finished_or_unfinished(judgement: Judgement) -> None:
    bare = replace(judgement, falling=None, end_probability=None)
    moved = abs(Endpointing().wait_s(judgement) - Endpointing().wait_s(bare))
    assert moved <= CONFIG.prosody + CONFIG.model + 1e-9


def test_who_paused_twice_inside_turns_is_waited_for_a_little_longer_than_that() -> None:
    endpointing = heard([(0.5, None), (0.5, None)])
    assert 0.5 < endpointing.wait_s(Judgement(Completeness.COMPLETE)) <= 0.6


def test_a_single_pause_is_no_habit_yet() -> None:
    endpointing = heard([(0.6, None)])
    assert endpointing.wait_s(Judgement(Completeness.COMPLETE)) < 0.4


def test_one_long_pause_among_short_ones_does_not_set_the_floor() -> None:
    endpointing = heard([(0.4, None), (0.4, None), (0.4, None), (1.2, None)])
    assert endpointing.floor_s < 0.5


def test_pauses_between_dictated_groups_and_between_syllables_are_no_habit() -> None:
    dictated = Judgement(Completeness.UNFINISHED, dictating=True)
    endpointing = heard([(0.9, dictated), (0.9, dictated), (0.15, None), (0.15, None), (0.15, None)])
    assert endpointing.floor_s == CONFIG.shortest


def test_a_pause_after_an_announcement_says_less_than_one_after_whole_words() -> None:
    announced, whole = Judgement(Completeness.UNFINISHED), Judgement(Completeness.COMPLETE)
    after_announcements = heard([(0.6, announced), (0.6, announced)])
    after_whole_words = heard([(0.6, whole), (0.6, whole)])
    assert CONFIG.shortest < after_announcements.floor_s < after_whole_words.floor_s


def test_a_habit_that_does_not_show_again_is_forgotten() -> None:
    endpointing = heard([(0.7, None), (0.7, None)])
    floors = [endpointing.floor_s]
    for _ in range(15):
        endpointing.on_turn_ended()
        floors.append(endpointing.floor_s)
    assert floors == sorted(floors, reverse=True)
    assert floors[0] > 0.7
    assert floors[-1] == CONFIG.shortest


def test_settings_in_the_wrong_order_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="settled"):
        EndpointingConfig(settled=0.9)
    with pytest.raises(ValueError, match="prosody"):
        EndpointingConfig(prosody=-0.1)
