"""Callers reach the human who fits, over real SIP and RTP; a whisper is heard by the agent and by nobody else."""

import asyncio
import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from scipy.signal import fftconvolve

from telephony.audio import Samples
from tests.clients.baresip import baresip
from tests.e2e.speech import silence, spoken
from tests.e2e.system import eventually, simulated_call, stored_call, stored_turns, voicebot
from tests.wav import read_sides, write_wav
from voicebot.agent_commands import SetPresence, Supervise
from voicebot.assist.whisper import LONGEST_S
from voicebot.caller.measure import speech_spans
from voicebot.command_bus import send_command
from voicebot.company import load_company
from voicebot.demo import SAMPLE_COMPANY
from voicebot.demo.staff import HANDED_OVER, agents_on_duty
from voicebot.demo.system import System
from voicebot.floor.whispering import SYNTHESIS_S
from voicebot.store.floor import FloorStore
from voicebot.store.floor_records import OfferRecord
from voicebot.store.store import Store

pytestmark = pytest.mark.asyncio(loop_scope="module")

CALLERS = SAMPLE_COMPANY / "callers"
AGENT_LOST = load_company(SAMPLE_COMPANY).prompts["agent_lost"].wordings("cmn")


def likeness(piece: Samples, whole: Samples) -> float:
    """Greatest normalised correlation of a piece of sound with any place of another: 1 where it is found as it is."""
    a, b = piece.astype(np.float64), whole.astype(np.float64)
    a -= a.mean()
    products = fftconvolve(b, a[::-1], mode="valid")
    energy = fftconvolve(b**2, np.ones(len(a)), mode="valid").clip(min=1.0)
    return float(np.max(np.abs(products) / np.sqrt(energy * (a**2).sum())))


async def offers(system: System, call_id: str) -> list[OfferRecord]:
    async with Store(system.settings.store_url, node="test") as store:
        return await FloorStore(store, "test").offers(call_id)


async def _is(system: System, agent_id: str, presence: str) -> bool:
    """By what an operator is shown."""
    listed = await voicebot("agents", "list", "--json", "--config", str(system.config))
    return {"agent": agent_id, "presence": presence}.items() <= next(
        (row for row in json.loads(listed.out) if row["agent"] == agent_id), {}
    ).items()


@pytest.mark.parametrize("caller", sorted(HANDED_OVER))
async def test_each_caller_reaches_the_agent_who_fits_best(system: System, tmp_path: Path, caller: str) -> None:
    sip, passwords = system.settings.sip, system.settings.agents.passwords_file
    assert passwords is not None
    heard_by_caller = tmp_path / "caller.wav"
    async with agents_on_duty(f"sip:{sip.bind}:{sip.port}", passwords, tmp_path / "agents"):
        await simulated_call(system, "--script", str(CALLERS / f"{caller}.toml"), "--record", str(heard_by_caller))
        number = tomllib.loads((CALLERS / f"{caller}.toml").read_text(encoding="utf-8"))["number"]
        call = await stored_call(system, number)
        assert call.agent_id == HANDED_OVER[caller] and call.outcome == "agent"
        offer = (await offers(system, call.id))[-1]
        assert (
            offer.fate == "talked"
            and offer.reasons
            and offer.whisper
            and offer.dialect_matched == (call.agent_id != "8003")
        )
        roles = [turn.role for turn in await stored_turns(system, call)]
        joined = roles.index("agent")
        assert "caller" in roles[joined:] and "assistant" in roles[:joined]
        recording = await eventually(lambda: _found(tmp_path / "agents", HANDED_OVER[caller]))

    agent_said, whispered = read_sides(recording)
    said = speech_spans(agent_said, join_ms=400)
    said_first = said[0]
    whisper = speech_spans(whispered[: said_first.start_ms * 8], join_ms=900)[0]
    assert whisper.end_ms - whisper.start_ms < 1000 * (LONGEST_S + SYNTHESIS_S)
    sound = whispered[whisper.start_ms * 8 : min(whisper.end_ms, whisper.start_ms + 3000) * 8]
    _, to_caller = read_sides(heard_by_caller)
    begins = [ms for each in said for ms in range(each.start_ms, each.end_ms - 999, 1000)]
    seconds = [agent_said[ms * 8 : (ms + 1000) * 8] for ms in begins]
    assert max(likeness(each, to_caller) for each in seconds) > 0.7  # a machine may stand still in the others
    assert likeness(sound, to_caller) < 0.3  # nothing of it
    _, kept = read_sides(Path(call.recording_path or ""))
    assert likeness(sound, kept) < 0.3  # nor in the call's recording


async def _found(folder: Path, agent_id: str) -> Path | None:
    return next((path for path in folder.iterdir() if path.name.startswith(agent_id)), None)  # noqa: ASYNC240


