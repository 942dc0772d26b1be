"""An agent works a whole call by the keyboard alone: ready, hold, recording, passing on, notes, hanging up, wrap-up."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from tests.browser.calls import NUMBER
from tests.browser.console import Browsers, Console
from tests.browser.test_agent import PACKET, Media, kept, presence
from tests.browser.test_agent import media as media
from voicebot.agent_events import Joined, Left, PhoneLine, Ringing, WrapUpSuggested
from voicebot.assist.packet import packet_fields, packet_to_json
from voicebot.events import RecordingPaused, RecordingResumed
from voicebot.store.floor import FloorStore
from voicebot.store.recording_gaps import RecordingGaps
from voicebot.store.records import CallRecord

pytestmark = pytest.mark.asyncio(loop_scope="session")

CALL = "keys-call"
PRESS_TWICE = """key => {
  for (let times = 0; times < 2; times++) document.dispatchEvent(new KeyboardEvent("keydown", { key, code: key }));
}"""
"""In one moment: a machine that stood still between two presses would make them two that are meant."""


async def alt(page: Page, key: str) -> None:
    await page.keyboard.press(f"Alt+{key}")


async def joined(console: Console, page: Page) -> None:
    """A caller is on the line."""
    now = datetime.now(UTC)
    packet = replace(PACKET, call_id=CALL)
    await console.store.open_call(
        CallRecord(CALL, "leg", "inbound", NUMBER, "400", now, agent_id="8002", team="订单组")
    )
    handed = FloorStore(console.store, console.settings.events.node).packet_handed
    await handed(CALL, "8002", now, packet_to_json(packet))
    console.publisher.tell(presence("ringing", ringing=CALL, until=now + timedelta(seconds=15)))
    console.publisher.tell(Ringing("8002", now, CALL, packet_fields(packet), "王女士", ()))
    await expect(page.locator(".vb-caller-name")).to_have_text("王女士")
    console.publisher.tell(Joined("8002", now, CALL))
    await expect(page.get_by_role("button", name="挂断")).to_be_visible()


async def test_a_whole_call_by_keys_alone(people: Browsers, console: Console, media: Media) -> None:
    now = datetime.now(UTC)
    async with people.of("agent") as agent:
        page = agent.page
        console.publisher.tell(presence("break"))
        await agent.open("/desk")
        await alt(page, "1")
        assert (await media.took("presence")).presence == "ready"  # type: ignore[union-attr]
        await joined(console, page)
        await alt(page, "h")
        assert (await media.took("hold")).held  # type: ignore[union-attr]

        await alt(page, "r")
        assert (await media.took("pause_recording")).paused  # type: ignore[union-attr]
        paused = page.get_by_text("录音已暂停")
        await expect(paused).to_be_hidden()  # not before it is true
        gaps = RecordingGaps(console.store)
        await gaps.begin(CALL, 3000, "8002", events=[RecordingPaused(CALL, now, "8002", 3000)])
        await expect(paused).to_be_visible()

        await alt(page, "n")
        await expect(page.get_by_label("备注")).to_be_focused()
        await page.keyboard.type("客户很着急")
        await expect(page.get_by_label("备注")).to_have_value("客户很着急")
        await kept(console, CALL, "客户很着急")
        console.publisher.tell(presence("talking", calls=(CALL,)))
        await expect(page.get_by_text("通话中").first).to_be_visible()
        await agent.open("/desk")  # loaded again in mid-call: nothing is lost
        await expect(page.get_by_label("备注")).to_have_value("客户很着急")
        await expect(page.get_by_text("录音已暂停")).to_be_visible()
        media.commands.clear()
        await alt(page, "r")
        assert not (await media.took("pause_recording")).paused  # type: ignore[union-attr]
        await gaps.end(CALL, 6000, events=[RecordingResumed(CALL, now, "8002", 6000)])
        await expect(page.get_by_text("录音已暂停")).to_be_hidden()

        await alt(page, "t")
        await expect(page.get_by_role("combobox")).to_be_focused()
        await page.keyboard.type("维修")
        await expect(page.get_by_role("option", selected=True)).to_have_text("技能：维修")
        for _ in range(3):  # past the words to pass on and the button to cancel; a skill can't be consulted
            await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        assert (await media.took("transfer")).to == "repair"  # type: ignore[union-attr]
        await expect(page.get_by_role("dialog")).to_be_hidden()
        await alt(page, "e")
        await media.took("hang_up")
        console.publisher.tell(Left("8002", now, CALL, "talked"))
        console.publisher.tell(
            WrapUpSuggested("8002", now, CALL, "complaint_open", "投诉已受理", "有承诺", "赔十元", (), ())
        )
        await expect(page.get_by_role("heading", name="话后整理")).to_be_visible()
        await alt(page, "w")
        assert (await media.took("confirm_wrap_up")).note == "客户很着急"  # type: ignore[union-attr]
        console.publisher.tell(presence("ready"))
        await console.store.end_call(CALL, now, outcome="resolved", end_reason="remote_hangup")


async def test_who_presses_twice_means_it_once(people: Browsers, console: Console, media: Media) -> None:
    """And hears the whisper, and declines no second call."""
    now = datetime.now(UTC)
    async with people.of("agent") as agent:
        page = agent.page
        console.publisher.tell(PhoneLine("8002", now, "0123456789abcdef"))
        console.publisher.tell(presence("ringing", ringing=CALL, until=now + timedelta(seconds=15)))
        await agent.open("/desk")
        await expect(page.get_by_role("button", name="接听 F2")).to_be_visible()
        await page.evaluate(PRESS_TWICE, "F2")
        await media.took("pick_up")
        console.publisher.tell(presence("talking", calls=(CALL,)))
        await expect(page.get_by_role("button", name="直接接通 F2")).to_be_visible()
        await asyncio.sleep(1)
        await page.keyboard.press("F2")
        await media.took("skip_whisper")
        console.publisher.tell(Joined("8002", now, CALL))
        hang_up = page.get_by_role("button", name="挂断")
        await expect(hang_up).to_be_visible()
        await hang_up.evaluate("it => { it.click(); it.click(); }")
        await media.took("hang_up")
        console.publisher.tell(Left("8002", now, CALL, "talked"))
        console.publisher.tell(PhoneLine("8002", now, ""))
        console.publisher.tell(presence("break"))
        await expect(page.get_by_role("button", name="挂断")).to_be_hidden()
    assert [each.kind for each in media.commands] == ["pick_up", "skip_whisper", "hang_up"]
