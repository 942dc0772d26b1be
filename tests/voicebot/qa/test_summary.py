"""What a call came to is told in sentences that rest on its turns, and what was promised becomes a task, once."""

import re
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import voicebot.demo
from tests.voicebot.store.samples import NOON
from voicebot.company import Company
from voicebot.company.reader import CompanyReader
from voicebot.qa.after_calls import AfterCalls
from voicebot.qa.summary import CallSummary, summarise
from voicebot.qa.summary_store import SummaryStore, mark_broken
from voicebot.store.recording_gaps import RecordingGaps
from voicebot.store.records import CallRecord, TaskRecord, TurnRecord
from voicebot.store.store import Store

CALL = CallRecord(
    "call", "leg", "inbound", "+8613800138000", "service", NOON, answered_at=NOON, outcome="resolved", agent_id="8001"
)


def said(seq: int, role: str, text: str, **fields: object) -> TurnRecord:
    return TurnRecord("call", seq, role, text, seq * 5000, seq * 5000 + 4000, **fields)  # type: ignore[arg-type]


BY_BOT = (
    said(0, "assistant", "您好，请问有什么可以帮您？"),
    said(1, "caller", "我要退货，电话13800138000", intent="return_refund", emotion="angry"),
    said(2, "assistant", "请说要退的订单号。"),
    said(3, "caller", "20241105", intent="return_refund", detail={"actions": ["request_return: accepted"]}),
    said(4, "assistant", "退货已经登记，快递员明天上门取件。"),
)
BY_AGENT = (
    *BY_BOT[:2],
    said(2, "agent", "您好，我查一下。"),
    said(3, "agent", "已经帮您登记退货了，我明天下午三点前给您回电话。"),
    said(4, "caller", "好的"),
)
RETURN = TaskRecord(
    "task", "call", "return", "+8613800138000", "退货 20241105", NOON + timedelta(seconds=19), due_at=NOON
)


def unchanged(company: Company) -> Callable[[], Awaitable[Company]]:
    async def current() -> Company:
        return company

    return current


def summary_of(company: Company, turns: tuple[TurnRecord, ...], *tasks: TaskRecord) -> CallSummary:
    return summarise(company, CALL, turns, tasks).summary


def test_a_call_settled_by_the_assistant_tells_reason_answer_and_promise(shop: Company) -> None:
    summary = summary_of(shop, BY_BOT, RETURN)
    assert summary.reason.text == "来电要退货退款：“我要退货，电话138******00”。" and summary.reason.turns == (1,)
    (done,) = summary.done
    assert done.turns == (3, 4) and "快递员明天上门取件" in done.text
    (promise,) = summary.promises
    assert (promise.task_id, promise.sentence.turns) == (
        "task",
        (4,),
    ) and "智能助手承诺退货 20241105" in promise.sentence.text
    assert summary.next_step and summary.next_step.turns == (4,)
    assert summary.tags == ("by:assistant", "outcome:resolved", "intent:return_refund", "mood:angry")


def test_what_was_said_while_the_recording_was_paused_is_no_reason_and_the_summary_says_so(shop: Company) -> None:
    off = {"intent": "return_refund", "detail": {"taken_out": [["private", 0, 3, 0, 9, 0]]}}
    turns = (said(0, "assistant", "请说卡号。"), said(1, "caller", "***", **off), said(2, "agent", "***", **off))
    summary = summary_of(shop, turns)
    assert (summary.reason.text, summary.reason.turns) == ("来意没有保留：说的时候录音暂停了。", (1,))
    summary = summary_of(shop, (*turns, said(3, "caller", "嗯好")))
    assert summary.reason.text == "来电说：“嗯好”。"


def test_an_agent_s_promise_becomes_a_task_with_its_time(shop: Company) -> None:
    made = summarise(shop, CALL, BY_AGENT, ())
    (task,) = made.follow_ups
    assert (task.kind, task.due_at) == ("callback", datetime(2026, 11, 6, 7, 0, tzinfo=UTC))
    assert [(promise.sentence.turns, promise.task_id) for promise in made.summary.promises] == [((3,), task.id)]
    assert [(done.turns, "登记退货" in done.text) for done in made.summary.done] == [((3,), True)]
    assert made.summary.next_step and "回电" in made.summary.next_step.text
    again = summarise(shop, CALL, BY_AGENT, (task,))
    assert again.follow_ups == () and again.summary == made.summary


