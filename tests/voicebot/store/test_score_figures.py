"""A report's figures are the same in both databases: by the company's days, current, with what people changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.voicebot.qa.talks import SMALL_CARD
from tests.voicebot.qa.talks import a_call as a_talk
from tests.voicebot.store.samples import a_call
from voicebot.qa.periods import Period
from voicebot.qa.reporting.figures import read_figures
from voicebot.qa.review.reviews import Reviewing, ReviewStore
from voicebot.qa.scorecard.files import parse_scorecard
from voicebot.qa.scores import ScoreStore
from voicebot.qa.scoring import Scoring
from voicebot.store.store import Store

CARD = parse_scorecard(SMALL_CARD, "small")
CHINA = timedelta(hours=8)
LATE = datetime(2026, 11, 5, 15, 59, tzinfo=UTC)
"""A minute before midnight in China."""


async def scored(store: Store, call_id: str, started: datetime, *lines: str, agent: str | None = None) -> None:
    await store.open_call(a_call(call_id, started_at=started, answered_at=started, agent_id=agent))
    await store.end_call(call_id, started + timedelta(minutes=1), outcome="resolved", end_reason="caller")
    await ScoreStore(store).keep(Scoring([CARD]).score(a_talk(*lines, call_id=call_id)), [CARD], at=started)


async def test_figures_by_agent_day_band_and_item(store: Store) -> None:
    await scored(store, "good", LATE, "A 您好", "C 投诉", "A 抱歉", agent="8001")
    await scored(store, "rude", LATE + timedelta(minutes=2), "A 您好，骗子", "C 什么", agent="8001")
    await scored(store, "empty", LATE + timedelta(minutes=3))
    await scored(store, "earlier", LATE - timedelta(days=9), "A 您好", "C 喂")
    newer = parse_scorecard(SMALL_CARD.replace('version = "3"', 'version = "4"'), "small")
    call = a_talk("A 您好，骗子", "C 什么", call_id="rude")
    await ScoreStore(store).keep(Scoring([newer]).score(call), [newer], at=LATE)
    overruling = Reviewing("rude", "small", "opening", "fail", "supervisor-1", "没有报工号")
    await ReviewStore(store).review(overruling, actor="os:tester", at=LATE)

    figures = await read_figures(store, "small", Period(LATE - timedelta(days=1)), utc_offset=CHINA)

    whole = figures.whole
    assert (whole.calls, whole.scored, whole.total, whole.fatal) == (3, 2, 50.0, 1)
    agents = {group.name: (group.calls, group.total) for group in figures.groups["agent"]}
    assert agents == {"8001": (2, 50.0), "": (1, None)}
    days = [(group.name, group.calls) for group in figures.groups["day"]]
    assert days == [("2026-11-05", 1), ("2026-11-06", 2)]
    assert figures.bands == (1, 0, 0, 0, 1)
    assert [item.item for item in figures.items] == [item.name for item in CARD.items]
    items = {item.item: item for item in figures.items}
    assert (items["swearing"].passed, items["swearing"].failed, items["swearing"].pass_rate) == (1, 1, 0.5)
    assert (items["empathy"].passed, items["empathy"].not_applicable) == (1, 1)
    assert items["settled"].for_a_person == 2 and items["settled"].pass_rate is None
    assert (items["opening"].overridden, items["swearing"].overridden) == (1, 0)


async def test_a_period_without_calls_has_figures_of_nothing(store: Store) -> None:
    figures = await read_figures(store, "small", Period(LATE), utc_offset=CHINA)
    assert figures.whole.calls == 0 and figures.whole.total is None
    assert figures.items == () and sum(figures.bands) == 0
