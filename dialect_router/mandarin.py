"""Dialect words put into Mandarin, for whatever understands Mandarin only: intents, knowledge, slots.

"啥子时候到" -> "什么时候到". Words only: the order of the sentence stays the dialect's.
"""

from collections.abc import Collection, Iterator
from functools import cache

from dialect_router.lexicon import ordinary_words, words
from dialect_router.longest_match import LongestMatch


def to_mandarin(text: str, names: Collection[str] = ()) -> str:
    """`text` (simplified characters) with every dialect word that has a plain Mandarin equivalent replaced by it.

    One pass: what was put in is not looked at again. Digits, Latin letters and everything that is not in the table
    stay as they are. names: what must not be touched even where it looks like dialect (products, the caller's name).
    """
    kept = [span for name in names if name for span in _occurrences(text, name)]
    pieces: list[str] = []
    at = 0
    for found in _translatable().find(text):
        if any(start < found.end and end > found.start for start, end in kept):
            continue
        pieces += (text[at : found.start], words()[found.word].mandarin)
        at = found.end
    return "".join([*pieces, text[at:]])


def _occurrences(text: str, name: str) -> Iterator[tuple[int, int]]:
    at = text.find(name)
    while at >= 0:
        yield at, at + len(name)
        at = text.find(name, at + 1)


@cache
def _translatable() -> LongestMatch:
    return LongestMatch((word.text for word in words().values() if word.mandarin), ordinary_words())
