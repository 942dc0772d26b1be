"""A caller who speaks, pauses and is recognised, in the audio's time."""

from math import inf

from voicebot.turn_taking.barge_in import BargeInConfig
from voicebot.turn_taking.endpointing import Completeness, EndpointingConfig, Judgement
from voicebot.turn_taking.turns import (
    Action,
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
