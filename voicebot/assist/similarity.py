"""Whether somebody has said a thing in more or less the words of a text."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

_LONGEST_TEXT = 400


def coverage(said: str, text: str) -> float:
    """Share of the pairs of characters in `text` that are in `said` too, 0..1; punctuation does not count."""
    pairs = _pairs(text[:_LONGEST_TEXT])
    return len(_pairs(said[:_LONGEST_TEXT]) & pairs) / len(pairs) if pairs else 0.0


@lru_cache(maxsize=4096)
def _pairs(text: str) -> frozenset[str]:
    plain = [character for character in text if character.isalnum()]
    return frozenset(a + b for a, b in pairwise(plain))
