"""In both databases lists, figures and reports go by what people decided, also after the call is scored again; what was
answered blind changes none of them."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest
import sqlalchemy as sa

from tests.voicebot.qa.talks import SMALL_CARD
from tests.voicebot.qa.talks import a_call as a_talk
from tests.voicebot.store.samples import NOON, a_call
from voicebot.qa.periods import Period as ReportPeriod
from voicebot.qa.reporting.figures import read_figures
from voicebot.qa.review.in_force import catch_up
from voicebot.qa.review.reviews import CannotReview, Reviewing, ReviewStore
from voicebot.qa.review.samples import Sample, SampleStore
from voicebot.qa.scorecard.files import parse_scorecard
from voicebot.qa.scores import ScoreStore
from voicebot.qa.scoring import Scoring
from voicebot.store.call_figures import Period
from voicebot.store.call_search import CallFilter, CallSearch
from voicebot.store.review_tables import reviewed_scores
from voicebot.store.score_figures import ScoreFigures, Standing
from voicebot.store.store import Store

CARD = parse_scorecard(SMALL_CARD, "small")
RUDE = a_talk("A 您好，骗子", "C 什么", call_id="rude")
EVERYBODYS = sa.true()
DAY = Period(NOON - timedelta(hours=1), NOON + timedelta(hours=1))


async def scored(store: Store) -> None:
    await store.open_call(a_call("rude", answered_at=NOON, agent_id="8001"))
    await store.end_call("rude", NOON + timedelta(minutes=1), outcome="resolved", end_reason="caller")
    await keep_score(store)


async def keep_score(store: Store) -> None:
    await ScoreStore(store).keep(Scoring([CARD]).score(RUDE), [CARD], at=NOON)


async def answer(store: Store, item: str, given: str) -> None:
    reviewing = Reviewing("rude", "small", item, given, "lead", "听过录音")  # type: ignore[arg-type]
    await ReviewStore(store).review(reviewing, actor="account:lead", at=NOON)


async def standing(store: Store) -> Standing:
    return (await ScoreFigures(store, reached=EVERYBODYS).by_agent(DAY))["8001"]


async def found(store: Store, **wanted: str) -> list[tuple[str, float | None]]:
    calls = await CallSearch(store).find(CallFilter(**wanted))  # type: ignore[arg-type]
    return [(each.call.id, each.score) for each in calls]


async def test_an_overruled_veto_is_lifted_everywhere(store: Store) -> None:
    await scored(store)
    assert (await standing(store)).average == 0 and (await standing(store)).vetoed == 1
    assert await found(store, score="fatal") == await found(store, failed_item="swearing") == [("rude", 0)]

    await answer(store, "swearing", "pass")
    assert await found(store, score="none") == [("rude", None)]  # what the system left open is too much for a total
    await answer(store, "settled", "pass")

    assert (await standing(store)).average == 100 and (await standing(store)).vetoed == 0
    figures = ScoreFigures(store, reached=EVERYBODYS)
    assert (await figures.by_item(DAY))["swearing"].failed == 0
    assert list((await figures.by_day(DAY, UTC)).values()) == [{"8001": 100}]
    course = await figures.by_dimension(DAY, UTC, agent="8001")
    assert [(title, list(by_day.values())) for title, by_day in course.items()] == [("规范", [100]), ("合规", [100])]
    assert await found(store, score="from_80") == [("rude", 100)]
    assert await found(store, score="fatal") == await found(store, failed_item="swearing") == []
    report = await read_figures(store, "small", ReportPeriod(DAY.since), utc_offset=timedelta())
    assert (report.whole.total, report.whole.fatal, report.bands[-1]) == (100, 0, 1)
    assert next(item for item in report.items if item.item == "swearing").passed == 1

    await keep_score(store)  # scored again: the review still holds
    assert (await standing(store)).average == 100
    await answer(store, "swearing", "fail")  # and the last one does
    assert (await standing(store)).average == 0


async def test_who_has_not_seen_a_colleague_s_answer_does_not_undo_it(store: Store) -> None:
    await scored(store)
    book = ReviewStore(store)

    async def overrule(given: str, instead_of: str) -> None:
        answer = Reviewing("rude", "small", "swearing", given, "lead", "听过录音", instead_of)  # type: ignore[arg-type]
        await book.review(answer, actor="account:lead", at=NOON)

    await overrule("pass", "fail")
    with pytest.raises(CannotReview, match="somebody else meanwhile"):
        await overrule("not_applicable", "fail")  # from a page that was loaded before
    await overrule("not_applicable", "pass")
    assert [review.answer for review in await book.of_call("rude")] == ["pass", "not_applicable"]


async def test_blind_answers_change_no_total(store: Store) -> None:
    await scored(store)
    book = SampleStore(store)
    wanted = Sample("s", "small", 1, ("lead",), NOON)
    sample = await book.draw(wanted, 5, since=NOON, until=NOON + timedelta(seconds=1), actor="account:boss")
    answers = [Reviewing("rude", "small", item.name, "pass", "lead") for item in CARD.items]
    await book.rate(sample, "rude", answers, rater="lead", actor="account:lead", at=NOON)
    assert (await standing(store)).average == 0
    assert await found(store, score="fatal") == [("rude", 0)]


async def test_reviews_of_before_are_caught_up_with(store: Store) -> None:
    await scored(store)
    await answer(store, "swearing", "pass")
    await answer(store, "settled", "pass")
    await store.write(sa.delete(reviewed_scores))
    assert (await standing(store)).average == 0
    await catch_up(store)
    assert (await standing(store)).average == 100
