"""What the rest of the system says in one language, in the other: refusals, findings, mistakes in files, reasons.

Those texts are made where the fault is known, for the command line and the logs as well; here they are recognised by
their shape. What is in no phrase is shown as it came.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

_PLACE: Final = re.compile(r"\{(\w*)\}")


class Phrasebook:
    """Phrases such as "agent {who} is in no call" with their translations, which name the same places."""

    def __init__(self, phrases: Mapping[str, str]) -> None:
        self._whole = {english: told for english, told in phrases.items() if not _PLACE.search(english)}
        shapes = sorted((english for english in phrases if english not in self._whole), key=_literal, reverse=True)
        self._shapes = [(_pattern(english), phrases[english]) for english in shapes]

    def __call__(self, english: str) -> str:
        """The translation. What stands in a phrase's places is translated too, where it is a phrase itself."""
        if (told := self._whole.get(english)) is not None:
            return told
        for pattern, told in self._shapes:
            if found := pattern.fullmatch(english):
                places = {name: self(value) for name, value in found.groupdict().items()}
                return _PLACE.sub(lambda place, filled=places: filled[place[1]], told)  # type: ignore[misc]
        return english


def _literal(english: str) -> int:
    """The phrase with the most words of its own is tried first."""
    return len(_PLACE.sub("", english))


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile("".join(_parts(english)), re.DOTALL)


def _parts(english: str) -> Iterator[str]:
    at, named = 0, set[str]()
    for place in _PLACE.finditer(english):
        yield re.escape(english[at : place.start()])
        yield f"(?P={place[1]})" if place[1] in named else f"(?P<{place[1]}>.+?)"
        named.add(place[1])
        at = place.end()
    yield re.escape(english[at:])
