"""Whoever rings, with whatever telephone: the right answer comes back by voice, and the call lies in the store."""

import asyncio
import json
import sqlite3
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from tests.clients.baresip import baresip
from tests.clients.sipp import CALL_UP, Sipp, bye, expect, sdp, send
from tests.e2e.conftest import Ear
from tests.e2e.speech import silence, spoken
from tests.e2e.system import eventually, simulated_call, stored_call, stored_turns, stored_verdicts
from tests.wav import read_sides, write_wav
from voicebot.accounts.permissions import Actor
from voicebot.caller.measure import speech_spans
from voicebot.company_changes.publishing import Draft, Publisher
from voicebot.company_changes.toml_edit import without_entry
from voicebot.console.operator.log_search import logs_of_call
from voicebot.demo import SAMPLE_COMPANY
from voicebot.demo.system import System
from voicebot.store.records import CallRecord, TurnRecord
from voicebot.store.store import Store

pytestmark = pytest.mark.asyncio(loop_scope="module")

CALLERS = SAMPLE_COMPANY / "callers"
ASKED = "帮我查一下耳机到哪里了"
GREETING_S = 14.0
"""Longer than the longest greeting."""


def error_rate(reference: str, heard: str) -> float:
    """Character error rate without punctuation."""
    wanted = [c for c in reference if c.isalnum()]
    got = [c for c in heard if c.isalnum()]
    row = list(range(len(got) + 1))
    for i, a in enumerate(wanted, 1):
        row, previous = [i], row
        for j, b in enumerate(got, 1):
            row.append(min(previous[j] + 1, row[-1] + 1, previous[j - 1] + (a != b)))
    return row[-1] / max(1, len(wanted))


async def test_baresip_hears_the_right_answer_to_a_spoken_question(
    system: System, require: Callable[[str], str], tmp_path: Path, ear: Ear
) -> None:
    asks = spoken(ASKED)
    wav = write_wav(tmp_path / "caller.wav", silence(GREETING_S), asks, silence(30), asks, silence(60))
    async with baresip(require("baresip"), tmp_path, wav, number="13880080426") as phone:
        await phone.command("dial", system.uri)
        await phone.event("CALL_ESTABLISHED")
        call = await stored_call(system, "+8613880080426", ended=False)
        question, answer = await eventually(lambda: _exchange(system, call, _well_heard))
        await asyncio.sleep(12)  # the reply is being spoken
        await phone.command("hangup")
    call = await stored_call(system, "+8613880080426")
    assert "1742" in answer.text
    assert call.recording_path
    caller, assistant = read_sides(Path(call.recording_path))
    asked = [span for span in speech_spans(caller, join_ms=900) if span.start_ms < question.ended_ms][-1]
    replied = [span for span in speech_spans(assistant, join_ms=900) if span.start_ms > asked.end_ms]
    heard = ear.words(assistant[replied[0].start_ms * 8 - 1600 : replied[0].end_ms * 8 + 1600])
    assert error_rate(answer.text, heard) <= 0.4, (answer, heard)
    assert "耳机" in heard
    assert call.region_province == "四川"


async def _exchange(
    system: System, call: CallRecord, asked: Callable[[TurnRecord], bool]
) -> tuple[TurnRecord, TurnRecord] | None:
    """The caller's turn that was waited for and the reply to it, once both are stored."""
    for before, after in pairwise(await stored_turns(system, call)):
        if before.role == "caller" and asked(before) and after.role == "assistant":
            return before, after
    return None


def _well_heard(turn: TurnRecord) -> bool:
    """At once or, where a machine that stood still swallowed words, when the caller asks again."""
    return _about_an_order(turn) and error_rate(ASKED, turn.text) <= 0.2


def _about_an_order(turn: TurnRecord) -> bool:
    return turn.intent == "order_status"


def _keyed(turn: TurnRecord) -> bool:
    return bool(turn.detail.get("keypad"))


