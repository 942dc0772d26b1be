"""Starts the system's processes, restarts what crashes, and stops them in the right order."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import structlog

log = structlog.get_logger(__name__)

STATUS: Final = "processes.json"
"""In the data folder."""
EXIT_CONFIG = 78
"""A process that ends with this (EX_CONFIG of sysexits.h) has said what to mend; at the first start that is the end of
the system."""


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """One process of the system."""

    name: str
    arguments: tuple[str, ...]
    """What follows `python -m voicebot`."""
    stop_within_s: float = 10.0
    """Time it has to end by itself after SIGTERM."""


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """How soon a crashed process is started again: 0.2 s, 0.4 s, ... up to `longest_s`; afresh once it ran well."""

    first_s: float = 0.2
    longest_s: float = 10.0
    ran_well_s: float = 30.0

    def pause_s(self, crashes: int) -> float:
        """crashes: in a row, 1 or more."""
        return min(self.longest_s, self.first_s * 2.0 ** (crashes - 1))


@dataclass(frozen=True, slots=True)
class ProcessStatus:
    """How one process is."""

    pid: int
    since: float
    """Unix time of its latest start."""
    starts: int = 1
    """One more than it has crashed."""
    exit_code: int | None = None
    """Of its latest end; None: it has not ended yet."""
    running: bool = True


def read_status(file: Path) -> Mapping[str, ProcessStatus]:
    """By name of process; empty where no supervisor runs on this machine."""
    try:
        told = json.loads(file.read_text("utf-8"))
        return {name: ProcessStatus(**fields) for name, fields in told.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


class CannotStart(Exception):
    """A process refused its configuration; it has logged why."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} cannot run with these settings; its own message above says what to change")


class Supervisor:
    """Runs processes until cancelled. They are started in the given order and stopped in the opposite one. One that
    crashed and now refuses its settings is tried again until they are mended."""

    def __init__(
        self, specs: Sequence[ProcessSpec], policy: RestartPolicy | None = None, *, status: Path | None = None
    ) -> None:
        """status: file that says how the processes are, for whoever looks."""
        self._specs = specs
        self._policy = policy or RestartPolicy()
        self._status = status
        self._told: dict[str, ProcessStatus] = {}
        self._running: dict[str, asyncio.subprocess.Process] = {}

    async def run(self) -> None:
        """Returns never; raises CannotStart, or CancelledError after everything was stopped."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for spec in self._specs:
                    tasks.create_task(self._keep_running(spec))
        except ExceptionGroup as group:
            raise group.exceptions[0] from None  # CannotStart: the one error that a process's keeper raises
        finally:
            await self._stop_all()
            if self._status is not None:
                self._status.unlink(missing_ok=True)

    async def _keep_running(self, spec: ProcessSpec) -> None:
        crashes = 0
        while True:
            started = time.monotonic()
            process = await self._start(spec)
            code = await process.wait()
            self._running.pop(spec.name, None)
            self._tell(spec.name, replace(self._told[spec.name], exit_code=code, running=False))
            if code == EXIT_CONFIG and self._told[spec.name].starts == 1:
                raise CannotStart(spec.name)
            if code == EXIT_CONFIG:  # it ran by what was there before: the others stay, so that it can be mended
                log.error("process_refuses", process=spec.name, again_in_s=self._policy.longest_s)
                await asyncio.sleep(self._policy.longest_s)
                continue
            crashes = 1 if time.monotonic() - started > self._policy.ran_well_s else crashes + 1
            pause_s = self._policy.pause_s(crashes)
            log.error("process_ended", process=spec.name, exit_code=code, restart_in_s=pause_s)
            await asyncio.sleep(pause_s)

    async def _start(self, spec: ProcessSpec) -> asyncio.subprocess.Process:
        # A session of its own: Ctrl-C at the terminal reaches the supervisor alone, which stops the others in order.
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "voicebot", *spec.arguments, "--supervisor", str(os.getpid()), start_new_session=True
        )
        self._running[spec.name] = process
        log.info("process_started", process=spec.name, pid=process.pid)
        before = self._told.get(spec.name)
        starts, code = (before.starts + 1, before.exit_code) if before else (1, None)
        self._tell(spec.name, ProcessStatus(process.pid, time.time(), starts, code))
        return process

    def _tell(self, name: str, status: ProcessStatus) -> None:
        self._told[name] = status
        if self._status is None:
            return
        unfinished = self._status.with_suffix(".part")
        try:
            unfinished.write_text(json.dumps({each: asdict(told) for each, told in self._told.items()}), "utf-8")
            unfinished.replace(self._status)
        except OSError as error:  # nobody can look then; the processes run all the same
            log.warning("status_not_written", reason=str(error))

    async def _stop_all(self) -> None:
        for spec in reversed(self._specs):
            process = self._running.pop(spec.name, None)
            if process is None or process.returncode is not None:
                continue
            process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(spec.stop_within_s):
                    await process.wait()
            except TimeoutError:
                log.warning("process_killed", process=spec.name, after_s=spec.stop_within_s)
                process.kill()
                await process.wait()
