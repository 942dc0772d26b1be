"""What a regular expression finds, for people who read none: some wordings, one for each of its main alternatives."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from voicebot.qa.scorecard.conditions import compiled

GAP: Final = "…"
"""Stands for a few characters of any kind."""
_LEAST_GAP: Final = 2
_MOST_GROUPS: Final = 60
_TOKEN: Final = re.compile(r"\\.|\[[^\]\\^]+\]|\(\?:|\{[0-9]+(?:,[0-9]*)?\}|[()|.?*+]|[^\\\[{}^$]")
_REPEATS: Final = {"?": 1, "*": _LEAST_GAP, "+": _LEAST_GAP}


def pattern_examples(pattern: str) -> Sequence[str]:
    """Each is one that it finds; none where it is written with more than groups, alternatives and repetitions."""
    tokens = _TOKEN.findall(pattern)
    if "".join(tokens) != pattern or pattern.count("(") > _MOST_GROUPS:
        return []
    search = compiled(pattern).search
    found = dict.fromkeys(_Reader(tokens).alternatives())
    return [each for each in found if each.strip(GAP) and search(each.replace(GAP, _LEAST_GAP * "某"))]


class _Reader:
    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens = tokens
        self._place = 0

    @property
    def at_end(self) -> bool:
        return self._place == len(self._tokens)

    def alternatives(self) -> list[str]:
        """One wording for each, with all that may be there."""
        found = [self._sequence()]
        while self._took("|"):
            found.append(self._sequence())
        return found

    def _sequence(self) -> str:
        parts: list[str] = []
        while not self.at_end and self._tokens[self._place] not in ("|", ")"):
            piece, most = self._piece(), self._most()
            if piece != GAP:
                parts.append(piece if most else "")
            elif most >= _LEAST_GAP:
                parts.append(GAP)
        return "".join(parts)

    def _piece(self) -> str:
        token = self._tokens[self._place]
        self._place += 1
        if token in ("(", "(?:"):
            first = self.alternatives()[0]
            self._took(")")
            return first
        if token == ".":
            return GAP
        return token[1] if len(token) > 1 else token

    def _most(self) -> int:
        """How often the piece may be there."""
        token = "" if self.at_end else self._tokens[self._place]
        if token not in _REPEATS and not token.startswith("{"):
            return 1
        self._place += 1
        if token in _REPEATS:
            return _REPEATS[token]
        least, comma, most = token[1:-1].partition(",")
        return int(most or (_LEAST_GAP if comma else least))

    def _took(self, token: str) -> bool:
        if self.at_end or self._tokens[self._place] != token:
            return False
        self._place += 1
        return True
