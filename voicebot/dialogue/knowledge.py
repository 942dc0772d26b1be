"""Which knowledge entry answers a question, if any: BM25 finds candidates, a score of 0..1 decides.

The score weighs two overlaps by how telling each token is: with the entry's nearest phrasing, and how much of the
question the entry covers with all it says. Tokens are words (jieba), characters and their pairs, and pairs of sounds
(for what the recogniser misheard). A token that no entry has is the most telling, so that a question about something
unknown scores low everywhere.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import bm25s
import jieba
import numpy as np

from voicebot.company.schema import KnowledgeEntry
from voicebot.dialogue.lexicon import lexicon, without_leading
from voicebot.dialogue.sound import syllables
from voicebot.dialogue.types import KnowledgeAnswer

_CANDIDATES = 20
_NOT_WORDS = re.compile(r"[\W_]+")
_WEIGHTS = (0.2, 0.4, 0.4)
"""Of words, characters and sounds."""
_COVERAGE = 0.6
"""Share of coverage by the whole entry in the score; the rest is likeness to one phrasing.

These weights and `_SAME_PRODUCT` were chosen on the sample company, each phrasing asked of an index without it: the
right entry comes first for 71 % (likeness alone: 46 %). At a least score of 0.4, 58 % are answered rightly, 14 %
wrongly, and 2 % of off-topic sentences get an answer; at 0.35 it is 63 %, 19 % and 4 %. With the phrasing in the index
and a fifth of its characters replaced by others of the same sound, 98 % are answered rightly.
"""
_SAME_PRODUCT = 0.2
"""How much of what is missing to 1 an entry gains that is about the very product asked for."""

View = Callable[[str], list[str]]
Tokens = tuple[frozenset[str], ...]
"""One set a view."""


@dataclass(frozen=True, slots=True)
class _Bag:
    """Tokens of one view with the sum of their weights."""

    tokens: frozenset[str]
    weight: float


Bags = tuple[_Bag, ...]
"""One a view."""


@dataclass(frozen=True, slots=True)
class _Indexed:
    entry: KnowledgeEntry
    phrasings: tuple[Bags, ...]
    everything: Bags


class KnowledgeIndex:
    """The knowledge of one company, ready to be searched. Building takes about a second (jieba's dictionary)."""

    def __init__(
        self, entries: Sequence[KnowledgeEntry], *, dictionary: Iterable[str] = (), least_score: float = 0.4
    ) -> None:
        """`dictionary`: lines `word [frequency] [tag]`. `least_score`: below it nothing is an answer."""
        self._least_score = least_score
        self._views: tuple[View, ...] = (_Words(dictionary), _characters, _sounds)
        phrasings = [self._tokens(text) for entry in entries for text in (entry.question, *entry.variants)]
        self._rarity = [_Rarity([phrasing[view] for phrasing in phrasings]) for view in range(len(self._views))]
        self._entries = [self._indexed(entry) for entry in entries]
        self._bm25 = bm25s.BM25()
        if entries:
            corpus = [[*entry.everything[0].tokens, *entry.everything[1].tokens] for entry in self._entries]
            self._bm25.index(corpus, show_progress=False)

    def _indexed(self, entry: KnowledgeEntry) -> _Indexed:
        phrasings = tuple(self._tokens(text) for text in (entry.question, *entry.variants))
        about = self._tokens(" ".join((entry.answer, entry.answer_yue or "", entry.product or "", *entry.tags)))
        everything = tuple(frozenset().union(*sets) for sets in zip(about, *phrasings, strict=True))
        return _Indexed(entry, tuple(map(self._weighed, phrasings)), self._weighed(everything))

    def search(self, question: str, *, product: str | None = None) -> KnowledgeAnswer | None:
        """The answer to `question`, or None. With a `product`, entries about other products do not count."""
        asked = self._weighed(self._tokens(question))
        scored = [
            (self._score(asked, candidate, product), candidate.entry)
            for candidate in self._candidates([*asked[0].tokens, *asked[1].tokens])
            if product is None or candidate.entry.product in (None, product)
        ]
        score, entry = max(scored, key=lambda found: found[0], default=(0.0, None))
        if entry is None or score < self._least_score:
            return None
        return KnowledgeAnswer(entry.id, entry.answer, entry.answer_yue, score, entry.product)

    def _tokens(self, text: str) -> Tokens:
        plain = _plain(text)
        return tuple(frozenset(view(plain)) for view in self._views)

    def _weighed(self, tokens: Tokens) -> Bags:
        return tuple(rarity.bag(each) for rarity, each in zip(self._rarity, tokens, strict=True))

    def _candidates(self, tokens: list[str]) -> list[_Indexed]:
        if not (tokens and self._entries):
            return []
        count = min(_CANDIDATES, len(self._entries))
        found, scores = self._bm25.retrieve([tokens], k=count, show_progress=False)
        return [self._entries[int(i)] for i in found[0][np.asarray(scores[0]) > 0]]

    def _score(self, asked: Bags, candidate: _Indexed, product: str | None) -> float:
        likeness = max(self._weighted(_Rarity.likeness, asked, phrasing) for phrasing in candidate.phrasings)
        coverage = self._weighted(_Rarity.coverage, asked, candidate.everything)
        score = (1 - _COVERAGE) * likeness + _COVERAGE * coverage
        same_product = product is not None and candidate.entry.product == product
        return score + _SAME_PRODUCT * (1 - score) if same_product else score

    def _weighted(self, measure: Callable[[_Rarity, _Bag, _Bag], float], asked: Bags, known: Bags) -> float:
        views = zip(_WEIGHTS, self._rarity, asked, known, strict=True)
        return sum(weight * measure(rarity, a, b) for weight, rarity, a, b in views)


class _Words:
    """jieba with the company's own words; fillers left out."""

    def __init__(self, dictionary: Iterable[str]) -> None:
        self._tokenizer = jieba.Tokenizer()
        self._fillers = frozenset(lexicon().fillers)
        for line in dictionary:
            word, *details = line.split()
            frequency = int(details[0]) if details and details[0].isdigit() else None
            self._tokenizer.add_word(word, frequency)

    def __call__(self, plain: str) -> list[str]:
        return [word for word in self._tokenizer.cut_for_search(plain) if word not in self._fillers]


def _plain(text: str) -> str:
    """Without punctuation and 我想问, and with one word for each sense (怎么, 点样, 咋个)."""
    senses = lexicon().same_sense
    text = without_leading(_NOT_WORDS.sub("", text.lower()), lexicon().lead_ins)
    longest_first = "|".join(sorted(map(re.escape, senses), key=len, reverse=True))
    return re.sub(longest_first, lambda match: senses[match[0]], text)


def _characters(plain: str) -> list[str]:
    """Single characters and pairs."""
    return [*plain, *_pairs(plain)]


def _sounds(plain: str) -> list[str]:
    return _pairs(syllables(plain))


def _pairs(items: Sequence[str]) -> list[str]:
    return [a + b for a, b in pairwise(items)]


class _Rarity:
    """How telling each token is: inverse document frequency; a token never seen is the most telling."""

    def __init__(self, phrasings: Sequence[frozenset[str]]) -> None:
        counts = Counter(token for tokens in phrasings for token in tokens)
        total = len(phrasings)
        self._weights = _Weights(math.log(1 + (total + 0.5) / 0.5))
        for token, count in counts.items():
            self._weights[token] = math.log(1 + (total - count + 0.5) / (count + 0.5))

    def bag(self, tokens: frozenset[str]) -> _Bag:
        return _Bag(tokens, self._sum(tokens))

    def likeness(self, asked: _Bag, known: _Bag) -> float:
        """Dice coefficient by weight, 0..1."""
        everything = asked.weight + known.weight
        return 2 * self._sum(asked.tokens & known.tokens) / everything if everything else 0.0

    def coverage(self, asked: _Bag, known: _Bag) -> float:
        """Share of `asked` that is `known`, by weight, 0..1."""
        return self._sum(asked.tokens & known.tokens) / asked.weight if asked.weight else 0.0

    def _sum(self, tokens: Iterable[str]) -> float:
        return sum(map(self._weights.__getitem__, tokens))  # hundreds of times a question: the loop is C's


class _Weights(dict[str, float]):
    def __init__(self, unseen: float) -> None:
        super().__init__()
        self._unseen = unseen

    def __missing__(self, token: str) -> float:
        return self._unseen
