"""Reviews and appeals in the store. Nothing is overwritten: the verdict stays beside every answer of a person's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from voicebot.privacy.audit import append
from voicebot.qa.material import Answer
from voicebot.store import rows
from voicebot.store.review_tables import appeals, reviews
from voicebot.store.score_tables import scores, verdicts
from voicebot.store.store import Store
from voicebot.store.tables import calls

LONGEST_COMMENT = 2_000
AppealStatus = Literal["open", "upheld", "rejected"]


class CannotReview(Exception):
    """The review or appeal makes no sense. The message says why, and what would."""


@dataclass(frozen=True, slots=True)
class Review:
    """What a person answered about an item, with what the system had said."""

    id: int
    call_id: str
    scorecard: str
    item: str
    answer: Answer
    reviewer: str
    comment: str
    reviewed_at: datetime
    sample_id: str | None
    blind: bool
    """The reviewer had not seen the verdict; it counts for calibration and changes no score."""
    machine_answer: Answer
    machine_confidence: float
    scorecard_hash: str

    @property
    def confirms(self) -> bool:
        return self.answer == self.machine_answer


@dataclass(frozen=True, slots=True)
class Appeal:
    """An agent does not agree with a verdict."""

    id: int
    call_id: str
    scorecard: str
    item: str
    agent_id: str
    reason: str
    appealed_at: datetime
    status: AppealStatus
    answered_by: str | None
    answered_at: datetime | None
    comment: str | None


@dataclass(frozen=True, slots=True)
class Reviewing:
    """One answer of a person's."""

    call_id: str
    scorecard: str
    item: str
    answer: Answer
    reviewer: str
    comment: str = ""


class ReviewStore:
    """Every method may raise StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def review(self, reviewing: Reviewing, *, actor: str, at: datetime) -> bool:
        """Confirm or overrule a verdict of the call's current score; whether it confirms. actor: for the audit log.

        Raises CannotReview.
        """
        return await self._store.transact(lambda connection: add_review(connection, reviewing, actor=actor, at=at))

    async def of_call(self, call_id: str) -> list[Review]:
        """In order of time."""
        query = sa.select(reviews).where(reviews.c.call_id == call_id).order_by(reviews.c.id)
        return [rows.record(Review, row) for row in await self._store.read(query)]

    async def appeal(self, call_id: str, scorecard: str, item: str, *, agent_id: str, reason: str, at: datetime) -> int:
        """An agent asks for another look; the appeal's id. Raises CannotReview."""

        def work(connection: Connection) -> int:
            verdict = _verdict(connection, call_id, scorecard, item)
            handled_by = connection.execute(sa.select(calls.c.agent_id).where(calls.c.id == call_id)).scalar_one()
            if handled_by not in (None, agent_id):
                raise CannotReview(f"call {call_id} was not taken by {agent_id}; only its own agent appeals")
            if verdict["answer"] == "pass":
                raise CannotReview(f"{item} passed; there is nothing to appeal against")
            pending = sa.and_(
                appeals.c.call_id == call_id,
                appeals.c.scorecard == scorecard,
                appeals.c.item == item,
                appeals.c.status == "open",
            )
            if connection.execute(sa.select(appeals.c.id).where(pending)).first():
                raise CannotReview(f"there is an open appeal against {item} of call {call_id}; wait for its answer")
            values = {
                "call_id": call_id,
                "scorecard": scorecard,
                "item": item,
                "agent_id": agent_id,
                "reason": reason[:LONGEST_COMMENT],
                "appealed_at": at,
                "status": "open",
            }
            key = connection.execute(appeals.insert().values(values)).inserted_primary_key
            assert key is not None, "the insert gives a key"
            append(connection, f"agent:{agent_id}", "score.appealed", f"call:{call_id}", {"item": item}, at=at)
            return int(key[0])

        return await self._store.transact(work)

    async def answer_appeal(
        self, appeal_id: int, *, answer: Answer | None, reviewer: str, comment: str, actor: str, at: datetime
    ) -> None:
        """answer: what takes the verdict's place; None rejects the appeal. Raises CannotReview."""

        def work(connection: Connection) -> None:
            found = connection.execute(sa.select(appeals).where(appeals.c.id == appeal_id)).mappings().first()
            if found is None:
                raise CannotReview(f"there is no appeal {appeal_id}; `voicebot qa review list` shows the open ones")
            if found["status"] != "open":
                raise CannotReview(f"appeal {appeal_id} is {found['status']} already")
            if not comment.strip():
                raise CannotReview("an appeal is answered with a reason; add a comment")
            given = {
                "status": "rejected" if answer is None else "upheld",
                "answered_by": reviewer,
                "answered_at": at,
                "comment": comment[:LONGEST_COMMENT],
            }
            connection.execute(sa.update(appeals).where(appeals.c.id == appeal_id).values(given))
            if answer is None:
                detail = {"item": found["item"], "appeal": appeal_id}
                append(connection, actor, "score.appeal_rejected", f"call:{found['call_id']}", detail, at=at)
                return
            reviewing = Reviewing(found["call_id"], found["scorecard"], found["item"], answer, reviewer, comment)
            add_review(connection, reviewing, actor=actor, at=at)

        await self._store.transact(work)

    async def appeals(self, *, status: AppealStatus | None = "open", agent_id: str | None = None) -> list[Appeal]:
        """The oldest first. status: None is any."""
        query = sa.select(appeals).order_by(appeals.c.id)
        if status is not None:
            query = query.where(appeals.c.status == status)
        if agent_id is not None:
            query = query.where(appeals.c.agent_id == agent_id)
        return [rows.record(Appeal, row) for row in await self._store.read(query)]

    async def for_a_person(self, *, limit: int) -> Sequence[tuple[str, str, str, str]]:
        """Call, scorecard, item and reason of verdicts that are left to people and that nobody has reviewed, the latest
        calls first."""
        answered = sa.exists().where(
            reviews.c.call_id == scores.c.call_id,
            reviews.c.scorecard == scores.c.scorecard,
            reviews.c.item == verdicts.c.item,
            ~reviews.c.blind,
        )
        query = (
            sa.select(scores.c.call_id, scores.c.scorecard, verdicts.c.item, verdicts.c.reason)
            .join(verdicts, verdicts.c.score_id == scores.c.id)
            .where(scores.c.current, verdicts.c.answer == "unsure", ~answered)
            .order_by(scores.c.scored_at.desc(), scores.c.call_id, verdicts.c.place)
            .limit(limit)
        )
        return [(row["call_id"], row["scorecard"], row["item"], row["reason"]) for row in await self._store.read(query)]


