"""An agent's desk shows a call from its ring to its wrap-up, and what is done there reaches the media process."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.browser.calls import NUMBER, SCRIPT
from tests.browser.console import Browsers, Console
from voicebot.agent_commands import AgentCommand, CommandAnswer
from voicebot.agent_events import (
    Joined,
    Left,
    LineStood,
    PacketGrew,
    PresenceChanged,
    ProcedureStood,
    PromptShown,
    Ringing,
    StepState,
    WrapUpSuggested,
)
from voicebot.assist.packet import (
    CallerProfile,
    DialectFinding,
    EarlierCall,
    HandoverPacket,
    SettledMatter,
    Wish,
    packet_fields,
    packet_to_json,
)
from voicebot.background import background
from voicebot.command_bus import serve_commands
from voicebot.events import CallEnded, PartialTranscript, TurnFinished
from voicebot.store.floor import FloorStore
from voicebot.store.floor_records import OfferRecord, PromptRecord, WrapUpRecord
from voicebot.store.records import CallRecord, CustomerRecord, OrderRecord, TaskRecord, TurnRecord

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOW = datetime.now(UTC)
PACKET = HandoverPacket(
    "desk-call",
    NOW,
    CallerProfile(NUMBER, "王芳", "王女士", "gold", ("常客", SCRIPT), province="四川", city="成都"),
    DialectFinding("cmn-sichuan", "四川话", 0.92, ("说了“啥子”",)),
    (Wish("complaint", "投诉"),),
    summary="耳机晚到，要求赔偿",
    earlier=(
        EarlierCall("order-team", NOW, "开发票", "resolved"),
        EarlierCall("sales-team", NOW, "问价格", "resolved"),
    ),
)


class Media:
    """In the place of the media process: takes the desk's commands, and may refuse them."""

    def __init__(self) -> None:
        self.commands: list[AgentCommand] = []
        self.refusal = ""

    async def handle(self, command: AgentCommand) -> CommandAnswer:
        self.commands.append(command)
        return CommandAnswer(command.id, not self.refusal, self.refusal)

    async def took(self, kind: str) -> AgentCommand:
        async with asyncio.timeout(30):
            while not any(command.kind == kind for command in self.commands):  # noqa: ASYNC110 - a browser acts
                await asyncio.sleep(0.05)
        return next(command for command in reversed(self.commands) if command.kind == kind)


@pytest_asyncio.fixture(loop_scope="session")
async def media(console: Console) -> AsyncIterator[Media]:
    taking = Media()
    async with background(serve_commands(console.settings.events, taking.handle)):
        yield taking


def presence(state: str, **more: object) -> PresenceChanged:
    return PresenceChanged("8002", datetime.now(UTC), state, "agent", "邓凯", "订单组", **more)  # type: ignore[arg-type]


async def rung(console: Console, page: Page) -> None:
    """A call that rings at the agent."""
    floor = FloorStore(console.store, console.settings.events.node)
    call = CallRecord("desk-call", "leg", "inbound", NUMBER, "400", NOW, agent_id="8002", team="订单组")
    order = OrderRecord("87921742", NUMBER, f"耳机 {SCRIPT}", Decimal("299.50"), "shipped", NOW.date(), carrier="顺丰")
    await console.store.import_company([CustomerRecord(NUMBER, "王芳")], [order])
    owed = TaskRecord(
        "owed", "sales-team", "callback", NUMBER, f"寄发票 {NUMBER}", NOW, due_at=NOW - timedelta(hours=1)
    )
    await console.store.add_task(owed)
    await console.store.open_call(call)
    await console.store.add_turn(TurnRecord("desk-call", 0, "assistant", "您好，我是小云。", 0, 1000))
    console.publisher.tell(presence("ringing", ringing="desk-call", until=NOW + timedelta(seconds=15)))
    console.publisher.tell(
        Ringing("8002", NOW, "desk-call", packet_fields(PACKET), "王女士，四川话，投诉晚到", ("会说四川话",))
    )
    await expect(page.locator(".vb-caller-name")).to_have_text("王女士")
    # what rings is told at once; on a busy machine the store has it later
    await floor.packet_handed("desk-call", "8002", NOW, packet_to_json(PACKET))


