"""The line to the carrier, which is a real SIP program: we sign in by digest, calls go out and come in over it, each
refusal is what it is, a wrong password is told and left alone, and no stranger gets in."""

import asyncio
import shutil
import tomllib
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
import sqlalchemy as sa

from tests.clients.baresip import Baresip, baresip
from tests.clients.carrier import ADDRESS, carrier
from tests.clients.sipp import CALL_UP, Sipp, bye
from tests.e2e.speech import silence, spoken
from tests.e2e.system import eventually, stored_call, stored_turns, voicebot
from tests.wav import read_sides, write_wav
from voicebot.agent_commands import CommandAnswer, Dial
from voicebot.caller.measure import speech_spans
from voicebot.command_bus import send_command
from voicebot.demo.system import System, running_system
from voicebot.doctor.trunk import trunk as check
from voicebot.free_ports import free_ports
from voicebot.store.callback_tables import callbacks
from voicebot.store.callbacks import CallbackRecord, CallbackStore
from voicebot.store.floor import FloorStore
from voicebot.store.records import CallRecord, TaskRecord
from voicebot.store.store import Store

pytestmark = pytest.mark.asyncio(loop_scope="module")

STRANGER = "127.0.0.3"
USER, PASSWORD = "acme", "R1ght-w0rd"
AGENTS = ("8012", "8005", "8010")
ASKED = "退款什么时候到账"


def put_password(file: Path, password: str) -> None:
    file.touch(mode=0o600)
    file.write_text(f"{password}\n", encoding="utf-8")


@pytest.fixture(scope="module")
def password_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("trunk") / "password"
    put_password(file, PASSWORD)
    return file


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(
    tmp_path_factory: pytest.TempPathFactory,
    trained_data: Path,
    without_console: None,
    require: Callable[[str], str],
    password_file: Path,
) -> AsyncIterator[System]:
    """A system whose trunk ends at the carrier, and that knows nobody else but this machine."""
    folder = shutil.copytree(trained_data, tmp_path_factory.mktemp("office"), dirs_exist_ok=True)
    (port,) = free_ports(1)
    line = carrier(
        require("sipp"),
        password_file.parent,
        port,
        user=USER,
        password=PASSWORD,
        says=np.concatenate([silence(5), spoken(ASKED), silence(1)]),
    )
    with pytest.MonkeyPatch.context() as environment:
        given = {"HOST": ADDRESS, "PORT": str(port), "USER": USER, "PASSWORD_FILE": str(password_file)}
        for key, value in given.items():
            environment.setenv(f"VOICEBOT_TRUNK__{key}", value)
        environment.setenv("VOICEBOT_SIP__PEERS", "127.0.0.1/32")
        async with line, running_system(folder) as running:
            yield running


async def standing(office: System) -> str:
    """What the operator is told of the trunk."""
    found = await check(office.settings)
    return f"{found.state}: {found.found} -> {found.remedy}"


async def at_work(stack: AsyncExitStack, office: System, program: str, folder: Path, who: str, wav: Path) -> Baresip:
    """An agent's telephone, which picks up by itself."""
    assert office.settings.agents.passwords_file is not None
    password = tomllib.loads(office.settings.agents.passwords_file.read_text(encoding="utf-8"))[who]
    (folder / who).mkdir()
    port = office.settings.sip.port
    phone = baresip(program, folder / who, wav, number=who, answer=True, registrar_port=port, password=password)
    desk = await stack.enter_async_context(phone)
    await eventually(lambda: _ready(office, who))
    return desk


async def _ready(office: System, who: str) -> bool:
    async with Store(office.settings.store_url, node="test") as store:
        return (await FloorStore(store, office.settings.events.node).presences()).get(who) == "ready"


async def outbound(office: System, number: str) -> CallRecord:
    call = await stored_call(office, number)
    assert call.direction == "outbound"
    return call


async def test_we_are_signed_in_at_the_carrier(office: System) -> None:
    await eventually(lambda: _stands(office, "ok: signed in"))
    assert USER in await standing(office)


async def _stands(office: System, beginning: str) -> bool:
    return (await standing(office)).startswith(beginning)


async def test_a_customer_is_called_and_what_is_said_is_recorded_and_stored(
    office: System, require: Callable[[str], str], tmp_path: Path
) -> None:
    says = write_wav(tmp_path / "says.wav", silence(8), spoken("您好，我帮您查一下"), silence(60))
    async with AsyncExitStack() as stack:
        desk = await at_work(stack, office, require("baresip"), tmp_path, "8012", says)
        asked = await voicebot("agents", "dial", "8012", "13900000200", "--config", str(office.config))
        assert asked.code == 0, asked.complaint
        await desk.event("CALL_ESTABLISHED", timeout_s=150)
        number = "+8613900000200"
        call = await stored_call(office, number, ended=False)
        assert call.id == asked.out.strip()
        await eventually(lambda: _said(office, call, "caller", "退款"))  # says it again and again
        await desk.command("hangup")
        call = await outbound(office, number)
    assert (call.agent_id, call.outcome) == ("8012", "agent") and call.answered_at is not None
    turns = await stored_turns(office, call)
    assert turns[0].role == "assistant"  # that it is recorded
    customer, ours = read_sides(Path(call.recording_path or ""))
    assert speech_spans(customer) and speech_spans(ours)


