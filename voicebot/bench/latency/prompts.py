"""How soon an agent's desk has a live prompt after the caller's last word, in the whole system over SIP, RTP and MQTT.

Simulated callers are put through to simulated agents and talk with them. This process hears both what the callers say,
frame by frame, and the agents' topics at the broker: one clock for both ends of the measure.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from telephony.leg import LegError
from telephony.sip.endpoint import SipEndpoint
from voicebot.agent_events import PresenceChanged, PromptShown
from voicebot.background import background
from voicebot.bench.latency.figures import Quantiles, quantiles
from voicebot.caller.ringing import connect, hear_out, telephone
from voicebot.caller.script import PreparedTurn, prepare_script
from voicebot.caller.simulated_caller import CallResult
from voicebot.company import Company
from voicebot.demo.staff import HANDED_OVER, agent_ids, agents_on_duty
from voicebot.demo.system import System
from voicebot.eventbus import received_agent_events
from voicebot.store.store import Store

GOAL_MS: Final = 700
"""At the median."""
SAME_TURN_S: Final = 0.8
"""How far the system's end of an utterance may lie from the true one: detection, network, the answer's way. A caller
and an agent who take turns leave more between them."""
LONGEST_CALL_S: Final = 240.0
READY_WITHIN_S: Final = 90.0
_SETTLES_S: Final = 0.5
"""What was told last is on its way still when a call ends."""


@dataclass(frozen=True, slots=True)
class ShownPrompt:
    """A prompt as an agent's desk got it."""

    event: PromptShown
    at: float
    """Loop time."""


@dataclass(frozen=True, slots=True)
class AssistedCaller:
    """One caller's call, with its id."""

    call_id: str
    result: CallResult


@dataclass(frozen=True, slots=True)
class PromptFigures:
    """What agents waited for prompts that answer a caller's words."""

    calls: int
    failed_calls: int
    prompts: int
    latency_ms: Quantiles
    """End of the caller's speech, in the caller's own audio, to the event at a subscriber of the broker."""
    told_ms: Quantiles
    """The same as the system measures it: from the detected end of speech to the event's making."""
    by_kind: dict[str, int]
    load: float
    """The machine's load average of the last minute, at the end."""


class _Desks:
    """Listens to the topics of all agents."""

    def __init__(self) -> None:
        self.shown: list[ShownPrompt] = []
        self._presence: dict[str, str] = {}
        self._changed = asyncio.Event()

    async def listen(self, system: System) -> None:
        async for event in received_agent_events(system.settings.events, node=system.settings.events.node):
            match event:
                case PromptShown():
                    self.shown.append(ShownPrompt(event, _now()))
                case PresenceChanged():
                    self._presence[event.agent_id] = event.presence
                    self._changed.set()
                case _:
                    pass

    async def all_ready(self) -> None:
        """Raises TimeoutError."""
        async with asyncio.timeout(READY_WITHIN_S):
            while any(self._presence.get(agent) != "ready" for agent in agent_ids()):
                self._changed.clear()
                await self._changed.wait()


async def measure_prompts(system: System, company: Company, rounds: int, recordings: Path) -> PromptFigures:
    """The sample company's callers who are put through ring together, so many times. Raises AgentsNotThere."""
    scripts = [script for name, script in company.callers.items() if name in HANDED_OVER]
    played = [(script.number, await asyncio.to_thread(prepare_script, script)) for script in scripts]
    sip, passwords = system.settings.sip, system.settings.agents.passwords_file
    assert passwords is not None
    desks, calls = _Desks(), list[AssistedCaller]()
    on_duty = agents_on_duty(f"sip:{sip.bind}:{sip.port}", passwords, recordings)
    async with on_duty, background(desks.listen(system)), telephone(system.uri) as endpoint:
        for _ in range(rounds):
            await desks.all_ready()
            calls += await _round(system, endpoint, played)
            await asyncio.sleep(_SETTLES_S)
    return prompt_figures(calls, desks.shown, rung=rounds * len(played))


def prompt_figures(calls: Sequence[AssistedCaller], shown: Sequence[ShownPrompt], *, rung: int) -> PromptFigures:
    """rung: how many calls were tried."""
    measured = [(prompt, ms) for call in calls for prompt, ms in latencies(call, shown)]
    kinds = [prompt.event.kind for prompt, _ in measured]
    told = [prompt.event.latency_ms for prompt, _ in measured]
    return PromptFigures(
        calls=len(calls),
        failed_calls=rung - len(calls),
        prompts=len(measured),
        latency_ms=quantiles([ms for _, ms in measured]),
        told_ms=quantiles([ms for ms in told if ms is not None]),
        by_kind={kind: kinds.count(kind) for kind in sorted(set(kinds))},
        load=round(os.getloadavg()[0], 2),
    )


def latencies(call: AssistedCaller, shown: Sequence[ShownPrompt]) -> Iterator[tuple[ShownPrompt, int]]:
    """Each prompt to the caller's words with its wait in milliseconds; those to the agent's own words are left out."""
    ends_s = [turn.said_until_ms / 1000 for turn in call.result.turns]
    for prompt in shown:
        if prompt.event.call_id != call.call_id or prompt.event.latency_ms is None or not ends_s:
            continue
        end_s = min(ends_s, key=lambda end: abs(end - prompt.event.at_s))
        if abs(end_s - prompt.event.at_s) <= SAME_TURN_S:
            yield prompt, round((prompt.at - call.result.began_at - end_s) * 1000)


async def _round(
    system: System, endpoint: SipEndpoint, played: Sequence[tuple[str, Sequence[PreparedTurn]]]
) -> list[AssistedCaller]:
    async with asyncio.TaskGroup() as tasks:
        ringing = [tasks.create_task(_ring(system, endpoint, number, turns)) for number, turns in played]
    results = [(number, task.result()) for (number, _), task in zip(played, ringing, strict=True)]
    async with Store(system.settings.store_url, node="bench") as store:
        return [
            AssistedCaller((await store.calls(caller_number=number, limit=1))[0].id, result)
            for number, result in results
            if result is not None
        ]


async def _ring(system: System, endpoint: SipEndpoint, number: str, turns: Sequence[PreparedTurn]) -> CallResult | None:
    """None for a call that was not answered or did not end."""
    try:
        caller = await connect(endpoint, system.uri, turns, number=number)
        await hear_out(caller, LONGEST_CALL_S)
    except (LegError, TimeoutError):
        return None
    return caller.result()


def _now() -> float:
    return asyncio.get_running_loop().time()
