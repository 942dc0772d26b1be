"""Guards that items are measured anew by themselves: after blind answers, and after the scorecard was mended."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.voicebot.qa.judges.test_language_model import Endpoint, item, said
from tests.voicebot.qa.judges.test_language_model import endpoint as endpoint
from tests.voicebot.qa.review.test_reviews import company as company
from tests.voicebot.store.samples import NOON, a_call, a_turn
from voicebot.config import JudgeSection
from voicebot.privacy.audit import Audit
from voicebot.qa.judges.language_model import LanguageModelJudge
from voicebot.qa.review.calibrating import assist_only, kept_calibrations
from voicebot.qa.review.recalibrating import Recalibration
from voicebot.qa.review.reviews import Reviewing
from voicebot.qa.review.samples import Sample, SampleStore
from voicebot.qa.worker import Reviewer
from voicebot.store.store import Store

OPENINGS = ["您好，请讲"] * 8 + ["早上好，请讲"] * 8 + ["喂，什么事"] * 8
"""The scorecard looks for 您好; people accept 早上好 as well."""


ASKED = """

[[items]]
name = "soothes"
dimension = "norm"
title = "安抚"
weight = 1
judge = "empathy"
question = "说了抱歉吗？"
"""
"""An item for a judge that can read."""


async def scored(store: Store, folder: Path) -> Sample:
    """All of OPENINGS scored by the system, and drawn to be scored blind."""
    reviewer = Reviewer(store, folder)
    for number, opening in enumerate(OPENINGS):
        call_id = f"c{number}"
        await store.open_call(a_call(call_id, answered_at=NOON, agent_id="8001"))
        await store.add_turn(a_turn(0, call_id, role="agent", text=opening), a_turn(1, call_id, text="喂"))
        await store.end_call(call_id, NOON + timedelta(minutes=1), outcome="resolved", end_reason="caller")
        await reviewer.score(call_id)
    wanted = Sample("s", "small", 1, ("甲",), NOON)
    long_ago, far_ahead = NOON - timedelta(days=9_000), NOON + timedelta(days=9_000)
    return await SampleStore(store).draw(wanted, 24, since=long_ago, until=far_ahead, actor="account:1")


async def rate(store: Store, sample: Sample, call_id: str) -> None:
    """One call, blind, by a person."""
    opening = "fail" if OPENINGS[int(call_id[1:])].startswith("喂") else "pass"
    answers = [
        Reviewing(call_id, "small", "opening", opening, "甲"),  # type: ignore[arg-type]
        Reviewing(call_id, "small", "closing", "fail", "甲"),
    ]
    await SampleStore(store).rate(sample, call_id, answers, rater="甲", actor="account:1", at=NOON)


async def test_an_item_turns_to_advice_and_back_by_itself(tmp_path: Path, company: Path) -> None:
    async with Store(f"sqlite:///{tmp_path / 'voicebot.db'}") as store:
        recalibration = Recalibration(store, company, ())
        await recalibration.once()
        assert await assist_only(store) == {}
        sample = await scored(store, company)
        for call_id in sample.call_ids:
            await rate(store, sample, call_id)
        await recalibration.once()
        assert list((await assist_only(store))["small"]) == ["opening"]
        assert (await Reviewer(store, company).score("c0"))[0].result.for_a_person == ("opening",)

        before = await kept_calibrations(store)
        await recalibration.once()
        assert await kept_calibrations(store) == before  # nothing is new: not measured again

        card = company / "scorecards" / "small.toml"
        card.write_text(card.read_text("utf-8").replace('["您好"]', '["您好", "早上好"]'), encoding="utf-8")
        await recalibration.once()
        assert await assist_only(store) == {}
        told = [entry.action for entry in await Audit(store).entries(object="scorecard:small")]
        assert told == ["item.trusted", "item.assists_only"]


async def test_a_language_model_is_asked_only_about_what_is_new(
    tmp_path: Path, company: Path, endpoint: Endpoint
) -> None:
    card = company / "scorecards" / "small.toml"
    card.write_text(card.read_text("utf-8") + ASKED, encoding="utf-8")
    endpoint.answer = lambda _: (200, said([item("soothes", seq=0, quote=OPENINGS[0])]))
    judge = LanguageModelJudge(JudgeSection(url=endpoint.url, model="m", retries=0))
    async with Store(f"sqlite:///{tmp_path / 'voicebot.db'}") as store:
        recalibration = Recalibration(store, company, (judge,))
        sample = await scored(store, company)
        for call_id, expected in (("c0", 1), ("c1", 2), ("c2", 3)):
            await rate(store, sample, call_id)
            await recalibration.once()
            assert len(endpoint.asked) == expected
        card.write_text(card.read_text("utf-8").replace("说了抱歉吗", "安抚了吗"), encoding="utf-8")
        await recalibration.once()
        assert len(endpoint.asked) == 6  # the question is another one