async def _said(office: System, call: CallRecord, role: str, words: str) -> bool:
    return any(turn.role == role and words in turn.text for turn in await stored_turns(office, call))


async def promise(office: System, number: str) -> str:
    """As a caller takes one; its task."""
    now = datetime.now(UTC)
    task_id = uuid.uuid4().hex
    async with Store(office.settings.store_url, node="test") as store:
        await store.add_task(TaskRecord(task_id, None, "callback", number, "回电", now))
        kept = CallbackRecord(task_id, "service", {"cmn": 1.0}, None, 0.0, 0.0, now)
        await CallbackStore(store, office.settings.events.node).promised(kept)
    return task_id


async def test_refusals_of_the_carrier_and_of_the_called_end_as_what_they_are_and_are_tried_again(
    office: System, require: Callable[[str], str], tmp_path: Path
) -> None:
    wav, again_s = write_wav(tmp_path / "says.wav", silence(60)), {"403": 900, "486": 180, "503": 900}
    outcomes = {"403": "unreachable", "486": "busy", "503": "unreachable"}
    promised = {end: await promise(office, f"+8613900000{end}") for end in again_s}
    over_at: dict[str, datetime] = {}
    async with AsyncExitStack() as stack:
        for who in AGENTS:
            await at_work(stack, office, require("baresip"), tmp_path, who, wav)
        for end, outcome in outcomes.items():
            call = await outbound(office, f"+8613900000{end}")
            assert (call.outcome, call.answered_at) == (outcome, None), end
            assert call.ended_at
            over_at[end] = call.ended_at
        for end, task_id in promised.items():
            tries, next_at = await eventually(lambda task_id=task_id: _tried(office, task_id))  # type: ignore[misc]
            waits_s = (next_at - over_at[end]).total_seconds()
            assert tries == 1 and abs(waits_s - again_s[end]) < 30, end
    async with Store(office.settings.store_url, node="test") as store:
        for task_id in promised.values():
            task = await store.task(task_id)
            assert task is not None and task.status == "open"
            await store.set_task_status(task_id, "cancelled")


async def _tried(office: System, task_id: str) -> tuple[int, datetime] | None:
    async with Store(office.settings.store_url, node="test") as store:
        [row] = await store.read(sa.select(callbacks).where(callbacks.c.task_id == task_id))
    next_at = row["next_at"]
    if next_at is None:
        return None
    return row["tries"], next_at


async def test_a_call_from_the_carrier_is_taken_and_a_strangers_is_not_even_read(
    office: System, require: Callable[[str], str], tmp_path: Path
) -> None:
    port = office.settings.sip.port
    await Sipp(require("sipp"), tmp_path, ADDRESS).call(port, *CALL_UP, *bye(), number=USER, caller="13900000301")
    call = await stored_call(office, "+8613900000301")
    assert call.direction == "inbound" and call.answered_at is not None
    with pytest.raises(AssertionError, match="sipp failed"):
        await Sipp(require("sipp"), tmp_path, STRANGER).call(port, *CALL_UP, caller="13900000302", timeout_s=2)
    async with Store(office.settings.store_url, node="test") as store:
        assert await store.calls(caller_number="+8613900000302") == []
    await eventually(lambda: _logged(office, f"dropped a SIP datagram from {STRANGER}", "peer_not_allowed"))


async def _logged(office: System, *words: str) -> bool:
    log = await asyncio.to_thread((office.settings.data_dir / "logs" / "media.jsonl").read_text, "utf-8")
    return all(each in log for each in words)


async def test_a_wrong_password_is_told_nobody_is_dialled_with_it_twice_and_a_corrected_one_works_at_once(
    office: System, require: Callable[[str], str], tmp_path: Path, password_file: Path
) -> None:
    wav = write_wav(tmp_path / "says.wav", silence(60))
    async with AsyncExitStack() as stack:
        await at_work(stack, office, require("baresip"), tmp_path, "8012", wav)
        put_password(password_file, "wr0ng")
        await eventually(lambda: _stands(office, "fail: "))
        told = await standing(office)
        assert "401 Unauthorized" in told and "check trunk.user and trunk.password_file" in told
        assert (await dialled(office)).done  # signing in is one thing, calls may be another
        assert (await outbound(office, "+8613900000201")).outcome == "unreachable"
        await eventually(lambda: _ready(office, "8012"))
        refused = await dialled(office)
        assert not refused.done and "check trunk.user and trunk.password_file" in refused.reason
        async with Store(office.settings.store_url, node="test") as store:
            assert len(await store.calls(caller_number="+8613900000201")) == 1
        put_password(password_file, PASSWORD)
        await eventually(lambda: _stands(office, "ok: signed in"))
        assert (await dialled(office)).done
        await eventually(lambda: _answered(office, "+8613900000201"))


async def dialled(office: System) -> CommandAnswer:
    """As by a click, which is quicker than a program that starts."""
    return await send_command(office.settings.events, Dial(uuid.uuid4().hex, "8012", "13900000201"))


async def _answered(office: System, number: str) -> bool:
    return (await stored_call(office, number, ended=False)).answered_at is not None
