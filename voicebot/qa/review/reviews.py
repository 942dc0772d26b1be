"""Reviews and appeals in the store. Nothing is overwritten: the verdict stays beside every answer of a person's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from voicebot.privacy.audit import append
from voicebot.qa.material import Answer
from voicebot.qa.review.in_force import keep_decided
from voicebot.qa.review.review import Appeal, AppealStatus, Review
from voicebot.store import rows
from voicebot.store.review_tables import appeals, reviews
from voicebot.store.score_tables import left_to_people, scores, verdicts
from voicebot.store.store import Store
from voicebot.store.tables import calls

LONGEST_COMMENT = 2_000


class CannotReview(Exception):
    """The review or appeal makes no sense. The message says why, and what would."""


class ReviewedMeanwhile(CannotReview):
    """Somebody else has answered since this answer was asked for."""

    def __init__(self, item: str, stands: Answer) -> None:
        super().__init__(f"{item} was reviewed by somebody else meanwhile: look at what stands there now")
        self.stands = stands


@dataclass(frozen=True, slots=True)
class Reviewing:
    """One answer of a person's."""

    call_id: str
    scorecard: str
    item: str
    answer: Answer
    reviewer: str
    comment: str = ""
    instead_of: Answer | None = None
    """What stood there when they answered: anything else means that a colleague has answered meanwhile."""


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

    async def appeal(
        self, call_id: str, scorecard: str, item: str, *, agent_id: str, reason: str, actor: str, at: datetime
    ) -> int:
        """An agent asks for another look; the appeal's id. Raises CannotReview."""

        def work(connection: Connection) -> int:
            if not reason.strip():
                raise CannotReview("an appeal needs a reason; say what was overlooked")
            answer = (
                _decided(connection, call_id, scorecard, item)
                or _verdict(connection, call_id, scorecard, item)["answer"]
            )
            handled_by = connection.execute(sa.select(calls.c.agent_id).where(calls.c.id == call_id)).scalar_one()
            if handled_by not in (None, agent_id):
                raise CannotReview(f"call {call_id} was not taken by {agent_id}; only its own agent appeals")
            if answer in ("pass", "unsure"):
                state = "passed" if answer == "pass" else "waits for a person"
                raise CannotReview(f"{item} {state}; there is nothing to appeal against")
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
            append(connection, actor, "score.appealed", f"call:{call_id}", {"item": item}, at=at)
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

    async def appeals(
        self,
        *,
        status: AppealStatus | None = "open",
        call_id: str | None = None,
        reached: sa.ColumnElement[bool] | None = None,
    ) -> list[Appeal]:
        """The oldest first. status: None is any. reached: condition on `calls`."""
        query = sa.select(appeals).join(calls).order_by(appeals.c.id)
        if status is not None:
            query = query.where(appeals.c.status == status)
        if call_id is not None:
            query = query.where(appeals.c.call_id == call_id)
        if reached is not None:
            query = query.where(reached)
        return [rows.record(Appeal, row) for row in await self._store.read(query)]

    async def for_a_person(
        self, *, limit: int, reached: sa.ColumnElement[bool] | None = None
    ) -> Sequence[tuple[str, str, str, str]]:
        """Call, scorecard, item and reason of verdicts that are left to people and that nobody has reviewed, the latest
        calls first. reached: condition on `calls`."""
        answered = sa.exists().where(
            reviews.c.call_id == scores.c.call_id,
            reviews.c.scorecard == scores.c.scorecard,
            reviews.c.item == verdicts.c.item,
            ~reviews.c.blind,
        )
        query = (
            sa.select(scores.c.call_id, scores.c.scorecard, verdicts.c.item, verdicts.c.reason)
            .join(verdicts, verdicts.c.score_id == scores.c.id)
            .join(calls, calls.c.id == scores.c.call_id)
            .where(scores.c.current, left_to_people, ~answered, sa.true() if reached is None else reached)
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
    place = (reviewing.call_id, reviewing.scorecard, reviewing.item)
    verdict = _verdict(connection, *place)
    stands = _decided(connection, *place) or verdict["answer"]
    if reviewing.instead_of not in (None, stands):
        raise ReviewedMeanwhile(reviewing.item, stands)
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
    if sample_id is None:
        keep_decided(connection, reviewing.call_id, reviewing.scorecard)
    action = "score.rated" if sample_id else "score.confirmed" if confirms else "score.overruled"
    detail = {"item": reviewing.item, "answer": reviewing.answer, "machine": verdict["answer"]}
    append(connection, actor, action, f"call:{reviewing.call_id}", detail, at=at)
    return confirms


def _decided(connection: Connection, call_id: str, scorecard: str, item: str) -> Answer | None:
    """What a person answered last in view of the verdict; None where nobody has."""
    same = (reviews.c.call_id == call_id, reviews.c.scorecard == scorecard, reviews.c.item == item, ~reviews.c.blind)
    query = sa.select(reviews.c.answer).where(*same).order_by(reviews.c.id.desc()).limit(1)
    return connection.execute(query).scalar_one_or_none()


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
