"""A caller who is passed on reaches the colleague with everything that was said, and is never lost on the way."""

import asyncio
from pathlib import Path

import pytest

from telephony.leg import EndReason
from tests.virtual_time import in_virtual_time
from tests.voicebot.call.conversation import Conversation
from tests.voicebot.floor.house import House, Phone, agent, house, loud
from tests.voicebot.floor.test_talking import caller_says
from voicebot.agent_commands import Consult, EndConsult, HangUp, Hold, Mute, Transfer
from voicebot.agent_events import LineStood, PacketGrew, Ringing, WrapUpSuggested


async def consulting(here: House) -> tuple[Conversation, Phone, Phone]:
    """8001 has a caller who waits, and talks to 8002."""
    caller, first = await here.talking("8001")
    assert (await here.commands.handle(Consult("c1", "8001", "8002"))).done
    second = await here.rings("8002")
    await second.pick_up()
    await asyncio.sleep(12)  # the whisper
    return caller, first, second


@in_virtual_time
async def test_a_cold_transfer_rings_the_colleague_with_the_packet_of_both(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), agent("8002", skills={"service": 1})) as here:
        caller, first = await here.talking("8001")
        assert (await here.commands.handle(Transfer("c1", "8001", "8002", "要退款"))).done
        await asyncio.sleep(0.1)
        assert first.over is not None and here.presence("8001") == "wrap_up"
        second = await here.rings("8002")
        await here.joined(second)
        packet = [event for event in here.told if isinstance(event, Ringing)][-1].packet
        assert [hop["by"] for hop in packet["hops"]] == ["assistant", "8001"] and packet["hops"][-1]["how"] == "cold"
        second.says(caller.speech[:8000])
        await asyncio.sleep(0.5)
        assert loud(caller.line.heard[-10:])
        assert [fate for _, fate in await here.fates(caller)] == ["transferred", None]
        caller.line.end()
        assert (await caller.ended()).agent_id == "8002"


@in_virtual_time
async def test_a_transfer_to_a_skill_finds_whoever_has_it(tmp_path: Path) -> None:
    invoices = agent("8002", skills={"invoice": 5})
    async with house(tmp_path, agent("8001"), invoices) as here:
        caller, _ = await here.talking("8001")
        assert (await here.commands.handle(Transfer("c1", "8001", "invoice"))).done
        await here.joined(await here.rings("8002"))
        caller.line.end()
        assert (await caller.ended()).agent_id == "8002"


@in_virtual_time
async def test_a_long_talk_counts_as_no_waiting_for_the_next_agent(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), agent("8002", skills={"invoice": 5})) as here:
        await here.talking("8001")
        await asyncio.sleep(600)
        assert (await here.commands.handle(Transfer("c1", "8001", "invoice"))).done
        (waiting,) = here.floor.visitors.values()
        assert 0 < waiting.call.waited_s(asyncio.get_running_loop().time()) < 30
        await asyncio.sleep(25)  # 8002 does not pick up
        assert list(here.floor.visitors.values()) == [waiting]  # and the caller is not sent away for the longest wait


@in_virtual_time
async def test_whose_agent_is_lost_after_a_long_talk_waits_on_where_they_were(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), agent("8002")) as here:
        _, phone = await here.talking_to_either()
        await asyncio.sleep(600)
        phone.dead = True
        await asyncio.sleep(20)
        (waiting,) = here.floor.visitors.values()
        assert waiting.talking_since is None
        assert 0 < waiting.call.waited_s(asyncio.get_running_loop().time()) < 60


@in_virtual_time
async def test_a_transfer_to_nobody_is_refused_and_the_talk_goes_on(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), agent("8002")) as here:
        caller, first = await here.talking("8001")
        here.floor.staff.set_presence("8002", "break")
        for to in ("8002", "9999", "nosuchskill"):
            answer = await here.commands.handle(Transfer("c1", "8001", to))
            assert not answer.done and to in answer.reason
        first.says(caller.speech[:8000])
        await asyncio.sleep(0.5)
        assert loud(caller.line.heard[-10:])
        caller.line.end()
        await caller.ended()


@in_virtual_time
async def test_a_phone_may_refer_to_colleagues_and_to_nobody_else(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), agent("8002", skills={"service": 1})) as here:
        caller, first = await here.talking("8001")
        assert first.refer("008613800000000") == [603]
        reports = first.refer("8002")
        assert reports == [180]
        await here.joined(await here.rings("8002"))
        assert reports == [180, 200]
        caller.line.end()
        await caller.ended()


@in_virtual_time
async def test_a_colleague_who_does_not_answer_a_transfer_does_not_strand_the_caller(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), agent("8002"), agent("8003")) as here:
        caller, _ = await _talking_to_any(here)
        taken = (await here.offers(caller))[0].agent_id
        others = sorted({"8001", "8002", "8003"} - {taken})
        assert (await here.commands.handle(Transfer("c1", taken, others[0]))).done
        await here.rings(others[0])
        await here.joined(await here.rings(others[1], within_s=25))
        caller.line.end()
        assert (await caller.ended()).agent_id == others[1]


