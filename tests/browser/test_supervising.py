"""A supervisor listens to a call that is going on, whispers, barges in and leaves, through her own phone, and in nobody
else's calls; each time is in the audit log."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.async_api import expect

from tests.browser.calls import NUMBER
from tests.browser.console import Browsers, Console
from tests.browser.test_agent import Media
from tests.browser.test_agent import media as media
from voicebot.agent_events import Supervising, SupervisionState
from voicebot.events import AgentJoined, CallEnded, CallStarted
from voicebot.privacy.audit import Audit
from voicebot.store.records import CallRecord

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def begin(console: Console, call_id: str, label: str, agent: str, team: str) -> None:
    """A call that an agent has."""
    now = datetime.now(UTC)
    call = CallRecord(call_id, "leg", "inbound", NUMBER, "400", now, caller_label=label, agent_id=agent, team=team)
    started = CallStarted(call_id, now, "inbound", NUMBER, "400", label)
    await console.store.open_call(call, events=[started, AgentJoined(call_id, now, agent, 1.0)])


async def end(console: Console, call_id: str) -> None:
    now = datetime.now(UTC)
    over = CallEnded(call_id, now, "resolved", "remote_hangup", 9.0)
    await console.store.end_call(call_id, now, outcome="resolved", end_reason="remote_hangup", events=[over])


def tell(console: Console, state: SupervisionState, reason: str = "", phone: str = "8006") -> None:
    console.publisher.tell(Supervising(phone, datetime.now(UTC), "supervised", state, reason))


async def test_listening_whispering_barging_in_and_leaving(people: Browsers, console: Console, media: Media) -> None:
    await begin(console, "supervised", "郑海", "8002", "订单组")
    async with people.of("lead") as lead:
        page = lead.page
        await lead.open("/board")
        await page.get_by_role("cell", name="郑海").click()
        bar = page.get_by_role("group", name="监听与插话")
        await expect(bar.get_by_role("button", name="结束")).to_be_hidden()
        await bar.get_by_role("button", name="监听").press("Enter")
        asked = await media.took("supervise")
        assert (asked.call_id, asked.phone, asked.mode) == ("supervised", "8006", "listen")  # type: ignore[union-attr]
        tell(console, "ringing")
        await expect(bar.get_by_role("status")).to_have_text("您的话机在响，请接听")
        tell(console, "listen")
        await expect(bar.get_by_role("status")).to_have_text("您在监听")
        await expect(bar.get_by_role("button", name="监听")).to_have_attribute("aria-pressed", "true")
        media.commands.clear()
        media.refusal = "call 'supervised' is with no agent now"
        await bar.get_by_role("button", name="插话").click()
        assert (await media.took("supervise")).mode == "barge"  # type: ignore[union-attr]
        await expect(page.get_by_text("现在没有客服接着")).to_be_visible()
        media.refusal = ""
        media.commands.clear()
        await bar.get_by_role("button", name="结束").click()
        assert (await media.took("supervise")).mode == "stop"  # type: ignore[union-attr]
        tell(console, "over", "phone '8006' was not answered: 486")
        await expect(page.get_by_text("话机沈怡没有接听")).to_be_visible()
        tell(console, "whisper", phone="8012")
        await expect(bar.get_by_role("status")).to_have_text("王璐正在监听")
        await expect(bar.get_by_role("button", name="监听")).to_be_hidden()
        tell(console, "over", phone="8012")
        await end(console, "supervised")
        await expect(bar).to_be_hidden()
    entries = await Audit(console.store).entries(object="call:supervised", action="call.monitored")
    assert ['"barge"' in entry.detail for entry in reversed(entries)] == [False, True, False]


async def test_without_a_phone_of_one_s_own_nobody_is_listened_to(people: Browsers, console: Console) -> None:
    await begin(console, "other-team", "冯远", "8003", "销售组")
    async with people.of("other") as other, people.of("lead") as lead:
        await other.open("/board")
        await other.page.get_by_role("cell", name="冯远").click()
        bar = other.page.get_by_role("group", name="监听与插话")
        await expect(bar).to_contain_text("关联工号")
        await expect(bar.get_by_role("button", name="监听")).to_be_hidden()
        await lead.open("/board")
        await expect(lead.page.get_by_role("cell", name="冯远")).to_have_count(0)
        await expect(lead.page.get_by_role("group", name="监听与插话")).to_be_hidden()
    await end(console, "other-team")
