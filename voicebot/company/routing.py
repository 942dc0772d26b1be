"""Who takes which call: routing.toml. Everything has a default, so the file may be short or missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from dialect_router.assignment import AssignmentPolicy
from dialect_router.callbacks import CallbackPolicy
from dialect_router.pairs import PARTS, Prices
from dialect_router.presence import PresenceConfig
from dialect_router.queue import HeadStart
from dialect_router.queue_rules import QueueRules
from dialect_router.relaxation import Relaxation
from dialect_router.routing import Handling, RoutingPolicy
from voicebot.company.model import Model, Name
from voicebot.company.problems import Problem
from voicebot.company.records import Word
from voicebot.company.tomlfile import read_toml
from voicebot.company.validation import toml_problems

ROUTING_FILE = "routing.toml"

Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0, le=7200)]
WithoutAgent = Literal["callback", "voicemail"]


class IntentRouting(Model):
    """One [intents.NAME]."""

    handling: Handling = "either"
    skill: Name | None = None
    """The skill that an agent needs for it; None: default_skill."""


class Values(Model):
    """[value]: how much a customer of each level is worth, 0..1; strangers count as normal."""

    normal: Share = 0.2
    silver: Share = 0.4
    gold: Share = 0.7
    vip: Share = 1.0


class Handover(Model):
    """[handover]: when the assistant gives way. The same limits as dialect_router's RoutingPolicy, explained there."""

    failures: int = Field(default=2, ge=1, le=2)
    angry: Share = 0.75
    upset: Share = 0.40
    valued: Share = 0.70
    human_first: float = Field(default=1.0, ge=0, le=2)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.upset > self.angry:
            raise PydanticCustomError(
                "voicebot", "handover.upset is above handover.angry", {"remedy": "Make upset the smaller one"}
            )
        return self


class Queue(Model):
    """[queue]: while a caller waits; see dialect_router's QueueRules. In seconds since the caller began to wait."""

    first_announcement_s: Seconds = 8
    """Who is put through sooner is told nothing."""
    longest_wait_s: Seconds = 300
    """Nobody waits longer; a longer expected wait is not begun."""
    announce_every_s: float = Field(default=45, ge=15, le=600)
    """How often the caller hears his place and the expected wait."""
    offer_callback_after_s: Seconds = 90
    overflow_team: Word | None = None
    """Team that helps out with any skill."""
    overflow_after_s: Seconds = 120
    at_longest_wait: WithoutAgent = "callback"
    after_hours: WithoutAgent = "callback"
    """Outside the hours of company.toml."""
    nobody_s: Seconds = 20
    """How long nobody at all may be there for a call before it is given up."""

    @model_validator(mode="after")
    def _before_the_end(self) -> Self:
        for key in ("offer_callback_after_s", "overflow_after_s"):
            if getattr(self, key) > self.longest_wait_s:
                remedy = "Make it smaller: nobody waits that long"
                raise PydanticCustomError(
                    "voicebot", "queue.{key} is above queue.longest_wait_s", {"key": key, "remedy": remedy}
                )
        return self


class Presence(Model):
    """[presence]: agents' timers; see dialect_router's PresenceConfig. In seconds."""

    ring_s: float = Field(default=15, ge=3, le=120)
    """A call that an agent does not pick up in this time is offered to the next one."""
    wrap_up_s: float = Field(default=30, ge=0, le=3600)
    """Time for notes after a call, unless the agent is ready earlier."""
    break_s: float = Field(default=900, ge=60, le=36_000)
    """A longer break is reported once."""
    misses_to_break: int = Field(default=2, ge=1, le=20)
    """Calls missed in a row after which an agent counts as away."""


