"""Programs that use the API of a test's server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx2

from tests.voicebot.events.brokers import embedded, running
from tests.voicebot.web.running import Server, serving
from voicebot.agent_commands import AgentCommand, CommandAnswer, Dial
from voicebot.api.app import PATH
from voicebot.command_bus import serve_commands

NUMBER = "+8613800138000"
MASKED = "+86138******00"


async def program(server: Server, *scopes: str, teams: tuple[str, ...] = (), **lasting: float) -> httpx2.AsyncClient:
    """With a key of these scopes."""
    until = server.clock() + timedelta(**lasting) if lasting else None
    key = await server.web.api_keys.add("crm", scopes, by="os:test", at=server.clock(), teams=teams, expires_at=until)
    return httpx2.AsyncClient(base_url=server.url + PATH, headers={"Authorization": f"Bearer {key}"}, timeout=30)


@asynccontextmanager
async def office(folder: Path, asked: list[AgentCommand], **console: object) -> AsyncIterator[Server]:
    """A web server, a broker, and somebody who takes the commands: 8001 can call, nobody else."""

    async def handle(command: AgentCommand) -> CommandAnswer:
        asked.append(command)
        assert isinstance(command, Dial)
        if command.agent_id == "8001":
            return CommandAnswer(command.id, True, call_id="c1")
        return CommandAnswer(command.id, False, "the agent is on a break")

    async with embedded() as broker, serving(folder, broker_port=broker.port, **console) as server:
        async with running(serve_commands(server.web.settings.events, handle)):
            yield server
