"""Words that are meant take the floor from a prompt at once; noise and acknowledgements give it back."""

from tests.voicebot.spoken_turns import ACKNOWLEDGED, COMPLETE, FLOOR, FRAME, NOISE, prompting, run_to, said
from voicebot.turn_taking.barge_in import PausePlayback, ResumePlayback, StopPlayback, Words
from voicebot.turn_taking.turns import (
    Drop,
    EndTurn,
    Recognise,
    TurnTaking,
)


def test_words_over_a_prompt_silence_it_at_once_and_then_take_the_floor() -> None:
    turns = prompting()
    utterance, actions = said(turns, 1.0, 1.6, COMPLETE)
    assert actions == [PausePlayback(), StopPlayback()]
    assert [action for _, action in run_to(turns, 1.84, 3.0)] == [EndTurn(utterance, 1.6)]


def test_words_seem_meant_before_they_end_but_a_silent_prompt_waits_for_all_of_them() -> None:
    turns = prompting()
    turns.on_speech_suspected(1.0)
    turns.on_speech_started(1.0)
    assert turns.on_partial(1, Words.MEANT, at=1.45) == []
    (whole,) = turns.on_speech_paused(1.6, now=1.8)
    assert isinstance(whole, Recognise)
    assert turns.on_recognised(1, ACKNOWLEDGED, at=1.82) == [ResumePlayback(), Drop(1)]


def test_long_speech_takes_the_floor_though_its_words_are_not_known() -> None:
    turns = prompting()
    turns.on_speech_suspected(1.0)
    turns.on_speech_started(1.0)
    ((at, action),) = run_to(turns, 1.0, 3.0)
    assert action == StopPlayback()
    assert abs(at - 1.0 - FLOOR.surely_speech) <= FRAME


def test_an_acknowledgement_during_a_prompt_leaves_the_assistant_the_floor() -> None:
    turns = prompting()
    utterance, actions = said(turns, 1.0, 1.3, ACKNOWLEDGED)
    assert actions == [PausePlayback(), ResumePlayback(), Drop(utterance)]
    turns.on_playback_finished(4.0)
    assert run_to(turns, 4.0, 6.0) == []


def test_a_suspicion_that_was_nothing_costs_a_moment_of_silence() -> None:
    turns = prompting()
    assert turns.on_speech_suspected(1.0) == [PausePlayback()]
    assert turns.on_speech_dismissed() == [ResumePlayback()]


def test_a_cough_gives_the_floor_back_within_a_second() -> None:
    turns = prompting()
    utterance, actions = said(turns, 1.0, 1.5, NOISE)
    assert actions == [PausePlayback(), ResumePlayback(), Drop(utterance)]


def test_noise_that_goes_on_gives_the_floor_back_within_a_second() -> None:
    turns = prompting()
    turns.on_speech_suspected(1.0)
    turns.on_speech_started(1.0)
    run_to(turns, 1.0, 1.44)
    turns.on_partial(1, Words.NONE, at=1.46)
    ((at, action),) = run_to(turns, 1.48, 4.0)
    assert action == ResumePlayback()
    assert at - 1.0 <= 1.0


def test_acknowledgements_that_go_on_give_the_floor_back_within_a_second() -> None:
    turns = prompting()
    turns.on_speech_suspected(1.0)
    turns.on_speech_started(1.0)
    turns.on_partial(1, Words.BACKCHANNEL, at=1.46)
    ((at, action),) = run_to(turns, 1.48, 4.0)
    assert action == ResumePlayback()
    assert at - 1.0 <= 1.0
    assert turns.on_partial(1, Words.MEANT, at=4.0) == [StopPlayback()]


def test_words_after_a_long_noise_still_take_the_floor() -> None:
    turns = prompting()
    turns.on_speech_suspected(1.0)
    turns.on_speech_started(1.0)
    turns.on_partial(1, Words.NONE, at=1.46)
    run_to(turns, 1.48, 2.5)
    assert turns.on_partial(1, Words.MEANT, at=2.6) == [StopPlayback()]


