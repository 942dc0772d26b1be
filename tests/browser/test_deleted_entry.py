"""An entry of the knowledge is deleted while a call goes on in which it helped: nothing that was said is lost."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from playwright.async_api import expect

from tests.browser.calls import NUMBER
from tests.browser.console import Browsers, Console, Person
from voicebot.agent_events import Joined, Left, PresenceChanged, PromptShown
from voicebot.events import CallEnded
from voicebot.store.floor import FloorStore
from voicebot.store.floor_records import PromptRecord
from voicebot.store.records import CallRecord, TurnRecord

pytestmark = pytest.mark.asyncio(loop_scope="session")

CALL, ENTRY, QUESTION = "deleted-entry", "cash_on_delivery", "支持货到付款吗"
SAID = "暂时不支持货到付款，请在线付款。"
PROMPT = PromptRecord("deleted-1", CALL, "8002", 3000, "knowledge", SAID, f"knowledge/{ENTRY}", 0.9)


def presence(state: str, *calls: str) -> PresenceChanged:
    return PresenceChanged("8002", datetime.now(UTC), state, "agent", "邓凯", "订单组", calls=calls)


async def talking(console: Console) -> None:
    """An agent's call in which the entry has just been shown as a prompt, and was said."""
    now = datetime.now(UTC)
    call = CallRecord(CALL, "leg-deleted", "inbound", NUMBER, "400", now, caller_label="付款的客户")
    await console.store.open_call(replace(call, agent_id="8002", team="订单组"))
    await console.store.answer_call(CALL, now)
    for seq, (role, text) in enumerate((("caller", QUESTION), ("agent", SAID))):
        await console.store.add_turn(TurnRecord(CALL, seq, role, text, 3000 * seq, 3000 * seq + 2500))  # type: ignore[arg-type]
    await FloorStore(console.store, console.settings.events.node).prompts_shown([PROMPT])
    console.publisher.tell(presence("talking", CALL))
    console.publisher.tell(Joined("8002", now, CALL))


async def test_an_entry_that_is_deleted_in_mid_call_takes_nothing_from_desk_and_review(
    people: Browsers, console: Console
) -> None:
    path = console.settings.company.dir / "knowledge/payment.toml"
    before = path.read_text("utf-8")
    try:
        async with people.of("agent") as agent, people.of("boss") as boss:
            await agent.open("/desk")
            await talking(console)
            prompt = agent.page.locator(".vb-prompt", has_text=SAID)
            await expect(prompt).to_contain_text(QUESTION)
            await _deleted(boss)
            assert SAID not in path.read_text("utf-8")
            told = PromptShown("8002", datetime.now(UTC), CALL, "deleted-2", "warning", "客户着急了", "mood", 9.0)
            console.publisher.tell(told)
            await expect(agent.page.locator(".vb-prompt")).to_have_count(2)
            await expect(prompt).to_contain_text(QUESTION)
            await agent.open("/desk")
            await expect(prompt).to_contain_text(f"{ENTRY}（已不在知识库中）")
            await expect(agent.page.get_by_role("button", name="挂断")).to_be_visible()
            now = datetime.now(UTC)
            over = CallEnded(CALL, now, "agent", "remote_hangup", 60.0)
            await console.store.end_call(CALL, now, outcome="agent", end_reason="remote_hangup", events=[over])
            console.publisher.tell(Left("8002", now, CALL, "talked"))
            console.publisher.tell(presence("break"))
            assert await boss.open(f"/calls/{CALL}") == 200
            await expect(boss.page.locator(".vb-line-agent .vb-line-text")).to_have_text(SAID)
    finally:
        path.write_text(before, "utf-8")


async def _deleted(boss: Person) -> None:
    await boss.open(f"/company/entry?id={ENTRY}")
    await boss.page.get_by_role("button", name="删除这条知识").click()
    await boss.page.wait_for_url("**/company/knowledge?published=*")
    await boss.open(f"/company/knowledge?words={ENTRY}")
    await expect(boss.page.get_by_text("没有找到")).to_be_visible()
