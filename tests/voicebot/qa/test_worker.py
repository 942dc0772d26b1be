"""Every call that has ended is scored, whatever becomes of events, processes, scorecards and recordings."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.voicebot.store.samples import NOON, a_call, a_turn
from voicebot.background import background
from voicebot.config import JudgeSection
from voicebot.demo import SAMPLE_COMPANY
from voicebot.events import CallScored, from_json
from voicebot.qa import worker
from voicebot.qa.judges.chosen import chosen_judges
from voicebot.qa.material import CallMaterial
from voicebot.qa.scoring import Scoring
from voicebot.qa.worker import Reviewer
from voicebot.store.score_tables import scores
from voicebot.store.store import Store

PATIENCE_S = 60


@pytest.fixture(autouse=True)
def polls_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "POLL_S", 0.05)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLE_COMPANY, tmp_path / "company"))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with Store(f"sqlite:///{tmp_path / 'calls.db'}", node="here") as opened:
        yield opened


async def ended(store: Store, call_id: str, **fields: object) -> None:
    await store.open_call(a_call(call_id, answered_at=NOON, **fields))
    await store.add_turn(
        a_turn(0, call_id, role="assistant", text="您好，这里是云杉优选，我是智能助手小云。本次通话会录音。"),
        a_turn(1, call_id, text="查一下快递"),
    )
    await store.end_call(call_id, NOON + timedelta(minutes=1), outcome="resolved", end_reason="caller")


async def eventually(reached: Callable[[dict[str, sa.RowMapping]], bool], store: Store) -> dict[str, sa.RowMapping]:
    """The scores by call, once there are those that are waited for."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found = {row["call_id"]: row for row in await store.read(sa.select(scores))}
            if reached(found):
                return found
            await asyncio.sleep(0.02)


async def test_calls_are_scored_as_they_end_and_those_that_were_left_over(store: Store, folder: Path) -> None:
    await ended(store, "left-over")
    await store.open_call(a_call("going-on", answered_at=NOON))
    async with background(Reviewer(store, folder).run()):
        await eventually(lambda found: "left-over" in found, store)
        await ended(store, "new")
        found = await eventually(lambda found: "new" in found, store)
    assert set(found) == {"left-over", "new"}
    assert found["new"]["kind"] == "bot" and found["new"]["scorecard"] == "service"
    events = [from_json(event.topic, event.payload) for event in await store.pending_events()]
    assert {event.call_id for event in events if isinstance(event, CallScored)} == {"left-over", "new"}


async def test_a_missing_recording_leaves_the_audio_items_to_a_person(store: Store, folder: Path) -> None:
    await ended(store, "call-1", recording_path="/nowhere/call-1.wav")
    (scored,) = await Reviewer(store, folder).score("call-1")
    assert {"talk_over", "silence"} <= set(scored.result.for_a_person)
    assert await Reviewer(store, folder).score("no-such-call") == []


async def test_a_defect_on_one_call_is_kept_with_it_and_stops_no_other(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Scoring.score

    def fails_on_one(self: Scoring, material: CallMaterial, **more: Any) -> object:
        if material.call_id == "bad":
            raise ZeroDivisionError
        return whole(self, material, **more)

    monkeypatch.setattr(Scoring, "score", fails_on_one)
    await ended(store, "bad")
    await ended(store, "good")
    async with background(Reviewer(store, folder).run()):
        found = await eventually(lambda found: len(found) == 2, store)
    assert "ZeroDivisionError" in found["bad"]["not_scorable"]
    assert found["good"]["total"] is not None


async def test_a_broken_scorecard_makes_calls_wait_until_it_is_mended(store: Store, folder: Path) -> None:
    file = folder / "scorecards" / "service.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text("title =", encoding="utf-8")
    await ended(store, "call-1")
    async with background(Reviewer(store, folder).run()):
        await asyncio.sleep(0.3)
        assert await store.read(sa.select(scores)) == []
        file.write_text(text.replace('version = "1"', 'version = "2"'), encoding="utf-8")
        found = await eventually(lambda found: "call-1" in found, store)
        assert found["call-1"]["version"] == "2"
        file.write_text("title =", encoding="utf-8")  # from now on the last good one holds
        await ended(store, "call-2")
        found = await eventually(lambda found: "call-2" in found, store)
    assert found["call-2"]["version"] == "2"


async def test_what_no_rule_decides_is_judged_with_the_companys_knowledge(store: Store, folder: Path) -> None:
    await store.open_call(a_call("c1", answered_at=NOON))
    await store.add_turn(
        a_turn(0, "c1", role="assistant", text="您好，这里是云杉优选，我是智能助手小云。本次通话会录音。"),
        a_turn(1, "c1", text="退款多久到账"),
        a_turn(2, "c1", role="assistant", text="收到退货后十五天退款到账。"),
        a_turn(3, "c1", text="好的谢谢"),
    )
    await store.end_call("c1", NOON + timedelta(minutes=1), outcome="resolved", end_reason="caller")
    with chosen_judges(JudgeSection()) as judges:
        (scored,) = await Reviewer(store, folder, judges).score("c1")
    verdicts = {verdict.item: verdict for verdict in scored.result.verdicts}
    assert (verdicts["correct_answer"].answer, verdicts["correct_answer"].source) == ("fail", "model")
    assert verdicts["correct_answer"].evidence[0].words == "收到退货后十五天退款到账。"
    assert verdicts["emotion_course"].answer == "pass"
    assert scored.facts.knowledge[0].entry == "refund_time"