def test_what_barely_stands_out_of_the_background_takes_the_floor_by_its_words_alone() -> None:
    turns = prompting()
    assert turns.on_speech_suspected(1.0, faint=True) == []
    assert turns.on_speech_started(1.0, faint=True) == []
    assert run_to(turns, 1.0, 2.5) == []
    assert turns.on_partial(1, Words.MEANT, at=2.5) == [StopPlayback()]


def test_a_voice_that_rises_out_of_the_background_silences_the_prompt_then() -> None:
    turns = prompting()
    turns.on_speech_suspected(1.0, faint=True)
    turns.on_speech_started(1.0, faint=True)
    assert turns.on_speech_cleared(1.2) == [PausePlayback()]


def test_noise_that_comes_and_goes_does_not_take_the_floor_by_its_length() -> None:
    turns = prompting()
    turns.on_speech_suspected(1.0)
    turns.on_speech_started(1.0)
    turns.on_partial(1, Words.NONE, at=1.46)
    turns.on_speech_paused(1.5, now=1.64)
    turns.on_speech_started(1.7)
    assert [action for _, action in run_to(turns, 1.7, 3.0)] == [ResumePlayback()]


def test_the_next_part_of_a_prompt_is_not_silenced_by_a_voice_in_the_background() -> None:
    turns = prompting(interruptible=False)
    turns.on_speech_suspected(1.0, faint=True)
    turns.on_speech_started(1.0, faint=True)
    assert turns.on_playback_started(1.2, interruptible=True) == []


def test_a_short_yes_in_the_last_300_ms_is_an_answer_and_the_prompt_plays_to_its_end() -> None:
    turns = prompting()
    utterance, actions = said(turns, 1.0, 1.2, ACKNOWLEDGED, left_s=0.28)
    assert actions == []
    turns.on_playback_finished(1.28)
    assert [action for _, action in run_to(turns, 1.44, 3.0)] == [EndTurn(utterance, 1.2)]


def test_a_short_yes_near_the_end_of_a_yes_or_no_question_is_its_answer() -> None:
    turns = prompting(answerable=True)
    utterance, actions = said(turns, 1.0, 1.2, ACKNOWLEDGED, left_s=1.0)
    assert actions == [PausePlayback(), StopPlayback()]
    assert [action for _, action in run_to(turns, 1.44, 3.0)] == [EndTurn(utterance, 1.2)]


def test_a_mandatory_prompt_is_not_even_paused_and_what_was_said_over_it_is_answered_after_it() -> None:
    turns = prompting(interruptible=False)
    utterance, actions = said(turns, 1.0, 2.0, COMPLETE)
    assert actions == []
    assert run_to(turns, 2.2, 5.0) == []
    turns.on_playback_finished(5.0)
    ((_, action),) = run_to(turns, 5.0, 5.1)
    assert action == EndTurn(utterance, 2.0)


def test_what_was_said_over_the_mandatory_part_is_answered_before_the_rest() -> None:
    turns = prompting(interruptible=False)
    utterance, _ = said(turns, 1.0, 2.0, COMPLETE)
    assert turns.on_playback_started(3.0, interruptible=True) == [PausePlayback(), StopPlayback()]
    assert turns.on_time(3.0) == [EndTurn(utterance, 2.0)]


def test_a_reply_does_not_begin_over_a_caller_who_was_not_done() -> None:
    turns = TurnTaking()
    said(turns, 1.0, 2.0, COMPLETE)
    run_to(turns, 2.24, 2.4)
    turns.on_speech_suspected(2.42)
    turns.on_speech_started(2.42)
    assert turns.on_playback_started(2.5, interruptible=True) == [PausePlayback()]


def test_an_acknowledgement_while_the_reply_is_being_made_is_not_the_next_answer() -> None:
    turns = TurnTaking()
    said(turns, 1.0, 2.0, COMPLETE)
    run_to(turns, 2.24, 2.4)
    said(turns, 2.5, 2.7, ACKNOWLEDGED)
    turns.on_playback_started(3.0, interruptible=True)
    turns.on_playback_finished(5.0)
    assert run_to(turns, 5.0, 7.0) == []