async def _talking_to_any(here: House) -> tuple[Conversation, Phone]:
    caller = await here.waiting_caller()
    await caller.until(lambda: bool(here.phones.rung))
    _, phone = here.phones.rung[0]
    await here.joined(phone)
    return caller, phone


@in_virtual_time
async def test_a_consultation_is_between_the_two_agents_while_the_caller_hears_music(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), agent("8002", skills={"repair": 1})) as here:
        caller, first, second = await consulting(here)
        await asyncio.sleep(1)
        first.says(caller.speech[:16000])
        await asyncio.sleep(0.6)
        assert loud(second.heard[-10:]) and loud(caller.line.heard[-30:])
        quiet = [turn.text for turn in await caller.turns() if turn.role == "agent"]
        assert quiet == []  # what colleagues say is not the caller's transcript

        assert (await here.commands.handle(EndConsult("c2", "8001", "complete"))).done
        await asyncio.sleep(0.2)
        assert first.over is not None
        second.says(caller.speech[:8000])
        await asyncio.sleep(0.5)
        assert loud(caller.line.heard[-10:])
        caller.line.end()
        assert (await caller.ended()).agent_id == "8002"
        assert here.presence("8002") == "wrap_up"


@in_virtual_time
async def test_the_caller_is_taken_back_from_a_consultation(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), agent("8002", skills={"repair": 1})) as here:
        caller, first, second = await consulting(here)
        assert (await here.commands.handle(EndConsult("c2", "8001", "back"))).done
        await asyncio.sleep(0.5)
        assert second.over is not None
        first.says(caller.speech[:8000])
        await asyncio.sleep(0.5)
        assert loud(caller.line.heard[-10:])
        caller.line.end()
        assert (await caller.ended()).agent_id == "8001"


@in_virtual_time
async def test_a_colleague_who_hangs_up_gives_the_caller_back(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), agent("8002", skills={"repair": 1})) as here:
        caller, first, second = await consulting(here)
        second.end()
        await asyncio.sleep(0.5)
        first.says(caller.speech[:8000])
        await asyncio.sleep(0.5)
        assert loud(caller.line.heard[-10:]) and first.over is None
        caller.line.end()
        await caller.ended()


@in_virtual_time
async def test_hanging_up_completes_a_consultation(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), agent("8002", skills={"repair": 1})) as here:
        caller, first, second = await consulting(here)
        first.end()
        await asyncio.sleep(0.5)
        second.says(caller.speech[:8000])
        await asyncio.sleep(0.5)
        assert loud(caller.line.heard[-10:])
        caller.line.end()
        assert (await caller.ended()).agent_id == "8002"


@in_virtual_time
async def test_three_talk_in_a_conference(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), agent("8002", skills={"repair": 1})) as here:
        caller, first, second = await consulting(here)
        assert (await here.commands.handle(EndConsult("c2", "8001", "conference"))).done
        await asyncio.sleep(0.3)
        second.says(caller.speech[:8000])
        await asyncio.sleep(0.5)
        assert loud(caller.line.heard[-10:]) and loud(first.heard[-10:])
        assert (stood(here, "8001").consulting, stood(here, "8002").consulting) == ("conference", "invited")
        assert (await here.commands.handle(Mute("m", "8001", True))).done
        assert stood(here, "8001").muted and stood(here, "8001").consulting == "conference"
        caller.line.end()
        await caller.ended()
        await asyncio.sleep(0.5)
        assert first.over is not None and second.over is not None


@in_virtual_time
async def test_a_caller_who_hangs_up_in_a_consultation_ends_it_for_both(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), agent("8002", skills={"repair": 1})) as here:
        caller, first, second = await consulting(here)
        caller.line.end()
        await caller.ended()
        await asyncio.sleep(0.5)
        assert first.over is not None and second.over is not None and not here.floor.visitors
        assert {here.presence("8001"), here.presence("8002")} == {"wrap_up"}


def stood(here: House, agent_id: str) -> LineStood:
    """As the agent's desk was told last."""
    return [event for event in here.told if isinstance(event, LineStood) and event.agent_id == agent_id][-1]


