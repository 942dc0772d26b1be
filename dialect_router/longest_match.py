"""Finds the words of a list in running text that has no spaces: leftmost first, the longest that fits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """One word at text[start:end]."""

    word: str
    start: int
    end: int


class LongestMatch:
    """A list of words, ready for searching. Work grows with the text, not with the list.

    ordinary: words that are not sought but stand their ground: no match begins or ends within one. With 就系 sought
    and 系统 ordinary, 就系统一下 holds no match, for 就系 would take half of 系统. A sought word that holds an ordinary
    one whole is found all the same (唔记得 holds 记得).
    """

    def __init__(self, words: Iterable[str], ordinary: Iterable[str] = ()) -> None:
        self._words = _by_first_character(words)
        self._ordinary = _by_first_character(ordinary)

    def find(self, text: str) -> list[Found]:
        """The matches in the order of the text; they do not overlap."""
        within = self._within_ordinary(text)
        found: list[Found] = []
        at = 0
        while at < len(text):
            word = None if at in within else self._longest_at(text, at, within)
            if word is not None:
                found.append(Found(word, at, at + len(word)))
            at += len(word) if word else 1
        return found

    def _longest_at(self, text: str, at: int, within: set[int]) -> str | None:
        fitting = (word for word in self._words.get(text[at], ()) if text.startswith(word, at))
        return next((word for word in fitting if at + len(word) not in within), None)

    def _within_ordinary(self, text: str) -> set[int]:
        """The boundaries between two characters of one ordinary word."""
        within: set[int] = set()
        for at, first in enumerate(text):
            word = next((word for word in self._ordinary.get(first, ()) if text.startswith(word, at)), "")
            within.update(range(at + 1, at + len(word)))
        return within


def _by_first_character(words: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """First character -> its words, longest first, so that the first that fits is the one."""
    index: dict[str, list[str]] = {}
    for word in sorted(set(words), key=lambda word: (-len(word), word)):
        index.setdefault(word[0], []).append(word)
    return {first: tuple(found) for first, found in index.items()}
