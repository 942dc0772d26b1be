"""What the models make of a caller's words: plain data, so that processes without models can name it."""

from dataclasses import dataclass
from typing import Literal

EmotionLabel = Literal["calm", "annoyed", "angry"]


@dataclass(frozen=True, slots=True)
class Intent:
    """The best guess at what the caller wants; "none" means none of the company's intents."""

    name: str
    confidence: float
    """0 to 1, calibrated."""
    alternatives: tuple[tuple[str, float], ...] = ()
    """The next best names with their confidence."""


@dataclass(frozen=True, slots=True)
class Emotion:
    """How the caller sounds."""

    label: EmotionLabel
    confidence: float


@dataclass(frozen=True, slots=True)
class Understanding:
    """Everything that is read out of one utterance's words."""

    intent: Intent
    emotion: Emotion
