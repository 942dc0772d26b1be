"""Guards that items are measured anew by themselves: after blind answers, and after the scorecard was mended."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.voicebot.qa.review.test_reviews import company as company
from tests.voicebot.store.samples import NOON, a_call, a_turn
from voicebot.privacy.audit import Audit
from voicebot.qa.review.calibrating import assist_only, kept_calibrations
from voicebot.qa.review.recalibrating import Recalibration
from voicebot.qa.review.reviews import Reviewing
from voicebot.qa.review.samples import Sample, SampleStore
from voicebot.qa.worker import Reviewer
from voicebot.store.store import Store

OPENINGS = ["您好，请讲"] * 8 + ["早上好，请讲"] * 8 + ["喂，什么事"] * 8
"""The scorecard looks for 您好; people accept 早上好 as well."""


async def rated(store: Store, folder: Path) -> None:
    """All of OPENINGS scored by the system, and blind by a person."""
    reviewer = Reviewer(store, folder)
    for number, opening in enumerate(OPENINGS):
        call_id = f"c{number}"
        await store.open_call(a_call(call_id, answered_at=NOON, agent_id="8001"))
        await store.add_turn(a_turn(0, call_id, role="agent", text=opening), a_turn(1, call_id, text="喂"))
        await store.end_call(call_id, NOON + timedelta(minutes=1), outcome="resolved", end_reason="caller")
        await reviewer.score(call_id)
    book = SampleStore(store)
    wanted = Sample("s", "small", 1, ("甲",), NOON)
    long_ago, far_ahead = NOON - timedelta(days=9_000), NOON + timedelta(days=9_000)
    sample = await book.draw(wanted, 24, since=long_ago, until=far_ahead, actor="account:1")
    for call_id in sample.call_ids:
        opening = "fail" if OPENINGS[int(call_id[1:])].startswith("喂") else "pass"
        answers = [
            Reviewing(call_id, "small", "opening", opening, "甲"),  # type: ignore[arg-type]
            Reviewing(call_id, "small", "closing", "fail", "甲"),
        ]
        await book.rate(sample, call_id, answers, rater="甲", actor="account:1", at=NOON)


async def test_an_item_turns_to_advice_and_back_by_itself(tmp_path: Path, company: Path) -> None:
    async with Store(f"sqlite:///{tmp_path / 'voicebot.db'}") as store:
        recalibration = Recalibration(store, company, ())
        await recalibration.once()
        assert await assist_only(store) == {}
        await rated(store, company)
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
