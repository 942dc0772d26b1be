"""An agent whose phone is in the browser is at work when they say so, and no longer than their phone is there."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace

import pytest

from dialect_router.agents import Agent
from telephony.clock import MediaClock
from telephony.sip.settings import NotRegistered
from telephony.webrtc.leg import BrowserLeg
from tests.virtual_time import in_virtual_time
from tests.voicebot.floor.house import House, agent, house
from voicebot.agent_commands import (
    AgentCommand,
    ConnectPhone,
    DisconnectPhone,
    PickUp,
    SetPresence,
    SkipWhisper,
    Supervise,
)
from voicebot.agent_events import Joined, PhoneLine, Supervising
from voicebot.floor.phones import AllPhones, RungLeg


def lines(here: House) -> list[str]:
    return [event.line for event in here.told if isinstance(event, PhoneLine)]


async def refusals(here: House, commands: Iterable[AgentCommand]) -> list[str]:
    return [(await here.commands.handle(command)).reason for command in commands]


@in_virtual_time
async def test_the_phone_is_connected_first_and_the_agent_ready_when_they_say_so(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), ready=False) as here:
        ready = SetPresence("1", "8001", "ready")
        assert "connect it in the browser" in (await here.commands.handle(ready)).reason
        here.floor.staff.on_connected("8001", "tab")
        assert here.presence("8001") == "offline" and lines(here)[-1] == "tab"
        assert (await here.commands.handle(ready)).done and here.presence("8001") == "ready"
        here.floor.staff.on_disconnected("8001")
        assert here.presence("8001") == "offline" and lines(here)[-1] == ""


@in_virtual_time
async def test_who_was_cut_off_at_work_works_on_if_they_are_soon_back(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), ready=False) as here:
        staff = here.floor.staff
        for away_s, presence_after in ((30, "ready"), (90, "offline")):
            staff.on_connected("8001", "tab")
            staff.set_presence("8001", "ready")
            staff.on_disconnected("8001")
            await asyncio.sleep(away_s)
            staff.on_connected("8001", "tab")
            assert here.presence("8001") == presence_after
        staff.set_presence("8001", "offline")
        staff.on_disconnected("8001")
        staff.on_connected("8001", "tab")
        assert here.presence("8001") == "offline"  # went by their own will


@in_virtual_time
async def test_a_sip_phone_takes_over_when_the_browser_is_gone(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001")) as here:
        here.floor.staff.on_connected("8001", "tab")
        here.floor.staff.on_disconnected("8001")
        assert here.presence("8001") == "ready"
        here.floor.staff.on_connected("8001", "tab")
        here.floor.staff.on_unregistered("8001")
        assert here.presence("8001") == "ready"
        here.floor.staff.on_disconnected("8001")
        assert here.presence("8001") == "offline"


@in_virtual_time
async def test_the_whisper_is_cut_short_from_the_desk(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001")) as here:
        caller = await here.waiting_caller()
        skip = SkipWhisper("1", "8001")
        assert "nothing is whispered" in (await here.commands.handle(skip)).reason
        phone = await here.rings("8001")
        await phone.pick_up()
        await asyncio.sleep(0.3)
        assert (await here.commands.handle(skip)).done
        await asyncio.sleep(0.1)
        assert any(isinstance(event, Joined) for event in here.told)
        caller.line.end()
        await caller.ended()


@in_virtual_time
async def test_what_a_browser_cannot_do_is_said(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001")) as here:
        asked = (
            ConnectPhone("1", "8001", "tab", "v=0"),
            DisconnectPhone("3", "8001", "tab"),
            PickUp("4", "8001"),
        )
        told = await refusals(here, asked)
        for reason, part in zip(told, ("audio stream", "not connected", "no call rings"), strict=True):
            assert part in reason


class Browsers:
    def __init__(self, *connected: str) -> None:
        self._connected = connected

    def has(self, user: str) -> bool:
        return user in self._connected

    def ring(self, user: str) -> BrowserLeg:
        raise LookupError(user)  # tells that it was asked


class Sip:
    async def ring(self, agent: Agent, **_: str) -> RungLeg:
        raise NotRegistered("nobody")


async def test_the_browser_rings_before_any_other_telephone() -> None:
    phones = AllPhones(Browsers("8001"), Sip())  # type: ignore[arg-type]
    for agent_id, asked in (("8001", LookupError), ("8002", NotRegistered)):
        with pytest.raises(asked):
            await phones.ring(agent(agent_id), caller_number="", caller_name="", call_id="c")


@in_virtual_time
async def test_a_supervisors_browser_is_in_the_call_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with house(tmp_path, agent("8001")) as here:
        caller, _ = await here.talking("8001")
        leg = BrowserLeg(SimpleNamespace(line=None), MediaClock(), on_over=lambda: None)

        async def rings(agent: Agent, **_: str) -> BrowserLeg:
            return leg

        monkeypatch.setattr(here.phones, "ring", rings)
        assert caller.call
        assert (await here.commands.handle(Supervise("1", caller.call.id, "boss", "listen"))).done
        await asyncio.sleep(0.1)
        assert [event.state for event in here.told if isinstance(event, Supervising)] == ["ringing", "listen"]
        leg.hang_up()
        caller.line.end()
        await caller.ended()
