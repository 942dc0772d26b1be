"""The demo's agents: who signs on with which simulated telephone, and the callers who are put through to them."""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

SCRIPTS: Final = Path(__file__).parent / "agents"
"""A simulated agent of the sample company in each file."""
HANDED_OVER: Final[Mapping[str, str]] = {
    "liu_qiang_mianyang": "8010",
    "ho_wing_foshan": "8005",
    "zheng_kai_hangzhou": "8003",
}
"""Caller script -> the agent who fits best: by dialect and skill, the valuable one by seniority."""
SIGNED_ON_S: Final = 90.0


class AgentsNotThere(Exception):
    """The simulated telephones did not register. The message says why."""


def agent_ids() -> list[str]:
    return sorted(path.stem for path in SCRIPTS.glob("*.toml"))


def write_passwords(folder: Path) -> Path:
    """One for each simulated telephone, made for this demo alone; the file that holds them."""
    file = folder / "phones.toml"
    file.touch(mode=0o600)
    file.write_text("".join(f'{id_} = "{secrets.token_urlsafe(16)}"\n' for id_ in agent_ids()), encoding="utf-8")
    return file


@asynccontextmanager
async def agents_on_duty(registrar: str, passwords: Path, recordings: Path) -> AsyncIterator[None]:
    """The agents' telephones registered, in a process of their own, until the end. Raises AgentsNotThere."""
    scripts = [str(SCRIPTS / f"{id_}.toml") for id_ in agent_ids()]
    options = ("--passwords", str(passwords), "--record", str(recordings))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "voicebot", "phones", registrar, *scripts, *options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(SIGNED_ON_S):
            line = await process.stdout.readline()
        if line.split() != [b"all", b"registered"]:
            _, complaint = await process.communicate()
            raise AgentsNotThere(complaint.decode(errors="replace").strip()[-2000:])
        yield
    except TimeoutError:
        raise AgentsNotThere(f"no answer from {registrar} within {SIGNED_ON_S:g} s") from None
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