def add_review(
    connection: Connection,
    reviewing: Reviewing,
    *,
    actor: str,
    at: datetime,
    sample_id: str | None = None,
) -> bool:
    """Within the transaction of what it belongs to. sample_id: makes it a blind one. Raises CannotReview."""
    verdict = _verdict(connection, reviewing.call_id, reviewing.scorecard, reviewing.item)
    confirms = bool(verdict["answer"] == reviewing.answer)
    if not confirms and sample_id is None and not reviewing.comment.strip():
        raise CannotReview("a verdict is overruled with a reason; add a comment")
    values = {
        "call_id": reviewing.call_id,
        "scorecard": reviewing.scorecard,
        "item": reviewing.item,
        "answer": reviewing.answer,
        "reviewer": reviewing.reviewer,
        "comment": reviewing.comment[:LONGEST_COMMENT],
        "reviewed_at": at,
        "sample_id": sample_id,
        "blind": sample_id is not None,
        "machine_answer": verdict["answer"],
        "machine_confidence": verdict["confidence"],
        "scorecard_hash": verdict["scorecard_hash"],
    }
    connection.execute(reviews.insert().values(values))
    action = "score.rated" if sample_id else "score.confirmed" if confirms else "score.overruled"
    detail = {"item": reviewing.item, "answer": reviewing.answer, "machine": verdict["answer"]}
    append(connection, actor, action, f"call:{reviewing.call_id}", detail, at=at)
    return confirms


def _verdict(connection: Connection, call_id: str, scorecard: str, item: str) -> sa.RowMapping:
    """Of the call's current score. Raises CannotReview."""
    query = (
        sa.select(verdicts.c.answer, verdicts.c.confidence, scores.c.scorecard_hash)
        .join(scores, scores.c.id == verdicts.c.score_id)
        .where(scores.c.call_id == call_id, scores.c.scorecard == scorecard, scores.c.current, verdicts.c.item == item)
    )
    found = connection.execute(query).mappings().first()
    if found is None:
        raise CannotReview(
            f"call {call_id} has no verdict on {item} by scorecard {scorecard}; `voicebot qa review show {call_id}` "
            "lists what there is"
        )
    return found