@in_virtual_time
async def test_desks_are_told_how_the_line_stands_whoever_changed_it(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), agent("8002", skills={"repair": 1})) as here:
        caller, _ = await here.talking("8001")
        assert (await here.commands.handle(Hold("h", "8001", True))).done and stood(here, "8001").held
        assert (await here.commands.handle(Hold("h", "8001", False))).done and not stood(here, "8001").held
        assert (await here.commands.handle(Mute("m", "8001", True))).done and stood(here, "8001").muted
        assert (await here.commands.handle(Consult("c1", "8001", "8002"))).done
        line = stood(here, "8001")
        assert (line.consulting, line.colleague) == ("ringing", "8002")
        assert not line.muted  # the colleague is to hear something: the agent must not believe to be muted still
        second = await here.rings("8002")
        await second.pick_up()
        await asyncio.sleep(12)  # the whisper
        assert stood(here, "8001").consulting == "talking"
        assert (stood(here, "8002").consulting, stood(here, "8002").colleague) == ("asked", "8001")
        assert {stood(here, each).call_id for each in ("8001", "8002")} == {caller.call.id if caller.call else ""}
        second.end()
        await asyncio.sleep(0.2)
        assert stood(here, "8001").consulting == ""
        caller.line.end()
        await caller.ended()


@in_virtual_time
async def test_who_is_consulted_hangs_up_from_the_desk_and_the_caller_is_taken_back(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), agent("8002", skills={"repair": 1})) as here:
        caller, first, second = await consulting(here)
        assert (await here.commands.handle(HangUp("u", "8002"))).done
        await asyncio.sleep(0.2)
        assert second.over is not None and stood(here, "8001").consulting == ""
        first.says(caller.speech[:8000])
        await asyncio.sleep(0.5)
        assert loud(caller.line.heard[-10:])
        caller.line.end()
        assert (await caller.ended()).agent_id == "8001"


@in_virtual_time
async def test_who_takes_over_a_consulted_call_has_it_to_themselves(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), agent("8002", skills={"repair": 1})) as here:
        caller, _, _ = await consulting(here)
        assert (await here.commands.handle(EndConsult("e", "8001", "complete"))).done
        assert stood(here, "8002").consulting == ""
        caller.line.end()
        assert (await caller.ended()).agent_id == "8002"


@in_virtual_time
async def test_who_was_invited_to_a_conference_leaves_it_from_the_desk(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), agent("8002", skills={"repair": 1})) as here:
        caller, first, second = await consulting(here)
        assert (await here.commands.handle(EndConsult("c2", "8001", "conference"))).done
        await asyncio.sleep(0.3)
        assert (await here.commands.handle(HangUp("u", "8002"))).done
        await asyncio.sleep(0.3)
        assert second.over is not None and first.over is None and stood(here, "8001").consulting == ""
        caller.line.end()
        assert (await caller.ended()).agent_id == "8001"


@pytest.mark.parametrize("reason", [EndReason.REMOTE_HANGUP, EndReason.MEDIA_TIMEOUT])
@in_virtual_time
async def test_who_leaves_a_conference_leaves_the_caller_to_the_colleague(tmp_path: Path, reason: EndReason) -> None:
    async with house(tmp_path, agent("8001"), agent("8002", skills={"repair": 1})) as here:
        caller, first, second = await consulting(here)
        assert (await here.commands.handle(EndConsult("c2", "8001", "conference"))).done
        await asyncio.sleep(0.3)
        first.end(reason)
        await asyncio.sleep(1)
        second.says(caller.speech[:8000])
        await asyncio.sleep(0.5)
        assert loud(caller.line.heard[-10:]) and second.over is None
        assert (stood(here, "8002").consulting, here.presence("8001")) == ("", "wrap_up")
        assert (await here.commands.handle(Mute("m", "8002", True))).done  # the line is wholly the colleague's
        caller.line.end()
        assert (await caller.ended()).agent_id == "8002" and not here.floor.visitors


@in_virtual_time
async def test_what_comes_up_in_a_conference_is_known_to_the_colleague_who_stays(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), agent("8002", skills={"repair": 1})) as here:
        caller, first, second = await consulting(here)
        assert (await here.commands.handle(EndConsult("c2", "8001", "conference"))).done
        await asyncio.sleep(0.3)
        caller_says(here, caller, "我要开发票", "invoice")
        await asyncio.sleep(4)
        first.end()
        await asyncio.sleep(1)
        (grown,) = [event for event in here.told if isinstance(event, PacketGrew)]
        assert (grown.agent_id, "发票" in str(grown.packet)) == ("8002", True)
        assert caller.call and "发票" in str((await here.floor_store.packets(caller.call.id))[-1])  # for who opens it
        second.end()
        await asyncio.sleep(1)
        suggested = {event.agent_id: event for event in here.told if isinstance(event, WrapUpSuggested)}
        assert "发票" in suggested["8001"].reason and "发票" in suggested["8002"].reason


@in_virtual_time
async def test_a_conference_is_passed_on_to_nobody_else(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), agent("8002", skills={"repair": 1}), agent("8003")) as here:
        caller, first, second = await consulting(here)
        assert (await here.commands.handle(EndConsult("c2", "8001", "conference"))).done
        for command in (Transfer("t", "8001", "8003"), Consult("c3", "8001", "8003")):
            answer = await here.commands.handle(command)
            assert not answer.done and "keeps the caller" in answer.reason
        assert first.refer("8003") == [603]
        assert first.over is None and second.over is None
        caller.line.end()
        await caller.ended()
