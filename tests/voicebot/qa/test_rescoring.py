"""Every call of a period is scored again, in other processes or on a cluster, with the result of scoring it here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.voicebot.store.samples import NOON, a_call, a_turn
from voicebot.company import Company, load_company
from voicebot.config import JudgeSection
from voicebot.demo import SAMPLE_COMPANY
from voicebot.qa import periods
from voicebot.qa.batches import Batches, on_ray, on_this_machine, recipe, score_batch
from voicebot.qa.cluster_errors import ClusterUnreachable
from voicebot.qa.material import CallMaterial
from voicebot.qa.periods import Period
from voicebot.qa.rescoring import Rescoring
from voicebot.qa.scorecard.files import load_scorecards
from voicebot.qa.scores import Scored
from voicebot.qa.scoring import AssistOnly, Scoring
from voicebot.store.score_tables import scores
from voicebot.store.store import Store, StoreError

CARDS = load_scorecards(SAMPLE_COMPANY)
RECIPE = recipe(load_company(SAMPLE_COMPANY), CARDS, JudgeSection())
AT = datetime(2026, 11, 20, tzinfo=UTC)


class Here:
    """Batches that are scored in this process."""

    workers = 1

    def __init__(self) -> None:
        self.sizes: list[int] = []

    async def score(self, batch: Sequence[CallMaterial], assist_only: AssistOnly) -> list[Scored]:
        self.sizes.append(len(batch))
        return score_batch(RECIPE, batch, assist_only)


@pytest.fixture(scope="module")
def company() -> Company:
    return load_company(SAMPLE_COMPANY)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """Seven calls of seven days; the third is still going on, and two began at the same moment."""
    async with Store(f"sqlite:///{tmp_path / 'calls.db'}", node="here") as opened:
        for number in range(7):
            call_id = f"call-{number}"
            started = NOON + timedelta(days=number if number != 6 else 5)
            await opened.open_call(a_call(call_id, started_at=started, answered_at=started))
            await opened.add_turn(
                a_turn(0, call_id, role="assistant", text="您好，这里是云杉优选，本次通话会录音。"),
                a_turn(1, call_id, text="查快递"),
            )
            if number != 2:
                ended = started + timedelta(minutes=1)
                await opened.end_call(call_id, ended, outcome="resolved", end_reason="caller")
        yield opened


async def scored(store: Store) -> dict[str, float]:
    return {row["call_id"]: row["total"] for row in await store.read(sa.select(scores))}


async def test_the_ended_calls_of_a_period_are_scored_each_once(
    store: Store, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(periods, "PAGE", 2)
    work = Rescoring(store, company, CARDS)
    period = Period(NOON + timedelta(days=1), NOON + timedelta(days=6))
    here, written = Here(), list[int]()
    assert await work.count(period) == 5
    assert await work.run(period, here, as_of=AT, done=written.append) == 5
    assert set(await scored(store)) == {"call-1", "call-3", "call-4", "call-5", "call-6"}
    assert sum(here.sizes) == sum(written) == 5 and max(here.sizes) == 2


@pytest.mark.parametrize(
    "elsewhere", [lambda: on_this_machine(RECIPE, 2), lambda: on_ray(RECIPE, "local")], ids=["processes", "ray"]
)
async def test_other_processes_and_a_cluster_give_the_same_scores(
    store: Store, company: Company, elsewhere: Callable[[], AbstractAsyncContextManager[Batches]]
) -> None:
    work = Rescoring(store, company, CARDS)
    assert await work.run(Period(NOON), Here(), as_of=AT) == 6
    here = await scored(store)
    await store.write(sa.delete(scores))
    async with elsewhere() as batches:
        assert await work.run(Period(NOON), batches, as_of=AT) == 6
    assert await scored(store) == here


async def test_no_cluster_is_said_with_its_address() -> None:
    with pytest.raises(ClusterUnreachable, match=r"127\.0\.0\.1:1"):
        async with on_ray(RECIPE, "127.0.0.1:1"):
            pass


async def test_a_defect_on_one_call_does_not_stop_the_rest(
    store: Store, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Scoring.score

    def fails_on_one(self: Scoring, material: CallMaterial, *, assist_only: AssistOnly) -> tuple[Scored, ...]:
        if material.call_id == "call-3":
            raise ZeroDivisionError
        return whole(self, material, assist_only=assist_only)

    monkeypatch.setattr(Scoring, "score", fails_on_one)
    assert await Rescoring(store, company, CARDS).run(Period(NOON), Here(), as_of=AT) == 6
    found = {row["call_id"]: row["not_scorable"] for row in await store.read(sa.select(scores))}
    assert "ZeroDivisionError" in found.pop("call-3") and not any(found.values())


async def test_a_store_that_fails_ends_the_work_with_its_own_error(
    store: Store, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(store, "transact", gone)
    with pytest.raises(StoreError, match="disk is full"):
        await Rescoring(store, company, CARDS).run(Period(NOON), Here(), as_of=AT)
