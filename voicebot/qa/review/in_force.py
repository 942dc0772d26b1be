"""Keeps what reviews make of a call's verdicts and total, so that lists and reports can go by it.

It follows from the verdicts and the reviews, and is made again in every transaction that changes one of them.
"""

from __future__ import annotations

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.engine import Connection

from voicebot.qa.material import Verdict
from voicebot.qa.result import DimensionScore, ScoreResult
from voicebot.qa.review.review import Review
from voicebot.qa.review.reviewed import reviewed
from voicebot.qa.scorecard.kept import kept_scorecard
from voicebot.store import rows
from voicebot.store.review_tables import reviewed_scores, reviews
from voicebot.store.score_tables import scorecards, scores, verdicts
from voicebot.store.store import Store

_DIMENSIONS = TypeAdapter(tuple[DimensionScore, ...])


def keep_decided(connection: Connection, call_id: str, scorecard: str) -> None:
    """For the call's current score with the scorecard; nothing is kept where nobody has reviewed it."""
    same = (scores.c.call_id == call_id, scores.c.scorecard == scorecard, scores.c.current)
    score = connection.execute(sa.select(scores).where(*same)).mappings().first()
    about = (reviews.c.call_id == call_id, reviews.c.scorecard == scorecard, ~reviews.c.blind)
    found = connection.execute(sa.select(reviews).where(*about).order_by(reviews.c.id)).mappings().all()
    if score is None or not found:
        return
    decided = {row["item"]: row["answer"] for row in found}
    for item, answer in decided.items():
        same_item = (verdicts.c.score_id == score["id"], verdicts.c.item == item)
        connection.execute(sa.update(verdicts).where(*same_item).values(decided=answer))
    connection.execute(sa.delete(reviewed_scores).where(reviewed_scores.c.score_id == score["id"]))
    text = connection.execute(
        sa.select(scorecards.c.text).where(scorecards.c.hash == score["scorecard_hash"])
    ).scalar_one_or_none()
    card = kept_scorecard(text, scorecard) if text is not None else None
    if card is None:
        return
    result = reviewed(card, _result(connection, score), [rows.record(Review, row) for row in found])
    values = {
        "score_id": score["id"],
        "total": result.total,
        "compliance": result.compliance,
        "fatal": list(result.fatal),
        "dimensions": _DIMENSIONS.dump_python(result.dimensions, mode="json"),
    }
    connection.execute(reviewed_scores.insert().values(values))


async def catch_up(store: Store) -> None:
    """For reviews that were written before this was kept. May raise StoreError."""

    def work(connection: Connection) -> None:
        same = sa.and_(scores.c.call_id == reviews.c.call_id, scores.c.scorecard == reviews.c.scorecard)
        query = sa.select(reviews.c.call_id, reviews.c.scorecard).join(scores, same).distinct()
        query = query.outerjoin(reviewed_scores, reviewed_scores.c.score_id == scores.c.id)
        query = query.where(~reviews.c.blind, scores.c.current, reviewed_scores.c.score_id.is_(None))
        for row in connection.execute(query).all():
            keep_decided(connection, row.call_id, row.scorecard)

    await store.transact(work)


def _result(connection: Connection, score: sa.RowMapping) -> ScoreResult:
    """As much of the score as its total follows from."""
    query = sa.select(verdicts).where(verdicts.c.score_id == score["id"]).order_by(verdicts.c.place)
    found = tuple(
        Verdict(row["item"], row["answer"], row["points"], row["confidence"], (), row["source"], row["reason"])
        for row in connection.execute(query).mappings()
    )
    return ScoreResult(
        score["call_id"],
        score["scorecard"],
        score["version"],
        score["scorecard_hash"],
        total=score["total"],
        without_veto=score["without_veto"],
        compliance=score["compliance"],
        fatal=tuple(score["fatal"]),
        dimensions=_DIMENSIONS.validate_python(score["dimensions"]),
        verdicts=found,
    )
