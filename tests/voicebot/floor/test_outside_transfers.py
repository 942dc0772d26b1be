"""A caller who is passed on to a number outside gets there, or waits again in the old place; never into silence."""

import asyncio
from pathlib import Path

from telephony.leg import EndReason
from tests.virtual_time import in_virtual_time
from tests.voicebot.floor.house import House, agent, house, loud
from voicebot.agent_commands import Transfer

OUTSIDE = "+8613700000001"


async def told(here: House) -> list[str]:
    await asyncio.sleep(0.5)
    events = await here.store.pending_events(1000)
    return [event.payload for event in events if event.topic.endswith("/passed_outside")]


@in_virtual_time
async def test_the_number_is_rung_and_the_two_talk_while_the_agent_is_free(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), trunk=True) as here:
        caller, desk = await here.talking("8001")
        assert (await here.commands.handle(Transfer("t1", "8001", OUTSIDE, "维修点"))).done
        number, outsider = await here.dialled()
        assert number == OUTSIDE and desk.over is not None and here.presence("8001") == "wrap_up"
        await asyncio.sleep(1)
        assert loud(caller.line.heard[-60:])  # it rings in the caller's ear
        await outsider.pick_up()
        outsider.says(caller.speech[:8000])
        caller.line.caller.write(caller.speech[:8000])
        await asyncio.sleep(0.6)
        assert loud(caller.line.heard[-10:]) and loud(outsider.heard[-10:])
        [event] = await told(here)
        assert '"answered"' in event and OUTSIDE not in event
        caller.line.end()
        assert (await caller.ended()).outcome == "agent"
        await asyncio.sleep(0.1)
        assert outsider.over is not None and not here.floor.visitors


@in_virtual_time
async def test_when_the_outsider_hangs_up_the_assistant_says_goodbye(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), trunk=True) as here:
        caller, _ = await here.talking("8001")
        await here.commands.handle(Transfer("t1", "8001", OUTSIDE))
        _, outsider = await here.dialled()
        await outsider.pick_up()
        await asyncio.sleep(1)
        outsider.end(EndReason.MEDIA_TIMEOUT)
        record = await caller.ended()
        assert record.outcome == "agent" and record.end_reason == "local_hangup"


@in_virtual_time
async def test_who_is_not_reached_outside_waits_for_an_agent_again(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), trunk=True) as here:
        caller, _ = await here.talking("8001")
        await here.commands.handle(Transfer("t1", "8001", OUTSIDE))
        _, outsider = await here.dialled()
        outsider.decline(486)
        await asyncio.sleep(2)
        assert loud(caller.line.heard[-50:]) and '"busy"' in (await told(here))[0]
        here.floor.staff.set_presence("8001", "ready")
        await here.joined(await here.rings("8001"))
        caller.line.end()
        assert (await caller.ended()).agent_id == "8001"


@in_virtual_time
async def test_a_caller_who_hangs_up_while_it_rings_outside_stops_the_ringing(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), trunk=True) as here:
        caller, _ = await here.talking("8001")
        await here.commands.handle(Transfer("t1", "8001", OUTSIDE))
        _, outsider = await here.dialled()
        caller.line.end()
        await caller.ended()
        await asyncio.sleep(0.1)
        assert outsider.over is not None and not here.floor.visitors


@in_virtual_time
async def test_what_may_not_be_dialled_is_no_target_and_the_talk_goes_on(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), trunk=True) as here:
        caller, desk = await here.talking("8001")
        for number in ("+12025550123", "0012025550123", "95588"):
            answer = await here.commands.handle(Transfer("t1", "8001", number))
            assert not answer.done and not here.network.dialled
        assert desk.refer("13700000001") == [603]  # a telephone's own word opens no way outside
        desk.says(caller.speech[:8000])
        await asyncio.sleep(0.5)
        assert loud(caller.line.heard[-10:])
        caller.line.end()
        await caller.ended()


@in_virtual_time
async def test_without_a_trunk_nobody_is_passed_outside(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001")) as here:
        caller, _ = await here.talking("8001")
        answer = await here.commands.handle(Transfer("t1", "8001", OUTSIDE))
        assert not answer.done and "trunk.host" in answer.reason
        caller.line.end()
        await caller.ended()
