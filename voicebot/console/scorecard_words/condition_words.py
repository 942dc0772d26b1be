"""A condition of a scorecard as a sentence. Nothing of it is lost: two different ones are two different sentences.

Only regular expressions are not for everybody to read: they are said by examples, and given whole beside the sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from voicebot.console.scorecard_words.pattern_examples import pattern_examples
from voicebot.console.texts import Texts
from voicebot.qa.scorecard.conditions import (
    AnyCondition,
    Emotion,
    EmotionCourse,
    Entity,
    Facts,
    Hold,
    InPlainSpeech,
    Interruptions,
    Latency,
    Pattern,
    Procedure,
    Promised,
    PromiseStanding,
    Repeated,
    Silence,
    Similar,
    Sound,
    Speed,
    Spoken,
    TalkOver,
    Words,
)
from voicebot.qa.scorecard.model import PhraseList
from voicebot.qa.scorecard.packaged_lists import packaged_lists

_SOME: Final = 3
"""Phrases of a list that are named for example."""


class ConditionWords:
    """Says conditions of one scorecard in one language."""

    def __init__(self, t: Texts, lists: Mapping[str, PhraseList], intent: Callable[[str], str]) -> None:
        """lists: the scorecard's own. intent: what an intent is called."""
        self._t = t
        self._lists = {**lists, **packaged_lists()}
        self._intent = intent

    def __call__(self, condition: AnyCondition) -> str:
        said = self._t("rule.joint").join([self._what(condition), *self._how(condition)])
        return f"{said[:1].upper()}{said[1:]}{self._t('rule.end')}"

    def _what(self, condition: AnyCondition) -> str:
        """What is looked for, and where."""
        match condition:
            case Facts():
                return self._t("rule.and").join(self._facts(condition)) or self._t("condition.every_call")
            case Spoken():
                return self._spoken(condition)
            case EmotionCourse(course=course):
                return self._t(f"condition.emotion_course_{course}")
            case PromiseStanding(standing=standing):
                return self._t(f"condition.promise_standing_{standing}")
            case Procedure(share=share):
                return self._t("condition.procedure", share=_share(share))
            case Hold(longer_than_s=0):
                return self._t("condition.hold_any")
            case Silence() | Hold() | TalkOver() | Latency():
                return self._t(f"condition.{condition.find}", seconds=plain(condition.longer_than_s))
            case Interruptions(by=by):
                return self._t("condition.interruption", who=self._who(by))
            case Speed():
                return self._speed(condition)
            case Sound(by=by, problems=problems):
                what = self._t.listed(self._t(f"sound.{each}") for each in problems)
                return self._t("condition.sound", who=self._who(by), what=what)

    def _spoken(self, condition: Spoken) -> str:
        t, what, count, kind = self._t, "", 0, ""
        match condition:
            case Words(phrases=phrases, lists=lists, need=need):
                what = t.listed([*map(self._named, phrases), *map(self._list, lists)])
                kind, count = (f"words_{need}", 0) if isinstance(need, str) else ("words_some", need)
            case Pattern(pattern=pattern):
                what = self._each(pattern_examples(pattern))
                kind = "pattern" if what else "pattern_alone"
            case Similar(samples=samples):
                kind, what = "similar", self._each(samples)
            case Repeated(questions_only=only):
                kind = "repeated_questions" if only else "repeated_anything"
            case Entity(entities=entities):
                kind, what = "entity", t.listed(t(f"entity.{each}") for each in entities)
            case Emotion(emotions=emotions):
                kind, what = "emotion", t.listed(t.named("mood", each) for each in emotions)
            case Promised(timed=timed):
                kind = {None: "promise", True: "promise_timed", False: "promise_untimed"}[timed]
        window = condition.where
        where = t(f"condition.{window.end}_{window.unit}", count=window.count) if window else ""
        return t(f"condition.{kind}", who=self._who(condition.by), where=where, what=what, count=count)

    def _how(self, condition: AnyCondition) -> Iterable[str]:
        """What else is asked for, and what counts, too."""
        t = self._t
        if isinstance(condition, Similar | Repeated):
            yield t("condition.likeness", share=_share(condition.likeness))
        if isinstance(condition, TalkOver) and condition.total_s:
            yield t("condition.total", seconds=plain(condition.total_s))
        if isinstance(condition, Procedure) and condition.in_order:
            yield t("condition.procedure_in_order")
        if (times := getattr(condition, "times", 1)) > 1:
            yield t("condition.times", count=times)
        if isinstance(condition, Words) and condition.unless:
            yield t("condition.unless", what=self._each(condition.unless))
        if isinstance(condition, Pattern) and condition.unless:
            what = self._each(pattern_examples(condition.unless))
            yield t("condition.pattern_unless" if what else "condition.pattern_unless_alone", what=what)
        if isinstance(condition, Words) and condition.sounds_alike:
            yield t("condition.sounds_alike")
        if isinstance(condition, InPlainSpeech) and condition.count_negated:
            yield t("condition.count_negated")
        if isinstance(condition, InPlainSpeech) and condition.count_quoted:
            yield t("condition.count_quoted")

    def _facts(self, facts: Facts) -> Iterable[str]:
        t = self._t
        known: Mapping[str, Iterable[str]] = {
            "kinds": [t.named("card_kind", kind) for kind in facts.kinds],
            "intents": map(self._intent, facts.intents),
            "outcomes": [t.named("outcome", outcome) for outcome in facts.outcomes],
        }
        for key, each in known.items():
            if what := t.listed(each):
                yield t(f"condition.{key}", what=what)
        for key in ("known_caller", "has_procedure"):
            if (holds := getattr(facts, key)) is not None:
                yield t(f"condition.{key}" if holds else f"condition.{key}_not")
        if facts.longer_than_s is not None:
            yield t("condition.longer_than_s", seconds=plain(facts.longer_than_s))

    def _speed(self, speed: Speed) -> str:
        bounds = {key: plain(value) for key in ("above", "below") if (value := getattr(speed, key)) is not None}
        kind = "outside" if len(bounds) > 1 else next(iter(bounds))
        return self._t(f"condition.speed_{kind}", who=self._who(speed.by), **bounds)

    def _list(self, name: str) -> str:
        says = self._lists[name].says
        called = self._lists[name].title or self._t.named("phrase_list", name).replace("_", " ")
        return self._t("condition.list", name=called, some=self._each(says[:_SOME]), count=len(says))

    def _who(self, speaker: str) -> str:
        return self._t(f"speaker.{speaker}")

    def _each(self, words: Iterable[str]) -> str:
        return self._t.listed(map(self._named, words))

    def _named(self, words: str) -> str:
        return self._t("rule.named", what=words)


def patterns(condition: AnyCondition) -> Mapping[str, str]:
    """Its regular expressions as they are written, by key."""
    keys = ("pattern", "unless") if isinstance(condition, Pattern) else ()
    return {key: text for key in keys if (text := getattr(condition, key))}


def plain(number: float) -> str:
    """Without a fraction of zeros, and without an exponent."""
    return f"{number:.6f}".rstrip("0").rstrip(".")


def _share(share: float) -> str:
    return f"{plain(100 * share)}%"
