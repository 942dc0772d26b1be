"""Scores are counted by agent, day and item, and find their calls, the same on SQLite and on PostgreSQL."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from tests.voicebot.store.samples import NOON, a_call
from voicebot.store.call_figures import Period
from voicebot.store.call_search import CallFilter, CallSearch
from voicebot.store.score_figures import ASSISTANT, ItemFigures, ScoreFigures, Standing
from voicebot.store.score_tables import scores, verdicts
from voicebot.store.store import Store
from voicebot.store.tables import calls

DAY = Period(NOON - timedelta(hours=12), NOON + timedelta(hours=12))
SCORES: tuple[tuple[str, str | None, float | None, list[str], dict[str, str]], ...] = (
    ("bot-good", None, 90.0, [], {"greeting": "pass", "closing": "pass"}),
    ("bot-poor", None, 50.0, [], {"greeting": "fail", "closing": "unsure"}),
    ("vetoed", "8001", 0.0, ["abuse"], {"abuse": "fail", "greeting": "pass"}),
    ("no-total", "8001", None, [], {"greeting": "not_applicable"}),
)


@pytest.fixture
async def filled(store: Store) -> Store:
    for call_id, agent, total, fatal, answers in SCORES:
        await store.open_call(a_call(call_id, agent_id=agent))
        for current in (False, True):
            await _score(store, call_id, total if current else 1.0, fatal, answers, current=current)
    await store.open_call(a_call("unscored"))
    return store


async def _score(
    store: Store, call_id: str, total: float | None, fatal: list[str], answers: dict[str, str], *, current: bool
) -> None:
    score_id = f"{call_id}/{current}"
    row = {
        "id": score_id, "call_id": call_id, "scorecard": "service", "version": "1", "current": current,
        "scored_at": NOON, "total": total, "without_veto": total, "compliance": 100.0, "fatal": fatal, "decided": 1.0,
        "dimensions": [], "not_scorable": "", "kind": "bot", "facts": {},
    }  # fmt: skip
    found = [
        {"score_id": score_id, "item": item, "place": place, "answer": answer, "points": 0.0, "weight": 1.0,
         "confidence": 1.0, "source": "rule", "reason": "", "evidence": []}
        for place, (item, answer) in enumerate(answers.items())
    ]  # fmt: skip

    def work(connection: sa.Connection) -> None:
        connection.execute(scores.insert().values(row))
        connection.execute(verdicts.insert(), found)

    await store.transact(work)


async def test_each_agent_and_the_assistant_has_a_standing_from_current_scores(filled: Store) -> None:
    figures = ScoreFigures(filled, reached=sa.true())
    assert await figures.by_agent(DAY) == {
        ASSISTANT: Standing(2, 70.0, 0, 100.0),
        "8001": Standing(1, 0.0, 1, 100.0),
    }
    assert await figures.by_day(DAY, ZoneInfo("Asia/Shanghai")) == {date(2026, 11, 5): {ASSISTANT: 70.0, "8001": 0.0}}
    assert await ScoreFigures(filled, reached=calls.c.agent_id == "8001").by_agent(DAY) == {
        "8001": Standing(1, 0.0, 1, 100.0)
    }


async def test_items_are_counted_where_they_apply(filled: Store) -> None:
    figures = ScoreFigures(filled, reached=sa.true())
    greeting = (await figures.by_item(DAY))["greeting"]
    assert greeting == ItemFigures(2, 1, 0) and greeting.failing == pytest.approx(1 / 3)
    assert await figures.by_item(DAY, agent=ASSISTANT) == {
        "greeting": ItemFigures(1, 1, 0),
        "closing": ItemFigures(1, 0, 1),
    }


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"score": "fatal"}, {"vetoed"}),
        ({"score": "below_60"}, {"bot-poor", "vetoed"}),
        ({"score": "60_to_80"}, set()),
        ({"score": "from_80"}, {"bot-good"}),
        ({"score": "for_a_person"}, {"bot-poor"}),
        ({"score": "none"}, {"no-total", "unscored"}),
        ({"score": "nonsense"}, set()),
        ({"failed_item": "greeting"}, {"bot-poor"}),
        ({"agent": "8001", "score": "fatal"}, {"vetoed"}),
    ],
)
async def test_calls_are_found_by_their_scores(filled: Store, wanted: dict[str, str], expected: set[str]) -> None:
    found = await CallSearch(filled).find(CallFilter(**wanted))  # type: ignore[arg-type]
    assert {each.call.id for each in found} == expected
    totals = {call_id: total for call_id, _, total, _, _ in SCORES}
    assert all(each.score == totals.get(each.call.id) for each in found)