async def test_three_callers_at_once_each_get_their_own_answer(system: System) -> None:
    names = {"wang_fang_chengdu": "1742", "liang_jiaming_hongkong": "8513", "sun_yue_haerbin": "2673"}
    numbers = ("+8613880080426", "+85261230548", "+8613803640947")
    async with asyncio.TaskGroup() as tasks:
        for name in names:
            tasks.create_task(simulated_call(system, "--script", str(CALLERS / f"{name}.toml")))
    for number, tail in zip(numbers, names.values(), strict=True):
        call = await stored_call(system, number)
        replies = "".join(turn.text for turn in await stored_turns(system, call) if turn.role == "assistant")
        assert tail in replies
        assert not any(other in replies for other in names.values() if other != tail)
        scored = await stored_verdicts(system, call)
        assert scored["recording_notice"] == "pass" and scored["speech_rate"] in ("pass", "fail")  # words and audio


async def test_a_tenth_of_the_packets_lost_does_not_lose_the_meaning(system: System) -> None:
    result = await simulated_call(system, "--script", str(CALLERS / "zhou_ting_suzhou.toml"), "--loss", "10")
    call = await stored_call(system, "+8613806230149")
    intents = [turn.intent for turn in await stored_turns(system, call) if turn.role == "caller"]
    assert "order_status" in intents
    assert call.quality["packets_lost"] > 20
    assert result["turns"][0]["reply_latency_ms"] is not None


async def test_baresip_presses_its_order_number_and_is_held_and_resumed(
    system: System, require: Callable[[str], str], tmp_path: Path
) -> None:
    asks = spoken("请帮我看看包裹走到哪儿了")
    wav = write_wav(tmp_path / "caller.wav", silence(GREETING_S + 4), asks, silence(40), asks, silence(90))
    async with baresip(require("baresip"), tmp_path, wav, number="13800210985") as phone:
        await phone.command("dial", system.uri)
        await phone.event("CALL_ESTABLISHED")
        await asyncio.sleep(3)
        await phone.command("hold")
        await asyncio.sleep(5)
        await phone.command("resume")
        call = await stored_call(system, "+8613800210985", ended=False)
        await eventually(lambda: _exchange(system, call, _about_an_order))
        await asyncio.sleep(1)
        for key in "71934514#":
            await phone.command("sndcode", key)
            await asyncio.sleep(0.4)
        turns = await eventually(lambda: _exchange(system, call, _keyed))
        await phone.command("hangup")
    keys, reply = turns
    assert keys.text == "71934514"
    assert "4514" in reply.text
    call = await stored_call(system, "+8613800210985")
    greeting = (await stored_turns(system, call))[0]
    assert greeting.heard_text == greeting.text
    _, assistant = read_sides(Path(call.recording_path or ""))
    pauses = [b.start_ms - a.end_ms for a, b in pairwise(speech_spans(assistant))]
    assert max(pauses) >= 2500


async def test_a_call_cancelled_while_it_rings_is_stored_as_abandoned(
    system: System, require: Callable[[str], str], tmp_path: Path
) -> None:
    sipp = Sipp(require("sipp"), tmp_path)
    with sqlite3.connect(system.folder / "voicebot.db", timeout=60) as lock:
        lock.execute("BEGIN IMMEDIATE")  # it rings until the call's record can be written
        await sipp.call(
            system.settings.sip.port,
            send("INVITE", body=sdp()),
            expect(100, optional=True),
            expect(180),
            send("CANCEL", new_branch=False),
            expect(200),
            expect(487),
            send("ACK", new_branch=False, to_tag=True),
            caller="13900000001",
        )
        lock.rollback()
    call = await stored_call(system, "+8613900000001")
    assert call.answered_at is None
    assert call.outcome == "abandoned"
    assert await stored_turns(system, call) == []


async def test_a_caller_who_hangs_up_at_once_leaves_a_whole_record(
    system: System, require: Callable[[str], str], tmp_path: Path
) -> None:
    sipp = Sipp(require("sipp"), tmp_path)
    await sipp.call(system.settings.sip.port, *CALL_UP, *bye(), caller="13900000002")
    call = await stored_call(system, "+8613900000002")
    assert call.answered_at is not None
    assert call.end_reason == "remote_hangup"


