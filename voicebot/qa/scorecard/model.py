"""A scorecard: what a call is worth, item by item."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, PlainSerializer, PlainValidator, SkipValidation, model_validator
from pydantic_core import PydanticCustomError

from voicebot.company.model import Model, Name
from voicebot.qa.material import CallKind, CallMaterial
from voicebot.qa.scorecard.conditions import AnyCondition, Phrase, Share
from voicebot.qa.scorecard.expressions import Expression, ExpressionError, parse


def _expression(value: object) -> object:
    if not isinstance(value, str):
        message, remedy = "is no expression", 'Put it in quotes: "greets and not late"'
        raise PydanticCustomError("voicebot", message, {"remedy": remedy})
    try:
        return parse(value)
    except ExpressionError as error:
        raise PydanticCustomError("voicebot", "{what}", {"what": str(error), "remedy": error.remedy}) from error


Rule = Annotated[Expression, PlainValidator(_expression), PlainSerializer(str)]


class Applies(Model):
    """Which calls are meant; what is not given is not asked for."""

    kinds: tuple[CallKind, ...] = ()
    directions: tuple[Literal["inbound", "outbound"], ...] = ()
    intents: tuple[Name, ...] = ()
    teams: tuple[str, ...] = ()
    languages: tuple[Literal["cmn", "yue"], ...] = ()

    def to(self, call: CallMaterial) -> bool:
        return (
            (not self.kinds or call.kind in self.kinds)
            and (not self.directions or call.direction in self.directions)
            and (not self.intents or any(intent in self.intents for intent in call.intents))
            and (not self.teams or call.team in self.teams)
            and (not self.languages or call.language in self.languages)
        )


class Dimension(Model):
    title: str = Field(min_length=1, max_length=20)
    apart: bool = False
    """Its score is given on its own and is no part of the total (合规)."""


class PhraseList(Model):
    """[phrases.NAME]: phrases that several conditions look for. `title` names it to people."""

    title: str = Field(default="", max_length=40)
    says: tuple[Phrase, ...] = Field(min_length=1)
    unless: tuple[Phrase, ...] = ()
    """Longer phrases within which they are harmless."""


class Item(Model):
    """One thing that is scored. It is decided by `requires`, by `forbids`, or by a judge."""

    name: Name
    dimension: Name
    title: str = Field(min_length=1, max_length=40)
    weight: float = Field(gt=0, le=100)
    fatal: bool = False
    """一票否决: when it fails, the total is 0."""
    applies: Applies = Applies()
    when: Rule | None = None
    """The item counts only in calls where this holds."""
    unless: Rule | None = None
    """Exceptions: the item does not count where this holds."""
    requires: Rule | None = None
    """It passes when this holds."""
    forbids: Rule | None = None
    """It fails when this holds."""
    judge: Name | None = None
    """What a model or a language model is to judge: empathy, resolution, correctness, emotion_course."""
    question: str = Field(default="", max_length=300)
    """The question to a judge that can read."""
    confidence: Share = 0.7
    """An answer that is less sure is for a person, and is not scored."""
    least_kappa: Share = 0.6
    """Agreement with people beyond chance; with less, measured on blind samples, the item only assists a person."""
    advice: str = Field(default="", max_length=200)
    """What to do better, for the agent whose call failed."""

    @model_validator(mode="after")
    def _is_decided_somehow(self) -> Item:
        if sum(way is not None for way in (self.requires, self.forbids, self.judge)) != 1:
            remedy = "Give it exactly one of requires, forbids and judge"
            about = {"name": self.name, "remedy": remedy}
            raise PydanticCustomError("voicebot", "item {name} is not decided by one thing", about)
        return self

    @property
    def rules(self) -> Mapping[str, Expression]:
        """Its expressions, by key."""
        keys = ("when", "unless", "requires", "forbids")
        return {key: rule for key in keys if (rule := getattr(self, key)) is not None}


class Scorecard(Model):
    """scorecards/NAME.toml"""

    name: Name
    """The file's name without `.toml`."""
    title: str = Field(min_length=1, max_length=40)
    version: str = Field(min_length=1, max_length=20)
    applies: Applies = Applies()
    shortest_s: float = Field(default=5, ge=0)
    """Calls that were shorter are not scored."""
    least_decided: Share = 0.5
    """Share of the weight that has to be decided; with less there is no total."""
    dimensions: Mapping[Name, Dimension] = Field(min_length=1)
    phrases: Mapping[Name, PhraseList] = {}
    conditions: Annotated[Mapping[Name, AnyCondition], SkipValidation] = {}
    items: tuple[Item, ...] = Field(min_length=1)
    text: str = Field(default="", repr=False)
    """The file as it was read: what a score is kept with."""

    @cached_property
    def hash(self) -> str:
        """Names this text; two versions that differ in one character have different ones."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]

    def item(self, name: str) -> Item | None:
        return next((item for item in self.items if item.name == name), None)
