"""A turn ends once, at the pause its words deserve; meant words are never lost, others never take the floor."""

from math import inf

from hypothesis import given
from hypothesis import strategies as st

from voicebot.barge_in import BargeInConfig, PausePlayback, ResumePlayback, StopPlayback, Words
from voicebot.endpointing import Completeness, EndpointingConfig, Judgement
from voicebot.turns import (
    Action,
    Drop,
    EndTurn,
    NoInput,
    Recognise,
    RecognisePartial,
    TurnConfig,
    TurnTaking,
)

CONFIG, WAITS, FLOOR = TurnConfig(), EndpointingConfig(), BargeInConfig()
FRAME = 0.02
COMPLETE = Judgement(Completeness.COMPLETE)
UNFINISHED = Judgement(Completeness.UNFINISHED)
NOISE = Judgement(Completeness.EMPTY)
ACKNOWLEDGED = Judgement(Completeness.COMPLETE, backchannel=True)
UNCLEAR = Judgement(Completeness.UNSURE, backchannel=True, unclear=True)


def run_to(turns: TurnTaking, start: float, end: float) -> list[tuple[float, Action]]:
    """Let the audio's clock run in frames and collect what fires, with its time; looks in between are left out."""
    fired = []
    for tick in range(round((end - start) / FRAME) + 1):
        at = start + tick * FRAME
        fired += [(at, action) for action in turns.on_time(at) if not isinstance(action, RecognisePartial)]
    return fired


def said(
    turns: TurnTaking, start: float, end: float, judgement: Judgement, *, left_s: float = inf
) -> tuple[int, list[Action]]:
    """The caller speaks from start to end and is recognised 220 ms later; the utterance, and what all of it led to."""
    actions = [*turns.on_speech_suspected(start, left_s=left_s), *turns.on_speech_started(start, left_s=left_s)]
    (recognise,) = turns.on_speech_paused(end, now=end + 0.2)
    assert isinstance(recognise, Recognise)
    return recognise.utterance, [*actions, *turns.on_recognised(recognise.utterance, judgement, at=end + 0.22)]


def prompting(*, interruptible: bool = True, answerable: bool = False) -> TurnTaking:
    turns = TurnTaking()
    turns.on_playback_started(0.0, interruptible=interruptible, answerable=answerable)
    return turns


# When a turn ends


def test_a_complete_request_ends_after_the_settled_pause() -> None:
    turns = TurnTaking()
    utterance, _ = said(turns, 1.0, 2.0, COMPLETE)
    ((at, action),) = run_to(turns, 2.24, 4.0)
    assert action == EndTurn(utterance, 2.0)
    assert abs(at - 2.0 - WAITS.settled) <= FRAME


def test_no_turn_ends_while_the_caller_seems_to_go_on() -> None:
    turns = TurnTaking()
    utterance, _ = said(turns, 1.0, 2.0, COMPLETE)
    turns.on_speech_suspected(2.28)
    assert run_to(turns, 2.3, 2.4) == []
    turns.on_speech_dismissed()
    assert turns.on_time(2.42) == [EndTurn(utterance, 2.0)]


def test_a_suspicion_that_never_ends_holds_a_turn_for_a_moment_only() -> None:
    turns = TurnTaking()
    said(turns, 1.0, 2.0, COMPLETE)
    turns.on_speech_suspected(2.28)
    ((at, _),) = run_to(turns, 2.3, 4.0)
    assert abs(at - 2.0 - WAITS.settled - CONFIG.suspicion) <= FRAME


def test_a_sound_after_a_question_in_which_no_word_was_made_out_is_asked_about() -> None:
    turns = TurnTaking()
    utterance, _ = said(turns, 1.0, 1.3, UNCLEAR)
    assert [action for _, action in run_to(turns, 1.54, 3.0)] == [EndTurn(utterance, 1.3)]


def test_such_a_sound_in_the_background_or_over_a_prompt_is_not() -> None:
    turns = TurnTaking()
    turns.on_speech_started(1.0, faint=True)
    turns.on_speech_paused(1.3, now=1.5)
    assert turns.on_recognised(1, UNCLEAR, at=1.52) == [Drop(1)]
    turns = prompting()
    assert said(turns, 1.0, 1.3, UNCLEAR)[1] == [PausePlayback(), ResumePlayback(), Drop(1)]


