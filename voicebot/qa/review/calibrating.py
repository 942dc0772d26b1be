"""Calibrates the items of a scorecard as it is now, and keeps which of them only assist.

Every call that people scored blind is scored again from what is stored: so an item that was mended is measured on the
same calls at once, and one that only assists by what it would have said.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.engine import Connection

from voicebot.company import Company
from voicebot.dialogue.knowledge import KnowledgeIndex
from voicebot.qa.facts import Facts, as_it_was
from voicebot.qa.judging import ItemJudge
from voicebot.qa.material import CallMaterial
from voicebot.qa.reading import read_materials
from voicebot.qa.review.calibration import ItemCalibration, calibrate
from voicebot.qa.review.samples import SampleStore
from voicebot.qa.scorecard.model import Scorecard
from voicebot.qa.scores import ScoreStore
from voicebot.qa.scoring import AssistOnly, Scoring
from voicebot.store.review_tables import calibrations
from voicebot.store.store import Store

_SHAPE: Final = TypeAdapter(ItemCalibration)


@dataclass(frozen=True, slots=True)
class KeptCalibration:
    scorecard: str
    calibrated_at: datetime
    figures: ItemCalibration


async def calibrate_card(
    store: Store,
    company: Company,
    card: Scorecard,
    judges: Sequence[ItemJudge],
    knowledge: KnowledgeIndex | None,
    *,
    at: datetime,
) -> list[ItemCalibration]:
    """Measure every item of the card against people's blind answers, and keep the result. May raise StoreError."""
    book = SampleStore(store)
    answers, settled = await book.blind_answers(card.name), await book.settled(card.name)
    call_ids = sorted({answer.call_id for answer in answers})
    materials = await read_materials(store, company, call_ids, as_of=at, knowledge=knowledge)
    facts = {material.call_id: await _facts(store, card, material) for material in materials}
    verdicts = await asyncio.to_thread(_verdicts, card, materials, facts, judges)
    found = [
        calibrate(
            item.name,
            {call: by_item[item.name] for call, by_item in verdicts.items() if item.name in by_item},
            answers,
            {call: answer for (call, name), answer in settled.items() if name == item.name},
            least_kappa=item.least_kappa,
        )
        for item in card.items
    ]
    await _keep(store, card, found, at)
    return found


async def kept_calibrations(store: Store) -> list[KeptCalibration]:
    """The last one of every item. May raise StoreError."""
    query = sa.select(calibrations).order_by(calibrations.c.scorecard, calibrations.c.item)
    return [
        KeptCalibration(row["scorecard"], row["calibrated_at"], _SHAPE.validate_python(row["figures"]))
        for row in await store.read(query)
    ]


async def assist_only(store: Store) -> AssistOnly:
    """Scorecard -> item that only assists -> why. May raise StoreError."""
    found: dict[str, dict[str, str]] = {}
    for kept in await kept_calibrations(store):
        if kept.figures.assist_only:
            found.setdefault(kept.scorecard, {})[kept.figures.item] = kept.figures.why
    return found


async def _facts(store: Store, card: Scorecard, material: CallMaterial) -> Facts | None:
    """What the call was scored on."""
    kept = await ScoreStore(store).of_call(material.call_id, material.turns)
    return next((each.facts for each in kept if each.result.scorecard == card.name), None)


def _verdicts(
    card: Scorecard, materials: Sequence[CallMaterial], facts: Mapping[str, Facts | None], judges: Sequence[ItemJudge]
) -> dict[str, dict[str, str]]:
    """Call -> item -> answer, as if every item might score."""
    scoring, answers = Scoring([card], judges), dict[str, dict[str, str]]()
    for material in materials:
        then = facts[material.call_id]
        (scored,) = scoring.score(as_it_was(material, then) if then else material)
        answers[material.call_id] = {verdict.item: verdict.answer for verdict in scored.result.verdicts}
    return answers


async def _keep(store: Store, card: Scorecard, found: Sequence[ItemCalibration], at: datetime) -> None:
    rows = [
        {
            "scorecard": card.name,
            "item": each.item,
            "calibrated_at": at,
            "assist_only": each.assist_only,
            "figures": _SHAPE.dump_python(each, mode="json"),
        }
        for each in found
    ]

    def work(connection: Connection) -> None:
        connection.execute(sa.delete(calibrations).where(calibrations.c.scorecard == card.name))
        connection.execute(calibrations.insert(), rows)

    await store.transact(work)