async def test_baresip_is_an_agents_phone_a_supervisors_and_a_callers_at_once(
    system: System, require: Callable[[str], str], tmp_path: Path
) -> None:
    assert system.settings.agents.passwords_file is not None
    secrets = tomllib.loads(system.settings.agents.passwords_file.read_text(encoding="utf-8"))
    agent_dir, caller_dir, boss_dir = tmp_path / "agent", tmp_path / "caller", tmp_path / "boss"
    for folder in (agent_dir, caller_dir, boss_dir):
        folder.mkdir()
    agent_wav = write_wav(agent_dir / "says.wav", silence(40), spoken("您好，我来帮您看一下"), silence(90))
    wants = spoken("给我转人工客服")
    caller_wav = write_wav(caller_dir / "says.wav", silence(14), wants, silence(60), wants, silence(90))
    port, program = system.settings.sip.port, require("baresip")
    agent = baresip(
        program, agent_dir, agent_wav, number="8012", answer=True, registrar_port=port, password=secrets["8012"]
    )
    caller = baresip(program, caller_dir, caller_wav, number="13912345678")
    boss_wav = write_wav(boss_dir / "says.wav", silence(90))
    boss = baresip(
        program, boss_dir, boss_wav, number="8003", answer=True, registrar_port=port, password=secrets["8003"]
    )
    async with agent as desk, caller as phone, boss as supervisor:
        await eventually(lambda: _is(system, "8012", "ready"))
        await eventually(lambda: _is(system, "8003", "ready"))
        away = await send_command(system.settings.events, SetPresence("e2e-break", "8003", "break"))
        assert away.done  # a supervisor takes no callers
        await phone.command("dial", system.uri)
        await phone.event("CALL_ESTABLISHED")
        await desk.event("CALL_ESTABLISHED", timeout_s=150)
        call = await stored_call(system, "+8613912345678", ended=False)
        await eventually(lambda: _joined(system, call.id))
        await _supervised(system, call.id, "listen")
        await supervisor.event("CALL_ESTABLISHED")
        await _supervised(system, call.id, "barge")
        await _supervised(system, call.id, "stop")
        await supervisor.event("CALL_CLOSED")
        await phone.command("hangup")
        await desk.event("CALL_CLOSED")
    call = await stored_call(system, "+8613912345678")
    assert call.agent_id == "8012" and call.outcome == "agent"


async def test_a_phone_that_loses_power_in_a_call_leaves_the_caller_to_the_next_agent(
    system: System, require: Callable[[str], str], tmp_path: Path
) -> None:
    assert system.settings.agents.passwords_file is not None
    secrets = tomllib.loads(system.settings.agents.passwords_file.read_text(encoding="utf-8"))
    folders = {name: tmp_path / name for name in ("8012", "8003", "caller")}
    for folder in folders.values():
        folder.mkdir()
    quiet = write_wav(tmp_path / "quiet.wav", silence(2), spoken("您好"), silence(90))
    wants = spoken("给我转人工客服")
    asks = write_wav(tmp_path / "asks.wav", silence(14), wants, silence(60), wants, silence(120))
    port, program = system.settings.sip.port, require("baresip")
    first, second = (
        baresip(program, folders[who], quiet, number=who, answer=True, registrar_port=port, password=secrets[who])
        for who in ("8012", "8003")
    )
    async with first as lost, baresip(program, folders["caller"], asks, number="13912345679") as phone:
        await eventually(lambda: _is(system, "8012", "ready"))
        await phone.command("dial", system.uri)
        await lost.event("CALL_ESTABLISHED", timeout_s=150)
        call = await stored_call(system, "+8613912345679", ended=False)
        await eventually(lambda: _joined(system, call.id))
        async with second as next_desk:
            await eventually(lambda: _is(system, "8003", "ready"))
            lost.lose_power()
            await next_desk.event("CALL_ESTABLISHED", timeout_s=150)
            assert phone.events.count("CALL_CLOSED") == 0
            assert not await _is(system, "8012", "talking")
            await eventually(lambda: _talks_again(system, call.id))
            await phone.command("hangup")
            await next_desk.event("CALL_CLOSED")
    ended = await stored_call(system, "+8613912345679")
    assert (ended.agent_id, ended.outcome) == ("8003", "agent")
    assert [(offer.agent_id, offer.fate) for offer in await offers(system, call.id)] == [
        ("8012", "lost"),
        ("8003", "talked"),
    ]
    said = [turn.text for turn in await stored_turns(system, ended) if turn.role == "assistant"]
    assert any(text in AGENT_LOST for text in said)  # the caller is not left in silence


async def _talks_again(system: System, call_id: str) -> bool:
    return sum(bool(offer.joined_at) for offer in await offers(system, call_id)) == 2


async def _supervised(system: System, call_id: str, mode: Literal["listen", "barge", "stop"]) -> None:
    answer = await send_command(system.settings.events, Supervise(f"e2e-{mode}", call_id, "8003", mode))
    assert answer.done, answer.reason


async def _joined(system: System, call_id: str) -> bool:
    return any(offer.joined_at for offer in await offers(system, call_id))


async def test_a_wrong_password_signs_nobody_in(system: System, require: Callable[[str], str], tmp_path: Path) -> None:
    wav = write_wav(tmp_path / "says.wav", silence(5))
    port = system.settings.sip.port
    impostor = baresip(
        require("baresip"), tmp_path, wav, number="8009", answer=True, registrar_port=port, password="wrong-password"
    )
    async with impostor:
        await asyncio.sleep(3)
        assert not await _is(system, "8009", "ready")
