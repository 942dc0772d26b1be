"""From what the voice activity detector hears to what turn-taking is told."""

from collections.abc import Sequence
from math import inf

from models.vad import VadEvent
from voicebot.turn_taking.turns import Action, TurnTaking


def on_edge(turns: TurnTaking, event: VadEvent, *, now: float, left_s: float = inf) -> Sequence[Action]:
    """left_s: how much of what this party is being told is still to be played; infinite while it is being made."""
    match event.kind:
        case "speech_suspected":
            return turns.on_speech_suspected(event.at_s, left_s=left_s, faint=event.faint)
        case "speech_dismissed":
            return turns.on_speech_dismissed()
        case "speech_started":
            return turns.on_speech_started(event.at_s, left_s=left_s, faint=event.faint)
        case "speech_cleared":
            return turns.on_speech_cleared(event.at_s, left_s=left_s)
        case "speech_paused":
            return turns.on_speech_paused(event.at_s, now=now)
