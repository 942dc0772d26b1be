"""The conditions of one scorecard, made ready to be looked for in many calls."""

from __future__ import annotations

from functools import cached_property

from voicebot.qa.rules import audio, conduct, entities, likeness
from voicebot.qa.rules.hits import Finding
from voicebot.qa.rules.phrase_index import Occurrences, PhraseIndex
from voicebot.qa.rules.talk import Talk
from voicebot.qa.rules.words import PatternIndex, PatternSearch, WordSearch, word_search
from voicebot.qa.scorecard.conditions import (
    AnyCondition,
    Emotion,
    EmotionCourse,
    Entity,
    Facts,
    Pattern,
    Procedure,
    Promised,
    PromiseStanding,
    Repeated,
    Similar,
    Words,
)
from voicebot.qa.scorecard.model import Scorecard
from voicebot.qa.scorecard.packaged_lists import packaged_lists


class Searches:
    """Built once for a scorecard: phrases, patterns and samples of all conditions are looked for together."""

    def __init__(self, card: Scorecard) -> None:
        lists = {**packaged_lists(), **card.phrases}
        conditions = card.conditions
        self._conditions = conditions
        self._words = {name: word_search(each, lists) for name, each in conditions.items() if isinstance(each, Words)}
        self._patterns = {name: PatternSearch(each) for name, each in conditions.items() if isinstance(each, Pattern)}
        self.phrases = PhraseIndex(
            (phrase for search in self._words.values() for phrase in (*search.phrases, *search.unless)),
            (phrase for search in self._words.values() if search.condition.sounds_alike for phrase in search.phrases),
        )
        self.patterns = PatternIndex(search.condition.pattern for search in self._patterns.values())
        self.samples = likeness.SampleIndex(
            sample for each in conditions.values() if isinstance(each, Similar) for sample in each.samples
        )

    def condition(self, name: str) -> AnyCondition:
        return self._conditions[name]

    def words(self, name: str) -> WordSearch:
        return self._words[name]

    def pattern(self, name: str) -> PatternSearch:
        return self._patterns[name]


class Findings:
    """What the conditions come to in one call, each found out when first asked for."""

    def __init__(self, searches: Searches, talk: Talk) -> None:
        self._searches = searches
        self._talk = talk
        self._known: dict[str, Finding] = {}

    def of(self, name: str) -> Finding:
        if name not in self._known:
            self._known[name] = self._look(name, self._searches.condition(name))
        return self._known[name]

    @cached_property
    def _occurrences(self) -> Occurrences:
        return self._searches.phrases.find(self._talk)

    @cached_property
    def _matching(self) -> frozenset[str]:
        return self._searches.patterns.matching(self._talk)

    @cached_property
    def _near(self) -> Occurrences:
        return self._searches.samples.find(self._talk)

    def _look(self, name: str, condition: AnyCondition) -> Finding:
        talk = self._talk
        match condition:
            case Words():
                return self._searches.words(name).finding(talk, self._occurrences)
            case Pattern():
                return self._searches.pattern(name).finding(talk, self._matching)
            case Similar():
                return likeness.similar(condition, talk, self._near)
            case Repeated():
                return likeness.repetitions(condition, talk)
            case Entity():
                return entities.entities(condition, talk)
            case Emotion():
                return conduct.emotion(condition, talk)
            case EmotionCourse():
                return conduct.emotion_course(condition, talk)
            case Promised():
                return conduct.promised(condition, talk)
            case PromiseStanding():
                return conduct.promises_standing(condition, talk.material)
            case Procedure():
                return conduct.procedure(condition, talk)
            case Facts():
                return conduct.facts(condition, talk.material)
            case _:
                return audio.audio(condition, talk.material.measures)
