"""Simulated agents: telephones that register, are rung, hear the whisper, and talk with the caller in turns."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import structlog
from pydantic import Field, ValidationError

from models.tts import EspeakEngine
from telephony.clock import MediaClock
from telephony.leg import CallLeg, LegError
from telephony.sip.endpoint import SipEndpoint
from telephony.sip.registration import Registration
from telephony.sip.settings import Credentials, SipSettings
from voicebot.caller.ringing import is_this_machine
from voicebot.caller.script import PreparedTurn, prepare_sentences
from voicebot.caller.simulated_caller import Patience, SimulatedCaller
from voicebot.company.model import Model, Name, Sentence
from voicebot.company.problems import CompanyError, Problem
from voicebot.company.tomlfile import read_toml
from voicebot.company.validation import toml_problems

log = structlog.get_logger(__name__)

RECORDING_CLOSED_S: Final = 10.0
_RTP_PORTS: Final = range(40_000, 50_000)  # away from those of callers and of a server on the same machine
_PATIENCE: Final = Patience(settled=1.2, without_reply=15.0)


class AgentTurn(Model):
    say: Sentence


class AgentScript(Model):
    """One simulated agent: the file's name is the agent's id."""

    name: str = Field(min_length=1, max_length=20)
    language: Literal["cmn", "yue", "cmn-sichuan"] = "cmn"
    voice: Name = "linda"
    """espeak-ng voice variant."""
    rate: int = Field(default=165, ge=80, le=300)
    picks_up_after_s: float = Field(default=1.5, ge=0, le=120)
    turns: tuple[AgentTurn, ...] = Field(min_length=1, max_length=20)
    """Said one after the other, each when the other side has finished; then the agent hangs up."""


@dataclass(frozen=True, slots=True)
class PreparedAgent:
    """Ready to talk."""

    id: str
    script: AgentScript
    turns: Sequence[PreparedTurn]


def load_agent(path: Path) -> PreparedAgent:
    """Raises CompanyError naming line and remedy."""
    file = read_toml(path, path.name)
    if isinstance(file, Problem):
        raise CompanyError([file])
    try:
        script = AgentScript.model_validate(file.data)
    except ValidationError as error:
        raise CompanyError(toml_problems(error, AgentScript, file, ())) from error
    voice = EspeakEngine(variant=script.voice, rate=script.rate)
    return PreparedAgent(
        path.stem, script, prepare_sentences([turn.say for turn in script.turns], voice, script.language)
    )


class SimulatedAgents:
    """Several agents' phones on one endpoint, told apart by the name under which each is called."""

    def __init__(
        self,
        agents: Sequence[PreparedAgent],
        *,
        recordings: Path | None,
        on_call: Callable[[str, str], None] = lambda agent, what: None,
    ) -> None:
        """recordings: folder for a file per call, what the agent heard on the right. on_call: told what happens."""
        self._agents: Mapping[str, PreparedAgent] = {agent.id: agent for agent in agents}
        self._recordings = recordings
        self._on_call = on_call
        self._busy: set[str] = set()
        self._calls = 0
        self._tasks: asyncio.TaskGroup | None = None

    def begin(self, tasks: asyncio.TaskGroup) -> None:
        self._tasks = tasks

    def ring(self, leg: CallLeg) -> None:
        """A call comes in."""
        agent = self._agents.get(leg.local.number)
        caller = SimulatedCaller(
            leg, agent.turns if agent else (), patience=_PATIENCE, recording=self._file(agent.id) if agent else None
        )
        leg.listen(caller)
        if agent is None or agent.id in self._busy or self._tasks is None:
            leg.reject(486, "Busy Here")
            return
        leg.ring()
        self._tasks.create_task(self._take(agent, leg, caller))

    async def _take(self, agent: PreparedAgent, leg: CallLeg, caller: SimulatedCaller) -> None:
        self._busy.add(agent.id)
        self._on_call(agent.id, "ringing")
        try:
            await asyncio.sleep(agent.script.picks_up_after_s)
            await leg.answer()
            self._on_call(agent.id, "answered")
            await caller.over.wait()
            await asyncio.to_thread(caller.close_recording, RECORDING_CLOSED_S)
            self._on_call(agent.id, "over")
        except LegError as error:
            log.info("agent_not_reached", agent=agent.id, reason=str(error))
        finally:
            self._busy.discard(agent.id)

    def _file(self, agent_id: str) -> Path | None:
        if self._recordings is None:
            return None
        self._calls += 1
        return self._recordings / f"{agent_id}-{self._calls}.wav"


@asynccontextmanager
async def agents_at_work(registrar: str, agents: SimulatedAgents, passwords: Mapping[str, str]) -> AsyncIterator[None]:
    """Their phones registered until the end. Raises SipError for a registrar that refuses one or does not answer."""
    clock = MediaClock()
    local_ip = "127.0.0.1" if is_this_machine(registrar) else "0.0.0.0"
    endpoint = SipEndpoint(SipSettings(bind_ip=local_ip, port=0, rtp_ports=_RTP_PORTS), clock, agents.ring)
    await endpoint.start()
    async with asyncio.TaskGroup() as tasks:
        agents.begin(tasks)
        ticking = tasks.create_task(clock.run())
        registrations: list[Registration] = []
        try:
            for user, password in passwords.items():
                registrations.append(await endpoint.register(registrar, Credentials(user, password)))
            for registration in registrations:
                await registration.registered()
            yield
        finally:
            await asyncio.gather(*(registration.sign_off() for registration in registrations))
            await endpoint.stop()
            ticking.cancel()
