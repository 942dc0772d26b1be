"""What a company folder holds once it is read: one frozen `Company`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, StringConstraints, field_validator, model_validator
from pydantic_core import PydanticCustomError

from dialect_router.agents import Agent
from voicebot.company.flows import Flow
from voicebot.company.model import Model, Name, Sentence
from voicebot.company.records import Customer, Order, Product
from voicebot.company.routing import Routing
from voicebot.company.scripts import CallerScript

Language = Literal["cmn", "yue"]
Example = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
Role = Literal["handover", "goodbye", "greeting", "yes", "no", "repeat", "correction", "none"]


class Hours(Model):
    """When humans call back; the assistant itself answers at any time."""

    opens: time = time(8, 0)
    closes: time = time(22, 0)
    callback_within_minutes: int = Field(default=30, ge=1, le=2880)


class Confidence(Model):
    """How sure the assistant must be, 0..1."""

    accept: float = Field(default=0.55, ge=0, le=1)
    """Act on the intent without asking back."""
    confirm: float = Field(default=0.30, ge=0, le=1)
    """From here up to `accept` ask back ("您是想查订单，对吗？"); below it the utterance counts as not understood."""
    knowledge: float = Field(default=0.35, ge=0, le=1)
    """Least score of a knowledge entry that is spoken as an answer."""

    @model_validator(mode="after")
    def _in_order(self) -> Confidence:
        if self.confirm > self.accept:
            raise PydanticCustomError(
                "voicebot",
                "confidence.confirm is above confidence.accept",
                {"remedy": "Make confirm the smaller one"},
            )
        return self


class Profile(Model):
    """company.toml"""

    name: Sentence
    spoken_name: Sentence
    assistant_name: Sentence
    timezone: str = "Asia/Shanghai"
    languages: tuple[Language, ...] = ("cmn", "yue")
    hotline: str = ""
    hours: Hours = Hours()
    confidence: Confidence = Confidence()

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
            raise PydanticCustomError(
                "voicebot",
                "timezone {value} is unknown",
                {"value": value, "remedy": "Use for example Asia/Shanghai"},
            ) from unknown
        return value


class Intent(Model):
    """intents/NAME.toml. `none.toml` (role = "none") holds what is none of the company's business."""

    name: Name
    title: Sentence
    """Completes "您是想……，对吗？"."""
    description: str = Field(default="", max_length=500)
    examples: tuple[Example, ...]
    flow: Name | None = None
    answer: Name | None = None
    """Prompt key: said as it is."""
    role: Role | None = None

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Intent:
        if sum(value is not None for value in (self.flow, self.answer, self.role)) != 1:
            raise PydanticCustomError(
                "voicebot", "an intent needs exactly one of flow, answer, role",
                {"remedy": "Say what follows when a caller means it: a flow, a prompt, or a role"},
            )  # fmt: skip
        return self


class KnowledgeEntry(Model):
    """One [[entry]] of knowledge/*.toml."""

    id: Name
    question: Example
    variants: tuple[Example, ...] = ()
    answer: LongText
    answer_yue: LongText | None = None
    tags: tuple[str, ...] = ()
    product: str | None = None
    """Name of a product in products.csv, when the entry is about that one only."""


class Prompt(Model):
    """One [prompts.KEY] of prompts.toml: `text`, or `variants` that take turns."""

    text: Sentence = ""
    variants: tuple[Sentence, ...] = ()
    yue: Sentence = ""
    interruptible: bool = True

    @model_validator(mode="after")
    def _says_something(self) -> Prompt:
        if bool(self.text) == bool(self.variants):
            raise PydanticCustomError(
                "voicebot", "a prompt needs text or variants, not both", {"remedy": "Give it one of the two"}
            )
        return self

    def wordings(self, language: Language) -> tuple[str, ...]:
        """What may be said, at least one; Mandarin where there is no Cantonese wording."""
        if language == "yue" and self.yue:
            return (self.yue,)
        return self.variants or (self.text,)


class Company(Model):
    directory: Path
    profile: Profile
    dictionary: tuple[str, ...] = ()
    """Lines `word [frequency] [tag]` for jieba."""
    intents: Mapping[str, Intent] = {}
    flows: Mapping[str, Flow] = {}
    knowledge: tuple[KnowledgeEntry, ...] = ()
    prompts: Mapping[str, Prompt] = {}
    customers: tuple[Customer, ...] = ()
    orders: tuple[Order, ...] = ()
    products: tuple[Product, ...] = ()
    callers: Mapping[str, CallerScript] = {}
    agents: tuple[Agent, ...] = ()
    """None: nobody but the assistant answers, and humans ring back."""
    routing: Routing = Routing()

    @property
    def product_names(self) -> frozenset[str]:
        """Every name that callers give a product."""
        return frozenset(name for product in self.products for name in (product.name, *product.aliases))

    @property
    def words(self) -> tuple[str, ...]:
        """The dictionary's words alone, as hotwords."""
        return tuple(line.split()[0] for line in self.dictionary)
