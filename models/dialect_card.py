"""What must be known of a dialect classifier to use it: dialect.json beside its model.onnx.

A classifier without measured figures is not used: nobody could say what its guess is worth.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

from models.bundle import ModelError

CARD_FILE: Final = "dialect.json"
FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Ear:
    """The form in which the network takes what it hears. Always 16 kHz, scaled to the same loudness."""

    kind: Literal["waveform", "mel"]
    """Samples of any length (wav2vec 2.0, HuBERT, WavLM), or Whisper's log-mel of a fixed window."""
    shortest_s: float = 1.0
    """Less says nothing about a dialect."""
    longest_s: float = 8.0
    """The last seconds of a longer utterance are heard; for "mel" also the window."""
    mels: int = 80

    def __post_init__(self) -> None:
        if self.kind not in ("waveform", "mel"):
            raise ValueError(f"an ear is waveform or mel, not {self.kind!r}")
        if not 0.2 <= self.shortest_s < self.longest_s <= 30:
            raise ValueError("an ear hears from 0.2 s to 30 s")
        if self.kind == "mel" and self.longest_s != int(self.longest_s):
            raise ValueError("a window of whole seconds is needed")


@dataclass(frozen=True, slots=True)
class Measured:
    """How the classifier did on recordings of people it had never heard, over a telephone channel."""

    clips: int
    speakers: int
    accuracy: float
    """Mean over the dialects of the share recognised: chance is one over their number."""
    recall: Mapping[str, float]
    confusion: Mapping[str, Mapping[str, int]]
    """[spoken][guessed] -> clips."""
    calibration_error: float
    """How far stated probabilities and shares of hits lie apart on average."""


@dataclass(frozen=True, slots=True)
class DialectCard:
    tags: tuple[str, ...]
    """In the order of the network's outputs."""
    ear: Ear
    measured: Measured
    temperature: float = 1.0
    """The network's outputs are divided by it: fitted so that probabilities mean what they say."""
    base: str = ""
    trained_on: str = ""
    licence: str = ""


def write_card(folder: Path, card: DialectCard) -> None:
    described = {"format": FORMAT, **asdict(card)}
    (folder / CARD_FILE).write_text(json.dumps(described, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_card(folder: Path) -> DialectCard:
    """The card of a classifier's folder. Raises ModelError with what to do."""
    file = folder / CARD_FILE
    try:
        described: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if described.pop("format") != FORMAT:
            raise ValueError(f"its format is not {FORMAT}")
        described["tags"] = _tags(described["tags"])
        if described["measured"] is None:
            raise ValueError("it holds no measured figures")
        described["ear"] = Ear(**described["ear"])
        described["measured"] = Measured(**described["measured"])
        card = DialectCard(**described)
        if not (card.temperature > 0 and 0 <= card.measured.accuracy <= 1):
            raise ValueError("its figures are out of range")
        return card
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            f"{file} describes no dialect classifier that can be used ({error}): make one with "
            "scripts/train_dialect, or clear models.dialect"
        ) from error


def _tags(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(tag, str) and tag for tag in value):
        raise ValueError("its tags are no list of names")
    if len(set(value)) != len(value) or len(value) < 2:
        raise ValueError("its tags are fewer than two or not distinct")
    return tuple(value)
