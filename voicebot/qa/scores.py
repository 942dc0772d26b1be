"""Scores in the store.

Words are not copied into them: evidence is kept as places and read from the turns again, so that what is erased or
hidden there is erased or hidden here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from voicebot.events import CallScored
from voicebot.qa.facts import Facts
from voicebot.qa.judging import Judgement
from voicebot.qa.material import Evidence, ScoredTurn, Verdict
from voicebot.qa.result import DimensionScore, ScoreResult
from voicebot.qa.review.in_force import keep_decided
from voicebot.qa.scorecard.model import Scorecard
from voicebot.store import rows
from voicebot.store.score_tables import scorecards, scores, verdicts
from voicebot.store.store import Store
from voicebot.store.tables import calls

_FACTS: Final = TypeAdapter(Facts)
_DIMENSIONS: Final = TypeAdapter(tuple[DimensionScore, ...])
_EVIDENCE: Final = TypeAdapter(tuple[Evidence, ...])


@dataclass(frozen=True, slots=True)
class Scored:
    """A result with what it rests on."""

    result: ScoreResult
    facts: Facts
    kind: str
    weights: Mapping[str, float]
    """Item -> weight."""

    @property
    def id(self) -> str:
        """The same when the call is scored again with the same text."""
        return f"{self.result.call_id}/{self.result.scorecard_hash or 'none'}"


@dataclass(frozen=True, slots=True)
class KeptScore:
    """A score as it is in the store."""

    id: str
    scored_at: datetime
    current: bool
    """Not taken the place of by a later version of the scorecard."""
    result: ScoreResult
    facts: Facts


class ScoreStore:
    """The tables of scores in a `Store`; every method may raise StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def keep(
        self, scored: Sequence[Scored], cards: Iterable[Scorecard], *, at: datetime, announce: bool = False
    ) -> None:
        """Store results in one transaction, with the scorecards that they were made with. announce: tell by events."""
        used = {each.result.scorecard_hash for each in scored}
        texts = [_card_values(card, at) for card in cards if card.hash in used]

        def work(connection: Connection) -> None:
            insert = sqlite.insert if self._store.is_sqlite else postgresql.insert
            if texts:
                connection.execute(insert(scorecards).on_conflict_do_nothing(), texts)
            for each in scored:
                _keep(connection, each, at)
                if announce:
                    _announce(connection, each.result, at)

        if scored:
            await self._store.transact(work)

    async def unscored(self, limit: int) -> list[str]:
        """Calls that have ended and were never scored, the latest first."""
        query = (
            sa.select(calls.c.id)
            .where(calls.c.ended_at.is_not(None), sa.not_(calls.c.scored))
            .order_by(calls.c.ended_at.desc())
            .limit(limit)
        )
        return [str(row["id"]) for row in await self._store.read(query)]

    async def of_call(self, call_id: str, turns: Sequence[ScoredTurn]) -> list[KeptScore]:
        """Every score of a call, current ones first. turns: where the words of the evidence stand."""
        query = (
            sa.select(scores)
            .where(scores.c.call_id == call_id)
            .order_by(scores.c.current.desc(), scores.c.scored_at.desc(), scores.c.id)
        )
        texts = {turn.seq: turn.text for turn in turns}
        return [await self._kept(row, texts) for row in await self._store.read(query)]

    async def scorecard_text(self, scorecard_hash: str) -> str | None:
        found = await self._store.read(sa.select(scorecards.c.text).where(scorecards.c.hash == scorecard_hash))
        return str(found[0]["text"]) if found else None

    async def _kept(self, row: sa.RowMapping, texts: Mapping[int, str]) -> KeptScore:
        query = sa.select(verdicts).where(verdicts.c.score_id == row["id"]).order_by(verdicts.c.place)
        found = tuple(_verdict(each, texts) for each in await self._store.read(query))
        result = ScoreResult(
            call_id=row["call_id"],
            scorecard=row["scorecard"],
            version=row["version"],
            scorecard_hash=row["scorecard_hash"] or "",
            total=row["total"],
            without_veto=row["without_veto"],
            compliance=row["compliance"],
            fatal=tuple(row["fatal"]),
            decided=row["decided"],
            dimensions=_DIMENSIONS.validate_python(row["dimensions"]),
            verdicts=found,
            not_scorable=row["not_scorable"],
        )
        facts = _FACTS.validate_python(row["facts"])
        judgements = {item: _with_words(each, texts) for item, each in facts.judgements.items()}
        return KeptScore(row["id"], row["scored_at"], row["current"], result, replace(facts, judgements=judgements))