def test_a_short_murmur_behind_the_callers_words_holds_their_turn_and_belongs_to_nothing() -> None:
    turns = TurnTaking()
    utterance, _ = said(turns, 1.0, 2.0, COMPLETE)
    assert turns.on_speech_started(2.26, faint=True) == []
    assert run_to(turns, 2.28, 2.42) == []
    assert turns.on_speech_paused(2.36, now=2.48) == []
    assert turns.on_time(2.48) == [EndTurn(utterance, 2.0)]


def test_a_murmur_that_lasts_or_rises_may_be_the_caller_who_goes_on() -> None:
    turns = TurnTaking()
    utterance, _ = said(turns, 1.0, 2.0, COMPLETE)
    turns.on_speech_started(2.26, faint=True)
    assert run_to(turns, 2.28, 3.0)[0][1] == Drop(utterance)
    assert turns.on_speech_paused(3.0, now=3.12) == [Recognise(utterance + 1, 1.0 - CONFIG.pre_roll, 3.12)]
    turns = TurnTaking()
    utterance, _ = said(turns, 1.0, 2.0, COMPLETE)
    turns.on_speech_started(2.26, faint=True)
    assert turns.on_speech_cleared(2.34) == [Drop(utterance)]


def test_a_voice_that_stands_out_after_murmurs_alone_begins_a_turn_of_its_own() -> None:
    turns = TurnTaking()
    turns.on_speech_started(1.0, faint=True)
    turns.on_speech_paused(1.4, now=1.52)
    assert turns.on_speech_started(1.8) == [Drop(1)]
    assert turns.on_speech_paused(2.4, now=2.52) == [Recognise(2, 1.8 - CONFIG.pre_roll, 2.52)]


def test_a_murmur_behind_a_sound_without_words_is_heard_by_itself() -> None:
    turns = TurnTaking()
    turns.on_speech_started(1.0)
    turns.on_speech_paused(1.4, now=1.52)
    turns.on_speech_started(1.54, faint=True)
    assert turns.on_recognised(1, NOISE, at=1.58) == [Drop(1)]
    assert turns.on_speech_paused(1.9, now=2.02) == [Recognise(2, 1.54 - CONFIG.pre_roll, 2.02)]


def test_an_unfinished_utterance_waits_for_the_patient_pause() -> None:
    turns = TurnTaking()
    said(turns, 1.0, 2.0, UNFINISHED)
    ((at, _),) = run_to(turns, 2.24, 4.0)
    assert abs(at - 2.0 - WAITS.patient) <= FRAME


def test_a_caller_who_pauses_within_turns_is_given_more_time_in_this_call() -> None:
    turns, start = TurnTaking(), 1.0
    for _ in range(4):
        said(turns, start, start + 1, COMPLETE)
        turns.on_speech_started(start + 1.28)
        turns.on_speech_paused(start + 2, now=start + 2.2)
        turns.on_speech_started(start + 2.6)
        start += 2.6
    (last,) = turns.on_speech_paused(start + 1, now=start + 1.2)
    assert isinstance(last, Recognise)
    turns.on_recognised(last.utterance, COMPLETE, at=start + 1.22)
    ((at, _),) = run_to(turns, start + 1.24, start + 3)
    assert at - start - 1 > WAITS.settled + 0.1


def test_going_on_after_a_pause_drops_the_result_and_recognises_the_whole_again() -> None:
    turns = TurnTaking()
    first, _ = said(turns, 1.0, 2.0, UNFINISHED)
    assert turns.on_speech_started(2.6) == [Drop(first)]
    (whole,) = turns.on_speech_paused(3.5, now=3.7)
    assert isinstance(whole, Recognise)
    assert whole.utterance != first
    assert whole.start_s == 1.0 - CONFIG.pre_roll