async def test_a_published_change_is_heard_by_the_next_caller_without_a_restart(system: System) -> None:
    """As the console publishes it: what is said to a question, and what the assistant says by itself."""
    boss = Actor("account:1", "boss", "admin")
    edits = {
        "knowledge/delivery.toml": ("满九十九元包邮，不满收八元运费。", "满三百元包邮，不满收十二元运费。"),
        "prompts.toml": ('text = "本次通话会录音。"', 'text = "为了服务质量，本次通话会录音。"'),
    }
    async with Store(system.settings.store_url, node="test") as store:
        publisher = Publisher(store, system.settings)
        for file, (old, new) in edits.items():
            base = await publisher.current(file)
            assert base and old in base
            await publisher.publish(Draft(file, base, base.replace(old, new)), boss, "林晓")
            await eventually(lambda: _both_read(system))
    await simulated_call(system, "--say", "满多少钱免运费", "--say", "没有了，再见", "--from", "+8613900000021")
    call = await stored_call(system, "+8613900000021")
    replies = "".join(turn.text for turn in await stored_turns(system, call) if turn.role == "assistant")
    assert "满三百元包邮" in replies
    assert "为了服务质量" in replies
    lines = await asyncio.to_thread(logs_of_call, system.settings.data_dir, call.id)
    assert "call_rings" in {line.event for line in lines if line.process == "media"}


async def test_an_entry_that_is_deleted_in_mid_call_ends_no_call_and_answers_nobody_any_more(
    system: System, require: Callable[[str], str], tmp_path: Path
) -> None:
    """The caller who heard it goes on talking, and the record keeps what was said."""
    asks = spoken("支持货到付款吗")
    again = write_wav(tmp_path / "again.wav", asks, silence(30), asks, silence(30), asks, silence(90))
    wav = write_wav(tmp_path / "caller.wav", silence(GREETING_S), asks, silence(30), asks, silence(90))
    async with baresip(require("baresip"), tmp_path, wav, number="13900000022") as phone:
        await phone.command("dial", system.uri)
        await phone.event("CALL_ESTABLISHED")
        call = await stored_call(system, "+8613900000022", ended=False)
        await eventually(lambda: _replies(system, call, "货到付款", count=1))
        await phone.command("hold")  # for as long as it takes
        await _deleted(system, "knowledge/payment.toml", "cash_on_delivery")
        await phone.command("resume")
        await phone.command("ausrc", f"aufile,{again}")
        heard, *_, then = await eventually(lambda: _replies(system, call, "货到付款", count=2))
        assert "暂时不支持货到付款" in heard and "暂时不支持" not in then
        await phone.command("hangup")
    call = await stored_call(system, "+8613900000022")
    assert call.end_reason == "remote_hangup" and await stored_verdicts(system, call)
    assert heard in [turn.text for turn in await stored_turns(system, call)]
    await simulated_call(system, "--say", "支持货到付款吗", "--from", "+8613900000023")
    turns = await stored_turns(system, await stored_call(system, "+8613900000023"))
    assert any("货到付款" in turn.text for turn in turns if turn.role == "caller")
    assert not any("暂时不支持" in turn.text for turn in turns)


async def _replies(system: System, call: CallRecord, asked: str, *, count: int) -> list[str]:
    """To each time that it was asked; empty until there are so many."""
    pairs = pairwise(await stored_turns(system, call))
    found = [after.text for before, after in pairs if asked in before.text and before.role == "caller"]
    return found if len(found) >= count else []


async def _deleted(system: System, file: str, entry: str) -> None:
    """As the console's form publishes it, and until calls go by it."""
    async with Store(system.settings.store_url, node="test") as store:
        publisher = Publisher(store, system.settings)
        base = await publisher.current(file)
        draft = Draft(file, base, without_entry(base or "", entry))
        await publisher.publish(draft, Actor("account:1", "boss", "admin"), "林晓")
    await eventually(lambda: _both_read(system))


async def _both_read(system: System) -> bool:
    """Whether media and the model host have read the folder again, after its last change."""
    changed = max(file.stat().st_mtime for file in system.settings.company.dir.rglob("*.toml"))
    logs = [system.settings.data_dir / "logs" / f"{name}.jsonl" for name in ("media", "inference")]
    read = [await asyncio.to_thread(_last_reading, log) for log in logs]
    return all(at > changed for at in read)


def _last_reading(log: Path) -> float:
    entries = [json.loads(line) for line in log.read_text("utf-8").splitlines() if "company_read_again" in line]
    return datetime.fromisoformat(entries[-1]["timestamp"]).timestamp() if entries else 0.0