async def test_a_call_at_the_desk_from_ring_to_wrap_up(people: Browsers, console: Console, media: Media) -> None:
    async with people.of("agent") as agent:
        page = agent.page
        console.publisher.tell(presence("break"))
        await agent.open("/")
        assert page.url.endswith("/desk")
        await page.get_by_role("button", name="就绪", exact=True).click()
        assert (await media.took("presence")).presence == "ready"  # type: ignore[union-attr]
        console.publisher.tell(presence("ready"))
        await expect(page.get_by_role("button", name="就绪", exact=True)).to_have_attribute("aria-pressed", "true")
        await rung(console, page)
        card = page.locator(".vb-caller")
        for shown in ("四川 成都", "四川话 92%", "投诉", "金卡", SCRIPT, "王女士，四川话，投诉晚到", "会说四川话"):
            await expect(card).to_contain_text(shown)
        known = page.locator(".vb-panel", has=page.get_by_role("heading", name="已经知道的"))
        for shown in (
            "耳机晚到，要求赔偿",
            f"87921742 耳机 {SCRIPT} ¥299.50 · 已发货 · 顺丰",
            "寄发票",
            "没有按时兑现",
        ):
            await expect(known).to_contain_text(shown)
        await expect(known).not_to_contain_text(NUMBER)
        await expect(known.get_by_role("link")).to_have_count(1)  # a colleague's call is told of, and not shown
        await expect(known.get_by_role("link")).to_have_attribute("href", "/calls/order-team")
        await expect(page.locator(".vb-line-text").first).to_have_text("您好，我是小云。")
        await _talk(console, page, media)
        await _pass_on(page, media)
        await _learn(console, known)
        await _wrap_up(console, page, media)


async def _talk(console: Console, page: Page, media: Media) -> None:
    console.publisher.tell(Joined("8002", NOW, "desk-call"))
    hold = page.get_by_role("button", name="保持")
    await expect(hold).to_be_visible()
    told = TurnFinished(
        "desk-call", NOW, 1, "caller", "啥子时候赔", emotion="angry", started_ms=65_000,
        dialects={"cmn-sichuan": 0.97, "cmn": 0.03}, dialect_reasons=(f"说了“赔” {SCRIPT}",),
    )  # fmt: skip
    await console.store.add_turn(TurnRecord("desk-call", 1, "caller", "啥子时候赔", 2000, 3000), events=[told])
    await expect(page.locator(".vb-line-caller .vb-line-text")).to_have_text("啥子时候赔")
    await expect(page.locator(".vb-line-caller .vb-line-time")).to_have_text("1:05")
    for shown in ("愤怒", "四川话 97%", f"说了“赔” {SCRIPT}"):  # the card follows what is heard
        await expect(page.locator(".vb-caller")).to_contain_text(shown)
    console.publisher.tell(PartialTranscript("desk-call", 0, "我马上", "查", 4.0, "agent"))
    await expect(page.locator(".vb-line-agent.vb-line-partial .vb-line-text")).to_have_text("我马上查")
    console.publisher.tell(PromptShown("8002", NOW, "desk-call", "p1", "warning", "客户生气了", "mood", 3.0))
    console.publisher.tell(
        PromptShown("8002", NOW, "desk-call", "p2", "knowledge", "晚到可赔十元", "knowledge/late", 3.0)
    )
    await expect(page.locator(".vb-prompt").last).to_contain_text("客户生气了")
    await expect(page.locator(".vb-prompt").first).to_contain_text("晚到可赔十元")
    await page.keyboard.press("F8")
    judged = await media.took("judge_prompt")
    assert (judged.prompt_id, judged.helped) == ("p2", True)  # type: ignore[union-attr]
    await _steps(console, page)
    await hold.click()
    assert (await media.took("hold")).held  # type: ignore[union-attr]
    await expect(hold).to_be_visible()  # not before it is true
    console.publisher.tell(LineStood("8002", NOW, "desk-call", held=True))
    await expect(page.get_by_role("button", name="取回")).to_be_visible()


