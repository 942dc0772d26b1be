"""The conditions on words: phrases and regular expressions, said in plain speech."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import re2

from voicebot.qa.rules.hits import Finding, Hit, Stretches, apart, found, full
from voicebot.qa.rules.language import is_negated, is_quoted
from voicebot.qa.rules.phrase_index import Occurrences
from voicebot.qa.rules.talk import Scope, Talk
from voicebot.qa.scorecard.conditions import InPlainSpeech, Pattern, Spoken, Words, compiled, in_turns, re2_options
from voicebot.qa.scorecard.model import PhraseList


@dataclass(frozen=True)
class WordSearch:
    """A Words condition with its lists put in."""

    condition: Words
    phrases: tuple[str, ...]
    unless: tuple[str, ...]

    @cached_property
    def needed(self) -> int:
        need = self.condition.need
        return 1 if need == "any" else len(self.phrases) if need == "all" else need

    def finding(self, talk: Talk, occurrences: Occurrences) -> Finding:
        condition = self.condition
        scope = talk.scope(condition.by, condition.where)
        harmless = Stretches(place for phrase in self.unless for place in occurrences.get(phrase, ()))
        surest: dict[str, float] = {}
        hits: list[Hit] = []
        for phrase in self.phrases:
            for place in occurrences.get(phrase, ()):
                if scope.holds(place.turn, place.start, place.end) and not harmless.cover(place):
                    hit = talk.hit(place.turn, place.start, place.end, place.likeness)
                    if is_plain(talk, hit, condition):
                        hits.append(hit)
                        surest[phrase] = max(surest.get(phrase, 0.0), hit.confidence)
        absence = talk.absence(scope)
        finding = found(apart(hits), condition.times, absence, looked_at(scope, condition))
        if self.needed == 1 or not finding.holds:
            return finding
        if len(surest) < self.needed:
            return Finding(absence, looked=finding.looked)
        return Finding(min(finding.degree, sorted(surest.values(), reverse=True)[self.needed - 1]), finding.hits)


def word_search(condition: Words, lists: dict[str, PhraseList]) -> WordSearch:
    named = [lists[name] for name in condition.lists]
    phrases = dict.fromkeys((*condition.phrases, *(phrase for each in named for phrase in each.says)))
    unless = dict.fromkeys((*condition.unless, *(phrase for each in named for phrase in each.unless)))
    return WordSearch(condition, tuple(phrases), tuple(unless))


class PatternIndex:
    """All regular expressions of a scorecard: one pass tells which of them match at all."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._patterns = tuple(dict.fromkeys(patterns))
        self._set = re2.Set.SearchSet(re2_options())
        for pattern in self._patterns:
            self._set.Add(in_turns(pattern))
        self._set.Add("")  # always matches, which tells "none of them" from "out of memory"
        self._set.Compile()

    def matching(self, talk: Talk) -> frozenset[str]:
        found = self._set.Match(talk.text)
        if found is None:  # RE2 ran out of the memory that it may use: each pattern looks for itself
            return frozenset(self._patterns)
        return frozenset(self._patterns[index] for index in found if index < len(self._patterns))


class PatternSearch:
    def __init__(self, condition: Pattern) -> None:
        self.condition = condition
        self._pattern = compiled(condition.pattern)
        self._unless = compiled(condition.unless) if condition.unless else None

    def finding(self, talk: Talk, matching: frozenset[str]) -> Finding:
        condition = self.condition
        scope = talk.scope(condition.by, condition.where)
        hits: list[Hit] = []
        if condition.pattern in matching:
            harmless = Stretches(_matches(self._unless, talk) if self._unless is not None else ())
            hits = [hit for hit in _matches(self._pattern, talk) if scope.holds(hit.turn, hit.start, hit.end)]
            hits = [hit for hit in hits if not harmless.overlap(hit) and is_plain(talk, hit, condition)]
        return found(hits, condition.times, talk.absence(scope), looked_at(scope, condition))


def is_plain(talk: Talk, hit: Hit, condition: InPlainSpeech) -> bool:
    """Whether it is said as meant, neither denied nor quoted, as far as the condition asks for that."""
    text = talk.texts[hit.turn]
    if not condition.count_negated and is_negated(text, hit.start):
        return False
    return condition.count_quoted or not is_quoted(text, hit.start, hit.end)


def looked_at(scope: Scope, condition: Spoken) -> tuple[int, ...]:
    """The first and last turn of the part that was looked at; empty for the whole call."""
    return (min(scope.parts), max(scope.parts)) if condition.where is not None and scope.parts else ()


def _matches(pattern: Any, talk: Talk) -> list[Hit]:
    hits: list[Hit] = []
    for match in pattern.finditer(talk.text):
        start, end = match.span()
        turn, begin = talk.place(start)
        if start < end and not full(hits, turn):
            hits.append(talk.hit(turn, begin, begin + end - start))
    return hits
