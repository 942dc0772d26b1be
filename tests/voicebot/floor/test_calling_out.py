"""Whoever is called is called once an agent is there for them, and is told that it is recorded; nobody who is not
reached is forgotten, or rung for ever."""

import asyncio
from datetime import timedelta
from pathlib import Path

from dialect_router.queue_rules import QueueRules
from telephony.leg import EndReason
from tests.virtual_time import in_virtual_time
from tests.voicebot.call.conversation import Conversation, speech
from tests.voicebot.floor.house import House, Phone, agent, house, loud
from voicebot.agent_commands import Dial, Transfer
from voicebot.agent_events import Ringing
from voicebot.store.callbacks import CallbackStore
from voicebot.store.records import CallRecord
from voicebot.trunk.dialling import NotDialable

NUMBER = "+8613912345679"
SOON = QueueRules(first_announcement_s=1, offer_callback_after_s=2)


async def promised(here: House, number: str = NUMBER) -> Conversation:
    """A caller who waited for an agent and has taken a callback."""
    caller = await here.waiting_caller(number)
    await caller.until(lambda: caller.dialogue.expecting.name == "YES_NO", within_s=20)
    await caller.assistant_finished_over_music()
    caller.say("好的", "affirm", seconds=0.6)
    await asyncio.sleep(8)
    caller.say("可以", "affirm", seconds=0.6)
    assert (await caller.ended()).outcome == "callback"
    return caller


async def set_free(here: House, first: Conversation, agent_id: str) -> None:
    """The agent's caller hangs up, and the notes are done."""
    first.line.end()
    await first.ended()
    here.floor.staff.set_presence(agent_id, "ready")


async def outbound(here: House) -> list[CallRecord]:
    await asyncio.sleep(0.5)
    return [call for call in await here.store.calls() if call.direction == "outbound"]


async def task_status(here: House) -> str:
    await asyncio.sleep(0.5)
    [task] = await here.store.tasks(kind="callback")
    return task.status


async def picked_up(customer: Phone) -> None:
    await customer.pick_up()
    await asyncio.sleep(4)  # the notice


@in_virtual_time
async def test_a_callback_keeps_its_place_and_rings_the_agent_before_the_caller(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), trunk=True, rules=SOON) as here:
        first, _ = await here.talking("8001")
        await promised(here)
        later = await here.waiting_caller("+8613912345670")  # begins to wait after the other
        await set_free(here, first, "8001")
        desk = await here.rings("8001")
        assert not here.network.dialled
        [*_, ringing] = [event for event in here.told if isinstance(event, Ringing)]
        assert ringing.whisper.startswith("回电") and ringing.packet["caller"]["number"] == NUMBER
        await desk.pick_up()
        number, customer = await here.dialled()
        assert number == NUMBER
        await asyncio.sleep(2)
        assert loud(desk.heard[-100:])  # it rings in the agent's ear
        await picked_up(customer)
        assert loud(customer.heard[:100])  # that the call is recorded
        desk.says(first.speech[:8000])
        customer.says(first.speech[:8000])
        await asyncio.sleep(0.5)
        assert loud(customer.heard[-10:]) and loud(desk.heard[-10:])
        assert await task_status(here) == "done"
        customer.end()
        [call] = await outbound(here)
        assert (call.caller_number, call.agent_id, call.outcome) == (NUMBER, "8001", "agent")
        assert (await here.store.turns(call.id))[0].role == "assistant"
        later.line.end()
        await later.ended()


@in_virtual_time
async def test_a_long_talk_is_no_part_of_a_callback_s_place(tmp_path: Path) -> None:
    rules = QueueRules(nobody_s=5)
    async with house(tmp_path, agent("8001"), agent("8002", skills={"invoice": 5}), trunk=True, rules=rules) as here:
        caller, _ = await here.talking("8001")
        await asyncio.sleep(900)
        assert (await here.commands.handle(Transfer("t", "8001", "invoice"))).done
        for each in ("8001", "8002"):
            here.floor.staff.on_unregistered(each)
        await caller.until(lambda: not here.floor.visitors, within_s=30)
        await caller.assistant_finished()
        caller.say("可以", "affirm")
        assert (await caller.ended()).outcome == "callback"
        [due] = await CallbackStore(here.store, "local").due(here.now() + timedelta(days=3))
        assert 0 < (here.now() - due.promise.waiting_since).total_seconds() < 120