async def _steps(console: Console, page: Page) -> None:
    """Of the procedure, with their state; opened anew, the desk shows them again."""
    steps: tuple[tuple[str, StepState, str], ...] = (
        ("order", "known", f"87921742 {SCRIPT}"), ("reason", "asked", ""), ("action", "open", ""),
    )  # fmt: skip
    console.publisher.tell(ProcedureStood("8002", NOW, "desk-call", "return_refund", steps))
    shown = page.locator(".vb-step")
    await expect(page.get_by_role("heading", name="流程：退货退款")).to_be_visible()
    await expect(shown.nth(0)).to_contain_text(f"订单号已知道87921742 {SCRIPT}")
    await expect(shown.nth(1)).to_contain_text("原因刚问过")
    await expect(shown.nth(2)).to_contain_text("办理还没有")


async def _pass_on(page: Page, media: Media) -> None:
    media.refusal = "there is nobody with that skill"
    await page.get_by_role("button", name="转接 / 咨询").click()
    to = page.get_by_role("combobox", name="转给谁，或哪个技能、号码")
    await page.get_by_role("option", name="技能：维修").click()
    await expect(page.get_by_role("button", name="先咨询")).to_be_disabled()  # a skill is nobody to talk to
    await page.get_by_role("button", name="直接转接").click()
    assert (await media.took("transfer")).to == "repair"  # type: ignore[union-attr]
    await expect(page.get_by_text("there is nobody with that skill")).to_be_visible()
    media.refusal = ""
    media.commands.clear()
    await to.fill("没有这个人")
    await expect(page.get_by_text("没有这样的同事或技能")).to_be_visible()
    await expect(page.get_by_role("button", name="直接转接")).to_be_disabled()
    await to.fill("139 1234 5678")
    await expect(page.get_by_role("option", selected=True)).to_have_text("13912345678")
    await page.get_by_role("button", name="直接转接").click()
    assert (await media.took("transfer")).to == "13912345678"  # type: ignore[union-attr]
    await expect(page.get_by_role("dialog")).to_be_hidden()


async def _learn(console: Console, known: Locator) -> None:
    """What a colleague came to in a conference; the steps of the procedure go on telling what is to be asked."""
    grown = replace(
        PACKET, summary="还要开发票", missing=("原因",), settled=(SettledMatter("开发票", "registered", "已登记"),)
    )
    console.publisher.tell(PacketGrew("8002", NOW, "another-call", packet_fields(replace(grown, summary="别人的"))))
    console.publisher.tell(PacketGrew("8002", NOW, "desk-call", packet_fields(grown)))
    await expect(known).to_contain_text("还要开发票")
    await expect(known).to_contain_text("开发票：已登记")
    await expect(known).to_contain_text(f"87921742 耳机 {SCRIPT}")
    await expect(known).not_to_contain_text("耳机晚到，要求赔偿")
    await expect(known.get_by_text("还要问", exact=True)).to_be_hidden()


async def _wrap_up(console: Console, page: Page, media: Media) -> None:
    console.publisher.tell(Left("8002", NOW, "desk-call", "talked"))
    console.publisher.tell(
        WrapUpSuggested(
            "8002", NOW, "desk-call", "complaint_open", "投诉已受理", "有承诺", "赔十元", (), ("回电王女士",)
        )
    )
    await expect(page.get_by_text("✓ 回电王女士")).to_be_visible()
    await page.get_by_label("备注").fill("已安抚")
    await _loaded_again_amid_the_wrap_up(console, page)
    await _cut_off_amid_the_wrap_up(page)
    await page.get_by_role("button", name="确认").click()
    confirmed = await media.took("confirm_wrap_up")
    written = (confirmed.disposition, confirmed.summary, confirmed.note)  # type: ignore[union-attr]
    assert written == ("complaint_open", "赔十元加券", "已安抚，下周回访")
    await expect(page.get_by_role("heading", name="话后整理")).to_be_hidden()
    over = CallEnded("desk-call", NOW, "resolved", "remote_hangup", 60.0)
    await console.store.end_call("desk-call", NOW, outcome="resolved", end_reason="remote_hangup", events=[over])


