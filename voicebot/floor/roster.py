"""The company's list of agents and their phones' passwords, read again while calls are going on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import structlog

from dialect_router.agents import Agent
from voicebot.company.agent_list import read_agents
from voicebot.company.agents import AGENTS_FILE
from voicebot.company.passwords import read_passwords
from voicebot.company.problems import CompanyError
from voicebot.company.routing import ROUTING_FILE

log = structlog.get_logger(__name__)

LOOK_EVERY_S: Final = 2.0
Stamp = tuple[tuple[int, int], ...]


class Roster:
    """Who works here. A list with an error in it is reported, and the one before it stays in force."""

    def __init__(self, directory: Path, passwords_file: Path | None) -> None:
        """Raises CompanyError for what is wrong at the start."""
        self._directory = directory
        self._passwords_file = passwords_file
        self._stamp = self._stamped()
        self.agents, passwords = self._read()
        self.accounts: dict[str, str] = dict(passwords)
        """Passwords of the phones that register, by agent; changed in place."""

    async def watch(self, on_changed: Callable[[tuple[Agent, ...]], None]) -> None:
        """Until cancelled; the files are read on a thread."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            stamp = await asyncio.to_thread(self._stamped)
            if stamp != self._stamp:
                self._stamp = stamp
                await self._read_again(on_changed)

    async def _read_again(self, on_changed: Callable[[tuple[Agent, ...]], None]) -> None:
        try:
            agents, passwords = await asyncio.to_thread(self._read)
        except CompanyError as error:
            log.error(
                "agents_not_reloaded", reason=str(error), remedy="mend the file; the agents of before stay at work"
            )
            return
        self.agents = agents
        self.accounts.clear()
        self.accounts.update(passwords)
        log.info("agents_reloaded", agents=len(agents))
        on_changed(agents)

    def _read(self) -> tuple[tuple[Agent, ...], Mapping[str, str]]:
        agents = read_agents(self._directory)
        if self._passwords_file is None:
            return agents, {}
        secrets = read_passwords(self._passwords_file, {agent.id for agent in agents})
        return agents, {id_: secret.get_secret_value() for id_, secret in secrets.items()}

    def _stamped(self) -> Stamp:
        """Changes when one of the files does."""
        files = [self._directory / AGENTS_FILE, self._directory / ROUTING_FILE]
        if self._passwords_file is not None:
            files.append(self._passwords_file)
        return tuple(_stamp(file) for file in files)


def _stamp(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError:
        return (0, 0)
    return found.st_mtime_ns, found.st_size
