"""How alike Chinese words sound: a recogniser that errs writes another word of the same or nearly the same sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

_SAME_ON_THE_PHONE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("h", "f"))
"""Initials that southern speakers and a telephone band do not keep apart."""
_LISTENED_TO = 60
"""Characters at the beginning of an utterance that are compared by sound; each takes some 15 microseconds."""


@lru_cache(maxsize=4096)
def syllables(text: str) -> tuple[str, ...]:
    """Pinyin without tones, with sounds that are often confused made the same; other characters stay."""
    return tuple(_folded(syllable) for syllable in lazy_pinyin(text, style=Style.NORMAL))


def _folded(syllable: str) -> str:
    for initial, plain in _SAME_ON_THE_PHONE:
        if syllable.startswith(initial):
            syllable = plain + syllable[len(initial) :]
            break
    return syllable[:-1] if syllable.endswith("ng") else syllable


def sounds_in(text: str, names: Mapping[str, Sequence[str]]) -> str | None:
    """The key one of whose words is in `text`: as written, else as it sounds (one syllable in three may differ).

    The longest word wins; None when two keys fit equally well.
    """
    written = _best({
        key: max((len(word) for word in words if word in text), default=0) for key, words in names.items()
    })  # fmt: skip
    if written:
        return written
    heard = syllables(text[:_LISTENED_TO])
    sounds = frozenset(heard)
    return _best({
        key: max((_likeness(heard, sounds, syllables(word)) for word in words if len(word) > 1), default=0)
        for key, words in names.items()
    })  # fmt: skip


def _best(scores: Mapping[str, int]) -> str | None:
    best = max(scores.values(), default=0)
    winners = [key for key, score in scores.items() if score == best]
    return winners[0] if best > 0 and len(winners) == 1 else None


def _likeness(heard: Sequence[str], sounds: frozenset[str], word: Sequence[str]) -> int:
    """Syllables of `word` found in place somewhere in `heard`, whose set is `sounds`; 0 when too many differ."""
    allowed = len(word) // 3
    if sum(map(sounds.__contains__, word)) < len(word) - allowed:  # the usual case, told at once
        return 0
    windows = (heard[start : start + len(word)] for start in range(len(heard) - len(word) + 1))
    same = max((sum(a == b for a, b in zip(window, word, strict=True)) for window in windows), default=0)
    return same if len(word) - same <= allowed else 0


def edit_distance(a: str, b: str) -> int:
    """Levenshtein: insertions, deletions, substitutions."""
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, start=1):
        previous, row[0] = row[0], i
        for j, right in enumerate(b, start=1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (left != right))
    return row[-1]
