"""Every verdict of a period, one a row, with its evidence; personal data is masked."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import TextIO

from voicebot.company import Company
from voicebot.privacy.redaction import shown_values
from voicebot.qa.material import CallMaterial, Evidence
from voicebot.qa.periods import Period, pages
from voicebot.qa.reading import read_materials
from voicebot.qa.reporting.cells import write_rows
from voicebot.qa.review.reading import ReviewedScore, reviewed_scores
from voicebot.store.store import Store


class Format(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"
    """One JSON object a line."""


@dataclass(frozen=True, slots=True)
class ExportedVerdict:
    """A row; times in milliseconds from the answer."""

    call_id: str
    started_at: str
    agent_id: str | None
    team: str | None
    intent: str | None
    kind: str
    scorecard: str
    version: str
    total: float | None
    compliance: float | None
    total_after_review: float | None
    not_scorable: str
    item: str | None
    answer: str | None
    points: float | None
    confidence: float | None
    source: str | None
    reason: str | None
    decided: str | None
    """What a person answered last in place of `answer`."""
    seq: int | None
    started_ms: int | None
    ended_ms: int | None
    words: str | None


async def export(store: Store, company: Company, period: Period, file: TextIO, form: Format, *, as_of: datetime) -> int:
    """Returns how many rows were written. Only current scores. May raise StoreError, and OSError of the file."""
    if form is Format.CSV:
        write_rows(file, [tuple(ExportedVerdict.__dataclass_fields__)])
    written = 0
    async for rows in _rows(store, company, period, as_of):
        if form is Format.CSV:
            write_rows(file, [tuple(asdict(row).values()) for row in rows])
        else:
            file.writelines(f"{json.dumps(asdict(row), ensure_ascii=False)}\n" for row in rows)
        written += len(rows)
    return written


async def _rows(
    store: Store, company: Company, period: Period, as_of: datetime
) -> AsyncIterator[Sequence[ExportedVerdict]]:
    async for ids in pages(store, period):
        for material in await read_materials(store, company, ids, as_of=as_of):
            for score in await reviewed_scores(store, material.call_id, material.turns):
                yield _of_score(material, score)


def _of_score(material: CallMaterial, score: ReviewedScore) -> list[ExportedVerdict]:
    """One row a verdict, with its first evidence; one without a verdict where the call has none."""
    kept, result = score.kept, score.kept.result
    decided = {each.item.name: each.reviews[-1].answer for each in score.items if each.reviews}
    head = (
        result.call_id,
        material.started_at.isoformat(),
        material.agent_id,
        material.team,
        kept.facts.intents[0] if kept.facts.intents else None,
        material.kind,
        result.scorecard,
        result.version,
        result.total,
        result.compliance,
        score.final.total,
        result.not_scorable,
    )
    if not result.verdicts:
        return [ExportedVerdict(*head, *([None] * 11))]  # type: ignore[arg-type]  # eleven fields that may be None
    return [
        ExportedVerdict(
            *head,
            verdict.item,
            verdict.answer,
            verdict.points,
            round(verdict.confidence, 4),
            verdict.source,
            shown_values(verdict.reason),
            decided.get(verdict.item),
            *_place(verdict.evidence[0] if verdict.evidence else None),
        )
        for verdict in result.verdicts
    ]


def _place(evidence: Evidence | None) -> tuple[int | None, int | None, int | None, str | None]:
    if evidence is None:
        return None, None, None, None
    return evidence.seq, evidence.started_ms, evidence.ended_ms, shown_values(evidence.words)
