"""What a score rests on besides words, measures and scorecard: kept with it, so that it can be made again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from voicebot.qa.judging import Judgement
from voicebot.qa.material import CallMaterial, KnowledgeFact, ProcedureStep, PromiseState


@dataclass(frozen=True, slots=True)
class Facts:
    """The company's folder and its tasks change; what a call was scored on does not."""

    as_of: datetime
    intents: tuple[str, ...] = ()
    steps: tuple[ProcedureStep, ...] = ()
    knowledge: tuple[KnowledgeFact, ...] = ()
    promises: tuple[PromiseState, ...] = ()
    judgements: Mapping[str, Judgement] = field(default_factory=dict)
    """By item."""
    assist_only: Mapping[str, str] = field(default_factory=dict)
    """Item -> why it only advised."""


def facts_of(material: CallMaterial, judgements: Mapping[str, Judgement], assist_only: Mapping[str, str]) -> Facts:
    return Facts(
        as_of=material.as_of,
        intents=material.intents,
        steps=material.steps,
        knowledge=material.knowledge,
        promises=material.promises,
        judgements=judgements,
        assist_only=assist_only,
    )


def as_it_was(material: CallMaterial, facts: Facts) -> CallMaterial:
    """The material with the facts of the time when it was scored."""
    return replace(
        material,
        as_of=facts.as_of,
        intents=facts.intents,
        steps=facts.steps,
        knowledge=facts.knowledge,
        promises=facts.promises,
    )
