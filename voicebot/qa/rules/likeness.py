"""Sentences that say about the same: as a sample of the scorecard, or as one that was said before."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Final

from voicebot.qa.rules.hits import Finding, apart, found, full
from voicebot.qa.rules.language import is_question, negations
from voicebot.qa.rules.phrase_index import Occurrence, Occurrences
from voicebot.qa.rules.talk import Sentence, Talk, plain
from voicebot.qa.rules.words import looked_at
from voicebot.qa.scorecard.conditions import Repeated, Similar

_WINDOW: Final = 60
"""Characters that are compared at once: recognised speech often comes without punctuation, and a long stretch of it
holds the pairs of any sentence somewhere."""
_LEAST: Final = 0.3
"""Likeness under which nobody would ask for a sample."""
_NEARLY: Final = 0.85
"""Share of the least likeness from which on it is doubtful whether a sentence is not meant."""
_DOUBT: Final = 0.4
_SHORTEST_QUESTION: Final = 4
_MOST_SENTENCES: Final = 2000
_MOST_LIKE: Final = 50
"""Earlier sentences with a pair in common that one is compared with."""


class SampleIndex:
    """All sample sentences of a scorecard, compared with a sentence in one pass over its pairs of characters."""

    def __init__(self, samples: Iterable[str]) -> None:
        self._samples = tuple(dict.fromkeys(samples))
        texts = [plain(sample) for sample in self._samples]
        self._sizes = [len(pairs(text)) for text in texts]
        self._odd = [negations(text) % 2 for text in texts]
        self._holding: dict[str, list[int]] = defaultdict(list)
        for index, text in enumerate(texts):
            for pair in pairs(text):
                self._holding[pair].append(index)

    def find(self, talk: Talk) -> Occurrences:
        """For each sample the sentences that share pairs with it, and the share of them."""
        near: dict[str, list[Occurrence]] = defaultdict(list)
        if self._samples:
            for sentence in talk.sentences:
                for part in _parts(sentence):
                    self._compare(part, near)
        return near

    def _compare(self, part: Sentence, near: dict[str, list[Occurrence]]) -> None:
        shared = Counter(index for pair in pairs(part.text) for index in self._holding.get(pair, ()))
        odd: int | None = None
        for index, count in shared.items():
            likeness = count / self._sizes[index]
            sample = self._samples[index]
            if likeness < _LEAST or full(near[sample], part.turn):
                continue
            odd = negations(part.text) % 2 if odd is None else odd
            if odd == self._odd[index]:
                near[sample].append(Occurrence(part.turn, part.start, part.end, likeness))


def similar(condition: Similar, talk: Talk, near: Occurrences) -> Finding:
    scope = talk.scope(condition.by, condition.where)
    places = [place for sample in condition.samples for place in near.get(sample, ())]
    places = [place for place in places if scope.holds(place.turn, place.start, place.end)]
    least = condition.likeness
    hits = [
        talk.hit(place.turn, place.start, place.end, _sureness(place.likeness, least))
        for place in places
        if place.likeness >= least
    ]
    nearly = any(place.likeness >= _NEARLY * least for place in places)
    absence = max(talk.absence(scope), _DOUBT if nearly else 0.0)
    return found(apart(hits), condition.times, absence, looked_at(scope, condition))


def _sureness(likeness: float, least: float) -> float:
    """A sentence that is only just alike is only just believed."""
    return 1.0 if least >= 1 else 1 - (1 - likeness) / (1 - least) * _DOUBT


def repetitions(condition: Repeated, talk: Talk) -> Finding:
    """The sentence that was said most often; it holds when that was `times` times."""
    scope = talk.scope(condition.by, condition.where)
    groups: list[list[Sentence]] = []
    group_of: list[int] = []
    group_of_text: dict[str, int] = {}
    seen: list[frozenset[str]] = []
    holding: dict[str, list[int]] = defaultdict(list)
    for sentence in _repeatable(condition, talk):
        if not scope.holds(sentence.turn, sentence.start, sentence.end):
            continue
        if sentence.text in group_of_text:
            groups[group_of_text[sentence.text]].append(sentence)
            continue
        own = pairs(sentence.text)
        like = _most_like(own, seen, holding, condition.likeness)
        group = group_of[like] if like is not None else len(groups)
        if like is None:
            groups.append([])
        groups[group].append(sentence)
        group_of_text[sentence.text] = group
        for pair in own:
            holding[pair].append(len(seen))
        group_of.append(group)
        seen.append(own)
    most = max(groups, key=len, default=[])
    hits = [talk.hit(sentence.turn, sentence.start, sentence.end) for sentence in most]
    return found(hits, condition.times, 0.0, looked_at(scope, condition))


def _repeatable(condition: Repeated, talk: Talk) -> Iterator[Sentence]:
    for sentence in talk.sentences[:_MOST_SENTENCES]:
        long_enough = _SHORTEST_QUESTION <= len(sentence.text) <= 2 * _WINDOW
        if long_enough and (not condition.questions_only or is_question(sentence.text)):
            yield sentence


def _most_like(
    own: frozenset[str], seen: list[frozenset[str]], holding: Mapping[str, list[int]], least: float
) -> int | None:
    shared = Counter(index for pair in own for index in holding.get(pair, ())[-_MOST_LIKE:])
    alike = {index: 2 * count / (len(own) + len(seen[index])) for index, count in shared.items()}
    best = max(alike, key=lambda index: alike[index], default=None)
    return best if best is not None and alike[best] >= least else None


def pairs(text: str) -> frozenset[str]:
    """Pairs of neighbouring letters and characters; punctuation does not count."""
    return frozenset(a + b for a, b in pairwise(character for character in text if character.isalnum()))


def _parts(sentence: Sentence) -> Iterator[Sentence]:
    """A long sentence in windows that overlap by half."""
    text = sentence.text
    for begin in range(0, max(1, len(text) - _WINDOW // 2), _WINDOW // 2):
        end = min(len(text), begin + _WINDOW)
        yield Sentence(sentence.turn, sentence.start + begin, sentence.start + end, text[begin:end])
