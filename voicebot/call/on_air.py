"""What the assistant is saying, and when the caller's turn that it answers was over."""

from dataclasses import dataclass

from voicebot.store.records import TurnRecord


@dataclass(frozen=True, slots=True)
class Answered:
    """When a turn of the caller's was over."""

    speech_end_s: float
    """Audio time at which their last word ended."""
    ended_at: float
    """Loop time at which it was taken for the end."""


@dataclass(slots=True)
class OnAir:
    """A reply that is being spoken, with its row in the store as it stands."""

    turn: TurnRecord
    queued_at: int
    """Position in the playout at which it begins."""
    answers: Answered | None
    """None when it answers silence."""
    known_at: float
    """Loop time at which it was known what to say."""
    begun: bool = False
