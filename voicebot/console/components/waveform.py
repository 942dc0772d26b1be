"""A recording to look at and to listen to: both channels, what is marked in them, playback at one to two times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from nicegui.element import Element

from voicebot.console.peaks import PER_SECOND, Peaks
from voicebot.console.texts import Texts

Kind = Literal["caller", "assistant", "agent", "silence", "overlap", "angry", "annoyed", "evidence"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of the call that is coloured. Times in seconds of the recording."""

    kind: Kind
    start_s: float
    end_s: float
    label: str = ""


class Waveform(Element, component="waveform.js"):
    """Tells the page's transcript where it is, and is told by it where to go, within the browser."""

    def __init__(self, peaks: Peaks, source: str, marks: Sequence[Mark], t: Texts) -> None:
        """source: address of the audio."""
        super().__init__()
        caller, assistant = peaks.as_base64()
        self.props["channels"] = [caller, assistant]
        self.props["seconds"] = peaks.seconds
        self.props["per-second"] = PER_SECOND
        self.props["source"] = source
        self.props["marks"] = [asdict(mark) for mark in marks]
        words = ("play", "pause", "speed", "caller", "assistant", "position", "silence", "overlap")
        self.props["words"] = {word: t(f"waveform.{word}") for word in words}
