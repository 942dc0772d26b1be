"""A turn ends once, at the pause its words deserve, and no word that was meant is lost."""

from hypothesis import given
from hypothesis import strategies as st

from tests.voicebot.spoken_turns import (
    COMPLETE,
    CONFIG,
    FRAME,
    NOISE,
    UNCLEAR,
    UNFINISHED,
    WAITS,
    prompting,
    run_to,
    said,
)
from voicebot.turn_taking.barge_in import PausePlayback, ResumePlayback, StopPlayback, Words
from voicebot.turn_taking.turns import (
    Action,
    Drop,
    EndTurn,
    NoInput,
    Recognise,
    RecognisePartial,
    TurnTaking,
)


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
