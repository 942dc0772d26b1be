"""Speech recognition as the rest of the system sees it: utterances in, transcripts out, whatever engine does the work.

Nothing heavy is imported here, so that processes without models can name the types.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Language = Literal["zh", "yue", "en"]
"""Languages as Whisper names them: every Mandarin and every dialect without a code of its own is "zh"."""


class Priority(IntEnum):
    """Who is served first when several wait for the same model."""

    FINAL = 0
    """The caller has finished and waits."""
    SPECULATIVE = 1
    """The caller paused and may go on."""
    PARTIAL = 2
    """The caller is speaking; the words are only shown."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One stretch of a caller's speech. samples: [n], mono."""

    samples: NDArray[np.int16]
    rate_hz: int
    hotwords: str = ""
    """Words of the company, separated by spaces; used only by models that gain from them."""
    language: Language | None = None
    """Set when known for certain; None lets the engine tell."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was recognised. An empty text means: no words in this audio."""

    text: str
    """Normalised: simplified characters, numbers as digits."""
    raw: str
    """As the model wrote it."""
    language: Language
    confidence: float
    """0 to 1."""
    elapsed_ms: float
    """Time the model needed for the batch this utterance was in."""
    model: str
    languages: Mapping[str, float] = field(default_factory=dict)
    """How likely it is in each language that callers may speak (sums to 1); empty where the engine cannot say."""


@dataclass(frozen=True, slots=True)
class ModelDescription:
    """What a person should know about the model in use; logged at the start."""

    name: str
    size_mb: float
    device: str
    trained_on: str
    limits: str


class AsrEngine(Protocol):
    """A recogniser. Called from one worker thread (see batching.py)."""

    max_batch: int
    """Most utterances worth handing over at once on this device."""

    def transcribe_batch(self, utterances: Sequence[Utterance]) -> list[Transcript]:
        """One transcript for each utterance, in order."""
        ...

    def describe(self) -> ModelDescription:
        """The model in use and its limits."""
        ...
