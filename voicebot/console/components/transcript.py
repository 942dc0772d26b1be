"""What was said in a call, turn by turn: still growing on the live board, following the audio in a review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from nicegui.element import Element

from voicebot.console.components.parts import Tone


@dataclass(frozen=True, slots=True)
class Badge:
    text: str
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One turn as it is shown."""

    seq: int
    role: str
    """caller, assistant, agent or system: decides side and colour."""
    who: str
    text: str
    time: str = ""
    start_s: float | None = None
    """Where it begins and ends in the recording."""
    end_s: float | None = None
    unheard: str = ""
    """The rest of a reply that the caller cut short."""
    badges: tuple[Badge, ...] = ()
    note: str = ""


class Transcript(Element, component="transcript.js"):
    """follow: the newest line stays in sight unless the reader scrolled up. seekable: a click on a line plays it."""

    def __init__(
        self, lines: Sequence[Line] = (), *, empty: str, follow: bool = False, seekable: bool = False, name: str
    ) -> None:
        super().__init__()
        self.props["empty"] = empty
        self.props["follow"] = follow
        self.props["seekable"] = seekable
        self.props["name"] = name
        self.show(lines)

    def show(self, lines: Sequence[Line]) -> None:
        """In place of what was there."""
        self.props["lines"] = [asdict(line) for line in lines]

    def put(self, line: Line) -> None:
        """One more, or the new form of one that is there. Ends the partial line of its speaker."""
        self.run_method("put", asdict(line))

    def speaking(self, role: str, who: str, stable: str, unstable: str) -> None:
        """What somebody has said so far."""
        self.run_method("speaking", {"role": role, "who": who, "stable": stable, "unstable": unstable})
