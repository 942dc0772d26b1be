"""What counts as a cut-off, a missed end, a false or missed barge-in and a lost answer, to the frame."""

import pytest

from voicebot.bench.turns.figures import Judged, figures
from voicebot.bench.turns.judging import Observed, Outcome, judge
from voicebot.bench.turns.prompts import Asked
from voicebot.bench.turns.scenarios import Half, Kind


def heard(*stretches: tuple[bool, float]) -> tuple[bool, ...]:
    """Frames of 20 ms from (audible, seconds)."""
    return tuple(audible for audible, seconds in stretches for _ in range(round(seconds / 0.02)))


def seen(
    *asked_s: float,
    prompt_s: float = 1.0,
    onset_s: float = 1.5,
    end_s: float = 3.0,
    audible: tuple[bool, ...] = (),
) -> Observed:
    return Observed(0.0, prompt_s, onset_s, end_s, audible, tuple(Asked(at_s, "") for at_s in asked_s))


def test_a_turn_taken_after_its_end_is_right_and_its_wait_counts_from_the_last_word() -> None:
    assert judge(Kind.REQUEST, seen(3.4)) == Outcome(False, False, pytest.approx(400))


def test_a_turn_taken_before_its_end_is_a_cut_off_and_nothing_else() -> None:
    assert judge(Kind.HESITATION, seen(2.9, 4.0)) == Outcome(false_cutoff=True)


def test_an_end_is_missed_when_the_dialogue_is_asked_later_than_two_seconds() -> None:
    assert judge(Kind.DICTATION, seen(4.99)).missed_end is False
    assert judge(Kind.DICTATION, seen(5.01)).missed_end is True
    assert judge(Kind.DICTATION, seen()).missed_end is True


@pytest.mark.parametrize("kind", [Kind.SHORT_ANSWER, Kind.EARLY_ANSWER])
def test_a_short_answer_is_lost_when_the_dialogue_is_not_asked_within_three_seconds(kind: Kind) -> None:
    assert judge(kind, seen(3.4)) == Outcome(wait_ms=pytest.approx(400), lost_answer=False)
    assert judge(kind, seen(6.1)).lost_answer is True
    assert judge(kind, seen()).lost_answer is True


@pytest.mark.parametrize("kind", [Kind.ACKNOWLEDGEMENT, Kind.COUGH, Kind.NOISE])
def test_a_prompt_that_was_never_silent_was_not_interrupted(kind: Kind) -> None:
    whole = seen(prompt_s=4.0, audible=heard((True, 4.0), (False, 1.0)))
    assert judge(kind, whole) == Outcome(false_barge_in=False, resume_ms=0.0)


def test_a_prompt_that_goes_on_within_a_second_was_not_interrupted() -> None:
    paused = seen(prompt_s=4.0, audible=heard((True, 1.0), (False, 0.6), (True, 1.0), (False, 0.3), (True, 2.0)))
    assert judge(Kind.COUGH, paused) == Outcome(false_barge_in=False, resume_ms=pytest.approx(600))


def test_a_prompt_that_is_silent_for_longer_was_interrupted_though_it_went_on() -> None:
    paused = seen(prompt_s=4.0, audible=heard((True, 1.0), (False, 1.02), (True, 3.0)))
    assert judge(Kind.COUGH, paused) == Outcome(false_barge_in=True)


def test_a_prompt_that_is_cut_was_interrupted() -> None:
    assert judge(Kind.NOISE, seen(prompt_s=4.0, audible=heard((True, 1.0), (False, 6.0)))).false_barge_in is True


def test_a_prompt_that_gives_way_to_a_reply_was_interrupted() -> None:
    replied = seen(1.5, prompt_s=4.0, audible=heard((True, 1.0), (False, 0.6), (True, 4.0)))
    assert judge(Kind.ACKNOWLEDGEMENT, replied).false_barge_in is True


def test_a_fade_may_take_two_frames_off_a_prompt() -> None:
    faded = seen(prompt_s=4.0, audible=heard((True, 1.0), (False, 0.6), (True, 2.96), (False, 1.0)))
    assert judge(Kind.ACKNOWLEDGEMENT, faded).false_barge_in is False


def test_a_barge_in_stops_the_prompt_at_its_first_silent_frame() -> None:
    stopped = seen(3.5, prompt_s=5.0, audible=heard((True, 1.6), (False, 2.0)))
    assert judge(Kind.BARGE_IN, stopped) == Outcome(
        false_cutoff=False,
        missed_end=False,
        wait_ms=pytest.approx(500),
        missed_barge_in=False,
        stop_ms=pytest.approx(100),
    )


def test_a_barge_in_is_missed_when_the_prompt_is_heard_a_second_after_its_onset_or_goes_on_later() -> None:
    never = seen(prompt_s=5.0, audible=heard((True, 5.0)))
    later = seen(prompt_s=5.0, audible=heard((True, 1.6), (False, 1.4), (True, 2.0)))
    assert judge(Kind.BARGE_IN, never).missed_barge_in is True
    assert judge(Kind.BARGE_IN, later).missed_barge_in is True


def test_a_reply_that_begins_within_a_second_is_no_prompt_that_went_on() -> None:
    answered = seen(2.3, prompt_s=5.0, onset_s=1.5, end_s=1.9, audible=heard((True, 1.6), (False, 0.7), (True, 2.0)))
    assert judge(Kind.BARGE_IN, answered).missed_barge_in is False


def test_rates_are_shares_of_the_turns_that_the_question_applies_to() -> None:
    outcomes = {
        Kind.REQUEST: [Outcome(False, False, 300.0), Outcome(True)],
        Kind.SHORT_ANSWER: [Outcome(wait_ms=500.0, lost_answer=False), Outcome(lost_answer=True)] * 2,
        Kind.COUGH: [Outcome(false_barge_in=False, resume_ms=200.0)],
    }
    turns = [
        Judged("a", kind, Half.TUNING, "clean", "", "", outcome) for kind in outcomes for outcome in outcomes[kind]
    ]
    found = figures(turns)
    assert (found.false_cutoff_rate, found.missed_end_rate, found.lost_short_answer_rate) == (0.5, 0.0, 0.5)
    assert (found.false_barge_in_rate, found.missed_barge_in_rate) == (0.0, None)
    assert found.wait_ms.mean == pytest.approx(433.3)
    assert found.resume_ms.p95 == 200.0
    assert found.stop_ms.p95 is None
    assert found.counts["false_cutoff"] == 2


def test_a_prompt_that_a_noise_had_silenced_tells_nothing_of_how_fast_it_stops() -> None:
    paused = seen(3.5, prompt_s=5.0, audible=heard((True, 1.3), (False, 2.3)))
    assert judge(Kind.BARGE_IN, paused).stop_ms is None