def _keep(connection: Connection, scored: Scored, at: datetime) -> None:
    """Takes the place of an earlier score with the same text; scores with other texts of the scorecard stay."""
    result = scored.result
    same_card = sa.and_(scores.c.call_id == result.call_id, scores.c.scorecard == result.scorecard)
    connection.execute(sa.update(scores).where(same_card).values(current=False))
    values = {
        "call_id": result.call_id,
        "scorecard": result.scorecard,
        "version": result.version,
        "scorecard_hash": result.scorecard_hash or None,
        "current": True,
        "scored_at": at,
        "total": result.total,
        "without_veto": result.without_veto,
        "compliance": result.compliance,
        "fatal": list(result.fatal),
        "decided": result.decided,
        "dimensions": _DIMENSIONS.dump_python(result.dimensions, mode="json"),
        "not_scorable": result.not_scorable,
        "kind": scored.kind,
        "intent": scored.facts.intents[0] if scored.facts.intents else None,
        "facts": _FACTS.dump_python(_without_words(scored.facts), mode="json"),
    }
    if not connection.execute(sa.update(scores).where(scores.c.id == scored.id).values(values)).rowcount:
        connection.execute(scores.insert().values(id=scored.id, **values))
    connection.execute(sa.delete(verdicts).where(verdicts.c.score_id == scored.id))
    items = [_verdict_values(scored, place, verdict) for place, verdict in enumerate(result.verdicts)]
    if items:
        connection.execute(verdicts.insert(), items)
    keep_decided(connection, result.call_id, result.scorecard)
    connection.execute(sa.update(calls).where(calls.c.id == result.call_id).values(scored=True))


def _announce(connection: Connection, result: ScoreResult, at: datetime) -> None:
    """By the call's own node, whose media process publishes what is in the outbox for it."""
    node = connection.execute(sa.select(calls.c.node).where(calls.c.id == result.call_id)).scalar_one()
    event = CallScored(result.call_id, at, result.scorecard, result.total, result.fatal, result.for_a_person)
    rows.enqueue(connection, node, [event])


def _card_values(card: Scorecard, at: datetime) -> dict[str, Any]:
    return {
        "hash": card.hash,
        "name": card.name,
        "version": card.version,
        "title": card.title,
        "text": card.text,
        "first_used_at": at,
    }


def _verdict_values(scored: Scored, place: int, verdict: Verdict) -> dict[str, Any]:
    values = {each: getattr(verdict, each) for each in ("item", "answer", "points", "confidence", "source", "reason")}
    return {
        **values,
        "score_id": scored.id,
        "place": place,
        "weight": scored.weights[verdict.item],
        "evidence": [asdict(replace(each, words="")) for each in verdict.evidence],
    }


def _verdict(row: sa.RowMapping, texts: Mapping[int, str]) -> Verdict:
    return Verdict(
        item=row["item"],
        answer=row["answer"],
        points=row["points"],
        confidence=row["confidence"],
        evidence=_read(_EVIDENCE.validate_python(row["evidence"]), texts),
        source=row["source"],
        reason=row["reason"],
    )


def _without_words(facts: Facts) -> Facts:
    bare = {
        item: replace(each, evidence=tuple(replace(piece, words="") for piece in each.evidence))
        for item, each in facts.judgements.items()
    }
    return replace(facts, judgements=bare, knowledge=tuple(replace(fact, question="") for fact in facts.knowledge))


def _with_words(judgement: Judgement, texts: Mapping[int, str]) -> Judgement:
    return replace(judgement, evidence=_read(judgement.evidence, texts))


def _read(evidence: tuple[Evidence, ...], texts: Mapping[int, str]) -> tuple[Evidence, ...]:
    """The evidence with its words."""
    return tuple(
        replace(each, words="" if each.seq is None else texts.get(each.seq, "")[each.start : each.end])
        for each in evidence
    )