def test_a_dropped_result_that_comes_late_changes_nothing() -> None:
    turns = TurnTaking()
    turns.on_speech_started(1.0)
    (first,) = turns.on_speech_paused(2.0, now=2.2)
    assert isinstance(first, Recognise)
    turns.on_speech_started(2.3)
    assert turns.on_recognised(first.utterance, COMPLETE, at=2.4) == []
    assert run_to(turns, 2.4, 4.0) == []


def test_noise_is_no_turn_and_silence_after_it_still_counts_as_no_input() -> None:
    turns = TurnTaking()
    turns.on_playback_finished(0.5)
    said(turns, 1.0, 1.2, NOISE)
    fired = run_to(turns, 1.5, 1.5 + CONFIG.no_input + 0.2)
    assert [action for _, action in fired] == [NoInput(1)]


def test_no_input_fires_once_per_silence_and_counts_up_until_the_caller_speaks() -> None:
    turns = TurnTaking()
    turns.on_playback_finished(0.0)
    assert [a for _, a in run_to(turns, 0.0, 20.0)] == [NoInput(1)]
    turns.on_playback_started(20.0, interruptible=True)
    turns.on_playback_finished(22.0)
    assert [a for _, a in run_to(turns, 22.0, 40.0)] == [NoInput(2)]
    turns.on_playback_started(40.0, interruptible=True)
    turns.on_playback_finished(42.0)
    said(turns, 43.0, 44.0, COMPLETE)
    run_to(turns, 44.2, 46.0)
    turns.on_playback_started(46.0, interruptible=True)
    turns.on_playback_finished(47.0)
    assert [a for _, a in run_to(turns, 47.0, 55.0)] == [NoInput(1)]


def test_speech_that_never_pauses_becomes_a_turn() -> None:
    turns = TurnTaking()
    turns.on_speech_started(0.0)
    actions = [a for _, a in run_to(turns, 0.0, CONFIG.longest_utterance + 0.1)]
    assert [type(a) for a in actions] == [Recognise, EndTurn]


# What is said while it goes on


def test_speech_is_looked_at_while_it_goes_on_one_look_at_a_time() -> None:
    turns = TurnTaking()
    turns.on_speech_started(1.0)
    looks = [at for at in (1.0 + n * FRAME for n in range(100)) if turns.on_time(at)]
    assert [round(at, 2) for at in looks] == [1.0 + CONFIG.first_partial]
    turns.on_partial(1, Words.MEANT, at=3.0)
    assert [type(action) for action in turns.on_time(3.0)] == [RecognisePartial]


# The floor


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


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["suspect", "dismiss", "start", "pause", "heard", "noise", "partial", "play", "played"]),
            st.floats(0.02, 3.0),
        ),
        max_size=60,
    )
)
def test_any_order_of_events_ends_each_utterance_once_and_leaves_no_prompt_paused_for_long(
    events: list[tuple[str, float]],
) -> None:
    turns = TurnTaking()
    at, ended, utterance = 0.0, [], 0
    paused = False
    for kind, wait in events:
        at += wait
        actions: list[Action] = []
        match kind:
            case "suspect":
                actions = turns.on_speech_suspected(at)
            case "dismiss":
                actions = turns.on_speech_dismissed()
            case "start":
                actions = turns.on_speech_started(at)
            case "pause":
                actions = turns.on_speech_paused(at - 0.01, now=at)
            case "heard" | "noise":
                actions = turns.on_recognised(utterance, COMPLETE if kind == "heard" else NOISE, at=at)
            case "partial":
                actions = turns.on_partial(utterance, Words.NONE, at=at)
            case "play":
                actions = turns.on_playback_started(at, interruptible=True)
            case "played" if not paused:
                turns.on_playback_finished(at)
        for action in [*actions, *turns.on_time(at)]:
            match action:
                case Recognise(number, start, end):
                    utterance = number
                    assert start <= end
                case EndTurn(number):
                    ended.append(number)
                    assert not paused
                case PausePlayback():
                    assert not paused
                    paused = True
                case ResumePlayback():
                    assert paused
                    paused = False
                case StopPlayback():
                    paused = False
    assert len(ended) == len(set(ended))
