"""A score is kept with what it rests on, goes with its call, and can be made again from the store, the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.voicebot.qa.talks import SMALL_CARD
from tests.voicebot.store.samples import NOON, a_call, a_turn
from voicebot.company import Company, load_company
from voicebot.demo import SAMPLE_COMPANY
from voicebot.qa.judging import JudgedItem, Judgement
from voicebot.qa.material import CallMaterial, evidence_in
from voicebot.qa.reading import read_material
from voicebot.qa.recomputing import recomputed
from voicebot.qa.scorecard.files import parse_scorecard
from voicebot.qa.scores import ScoreStore
from voicebot.qa.scoring import Scoring, defective
from voicebot.store import tables
from voicebot.store.records import TaskRecord
from voicebot.store.score_tables import scores, verdicts
from voicebot.store.store import Store

CARD = parse_scorecard(SMALL_CARD, "small")
LATER = NOON + timedelta(hours=1)


class Settles:
    """A judge that finds everything settled in the caller's last turn."""

    def can_judge(self, item: JudgedItem) -> bool:
        return item.judge == "resolution"

    def judge(self, material: CallMaterial, items: list[JudgedItem]) -> dict[str, Judgement]:
        last = material.turns[-1]
        return {item.name: Judgement("pass", 0.91, (evidence_in(last, 0, 2),)) for item in items}


@pytest.fixture(scope="module")
def company() -> Company:
    return load_company(SAMPLE_COMPANY)


@pytest.fixture
async def ended(store: Store) -> Store:
    await store.open_call(a_call(answered_at=NOON))
    await store.add_turn(
        a_turn(0, role="agent", text="您好，王女士"),
        a_turn(1, text="我要投诉", intent="complaint"),
        a_turn(2, role="agent", text="抱歉，你这个骗子"),
        a_turn(3, text="什么"),
    )
    await store.add_task(TaskRecord("task-1", "call-1", "callback", "+8613800138000", "回电", NOON, due_at=NOON))
    await store.end_call("call-1", NOON + timedelta(minutes=3), outcome="callback", end_reason="caller")
    return store


async def material(store: Store, company: Company) -> CallMaterial:
    found = await read_material(store, company, "call-1", as_of=LATER)
    assert found is not None
    return found


async def test_a_score_is_read_as_it_was_made(ended: Store, company: Company) -> None:
    book = ScoreStore(ended)
    assert await book.unscored(10) == ["call-1"]
    call = await material(ended, company)
    (scored,) = Scoring([CARD], [Settles()]).score(call)
    await book.keep([scored], [CARD], at=LATER)
    (kept,) = await book.of_call("call-1", call.turns)
    assert kept.result == scored.result and kept.facts == scored.facts and kept.current
    assert kept.result.fatal == ("swearing",) and kept.result.total == 0
    assert await book.unscored(10) == []


async def test_words_are_not_copied_and_go_with_the_turn(ended: Store, company: Company) -> None:
    call = await material(ended, company)
    await ScoreStore(ended).keep(Scoring([CARD], [Settles()]).score(call), [CARD], at=LATER)
    for table in (scores, verdicts):
        stored = str(await ended.read(sa.select(table)))
        assert "骗子" not in stored and "王女士" not in stored
    wiped = tuple(replace(turn, text="*" * len(turn.text)) for turn in call.turns)
    (kept,) = await ScoreStore(ended).of_call("call-1", wiped)
    words = {piece.words for verdict in kept.result.verdicts for piece in verdict.evidence}
    assert words and all(set(each) <= {"*"} for each in words)


async def test_the_score_is_made_again_from_the_store_when_the_company_has_changed(
    ended: Store, company: Company
) -> None:
    call = await material(ended, company)
    book = ScoreStore(ended)
    scored = Scoring([CARD], [Settles()]).score(call, assist_only={"small": {"empathy": "kappa 0.3"}})
    await book.keep(scored, [CARD], at=LATER)
    await ended.set_task_status("task-1", "done")
    now = await read_material(ended, company.model_copy(update={"intents": {}}), "call-1", as_of=LATER + timedelta(1))
    assert now is not None and now.intents == ()
    (kept,) = await book.of_call("call-1", now.turns)
    assert await recomputed(book, kept, now) == kept.result


async def test_scoring_again_keeps_one_score_for_each_version(ended: Store, company: Company) -> None:
    call = await material(ended, company)
    book = ScoreStore(ended)
    newer = parse_scorecard(SMALL_CARD.replace('version = "3"', 'version = "4"'), "small")
    for card in (CARD, CARD, newer):
        await book.keep(Scoring([card]).score(call), [card], at=LATER)
    kept = await book.of_call("call-1", call.turns)
    assert [(each.result.version, each.current) for each in kept] == [("4", True), ("3", False)]
    assert await recomputed(book, kept[1], call) == kept[1].result


async def test_a_score_goes_with_its_call(ended: Store, company: Company) -> None:
    call = await material(ended, company)
    await ScoreStore(ended).keep(Scoring([CARD]).score(call), [CARD], at=LATER)
    await ended.write(sa.delete(tables.calls))
    assert list(await ended.read(sa.select(verdicts))) == []


async def test_a_call_without_a_scorecard_or_with_a_defect_is_not_tried_for_ever(
    ended: Store, company: Company
) -> None:
    call = await material(ended, company)
    book = ScoreStore(ended)
    await book.keep([defective(call, "ZeroDivisionError")], [], at=LATER)
    assert await book.unscored(10) == []
    (kept,) = await book.of_call("call-1", call.turns)
    assert "ZeroDivisionError" in kept.result.not_scorable and kept.result.total is None
    await book.keep(Scoring([]).score(call), [], at=LATER)
    (kept,) = await book.of_call("call-1", call.turns)
    assert kept.result.not_scorable == "没有适用的评分表"
