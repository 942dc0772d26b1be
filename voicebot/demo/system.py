"""Runs `voicebot serve` for the demo: own folder, free ports, the sample company, nothing else changed."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from voicebot.config import Settings, load_settings
from voicebot.demo import SAMPLE_COMPANY
from voicebot.demo.staff import write_passwords
from voicebot.free_ports import free_ports
from voicebot.sip_probe import answers

READY_S = 240.0
"""The first start trains the sample company's intents and synthesises its prompts."""
STOP_S = 25.0
OWN_SECTIONS = tuple(
    f"VOICEBOT_{section}__" for section in ("SIP", "EVENTS", "METRICS", "CONSOLE", "STORE", "RECORDING")
)
OWN_KEYS = ("VOICEBOT_MODELS__HOST", "VOICEBOT_LOG__FORMAT")


class DemoFailed(Exception):
    """The demo could not do its work. The message says why and where to look."""


@dataclass(frozen=True, slots=True)
class System:
    """A system that answers the phone."""

    settings: Settings
    config: Path
    folder: Path

    @property
    def uri(self) -> str:
        return f"sip:service@{self.settings.sip.bind}:{self.settings.sip.port}"


def forget_own_settings() -> None:
    """Takes out of this process's environment what a demo sets by itself, so that its folder and ports are its own."""
    for name in list(os.environ):
        if name == "VOICEBOT_DATA_DIR" or name.startswith(OWN_SECTIONS) or name in OWN_KEYS:
            del os.environ[name]


def new_folder(data_dir: Path, at: datetime) -> Path:
    """A folder for one demo; earlier demos stay."""
    folder = data_dir / "demo" / f"{at:%Y%m%d-%H%M%S}"
    folder.mkdir(mode=0o700, parents=True)
    return folder


@asynccontextmanager
async def running_system(folder: Path, *, events: str = "") -> AsyncIterator[System]:
    """Starts the system, waits until it answers SIP, and stops it at the end. Raises DemoFailed.

    Its company is a copy of the sample company, which may be changed in the console.
    events: further lines of the [events] section, such as an outside broker.
    """
    company = shutil.copytree(SAMPLE_COMPANY, folder / "company", ignore=shutil.ignore_patterns(".gitignore"))
    config = folder / "voicebot.toml"
    config.write_text(_toml(folder, company, events, write_passwords(folder)), encoding="utf-8")
    system = System(load_settings(config), config, folder)
    with (folder / "serve.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "voicebot", "serve", "--config", str(config), stderr=log, start_new_session=True
        )
        try:
            await _wait_until_ready(system, process)
            yield system
        finally:
            await _stop(process)


async def _wait_until_ready(system: System, process: asyncio.subprocess.Process) -> None:
    sip = system.settings.sip
    log = system.folder / "serve.log"
    try:
        async with asyncio.timeout(READY_S):
            while not await answers(str(sip.bind), sip.port):
                if process.returncode is not None:
                    raise DemoFailed(f"the system did not start. The end of {log}:\n{_tail(log)}")
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise DemoFailed(f"the system was not ready within {READY_S:g} s. The end of {log}:\n{_tail(log)}") from None


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(STOP_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _tail(file: Path, lines: int = 15) -> str:
    return "\n".join(file.read_text("utf-8", errors="replace").splitlines()[-lines:])


def _toml(folder: Path, company: Path, events: str, phones: Path) -> str:
    sip, broker, metrics, console = free_ports(4)
    return (
        f"data_dir = {json.dumps(str(folder), ensure_ascii=False)}\n"
        f"[company]\ndir = {json.dumps(str(company), ensure_ascii=False)}\n"
        f"[sip]\nport = {sip}\n"
        f"[events]\nport = {broker}\n{events}\n"
        f"[metrics]\nport = {metrics}\n"
        f"[console]\nport = {console}\n"
        f"[agents]\npasswords_file = {json.dumps(str(phones), ensure_ascii=False)}\n"
        "always_open = true\n"
        '[log]\nformat = "json"\n'
    )
