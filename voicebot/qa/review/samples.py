"""Samples that people score blind: whose turn it is, and what they answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from voicebot.privacy.audit import Detail, append
from voicebot.qa.review.calibration import BlindAnswer
from voicebot.qa.review.reviews import CannotReview, Reviewing, add_review
from voicebot.qa.review.sampling import Candidate, drawn
from voicebot.store.review_tables import reviews, sampled_calls, samples
from voicebot.store.score_tables import scores, verdicts
from voicebot.store.store import Store
from voicebot.store.tables import calls


@dataclass(frozen=True, slots=True)
class Sample:
    id: str
    scorecard: str
    seed: int
    raters: tuple[str, ...]
    drawn_at: datetime
    call_ids: tuple[str, ...] = ()


class SampleStore:
    """Every method may raise StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def draw(
        self,
        sample: Sample,
        size: int,
        *,
        since: datetime,
        until: datetime,
        actor: str,
        reached: sa.ColumnElement[bool] | None = None,
    ) -> Sample:
        """Draw and keep a sample of the calls scored in this time. Raises CannotReview when there are none.

        reached: condition on `calls`: those that all raters may look at.
        """
        if not sample.raters:
            raise CannotReview("a sample needs somebody to score it; name one or two raters")
        candidates = await self._candidates(sample.scorecard, since, until, reached)
        chosen = drawn(candidates, size, seed=sample.seed)
        if not chosen:
            raise CannotReview(f"no call was scored with {sample.scorecard} in this time; choose a longer one")

        def work(connection: Connection) -> None:
            values = {
                "id": sample.id,
                "scorecard": sample.scorecard,
                "seed": sample.seed,
                "raters": list(sample.raters),
                "drawn_at": sample.drawn_at,
            }
            connection.execute(samples.insert().values(values))
            rows = [
                {"sample_id": sample.id, "call_id": each.call_id, "place": place, "stratum": each.stratum}
                for place, each in enumerate(chosen)
            ]
            connection.execute(sampled_calls.insert(), rows)
            detail: Detail = {"calls": len(rows), "scorecard": sample.scorecard}
            append(connection, actor, "sample.drawn", f"sample:{sample.id}", detail, at=sample.drawn_at)

        await self._store.transact(work)
        return replace(sample, call_ids=tuple(each.call_id for each in chosen))

    async def sample(self, sample_id: str) -> Sample | None:
        found = await self._samples(samples.c.id == sample_id)
        return found[0] if found else None

    async def of_rater(self, rater: str) -> list[Sample]:
        """Those that this person is to score, the latest first."""
        return [sample for sample in await self._samples(sa.true()) if rater in sample.raters]

    async def _samples(self, which: sa.ColumnElement[bool]) -> list[Sample]:
        query = sa.select(samples).where(which).order_by(samples.c.drawn_at.desc(), samples.c.id)
        members = sa.select(sampled_calls.c.sample_id, sampled_calls.c.call_id).join(samples).where(which)
        calls_of = defaultdict[str, list[str]](list)
        for row in await self._store.read(members.order_by(sampled_calls.c.place)):
            calls_of[row["sample_id"]].append(row["call_id"])
        return [
            Sample(
                row["id"],
                row["scorecard"],
                row["seed"],
                tuple(row["raters"]),
                row["drawn_at"],
                tuple(calls_of[row["id"]]),
            )
            for row in await self._store.read(query)
        ]

    async def left(self, sample: Sample, rater: str) -> list[str]:
        """Calls that this rater has not scored, in order."""
        query = sa.select(reviews.c.call_id).where(reviews.c.sample_id == sample.id, reviews.c.reviewer == rater)
        done = {row["call_id"] for row in await self._store.read(query.distinct())}
        return [call_id for call_id in sample.call_ids if call_id not in done]

    async def owed(self, rater: str) -> dict[str, Sample]:
        """Call -> sample, for all calls that this rater is to score blind and has not yet."""
        found = await self.of_rater(rater)
        return {call_id: sample for sample in found for call_id in await self.left(sample, rater)}

    async def rate(
        self, sample: Sample, call_id: str, answers: Sequence[Reviewing], *, rater: str, actor: str, at: datetime
    ) -> None:
        """All of one rater's answers about a call, at once and once only. Raises CannotReview."""
        if rater not in sample.raters:
            raise CannotReview(f"{rater} is no rater of sample {sample.id}; they are {', '.join(sample.raters)}")
        if call_id not in await self.left(sample, rater):
            raise CannotReview(f"call {call_id} is not in sample {sample.id}, or {rater} has scored it already")

        def work(connection: Connection) -> None:
            for reviewing in answers:
                add_review(connection, reviewing, actor=actor, at=at, sample_id=sample.id)

        await self._store.transact(work)

    async def blind_answers(self, scorecard: str) -> list[BlindAnswer]:
        query = sa.select(reviews).where(reviews.c.scorecard == scorecard, reviews.c.blind).order_by(reviews.c.id)
        found = await self._store.read(query)
        return [BlindAnswer(row["call_id"], row["item"], row["reviewer"], row["answer"]) for row in found]

    async def settled(self, scorecard: str) -> Mapping[tuple[str, str], str]:
        """(call, item) -> the last answer that was given in view of the verdict."""
        query = sa.select(reviews).where(reviews.c.scorecard == scorecard, ~reviews.c.blind).order_by(reviews.c.id)
        return {(row["call_id"], row["item"]): row["answer"] for row in await self._store.read(query)}

    async def newest_answers(self) -> tuple[tuple[str, int], ...]:
        """Scorecard -> id of the newest review of any of the calls that were scored blind with it."""
        scored_blind = sa.select(reviews.c.call_id).where(reviews.c.blind)
        query = sa.select(reviews.c.scorecard, sa.func.max(reviews.c.id).label("newest"))
        query = query.where(reviews.c.call_id.in_(scored_blind)).group_by(reviews.c.scorecard)
        return tuple((row["scorecard"], row["newest"]) for row in await self._store.read(query.order_by("scorecard")))

    async def _candidates(
        self, scorecard: str, since: datetime, until: datetime, reached: sa.ColumnElement[bool] | None
    ) -> Sequence[Candidate]:
        query = (
            sa.select(
                scores.c.call_id,
                scores.c.intent,
                scores.c.total,
                calls.c.agent_id,
                sa.func.min(verdicts.c.confidence).label("confidence"),
            )
            .join(verdicts, verdicts.c.score_id == scores.c.id)
            .join(calls, calls.c.id == scores.c.call_id)
            .where(scores.c.scorecard == scorecard, scores.c.current)
            .where(scores.c.scored_at >= since, scores.c.scored_at < until, sa.true() if reached is None else reached)
            .group_by(scores.c.call_id, scores.c.intent, scores.c.total, calls.c.agent_id)
        )
        return [
            Candidate(row["call_id"], row["agent_id"] or "bot", row["intent"] or "", row["total"], row["confidence"])
            for row in await self._store.read(query)
        ]
