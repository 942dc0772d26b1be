"""Whatever process dies or goes away in mid-call: no finished turn is lost, and the next call is answered."""

import asyncio
import contextlib
import shutil
import wave
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.system import eventually, kill_process, simulated_call, stored_call, stored_turns
from tests.voicebot.events.brokers import mosquitto
from voicebot.demo import SAMPLE_COMPANY
from voicebot.demo.system import System, running_system
from voicebot.eventbus import received_events
from voicebot.events import CallEnded, CallStarted, Event, TurnFinished
from voicebot.sip_probe import answers
from voicebot.store.records import TurnRecord

pytestmark = pytest.mark.asyncio(loop_scope="module")

CALLERS = SAMPLE_COMPANY / "callers"


async def _caller_turn(system: System, number: str) -> list[TurnRecord] | None:
    call = await stored_call(system, number, ended=False)
    turns = await stored_turns(system, call)
    return turns if any(turn.role == "caller" for turn in turns) else None


async def test_a_killed_media_process_loses_no_finished_turn_and_the_recording_plays(system: System) -> None:
    number = "+8613880080426"
    ringing = asyncio.create_task(simulated_call(system, "--script", str(CALLERS / "wang_fang_chengdu.toml")))
    before = await eventually(lambda: _caller_turn(system, number))
    assert before
    kill_process(system, "media")
    sip = system.settings.sip
    await eventually(lambda: answers(str(sip.bind), sip.port))
    call = await stored_call(system, number)
    assert call.outcome == "interrupted"
    after = await stored_turns(system, call)
    assert [turn.text for turn in after][: len(before)] == [turn.text for turn in before]
    with wave.open(call.recording_path or "") as recording:
        seconds = recording.getnframes() / recording.getframerate()
        assert recording.getnchannels() == 2
    assert seconds * 1000 >= before[-1].started_ms - 1000
    ringing.cancel()
    with contextlib.suppress(asyncio.CancelledError, AssertionError):
        await ringing
    await simulated_call(system, "--say", "再见", "--from", "+8613900000003")
    assert (await stored_call(system, "+8613900000003")).answered_at is not None


async def test_a_killed_model_host_comes_back_and_the_call_goes_on(system: System) -> None:
    number = "+8613806230149"
    ringing = asyncio.create_task(simulated_call(system, "--script", str(CALLERS / "zhou_ting_suzhou.toml")))
    await eventually(lambda: _caller_turn(system, number))
    kill_process(system, "inference")
    await ringing
    call = await stored_call(system, number)
    assert call.outcome != "interrupted"
    roles = [turn.role for turn in await stored_turns(system, call)]
    assert roles.count("caller") >= 2


async def test_calls_go_on_without_the_broker_and_no_event_is_lost(
    require: Callable[[str], str], tmp_path: Path, trained_data: Path, without_console: None
) -> None:
    shutil.copytree(trained_data, tmp_path, dirs_exist_ok=True)
    number = "+8613880080426"
    async with (
        mosquitto(require("mosquitto"), tmp_path) as broker,
        running_system(tmp_path, events=f'broker = "mqtt://127.0.0.1:{broker.port}"') as system,
    ):
        seen: list[Event] = []
        following = asyncio.create_task(_collect(system, seen))
        ringing = asyncio.create_task(simulated_call(system, "--script", str(CALLERS / "wang_fang_chengdu.toml")))
        await eventually(_has(seen, CallStarted))
        await broker.kill()
        await eventually(lambda: _caller_turn(system, number))
        await ringing
        await broker.start()
        await eventually(_has(seen, CallEnded))
        following.cancel()
        call = await stored_call(system, number)
        told = {event.seq for event in seen if isinstance(event, TurnFinished)}
        assert told == {turn.seq for turn in await stored_turns(system, call)}


async def _collect(system: System, seen: list[Event]) -> None:
    async for event in received_events(system.settings.events):
        seen.append(event)  # noqa: PERF401 - read while it grows


def _has(seen: list[Event], kind: type[Event]) -> Callable[[], "asyncio.Future[bool]"]:
    async def look() -> bool:
        return any(isinstance(event, kind) for event in seen)

    return look  # type: ignore[return-value]
