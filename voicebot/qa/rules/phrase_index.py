"""All phrases of a scorecard, looked for in one pass over a call (Aho-Corasick): as words, and as they sound."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import eq
from typing import Any, Final

import ahocorasick

from voicebot.qa.rules.hits import MOST_IN_A_TURN, full
from voicebot.qa.rules.sounds import sound
from voicebot.qa.rules.talk import Talk, plain

SAME_SOUND: Final = 0.85
"""Likeness of words that sound the same but are written otherwise."""
SHORT_SOUND: Final = 0.6
"""The same for two syllables, which much else sounds like."""
_LEAST_SYLLABLES: Final = 2
_ONE_MAY_DIFFER: Final = 4
"""Syllables from which on one may be another."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    turn: int
    start: int
    end: int
    likeness: float = 1.0


Occurrences = Mapping[str, Sequence[Occurrence]]


class PhraseIndex:
    """`alike`: those of the phrases that are looked for by their sound, too."""

    def __init__(self, phrases: Iterable[str], alike: Iterable[str] = ()) -> None:
        self._words = _automaton({plain(phrase): (phrase,) for phrase in phrases})
        self._sounds = _SoundIndex(phrase for phrase in alike if len(phrase) >= _LEAST_SYLLABLES)

    def find(self, talk: Talk) -> Occurrences:
        """Where each phrase occurs; those that do not are missing."""
        found: dict[str, list[Occurrence]] = defaultdict(list)
        if self._words is not None:
            for last, (phrase,) in self._words.iter(talk.text):
                turn, end = talk.place(last)
                if not full(found[phrase], turn):
                    found[phrase].append(Occurrence(turn, end + 1 - len(phrase), end + 1))
        for phrase, heard in self._sounds.find(talk).items():
            written = {(each.turn, each.start) for each in found.get(phrase, ())}
            found[phrase] += [each for each in heard if (each.turn, each.start) not in written]
        return found


class _SoundIndex:
    """A phrase of four syllables or more is found by either half, and then compared as a whole."""

    def __init__(self, phrases: Iterable[str]) -> None:
        seeds: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
        for phrase in dict.fromkeys(phrases):
            whole = sound(plain(phrase))
            half = len(whole) // 2
            for start, seed in ((0, whole[:half]), (half, whole[half:])) if _may_differ(whole) else ((0, whole),):
                seeds[seed].append((phrase, whole, start))
        self._seeds = _automaton({seed: tuple(places) for seed, places in seeds.items()})

    def find(self, talk: Talk) -> Occurrences:
        found: dict[str, dict[int, Occurrence]] = defaultdict(dict)
        if self._seeds is None:
            return {}
        taken: Counter[tuple[str, int]] = Counter()
        heard = sound(talk.text)
        for last, places in self._seeds.iter(heard):
            for phrase, whole, offset in places:
                length = len(whole) // 2 if _may_differ(whole) and offset == 0 else len(whole) - offset
                start = last + 1 - length - offset
                likeness = _likeness(heard[start : start + len(whole)], whole) if start >= 0 else 0.0
                if likeness == 0:
                    continue
                turn, begin = talk.place(start)
                if taken[phrase, turn] < MOST_IN_A_TURN:
                    taken[phrase, turn] += 1
                    found[phrase][start] = Occurrence(turn, begin, begin + len(whole), likeness)
        return {phrase: list(places.values()) for phrase, places in found.items()}


def _likeness(heard: str, whole: str) -> float:
    """0 where more than one syllable differs."""
    if heard == whole:
        return SAME_SOUND if len(whole) > _LEAST_SYLLABLES else SHORT_SOUND
    if len(heard) < len(whole) or not _may_differ(whole) or "\n" in heard:
        return 0.0
    same = sum(map(eq, heard, whole))
    return SAME_SOUND * same / len(whole) if same == len(whole) - 1 else 0.0


def _may_differ(whole: str) -> bool:
    return len(whole) >= _ONE_MAY_DIFFER


def _automaton(words: Mapping[str, tuple[Any, ...]]) -> Any:
    if not words:
        return None
    automaton = ahocorasick.Automaton()
    for word, payload in words.items():
        automaton.add_word(word, payload)
    automaton.make_automaton()
    return automaton