@in_virtual_time
async def test_a_callback_that_nobody_takes_is_tried_so_often_and_then_left_to_people(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), trunk=True, rules=SOON) as here:
        first, _ = await here.talking("8001")
        await promised(here)
        await set_free(here, first, "8001")
        for tried in range(1, here.callbacks.policy.tries + 1):
            desk = await here.rings("8001", within_s=2000)
            await desk.pick_up()
            _, customer = await here.dialled()
            if tried == 1:
                customer.decline(486)
            elif tried == 2:
                await asyncio.sleep(here.network.ring_s + 1)  # rings out
            else:
                await picked_up_and_gone(customer)
            await asyncio.sleep(4)
            assert desk.over is not None and here.presence("8001") == "ready"
        await asyncio.sleep(4000)
        assert len(here.network.dialled) == here.callbacks.policy.tries
        assert await task_status(here) == "open"
        assert [call.outcome for call in reversed(await outbound(here))][:2] == ["busy", "no_answer"]


async def picked_up_and_gone(customer: Phone) -> None:
    await customer.pick_up()
    await asyncio.sleep(0.3)
    customer.end()


@in_virtual_time
async def test_an_agent_who_misses_a_callback_leaves_it_to_the_next(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), agent("8002", seniority=5), trunk=True, rules=SOON) as here:
        first, _ = await here.talking_to_either()
        second, _ = await here.talking_to_either("+8613912345671")
        await promised(here)
        await set_free(here, first, (await here.offers(first))[0].agent_id)
        missed = (await here.offers(first))[0].agent_id
        await here.rings(missed)
        await set_free(here, second, (await here.offers(second))[0].agent_id)
        other = await here.rings((await here.offers(second))[0].agent_id, within_s=30)
        await other.pick_up()
        _, customer = await here.dialled()
        await picked_up(customer)
        assert await task_status(here) == "done"
        customer.end()
        [call] = await outbound(here)
        assert [offer.fate for offer in await here.floor_store.offers(call.id)] == ["missed", "talked"]


@in_virtual_time
async def test_promises_outlive_a_restart(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), trunk=True, rules=SOON) as before:
        first, _ = await before.talking("8001")
        await promised(before)
        first.line.end()
        await first.ended()
    async with house(tmp_path, agent("8001"), trunk=True) as here:
        desk = await here.rings("8001")
        await desk.pick_up()
        number, customer = await here.dialled()
        assert number == NUMBER
        await picked_up(customer)
        assert await task_status(here) == "done"
        customer.end(EndReason.REMOTE_HANGUP)
        await asyncio.sleep(1)


@in_virtual_time
async def test_a_callback_that_a_person_has_settled_is_not_made(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), trunk=True, rules=SOON) as here:
        first, _ = await here.talking("8001")
        await promised(here)
        await asyncio.sleep(6)
        [task] = await here.store.tasks(kind="callback")
        await here.store.set_task_status(task.id, "done")
        await asyncio.sleep(6)
        await set_free(here, first, "8001")
        await asyncio.sleep(60)
        assert not here.network.dialled and here.presence("8001") == "ready"


@in_virtual_time
async def test_who_rings_again_is_not_called_back_while_on_the_line_nor_once_put_through(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), trunk=True, rules=SOON) as here:
        first, _ = await here.talking("8001")
        await promised(here)
        await asyncio.sleep(6)
        again = await here.waiting_caller(NUMBER)
        await asyncio.sleep(6)
        await set_free(here, first, "8001")
        desk = await here.rings("8001")
        assert not here.network.dialled
        await here.joined(desk)  # with the caller who rang
        await asyncio.sleep(6)
        assert await task_status(here) == "done"
        again.line.end()
        assert (await again.ended()).agent_id == "8001"
        await asyncio.sleep(60)
        assert not here.network.dialled


@in_virtual_time
async def test_who_rings_again_and_gives_up_is_called_back_all_the_same(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), trunk=True, rules=SOON) as here:
        first, _ = await here.talking("8001")
        await promised(here)
        again = await here.waiting_caller(NUMBER)
        await asyncio.sleep(6)
        again.line.end()
        await again.ended()
        await asyncio.sleep(6)
        await set_free(here, first, "8001")
        desk = await here.rings("8001")
        await desk.pick_up()
        assert (await here.dialled())[0] == NUMBER
        desk.end()


