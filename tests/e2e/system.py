"""The whole system for end-to-end tests: `voicebot serve` as an operator starts it, and what it stored."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa

from tests.clients.processes import stop
from voicebot.demo.system import System
from voicebot.store.records import CallRecord, TurnRecord
from voicebot.store.score_tables import scores, verdicts
from voicebot.store.store import Store

T = TypeVar("T")


async def eventually(look: Callable[[], Awaitable[T]], *, within_s: float = 120.0) -> T:
    """What `look` returns once it is true."""
    async with asyncio.timeout(within_s):
        while not (found := await look()):  # noqa: ASYNC110 - other processes are waited for
            await asyncio.sleep(0.1)
    return found


async def stored_call(system: System, number: str, *, ended: bool = True) -> CallRecord:
    """The latest call from a number, once it has its end (or at least its beginning)."""

    async def look() -> CallRecord | None:
        async with Store(system.settings.store_url, node="test") as store:
            calls = await store.calls(caller_number=number, limit=1)
        return calls[0] if calls and (calls[0].ended_at or not ended) else None

    found = await eventually(look)
    assert found
    return found


async def stored_turns(system: System, call: CallRecord) -> list[TurnRecord]:
    async with Store(system.settings.store_url, node="test") as store:
        return await store.turns(call.id)


async def stored_verdicts(system: System, call: CallRecord) -> dict[str, str]:
    """Item -> answer, once the qa process has scored the call."""

    async def look() -> dict[str, str]:
        query = sa.select(verdicts.c.item, verdicts.c.answer).join(scores).where(scores.c.call_id == call.id)
        async with Store(system.settings.store_url, node="test") as store:
            return {row["item"]: row["answer"] for row in await store.read(query)}

    return await eventually(look)


async def simulated_call(system: System, *arguments: str) -> dict[str, Any]:
    """One `voicebot caller` to its end; its JSON."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "voicebot", "caller", system.uri, "--json", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, complaint = await process.communicate()
    assert process.returncode == 0, complaint.decode()
    result: dict[str, Any] = json.loads(out.decode().splitlines()[-1])
    return result


@dataclass(frozen=True)
class Command:
    """A finished `voicebot` command."""

    code: int
    out: str
    complaint: str


async def voicebot(*arguments: str, environment: dict[str, str] | None = None, within_s: float = 240.0) -> Command:
    """Runs one command to its end."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "voicebot", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **(environment or {})},
    )
    try:
        async with asyncio.timeout(within_s):
            out, complaint = await process.communicate()
    finally:
        await stop(process)
    return Command(process.returncode or 0, out.decode(), complaint.decode())


def kill_process(system: System, name: str) -> None:
    """kill -9 for one of the system's processes."""
    os.kill(process_id(system, name), signal.SIGKILL)


@contextmanager
def held_still(system: System, name: str) -> Iterator[None]:
    """One of the system's processes does nothing meanwhile."""
    held = process_id(system, name)
    os.kill(held, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(held, signal.SIGCONT)


def process_id(system: System, name: str) -> int:
    config = str(system.config).encode()
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            command = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if config in command and name.encode() in command and b"--supervisor" in command:
            return int(folder.name)
    raise AssertionError(f"no process {name} of this system is running")
