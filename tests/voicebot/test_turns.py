"""A turn ends once, at the pause its words deserve; the assistant is interrupted by speech, never by noise."""

from hypothesis import given
from hypothesis import strategies as st

from voicebot.turns import (
    Action,
    Completeness,
    Drop,
    EndTurn,
    NoInput,
    Recognise,
    StopPlayback,
    TurnConfig,
    TurnTaking,
)

CONFIG = TurnConfig()
FRAME = 0.02


def run_to(turns: TurnTaking, start: float, end: float) -> list[tuple[float, Action]]:
    """Let the audio's clock run in frames and collect what fires, with its time."""
    fired = []
    for tick in range(round((end - start) / FRAME) + 1):
        at = start + tick * FRAME
        fired += [(at, action) for action in turns.on_time(at)]
    return fired


def said(turns: TurnTaking, start: float, end: float, completeness: Completeness) -> Recognise:
    """The caller speaks from start to end and is recognised 200 ms later."""
    turns.on_speech_started(start)
    (recognise,) = turns.on_speech_paused(end, now=end + 0.2)
    assert isinstance(recognise, Recognise)
    turns.on_recognised(recognise.utterance, completeness, at=end + 0.22)
    return recognise


def test_a_complete_request_ends_after_the_settled_pause() -> None:
    turns = TurnTaking()
    recognise = said(turns, 1.0, 2.0, Completeness.COMPLETE)
    ((at, action),) = run_to(turns, 2.24, 4.0)
    assert action == EndTurn(recognise.utterance, 2.0)
    assert abs(at - 2.0 - CONFIG.settled) <= FRAME


def test_an_unfinished_utterance_waits_for_the_patient_pause() -> None:
    turns = TurnTaking()
    said(turns, 1.0, 2.0, Completeness.UNFINISHED)
    ((at, _),) = run_to(turns, 2.24, 4.0)
    assert abs(at - 2.0 - CONFIG.patient) <= FRAME


def test_going_on_after_a_pause_drops_the_result_and_recognises_the_whole_again() -> None:
    turns = TurnTaking()
    first = said(turns, 1.0, 2.0, Completeness.UNFINISHED)
    assert turns.on_speech_started(2.6) == [Drop(first.utterance)]
    (whole,) = turns.on_speech_paused(3.5, now=3.7)
    assert isinstance(whole, Recognise)
    assert whole.utterance != first.utterance
    assert whole.start_s == first.start_s


def test_a_dropped_result_that_comes_late_changes_nothing() -> None:
    turns = TurnTaking()
    turns.on_speech_started(1.0)
    (first,) = turns.on_speech_paused(2.0, now=2.2)
    assert isinstance(first, Recognise)
    turns.on_speech_started(2.3)
    assert turns.on_recognised(first.utterance, Completeness.COMPLETE, at=2.4) == []
    assert run_to(turns, 2.4, 4.0) == []


def test_noise_is_no_turn_and_silence_after_it_still_counts_as_no_input() -> None:
    turns = TurnTaking()
    turns.on_playback_finished(0.5)
    said(turns, 1.0, 1.2, Completeness.EMPTY)
    fired = run_to(turns, 1.5, 1.5 + CONFIG.no_input + 0.2)
    assert [action for _, action in fired] == [NoInput(1)]


def test_speech_over_an_interruptible_prompt_stops_it_after_the_barge_in_time() -> None:
    turns = TurnTaking()
    turns.on_playback_started(interruptible=True)
    turns.on_speech_started(1.0)
    ((at, action),) = run_to(turns, 1.0, 2.0)
    assert action == StopPlayback()
    assert abs(at - 1.0 - CONFIG.barge_in) <= FRAME


def test_a_mandatory_prompt_is_not_stopped_and_what_was_said_over_it_is_answered_after_it() -> None:
    turns = TurnTaking()
    turns.on_playback_started(interruptible=False)
    recognise = said(turns, 1.0, 2.0, Completeness.COMPLETE)
    assert run_to(turns, 2.2, 5.0) == []
    turns.on_playback_finished(5.0)
    ((_, action),) = run_to(turns, 5.0, 5.1)
    assert action == EndTurn(recognise.utterance, 2.0)


def test_no_input_fires_once_per_silence_and_counts_up_until_the_caller_speaks() -> None:
    turns = TurnTaking()
    turns.on_playback_finished(0.0)
    assert [a for _, a in run_to(turns, 0.0, 20.0)] == [NoInput(1)]
    turns.on_playback_started(interruptible=True)
    turns.on_playback_finished(22.0)
    assert [a for _, a in run_to(turns, 22.0, 40.0)] == [NoInput(2)]
    turns.on_playback_started(interruptible=True)
    turns.on_playback_finished(42.0)
    said(turns, 43.0, 44.0, Completeness.COMPLETE)
    run_to(turns, 44.2, 46.0)
    turns.on_playback_started(interruptible=True)
    turns.on_playback_finished(47.0)
    assert [a for _, a in run_to(turns, 47.0, 55.0)] == [NoInput(1)]


def test_speech_that_never_pauses_becomes_a_turn() -> None:
    turns = TurnTaking()
    turns.on_speech_started(0.0)
    actions = [a for _, a in run_to(turns, 0.0, CONFIG.longest_utterance + 0.1)]
    assert [type(a) for a in actions] == [Recognise, EndTurn]


@given(
    st.lists(
        st.tuples(st.sampled_from(["start", "pause", "result", "play", "played", "time"]), st.floats(0.02, 3.0)),
        max_size=60,
    )
)
def test_any_order_of_events_ends_each_utterance_at_most_once(events: list[tuple[str, float]]) -> None:
    turns = TurnTaking()
    at, ended, open_utterance = 0.0, [], 0
    for kind, wait in events:
        at += wait
        actions: list[Action] = []
        if kind == "start":
            actions = turns.on_speech_started(at)
        elif kind == "pause":
            actions = turns.on_speech_paused(at - 0.01, now=at)
        elif kind == "result":
            actions = turns.on_recognised(open_utterance, Completeness.COMPLETE, at=at)
        elif kind == "play":
            turns.on_playback_started(interruptible=True)
        elif kind == "played":
            turns.on_playback_finished(at)
        actions = [*actions, *turns.on_time(at)]
        for action in actions:
            if isinstance(action, Recognise):
                open_utterance = action.utterance
                assert action.start_s <= action.end_s
            if isinstance(action, EndTurn):
                ended.append(action.utterance)
    assert len(ended) == len(set(ended))