class Assigning(Model):
    """[assignment]: what decides who takes which call, in seconds of waiting; see dialect_router's Prices, HeadStart
    and Relaxation. [shadow] has the same keys: what that policy would have decided is written down, never acted on."""

    value_s: Seconds = 120
    """By how much the most valuable customer is put ahead."""
    emotion_s: Seconds = 60
    """The same for an angry caller."""
    dialect: Seconds = 60
    """What an agent costs who does not speak the caller's dialect; so with the next four."""
    skill: Seconds = 15
    seniority: Seconds = 15
    last_agent: Seconds = 30
    occupancy: Seconds = 90
    exact_until_s: Seconds = 8
    """How long only agents with the caller's own dialect come into question."""
    group_until_s: Seconds = 12
    """How long only those with a dialect of its group do."""
    last_agent_s: Seconds = 10
    """How long the agent who had the customer last is waited for."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.exact_until_s > self.group_until_s:
            raise PydanticCustomError(
                "voicebot", "exact_until_s is above group_until_s", {"remedy": "Make exact_until_s the smaller one"}
            )
        return self

    def policy(self, skill_titles: Mapping[str, str]) -> AssignmentPolicy:
        exact, group = Relaxation().steps[:2]
        steps = (replace(exact, until_s=self.exact_until_s), replace(group, until_s=self.group_until_s))
        prices = {name: getattr(self, name) for name in PARTS}
        return AssignmentPolicy(
            prices=Prices(**prices),
            head_start=HeadStart(self.value_s, self.emotion_s),
            relaxation=Relaxation((*steps, Relaxation().steps[-1]), last_agent_s=self.last_agent_s),
            skill_titles=skill_titles,
        )


class Callback(Model):
    """[callback]: how often a promised callback is tried, with a trunk; see dialect_router's CallbackPolicy."""

    tries: int = Field(default=3, ge=1, le=10)
    busy_again_s: Seconds = 180
    again_s: Seconds = 900


class Routing(Model):
    """routing.toml"""

    default_skill: Name = "service"
    intents: Mapping[Name, IntentRouting] = {}
    value: Values = Values()
    handover: Handover = Handover()
    skill_titles: Mapping[Name, Word] = {}
    """How people call each skill."""
    presence: Presence = Presence()
    assignment: Assigning = Assigning()
    shadow: Assigning | None = None
    queue: Queue = Queue()
    callback: Callback = Callback()

    @property
    def skills(self) -> frozenset[str]:
        """Every skill that a call may need."""
        named = {intent.skill for intent in self.intents.values() if intent.skill}
        return frozenset(named | {self.default_skill})

    def title_of(self, skill: str) -> str:
        """As people call it."""
        return self.skill_titles.get(skill, skill)

    def skill_for(self, intent: str) -> str:
        found = self.intents.get(intent)
        return found.skill if found and found.skill else self.default_skill

    def handling_of(self, intent: str) -> Handling:
        found = self.intents.get(intent)
        return found.handling if found else "either"

    def value_of(self, level: str) -> float:
        """A level that is none of ours, from a store that another system fills, counts as normal."""
        value: float = getattr(self.value, level, self.value.normal)
        return value

    def policy(self, sure: float) -> RoutingPolicy:
        """`sure` is the company's confidence.accept."""
        return RoutingPolicy(
            sure=sure,
            longest_wait_s=self.queue.longest_wait_s,
            after_hours=self.queue.after_hours,
            **self.handover.model_dump(),
        )

    def assignment_policy(self) -> AssignmentPolicy:
        return self.assignment.policy(self.skill_titles)

    def shadow_policy(self) -> AssignmentPolicy | None:
        return self.shadow.policy(self.skill_titles) if self.shadow is not None else None

    def presence_config(self) -> PresenceConfig:
        return PresenceConfig(**self.presence.model_dump())

    def callback_policy(self) -> CallbackPolicy:
        return CallbackPolicy(**self.callback.model_dump())

    def queue_rules(self) -> QueueRules:
        return QueueRules(**self.queue.model_dump())


def read_routing(directory: Path) -> tuple[Routing, list[Problem]]:
    """routing.toml of a company folder; the defaults where there is none, or where it has problems."""
    if not (directory / ROUTING_FILE).exists():
        return Routing(), []
    file = read_toml(directory / ROUTING_FILE, ROUTING_FILE)
    if isinstance(file, Problem):
        return Routing(), [file]
    try:
        return Routing.model_validate(file.data), []
    except ValidationError as error:
        return Routing(), toml_problems(error, Routing, file)