@pytest.mark.parametrize("turns", [(), (said(0, "assistant", "您好"),), (said(0, "caller", "x" * 100_000),)])
def test_any_call_has_a_summary(shop: Company, turns: tuple[TurnRecord, ...]) -> None:
    summary = summary_of(shop, turns)
    assert len(summary.reason.text) < 200 and summary.done == () and summary.next_step is None


@pytest.mark.parametrize("words", ["要不要我给您回电话？", "我不能给您退款", "我已经帮您查了，没有登记"])
def test_what_was_only_asked_or_refused_is_no_promise(shop: Company, words: str) -> None:
    assert summarise(shop, CALL, (said(0, "agent", words),), ()).follow_ups == ()


async def ended(store: Store, *turns: TurnRecord, recording: str | None = None) -> None:
    await store.open_call(CALL)
    await store.answer_call("call", NOON, recording_path=recording)
    if turns:
        await store.add_turn(*turns)
    await store.end_call("call", NOON + timedelta(minutes=1), outcome="resolved", end_reason="hangup")


async def test_an_ended_call_is_finished_once(shop: Company, store: Store) -> None:
    await ended(store, *BY_AGENT)
    after = AfterCalls(store, unchanged(shop), now=lambda: NOON)
    assert await after.finish_ended() == 1
    summary = await SummaryStore(store).of("call")
    assert summary == summary_of(shop, BY_AGENT)
    assert [task.kind for task in await store.tasks(call_id="call")] == ["callback"]
    assert await after.finish_ended() == 0


async def test_a_company_that_was_changed_meanwhile_is_the_one_by_which_a_call_is_finished(
    store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "company"
    shutil.copytree(Path(voicebot.demo.__file__).parent / "company", folder)
    after = AfterCalls(store, CompanyReader(folder).current, now=lambda: NOON)
    await ended(store, *BY_AGENT)
    await after.finish_ended()
    first = await SummaryStore(store).of("call")
    assert first and "退货" in first.reason.text
    intent = folder / "intents" / "return_refund.toml"
    renamed = re.sub(r'^title = ".*"$', 'title = "换个说法"', intent.read_text("utf-8"), flags=re.M)
    intent.write_text(renamed, encoding="utf-8")
    await store.open_call(replace(CALL, id="next"))
    await store.add_turn(*(replace(turn, call_id="next") for turn in BY_AGENT))
    await store.end_call("next", NOON + timedelta(minutes=1), outcome="resolved", end_reason="hangup")
    await after.finish_ended()
    second = await SummaryStore(store).of("next")
    assert second and "换个说法" in second.reason.text


async def test_a_recording_that_is_not_here_keeps_nobody_waiting_and_is_not_ticked_off(
    shop: Company, store: Store, tmp_path: object
) -> None:
    await ended(store, said(0, "caller", "卡号是6222021234567894"), recording=f"{tmp_path}/elsewhere.wav")
    after = AfterCalls(store, unchanged(shop), now=lambda: NOON)
    assert await after.finish_ended() == 1 and await after.finish_ended() == 0
    assert await SummaryStore(store).of("call")
    assert [gap.silenced_at for gap in await RecordingGaps(store).of("call")] == [None]
    elsewhere = AfterCalls(store, unchanged(shop), now=lambda: NOON)
    assert await elsewhere.finish_ended() == 1


async def test_a_promise_whose_time_has_passed_is_marked_and_one_kept_in_time_is_not(store: Store) -> None:
    await store.open_call(CALL)
    late, soon, kept = (replace(RETURN, id=name, due_at=NOON + timedelta(hours=2)) for name in ("late", "soon", "kept"))
    for task in (late, replace(soon, due_at=NOON + timedelta(days=2)), kept):
        await store.add_task(task)
    await store.set_task_status("kept", "done", at=NOON + timedelta(hours=1))
    now = NOON + timedelta(hours=3)
    assert await mark_broken(store, now) == 1 and await mark_broken(store, now) == 0
    await store.set_task_status("late", "done", at=NOON + timedelta(hours=4))
    assert {task.id: task.broken_at for task in await store.tasks()} == {"late": now, "soon": None, "kept": None}
