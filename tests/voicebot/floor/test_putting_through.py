"""Whatever an agent or a phone does, the caller gets to the next best outcome and is never left in silence."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from dialect_router.assignment import AssignmentPolicy
from dialect_router.presence import Cause, PresenceConfig
from dialect_router.queue_rules import QueueRules
from telephony.audio import Samples
from telephony.leg import EndReason
from tests.virtual_time import in_virtual_time
from tests.voicebot.floor.house import COMPANY, RING_S, House, agent, house, loud
from voicebot.agent_events import Joined, PresenceChanged, Ringing, Unlisted, WrapUpSuggested
from voicebot.store.call_figures import Period
from voicebot.store.floor_tables import presence_log
from voicebot.store.shadow_results import ShadowCount, ShadowResults


@in_virtual_time
async def test_a_caller_who_asks_for_a_human_gets_one_and_the_two_hear_each_other(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001")) as here:
        caller, phone = await here.talking("8001")
        await asyncio.sleep(1)
        assert not loud(phone.heard[-20:]) and not loud(caller.line.heard[-20:])

        phone.says(caller.speech[:8000])
        caller.line.caller.write(caller.speech[:8000])
        await asyncio.sleep(0.6)
        assert loud(caller.line.heard[-10:]) and loud(phone.heard[-10:])
        assert here.presence("8001") == "talking"
        caller.line.end()
        record = await caller.ended()
        assert record.outcome == "agent" and record.agent_id == "8001" and record.team == "售后组"


@in_virtual_time
async def test_the_whisper_is_heard_by_the_agent_and_the_caller_hears_music(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001")) as here:
        caller = await here.waiting_caller()
        phone = await here.rings("8001")
        await asyncio.sleep(4)  # the assistant has said that it puts through
        await phone.pick_up()
        await asyncio.sleep(0.5)
        before = len(caller.line.heard)
        await caller.until(lambda: any(isinstance(event, Joined) for event in here.told))
        span = len(caller.line.heard) - before
        assert span > 50 and _voice(phone.heard[-span:]) > 1000
        assert loud(caller.line.heard[before:]) and _voice(caller.line.heard[before:]) < 30
        [ringing] = [event for event in here.told if isinstance(event, Ringing)]
        assert ringing.whisper and ringing.packet["call_id"] == caller.call.id  # type: ignore[union-attr]
        caller.line.end()
        await caller.ended()


@in_virtual_time
async def test_a_key_skips_the_whisper(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001")) as here:
        caller = await here.waiting_caller()
        phone = await here.rings("8001")
        await phone.pick_up()
        await asyncio.sleep(0.3)
        phone.press("#")
        await asyncio.sleep(0.1)
        assert any(isinstance(event, Joined) for event in here.told)
        caller.line.end()
        await caller.ended()


@in_virtual_time
async def test_who_does_not_answer_in_time_is_passed_over_for_the_next(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001", seniority=5), agent("8002")) as here:
        caller = await here.waiting_caller()
        await caller.until(lambda: bool(here.phones.rung))
        started, first = asyncio.get_running_loop().time(), here.phones.rung[0][0]
        second = await here.rings("8002" if first == "8001" else "8001")
        assert RING_S - 1 < asyncio.get_running_loop().time() - started < RING_S + 3
        await here.joined(second)
        fates = await here.fates(caller)
        assert fates[0] == (first, "missed") and fates[1][1] is None
        assert [
            cause for who, cause in await causes(here) if who == first and cause in (Cause.MISSED, Cause.DECLINED)
        ] == ["missed"]
        caller.line.end()
        await caller.ended()
        assert (await here.fates(caller))[1][1] == "talked"


async def causes(here: House) -> list[tuple[str, str]]:
    """Of every change of presence: agent and cause."""
    query = sa.select(presence_log.c.agent_id, presence_log.c.cause).order_by(presence_log.c.id)
    return [(row["agent_id"], row["cause"]) for row in await here.store.read(query)]


@in_virtual_time
async def test_who_declines_or_has_no_phone_is_passed_over_at_once(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), agent("8002"), agent("8003")) as here:
        here.phones.gone.add("8001")
        caller = await here.waiting_caller()
        await caller.until(lambda: bool(here.phones.rung))
        who, phone = here.phones.rung[0]
        phone.decline()
        rest = ({"8002", "8003"} - {who}).pop()
        await here.joined(await here.rings(rest, within_s=5))
        fates = dict(await here.fates(caller))
        assert fates[who] == "declined" and fates[rest] is None and fates.get("8001", "unreachable") == "unreachable"
        caller.line.end()
        await caller.ended()


@in_virtual_time
async def test_an_agent_who_hangs_up_in_the_whisper_loses_the_call_to_the_next(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), agent("8002")) as here:
        caller = await here.waiting_caller()
        await caller.until(lambda: bool(here.phones.rung))
        first, phone = here.phones.rung[0]
        await phone.pick_up()
        await asyncio.sleep(0.5)
        phone.end()
        other = "8002" if first == "8001" else "8001"
        await here.joined(await here.rings(other))
        assert (await here.fates(caller))[0] == (first, "left_in_whisper")
        caller.line.end()
        await caller.ended()


@in_virtual_time
async def test_an_agent_whose_line_breaks_leaves_the_caller_to_the_next_with_a_word(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), agent("8002")) as here:
        caller = await here.waiting_caller()
        await caller.until(lambda: bool(here.phones.rung))
        first, phone = here.phones.rung[0]
        await here.joined(phone)
        phone.dead = True
        other = "8002" if first == "8001" else "8001"
        second = await here.rings(other, within_s=12)
        assert caller.dialogue.waiting
        turns = [turn.text for turn in await caller.turns()]
        assert turns[-1] in caller.company.prompts["agent_lost"].wordings("cmn")
        await here.joined(second)
        assert (await here.fates(caller))[0] == (first, "lost")
        caller.line.end()
        assert (await caller.ended()).agent_id == other


@in_virtual_time
async def test_a_caller_who_hangs_up_in_the_queue_stops_the_phone_and_is_recorded_as_gone(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001")) as here:
        caller = await here.waiting_caller()
        await here.rings("8001")
        caller.line.end()
        record = await caller.ended()
        await asyncio.sleep(0.5)
        assert record.outcome == "abandoned" and not here.floor.visitors
        assert here.presence("8001") == "ready"
        [visit] = await here.floor_store.visits(record.id)
        assert visit.left_to == "abandoned"
        assert await here.fates(caller) == [("8001", "withdrawn")]


@in_virtual_time
async def test_when_the_agent_hangs_up_the_caller_hears_goodbye_and_the_agent_wraps_up(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001")) as here:
        caller, phone = await here.talking("8001")
        phone.end(EndReason.REMOTE_HANGUP)
        record = await caller.ended()
        last = (await caller.turns())[-1]
        assert last.text in caller.company.prompts["goodbye"].wordings("cmn") and last.heard_text == last.text
        assert record.outcome == "agent" and here.presence("8001") == "wrap_up"
        assert record.disposition
        [wrap_up] = await here.floor_store.wrap_ups(record.id)
        assert not wrap_up.confirmed
        assert any(isinstance(event, WrapUpSuggested) for event in here.told)


@in_virtual_time
async def test_an_agent_who_signs_off_while_it_rings_gives_the_call_back(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), agent("8002")) as here:
        caller = await here.waiting_caller()
        await caller.until(lambda: bool(here.phones.rung))
        first, _ = here.phones.rung[0]
        here.floor.staff.on_unregistered(first)
        other = "8002" if first == "8001" else "8001"
        await here.joined(await here.rings(other, within_s=3))
        assert (await here.fates(caller))[0] == (first, "withdrawn") and here.presence(first) == "offline"
        caller.line.end()
        await caller.ended()


@in_virtual_time
async def test_when_all_agents_are_gone_the_caller_is_offered_a_callback(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), rules=QueueRules(nobody_s=5.0)) as here:
        caller = await here.waiting_caller()
        await asyncio.sleep(1)
        here.floor.staff.on_unregistered("8001")
        await caller.until(lambda: not here.floor.visitors, within_s=10)
        await caller.assistant_finished()
        caller.say("可以", "affirm")
        record = await caller.ended()
        assert record.outcome == "callback"
        assert [visit.left_to for visit in await here.floor_store.visits(record.id)] == ["callback"]


@in_virtual_time
async def test_who_waits_hears_music_and_where_he_stands(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), rules=QueueRules(offer_callback_after_s=300)) as here:
        first, _ = await here.talking("8001")
        second = await here.waiting_caller("+8613912345679")
        await asyncio.sleep(6)
        assert loud(second.line.heard[-50:])
        await asyncio.sleep(10)
        texts = [turn.text for turn in await second.turns() if turn.role == "assistant"]
        assert any("第1位" in text or text in _wordings("queue_thanks") for text in texts), texts
        for caller in (second, first):
            caller.line.end()
            await caller.ended()


@in_virtual_time
async def test_silence_while_waiting_is_not_asked_about(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001"), rules=QueueRules(first_announcement_s=500, announce_every_s=500)) as here:
        first, _ = await here.talking("8001")
        second = await here.waiting_caller("+8613912345679")
        await asyncio.sleep(40)
        asked = {text for key in ("no_input_1", "no_input_2", "still_there") for text in _wordings(key)}
        assert not asked & {turn.text for turn in await second.turns()}
        for caller in (second, first):
            caller.line.end()
            await caller.ended()


def _voice(frames: list[Samples]) -> float:
    """Amplitude of the scripted voice, which is a single tone, in what was heard."""
    sound = np.concatenate(frames).astype(np.float64)
    return float(2 * abs(np.mean(sound * np.exp(-0.5j * np.arange(len(sound))))))


def _wordings(key: str) -> tuple[str, ...]:
    return tuple(COMPANY.prompts[key].wordings("cmn"))


@in_virtual_time
async def test_who_would_wait_long_is_offered_a_callback_and_may_wait_on(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001")) as here:
        first, phone = await here.talking("8001")
        second = await here.waiting_caller("+8613912345679")
        await second.until(lambda: second.dialogue.expecting.name == "YES_NO", within_s=20)
        await second.assistant_finished_over_music()
        second.say("不用", "deny", seconds=0.6)
        await second.until(lambda: second.dialogue.waiting)
        phone.end()
        await first.ended()
        here.floor.staff.set_presence("8001", "ready")  # the notes are done
        await here.joined(await here.rings("8001"))
        second.line.end()
        assert (await second.ended()).outcome == "agent"


@in_virtual_time
async def test_a_callback_taken_while_waiting_ends_the_wait(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001")) as here:
        first, _ = await here.talking("8001")
        second = await here.waiting_caller("+8613912345679")
        await second.until(lambda: second.dialogue.expecting.name == "YES_NO", within_s=20)
        await second.assistant_finished_over_music()
        second.say("好的", "affirm", seconds=0.6)
        await asyncio.sleep(8)
        second.say("可以", "affirm", seconds=0.6)
        record = await second.ended()
        assert record.outcome == "callback"
        assert [visit.left_to for visit in await here.floor_store.visits(record.id)] == ["callback"]
        first.line.end()
        await first.ended()


@in_virtual_time
async def test_out_of_hours_the_company_takes_a_message_where_it_says_so(tmp_path: Path) -> None:
    async with house(
        tmp_path,
        agent("8001"),
        rules=QueueRules(longest_wait_s=1, offer_callback_after_s=1, overflow_after_s=1, at_longest_wait="voicemail"),
    ) as here:
        first, _ = await here.talking("8001")
        second = await here.waiting_caller("+8613912345679")
        await second.until(lambda: second.dialogue.expecting.name == "TEXT", within_s=10)
        await second.assistant_finished()
        second.say("我的洗衣机漏水了", "warranty_repair")
        await second.assistant_finished()
        second.line.end()
        record = await second.ended()
        [task] = await here.store.tasks(kind="voicemail")
        assert record.outcome == "voicemail" and "洗衣机漏水" in task.summary
        first.line.end()
        await first.ended()


@in_virtual_time
async def test_what_a_waiting_caller_asks_for_decides_who_takes_the_call(tmp_path: Path) -> None:
    mandarin, cantonese = agent("8001"), agent("8002", dialects={"cmn": 5, "yue": 5})
    async with house(tmp_path, mandarin, cantonese, rules=QueueRules(offer_callback_after_s=300)) as here:
        talking = [(await here.talking_to_either(f"+861391234567{number}"))[0] for number in range(2)]
        caller = await here.waiting_caller()
        await caller.until(lambda: caller.dialogue.waiting)
        await caller.assistant_finished_over_music()
        caller.say("能不能找个说广东话的", "none")
        await asyncio.sleep(4)
        for other in talking:
            other.line.end()
            await other.ended()
        for one in (mandarin, cantonese):
            here.floor.staff.set_presence(one.id, "ready")  # the notes are done
        await here.rings("8002")
        [offer] = await here.offers(caller)
        assert (offer.agent_id, offer.dialect, offer.dialect_matched) == ("8002", "yue", True)
        caller.line.end()
        await caller.ended()


@in_virtual_time
async def test_what_a_policy_in_the_shadow_would_do_is_kept_once_however_long_the_caller_waits(tmp_path: Path) -> None:
    live = AssignmentPolicy()
    hasty = replace(live, relaxation=replace(live.relaxation, requested_patience=1.0))
    async with house(tmp_path, agent("8001"), agent("8002", dialects={"cmn": 5, "yue": 5})) as here:
        here.floor.staff.set_presence("8001", "break")
        other, _ = await here.talking("8002")
        here.floor.staff.set_presence("8001", "ready")
        here.distributor.follow(QueueRules(), live, PresenceConfig(), shadow=hasty)
        caller = await here.caller()
        caller.say("能不能找个说广东话的人工客服", "human_agent")
        await here.rings("8001")
        [offer] = await here.offers(caller)
        assert offer.waited_s > 20  # ten ticks and more, in each of which the two did not agree
        day = Period(datetime.now(UTC) - timedelta(days=1), datetime.now(UTC) + timedelta(days=1))
        assert await ShadowResults(here.store).count(day) == ShadowCount(only_shadow=1)
        for each in (caller, other):
            each.line.end()
            await each.ended()


@in_virtual_time
async def test_who_is_taken_off_the_list_finishes_the_call_and_is_then_no_longer_shown(tmp_path: Path) -> None:
    talks, idle, stays = agent("8001"), agent("8002", seniority=1), agent("8003", seniority=1)
    async with house(tmp_path, talks, idle, stays) as here:
        here.floor.staff.begin([("8009", "ready")])  # left the company while nothing ran
        caller, _ = await here.talking_to_either()
        [*_, offer] = await here.offers(caller)
        [one] = [each for each in (talks, idle, stays) if each.id == offer.agent_id]
        keeps = next(each for each in (stays, idle) if each.id != one.id)
        here.floor.staff.read_again([keeps])

        def gone() -> list[str]:
            return [event.agent_id for event in here.told if isinstance(event, Unlisted)]

        assert set(gone()) == {"8009", *({"8001", "8002", "8003"} - {one.id, keeps.id})}
        caller.line.end()
        await caller.ended()
        await asyncio.sleep(120)
        assert gone()[-1] == one.id and len(gone()) == 3
        here.floor.staff.read_again([keeps, one])  # and comes back
        assert [event for event in here.told if isinstance(event, PresenceChanged)][-1].agent_id == one.id
