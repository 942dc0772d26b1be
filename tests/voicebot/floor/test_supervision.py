"""A supervisor at their own phone hears a call and speaks into it as they wish; nobody else's commands wait for that
phone, and whatever comes of it is told."""

import asyncio
from pathlib import Path

from tests.virtual_time import in_virtual_time
from tests.voicebot.call.conversation import Conversation
from tests.voicebot.floor.house import House, Phone, agent, house, loud
from voicebot.agent_commands import CommandAnswer, Consult, EndConsult, Mute, Supervise
from voicebot.agent_events import Supervising

BOSS = agent("8002", skills={"repair": 1})
OTHER = agent("8003", skills={"repair": 1})


def told(here: House) -> list[tuple[str, str]]:
    """What supervisors' phones did: whose, and what."""
    return [(event.agent_id, event.state) for event in here.told if isinstance(event, Supervising)]


async def asked(here: House, call: Conversation, mode: str, phone: str = "8002") -> CommandAnswer:
    assert call.call
    return await here.commands.handle(Supervise("c1", call.call.id, phone, mode))  # type: ignore[arg-type]


async def listening(here: House) -> tuple[Conversation, Phone, Phone]:
    """8001 talks, 8002 listens."""
    caller, first = await here.talking("8001")
    assert (await asked(here, caller, "listen")).done
    boss = await here.rings("8002")
    await boss.pick_up()
    await asyncio.sleep(0.2)
    return caller, first, boss


@in_virtual_time
async def test_a_supervisor_listens_whispers_and_barges_in(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), BOSS) as here:
        caller, first, boss = await listening(here)
        for mode, caller_hears, agent_hears in (
            ("listen", False, False),
            ("whisper", False, True),
            ("barge", True, True),
        ):
            assert (await asked(here, caller, mode)).done
            await asyncio.sleep(1.2)
            boss.says(caller.speech[:8000])
            await asyncio.sleep(0.5)
            assert (loud(caller.line.heard[-10:]), loud(first.heard[-10:])) == (caller_hears, agent_hears), mode
        caller.line.end()
        await caller.ended()
        await asyncio.sleep(0.3)
        assert boss.over is not None
        states = [state for _, state in told(here)]
        assert states == ["ringing", "listen", "listen", "whisper", "barge", "over"]


@in_virtual_time
async def test_a_supervisor_ends_it_and_the_call_goes_on(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), BOSS) as here:
        caller, first, boss = await listening(here)
        assert here.presence("8002") == "break"  # no caller is put through meanwhile
        assert (await asked(here, caller, "stop")).done
        await asyncio.sleep(0.1)
        assert boss.over is not None and told(here)[-1] == ("8002", "over")
        first.says(caller.speech[:8000])
        await asyncio.sleep(0.5)
        assert loud(caller.line.heard[-10:])
        assert not (await asked(here, caller, "stop")).done


@in_virtual_time
async def test_a_call_that_went_to_a_consulted_colleague_is_heard_too(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), BOSS, OTHER) as here:
        caller, _ = await here.talking("8001")
        assert (await here.commands.handle(Consult("c", "8001", "8003"))).done
        second = await here.rings("8003")
        await second.pick_up()
        await asyncio.sleep(12)  # the whisper
        assert (await here.commands.handle(EndConsult("e", "8001", "complete"))).done
        assert (await asked(here, caller, "listen")).done
        boss = await here.rings("8002")
        await boss.pick_up()
        await asyncio.sleep(0.2)
        second.says(caller.speech[:8000])
        await asyncio.sleep(0.5)
        assert loud(boss.heard[-10:])
        caller.line.end()
        await caller.ended()


@in_virtual_time
async def test_a_phone_that_nobody_takes_keeps_nobody_waiting(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), BOSS) as here:
        caller, _first = await here.talking("8001")
        assert (await asked(here, caller, "listen")).done
        await here.rings("8002")
        began = asyncio.get_running_loop().time()
        assert (await here.commands.handle(Mute("c2", "8001", True))).done
        assert asyncio.get_running_loop().time() - began < 0.1
        await asyncio.sleep(25)
        assert told(here) == [("8002", "ringing"), ("8002", "over")]
        (_, over) = [event for event in here.told if isinstance(event, Supervising)]
        assert "was not answered" in over.reason


@in_virtual_time
async def test_one_supervisor_to_a_call_and_one_call_to_a_supervisor(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), BOSS, OTHER) as here:
        caller, _first, _boss = await listening(here)
        for mode in ("barge", "stop"):
            refused = await asked(here, caller, mode, phone="8003")
            assert not refused.done and "'8002' supervises this call" in refused.reason
        busy = await asked(here, caller, "listen", phone="8001")
        assert not busy.done
        gone = await here.commands.handle(Supervise("c3", "no-call", "8003", "listen"))
        assert not gone.done and "with no agent" in gone.reason


@in_virtual_time
async def test_a_supervisor_who_changes_their_mind_is_rung_no_longer(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), BOSS) as here:
        caller, _first = await here.talking("8001")
        assert (await asked(here, caller, "listen")).done
        phone = await here.rings("8002")
        assert (await asked(here, caller, "stop")).done
        phone.end()
        await asyncio.sleep(30)
        assert told(here) == [("8002", "ringing"), ("8002", "over")]