@in_virtual_time
async def test_no_agent_is_rung_for_a_callback_while_the_trunk_takes_no_calls(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), trunk=True, rules=SOON) as here:
        first, _ = await here.talking("8001")
        await promised(here)
        await asyncio.sleep(6)  # it has its place in the queue
        here.network.closed = NotDialable("the trunk does not take our password")
        await asyncio.sleep(6)
        rung = len(here.phones.rung)
        await set_free(here, first, "8001")
        await asyncio.sleep(600)
        assert len(here.phones.rung) == rung and here.presence("8001") == "ready"
        answer = await here.commands.handle(Dial("d1", "8001", NUMBER))
        assert not answer.done and "password" in (answer.reason or "")
        here.network.closed = None
        desk = await here.rings("8001")
        await desk.pick_up()
        _, customer = await here.dialled()
        await picked_up(customer)
        assert await task_status(here) == "done"
        customer.end()


@in_virtual_time
async def test_without_a_trunk_a_callback_is_a_task_for_people(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), rules=SOON) as here:
        first, _ = await here.talking("8001")
        await promised(here)
        await set_free(here, first, "8001")
        await asyncio.sleep(60)
        assert here.presence("8001") == "ready" and await task_status(here) == "open"
        answer = await here.commands.handle(Dial("d1", "8001", NUMBER))
        assert not answer.done and "trunk.host" in answer.reason


@in_virtual_time
async def test_a_click_rings_the_agent_and_then_the_number(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), trunk=True) as here:
        answer = await here.commands.handle(Dial("d1", "8001", "139 1234 5679"))
        assert answer.done and answer.call_id
        desk = await here.rings("8001")
        await desk.pick_up()
        number, customer = await here.dialled()
        assert number == NUMBER
        await picked_up(customer)
        here.caller_models.saying = ("我想问一下发货", here.caller_models.saying[1])
        customer.says(speech()[:16000])
        await asyncio.sleep(4)
        desk.end()
        await asyncio.sleep(8)  # the assistant says goodbye
        call = await here.store.call(answer.call_id)
        assert call and (call.direction, call.agent_id, call.outcome) == ("outbound", "8001", "agent")
        assert "caller" in [turn.role for turn in await here.store.turns(call.id)]


@in_virtual_time
async def test_whom_a_click_does_not_reach_ends_the_call_with_its_reason_and_a_word_to_the_agent(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, agent("8001"), agent("8002"), trunk=True) as here:
        for code, outcome in ((486, "busy"), (404, "wrong_number"), (503, "unreachable")):
            answer = await here.commands.handle(Dial(f"d{code}", "8001", NUMBER))
            desk = await here.rings("8001")
            await desk.pick_up()
            _, customer = await here.dialled()
            before = len(desk.heard)
            customer.decline(code)
            await asyncio.sleep(3)
            assert loud(desk.heard[before + 20 :]) and desk.over is not None and here.presence("8001") == "ready"
            call = await here.store.call(answer.call_id or "")
            assert call and call.outcome == outcome and call.ended_at
        assert not any(rung == "8002" for rung, _ in here.phones.rung)


@in_virtual_time
async def test_a_click_that_the_agent_does_not_follow_dials_nobody(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), agent("8002"), trunk=True) as here:
        answer = await here.commands.handle(Dial("d1", "8001", NUMBER))
        await here.rings("8001")
        await asyncio.sleep(30)
        call = await here.store.call(answer.call_id or "")
        assert call and call.outcome == "not_dialled" and not here.network.dialled
        assert not any(rung == "8002" for rung, _ in here.phones.rung)

        answer = await here.commands.handle(Dial("d2", "8001", NUMBER))
        desk = await here.rings("8001")
        await desk.pick_up()
        await here.dialled()
        desk.end()  # while it rings at the customer's
        await asyncio.sleep(1)
        assert here.network.dialled[-1][1].over is not None


@in_virtual_time
async def test_numbers_that_may_not_be_dialled_are_refused(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), trunk=True) as here:
        for number in ("+12025550123", "00447911123456", "110", "95588", "4008008820", "16812345"):
            answer = await here.commands.handle(Dial("d1", "8001", number))
            assert not answer.done, number
        here.floor.staff.set_presence("8001", "break")
        answer = await here.commands.handle(Dial("d1", "8001", NUMBER))
        assert not answer.done and "break" in answer.reason
        assert not here.phones.rung
