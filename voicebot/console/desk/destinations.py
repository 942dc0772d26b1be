"""Where an agent can pass a caller on to: colleagues, skills, and a number outside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

FEWEST_DIGITS: Final = 3
_NUMBER: Final = re.compile(r"\+?[0-9][0-9 ()-]*")


@dataclass(frozen=True, slots=True)
class Destination:
    """One of them as the desk lists it."""

    to: str
    """An agent's id, a skill, or a number."""
    kind: Literal["colleague", "skill", "number"]
    title: str
    detail: str = ""


def matching(destinations: Iterable[Destination], typed: str) -> Sequence[Destination]:
    """Those whose title or id holds what was typed; a number is a destination of its own."""
    wanted = typed.strip().casefold()
    found = [each for each in destinations if wanted in each.title.casefold() or wanted in each.to.casefold()]
    number = "".join(character for character in wanted if character in "+0123456789")
    if _NUMBER.fullmatch(wanted) and len(number) >= FEWEST_DIGITS and all(each.to != number for each in found):
        found.append(Destination(number, "number", number))
    return found
