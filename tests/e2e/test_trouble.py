"""Whatever process dies or goes away in mid-call: no finished turn is lost, and the next call is answered."""

import asyncio
import contextlib
import shutil
import wave
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.e2e.system import eventually, held_still, kill_process, simulated_call, stored_call, stored_turns
from tests.voicebot.events.brokers import mosquitto
from voicebot.config import EventSection
from voicebot.demo import SAMPLE_COMPANY
from voicebot.demo.system import System, running_system
from voicebot.eventbus import mqtt_client, received_events
from voicebot.events import CallEnded, CallStarted, Event, TurnFinished, to_json, topic
from voicebot.sip_probe import answers
from voicebot.store.records import TurnRecord

pytestmark = pytest.mark.asyncio(loop_scope="module")

CALLERS = SAMPLE_COMPANY / "callers"
PROBE = CallStarted("probe", datetime.now(UTC), "inbound", "", "")
"""No call: told to find out who listens."""


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
        follower = Follower(system.settings.events)
        following = asyncio.create_task(follower.follow())
        await follower.hears()
        ringing = asyncio.create_task(simulated_call(system, "--script", str(CALLERS / "wang_fang_chengdu.toml")))
        await eventually(lambda: follower.was_told(CallStarted))
        await broker.kill()
        await eventually(lambda: _caller_turn(system, number))
        await ringing
        with held_still(system, "media"):  # until we hear the broker again: what is told to nobody is missed
            await broker.start()
            await follower.hears()
        await eventually(lambda: follower.was_told(CallEnded))
        following.cancel()
        call = await stored_call(system, number)
        told = {event.seq for event in follower.seen if isinstance(event, TurnFinished)}
        assert told == {turn.seq for turn in await stored_turns(system, call)}


class Follower:
    """Somebody who listens to the broker, and knows when they do."""

    def __init__(self, settings: EventSection) -> None:
        self.seen: list[Event] = []
        self._settings = settings
        self._probed = asyncio.Event()

    async def follow(self) -> None:
        async for event in received_events(self._settings):
            if event.call_id == PROBE.call_id:
                self._probed.set()
            else:
                self.seen.append(event)

    async def hears(self) -> None:
        """Returns once what is published comes here."""
        self._probed.clear()
        async with asyncio.timeout(60), mqtt_client(self._settings) as client:
            while not self._probed.is_set():
                await client.publish(topic(PROBE, "probe"), to_json(PROBE), qos=1)
                await asyncio.sleep(0.1)

    async def was_told(self, kind: type[Event]) -> bool:
        return any(isinstance(event, kind) for event in self.seen)