async def kept(console: Console, call_id: str, note: str) -> None:
    """Returns once what the agent wrote down is in the store."""
    floor = FloorStore(console.store, console.settings.events.node)
    async with asyncio.timeout(60):
        while await floor.note_draft(call_id, "8002") != note:  # noqa: ASYNC110 - a browser writes
            await asyncio.sleep(0.05)


async def _loaded_again_amid_the_wrap_up(console: Console, page: Page) -> None:
    """Suggestion and note are there again."""
    floor = FloorStore(console.store, console.settings.events.node)
    await floor.prompts_shown([PromptRecord("p3", "desk-call", "8002", 3000, "step", "问单号", "return_refund", 1.0)])
    await floor.wrapped_up(WrapUpRecord("desk-call", "8002", NOW, "complaint_open", "投诉已受理", "有承诺", "赔十元"))
    await console.store.add_task(TaskRecord("t1", "desk-call", "callback", NUMBER, "回电王女士", NOW))
    console.publisher.tell(presence("wrap_up", until=NOW + timedelta(minutes=5)))
    await kept(console, "desk-call", "已安抚")
    await expect(page.get_by_text("话后整理").first).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("✓ 回电王女士")).to_be_visible()
    await expect(page.get_by_label("备注")).to_have_value("已安抚")
    await expect(page.locator(".vb-prompt button")).to_have_count(0)  # nobody asks any more whether they help


async def _cut_off_amid_the_wrap_up(page: Page) -> None:
    """What is written while the console does not answer is there again when it does."""
    await page.evaluate("window.socket.disconnect()")
    await page.get_by_label("备注").fill("已安抚，下周回访")
    await page.get_by_label("小结").fill("赔十元加券")
    await page.reload()
    await expect(page.get_by_label("备注")).to_have_value("已安抚，下周回访")
    await expect(page.get_by_label("小结")).to_have_value("赔十元加券")


async def test_a_call_whose_line_broke_is_written_up_all_the_same(people: Browsers, console: Console) -> None:
    """Also by whom it made go: the browser's phone is gone as well, and its agent signed out."""
    call_id = "broken-call"
    floor = FloorStore(console.store, console.settings.events.node)
    now = datetime.now(UTC)
    await console.store.open_call(CallRecord(call_id, "leg", "inbound", NUMBER, "400", now, agent_id="8002"))
    await floor.packet_handed(call_id, "8002", now, packet_to_json(replace(PACKET, call_id=call_id)))
    async with people.of("agent") as agent:
        page = agent.page
        console.publisher.tell(presence("talking", calls=(call_id,)))
        console.publisher.tell(LineStood("8002", now, call_id))
        async with asyncio.timeout(60):
            while True:  # the console may hear of it after the page was asked for
                await agent.open("/desk")
                if await page.get_by_role("button", name="挂断").is_visible():
                    break
        await page.get_by_label("备注").fill("要换货")
        await floor.wrapped_up(WrapUpRecord(call_id, "8002", now, "complaint_open", "投诉已受理", "有承诺", "换货"))
        console.publisher.tell(WrapUpSuggested("8002", now, call_id, "complaint_open", "", "有承诺", "换货", (), ()))
        console.publisher.tell(Left("8002", now, call_id, "lost"))
        console.publisher.tell(presence("offline"))
        await expect(page.locator(".vb-panel", has_text="线路中断").first).to_be_visible()
        for _ in range(2):
            await expect(page.get_by_label("小结")).to_have_value("换货")
            await expect(page.get_by_label("备注")).to_have_value("要换货")
            await page.reload()
        await floor.wrapped_up(
            WrapUpRecord(call_id, "8002", now, "complaint_open", "投诉已受理", "有承诺", "换货", confirmed=True)
        )
        console.publisher.tell(presence("break"))
        over = CallEnded(call_id, now, "resolved", "remote_hangup", 60.0)
        await console.store.end_call(call_id, now, outcome="resolved", end_reason="remote_hangup", events=[over])


