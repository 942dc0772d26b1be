"""Where the boxes and lines of a flow's picture stand: what is asked, what is done then, and how it may end. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

from voicebot.company.flows import Flow, Slot

BoxKind = Literal["begin", "slot", "action", "outcome", "then"]

WIDTH: Final = 216
GAP: Final = 26
DOWN: Final = 34
LINE: Final = 19
PADDING: Final = 12
CHARACTERS: Final = 15
"""Of a line in a box: a Chinese character is twice as wide as a Latin one."""
NO_BEGINNING: Final = "，。？！、；：）》”’…"
"""No line begins with one of these: they hang over the end of the line before (GB/T 15834, 5.1)."""
MOST_LINES: Final = 5
COLUMNS: Final = 3
"""Outcomes beside each other; further ones go below."""
NO_NAMES: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Box:
    kind: BoxKind
    x: float
    y: float
    height: float
    title: str
    lines: tuple[str, ...] = ()
    width: float = WIDTH

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def bottom(self) -> float:
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Line:
    points: tuple[tuple[float, float], ...]
    back: bool = False
    """Goes back to something that is asked again."""


@dataclass(slots=True)
class Picture:
    width: float = 0
    height: float = 0
    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


def picture_of(flow: Flow, then: Mapping[str, str], names: Mapping[str, str] = NO_NAMES) -> Picture:
    """then: what follows an outcome, in words: more, close, handover, ask. names: of the action and its outcomes, for
    people; what is in the file stands below them."""
    columns = max(1, min(COLUMNS, len(flow.outcomes)))
    row = columns * WIDTH + (columns - 1) * GAP
    back = sum(outcome.then.startswith("ask:") for outcome in flow.outcomes.values())
    picture = Picture(width=row + 2 * GAP + back * GAP / 2)
    last = _add(picture, _box("begin", GAP + row / 2, 1, flow.title))
    slots: dict[str, Box] = {}
    for slot in flow.slots:
        last = slots[slot.name] = _below(picture, last, "slot", slot.title or slot.name, _asked(slot))
    last = _below(picture, last, "action", *_named(flow.action.tool, names))
    _outcomes(picture, flow, last, slots, then, names)
    picture.height = max(y for line in picture.lines for _, y in line.points) + 2
    picture.height = max(picture.height, *(box.bottom + 2 for box in picture.boxes))
    return picture


def _named(name: str, names: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """Title and first lines."""
    told = names.get(name, name)
    return told, () if told == name else wrapped(name)


def _outcomes(
    picture: Picture,
    flow: Flow,
    action: Box,
    slots: dict[str, Box],
    then: Mapping[str, str],
    titles: Mapping[str, str],
) -> None:
    top, lane = action.bottom + 2 * DOWN, picture.width - GAP / 2
    names = list(flow.outcomes)
    for begun in range(0, len(names), COLUMNS):
        row = names[begun : begun + COLUMNS]
        width = len(row) * (WIDTH + GAP) - GAP
        left = action.middle - width / 2 + WIDTH / 2
        boxes = [
            _add(picture, _box("outcome", left + number * (WIDTH + GAP), top, title, [*below, *wrapped(said)]))
            for number, name in enumerate(row)
            for (title, below), said in [(_named(name, titles), flow.outcomes[name].say)]
        ]
        below = max(box.bottom for box in boxes) + DOWN
        for box, name in zip(boxes, row, strict=True):
            picture.lines.append(Line(_to_outcome(action, box, first=begun == 0)))
            what, _, slot = flow.outcomes[name].then.partition(":")
            end = _add(picture, _box("then", box.middle, below, then[what]))
            picture.lines.append(Line(((box.middle, box.bottom), (box.middle, end.y))))
            if slot in slots:
                picture.lines.append(Line(_back(end, slots[slot], lane), back=True))
                lane -= GAP / 2
        top = below + 2 * PADDING + LINE + 2 * DOWN


def _to_outcome(action: Box, box: Box, *, first: bool) -> tuple[tuple[float, float], ...]:
    """Further rows are reached around the left of those above."""
    turn, last = action.bottom + DOWN, box.y - DOWN
    around = () if first else ((GAP / 2, turn), (GAP / 2, last))
    return ((action.middle, action.bottom), (action.middle, turn), *around, (box.middle, last), (box.middle, box.y))


def _back(end: Box, asked: Box, lane: float) -> tuple[tuple[float, float], ...]:
    low, high = end.bottom + PADDING, asked.y + asked.height / 2
    return ((end.middle, end.bottom), (end.middle, low), (lane, low), (lane, high), (asked.x + WIDTH, high))


def _asked(slot: Slot) -> tuple[str, ...]:
    asked = slot.ask or (f"[{slot.ask_prompt}]" if slot.ask_prompt else "")
    choices = " / ".join(words[0] if words else choice for choice, words in slot.choices.items())
    return (*wrapped(asked), *wrapped(choices))


def _below(picture: Picture, above: Box, kind: BoxKind, title: str, lines: Sequence[str]) -> Box:
    made = _add(picture, _box(kind, above.middle, above.bottom + DOWN, title, lines))
    picture.lines.append(Line(((above.middle, above.bottom), (made.middle, made.y))))
    return made


def _add(picture: Picture, box: Box) -> Box:
    picture.boxes.append(box)
    return box


def _box(kind: BoxKind, middle: float, y: float, title: str, lines: Sequence[str] = ()) -> Box:
    height = 2 * PADDING + LINE * (1 + len(lines))
    return Box(kind, middle - WIDTH / 2, y, height, wrapped(title)[0] if title else "", tuple(lines))


def wrapped(text: str) -> tuple[str, ...]:
    """In lines that fit into a box; what does not fit ends in an ellipsis."""
    lines, line, width = [], "", 0.0
    for character in text:
        wide = 1.0 if ord(character) > 0x2E80 else 0.55
        if width + wide > CHARACTERS and character not in NO_BEGINNING:
            lines.append(line)
            line, width = "", 0.0
        line += character
        width += wide
    lines += [line] if line else []
    return tuple(lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], lines[MOST_LINES - 1][:-1] + "…"])