async def test_a_desk_that_is_opened_in_mid_call_shows_it(people: Browsers, console: Console) -> None:
    console.publisher.tell(presence("talking", calls=("desk-call",)))
    async with people.of("agent") as agent:
        async with asyncio.timeout(60):
            while True:
                await agent.open("/desk")
                if await agent.page.locator(".vb-caller-name").count():
                    break
        await expect(agent.page.locator(".vb-caller-name")).to_have_text("王女士")
        await expect(agent.page.get_by_role("button", name="挂断")).to_be_visible()
        steps = (("order", "open", ""), ("action", "open", ""))
        console.publisher.tell(ProcedureStood("8002", NOW, "desk-call", "cancel_order", steps))  # type: ignore[arg-type]
        await expect(agent.page.locator(".vb-step")).to_have_count(2)
        await agent.open("/desk")
        await expect(agent.page.get_by_role("heading", name="流程：取消订单")).to_be_visible()


async def test_a_desk_that_is_loaded_again_knows_what_is_held_muted_and_consulted(
    people: Browsers, console: Console
) -> None:
    """Else nobody could end the consultation, and who is muted would not know it."""
    console.publisher.tell(presence("talking", calls=("desk-call",)))
    console.publisher.tell(LineStood("8002", NOW, "desk-call", muted=True, consulting="ringing", colleague="8003"))
    offer = OfferRecord(
        "desk-offer", "desk-call", "8002", "order", "cmn", True, NOW, 1.0, ("订单技能5级",), whisper="王女士要赔偿"
    )
    await FloorStore(console.store, console.settings.events.node).offered(offer, events=[])
    async with people.of("agent") as agent:
        page = agent.page
        async with asyncio.timeout(60):
            while not await page.get_by_text("正在呼叫").count():
                await agent.open("/desk")
        await expect(page.get_by_role("button", name="取消静音")).to_be_visible()
        for told in ("王女士要赔偿", "订单技能5级"):
            await expect(page.locator(".vb-caller")).to_contain_text(told)
        await expect(page.get_by_role("button", name="交给同事")).to_be_disabled()
        for refused in ("保持", "取消静音", "转接 / 咨询"):
            await expect(page.get_by_role("button", name=refused, exact=True)).to_be_disabled()
        console.publisher.tell(LineStood("8002", NOW, "desk-call", consulting="talking", colleague="8003"))
        await expect(page.get_by_text("来电人在等候")).to_be_visible()
        await expect(page.get_by_role("button", name="交给同事")).to_be_enabled()
        await agent.open("/desk")
        await expect(page.get_by_role("button", name="取回来电人")).to_be_visible()
        console.publisher.tell(LineStood("8002", NOW, "desk-call", consulting="asked", colleague="8003"))
        await expect(page.get_by_text("正在向您咨询")).to_be_visible()
        await expect(page.get_by_role("button", name="取回来电人")).to_be_hidden()
        await expect(page.get_by_role("button", name="挂断")).to_be_visible()
        console.publisher.tell(LineStood("8002", NOW, "desk-call"))
        await expect(page.get_by_text("正在向您咨询")).to_be_hidden()
        await expect(page.get_by_role("button", name="保持", exact=True)).to_be_enabled()


async def test_what_happens_while_a_desk_is_being_built_is_shown(people: Browsers, console: Console) -> None:
    """At moments all over the time that this takes."""
    async with people.of("agent") as agent:
        for ms in range(0, 120, 10):
            state, shown = (("talking", "通话中"), ("wrap_up", "话后整理"))[ms // 10 % 2]
            agent.page.once("request", lambda _, ms=ms, state=state: _told_after(ms, console, state))
            await agent.open("/desk")
            await expect(agent.page.locator(".vb-head-tools .vb-badge")).to_contain_text(shown)
    console.publisher.tell(presence("break"))


def _told_after(ms: int, console: Console, state: str) -> None:
    calls = ("desk-call",) if state == "talking" else ()
    asyncio.get_running_loop().call_later(ms / 1000, console.publisher.tell, presence(state, calls=calls))


async def test_what_cannot_be_done_is_said(people: Browsers, console: Console) -> None:
    async with people.of("agent") as agent:
        await agent.open("/desk")
        await agent.page.get_by_role("button", name="小休").click()
        await expect(agent.page.get_by_text("没有得到应答")).to_be_visible(timeout=30_000)
