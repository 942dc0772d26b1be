"""While two people talk, each is written down as himself, and the agent is prompted with what helps."""

import asyncio
import json
from pathlib import Path

from models.understanding import Emotion, Intent
from tests.virtual_time import in_virtual_time
from tests.voicebot.call.conversation import Conversation
from tests.voicebot.floor.house import COMPANY, House, Phone, agent, house
from voicebot.agent_commands import ConfirmWrapUp, Hold, JudgePrompt, Mute, PauseRecording
from voicebot.agent_events import ProcedureStood, PromptShown
from voicebot.events import PartialTranscript
from voicebot.floor.opening import learned_from_clicks
from voicebot.store.floor_records import PromptRecord
from voicebot.store.recording_gaps import RecordingGaps


def caller_says(here: House, caller: Conversation, text: str, intent: str = "none", *, seconds: float = 1.5) -> None:
    here.caller_models.saying = (text, Intent(intent, 0.95))
    caller.line.caller.write(caller.speech[: int(seconds * 8000)])


def agent_says(here: House, caller: Conversation, phone: Phone, text: str, *, seconds: float = 1.5) -> None:
    here.agent_models.saying = (text, Intent("none", 0.0))
    phone.says(caller.speech[: int(seconds * 8000)])


def prompts(here: House) -> list[PromptShown]:
    return [event for event in here.told if isinstance(event, PromptShown)]


@in_virtual_time
async def test_both_are_transcribed_apart_with_partials_and_times_of_the_call(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001")) as here:
        caller, phone = await here.talking("8001")
        began_s = caller.line.heard_s
        caller_says(here, caller, "我的快递三天没动了", "delivery_delay")
        await asyncio.sleep(3)
        agent_says(here, caller, phone, "您好我帮您看一下")
        await asyncio.sleep(3)
        said = [(turn.role, turn.text) for turn in (await caller.turns())[-2:]]
        assert said == [("caller", "我的快递三天没动了"), ("agent", "您好我帮您看一下")]
        theirs, ours = (await caller.turns())[-2:]
        assert began_s * 1000 - 200 < theirs.started_ms < theirs.ended_ms < ours.started_ms
        partials = {event.role for event in here.told if isinstance(event, PartialTranscript)}
        assert partials == {"caller", "agent"}
        caller.line.end()
        await caller.ended()


@in_virtual_time
async def test_what_the_caller_is_believed_to_speak_follows_what_is_said_to_a_human_too(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001")) as here:
        caller, phone = await here.talking("8001")
        for text in ("啥子时候到嘛你们咋个还没发货", "要得我没得时间等了噻"):
            caller_says(here, caller, text, "delivery_delay", seconds=2)
            await asyncio.sleep(4)
        first, second = (await caller.turns())[-2:]
        shares = [turn.detail["dialect"]["likeliest"]["cmn-sichuan"] for turn in (first, second)]
        assert shares[0] < shares[1]
        assert caller.call
        call = await here.store.call(caller.call.id)
        assert call and call.dialects["cmn-sichuan"] == shares[1] > call.dialect_prior.get("cmn-sichuan", 0.0)
        agent_says(here, caller, phone, "好的")
        await asyncio.sleep(3)
        assert "dialect" not in (await caller.turns())[-1].detail
        caller.line.end()
        await caller.ended()


@in_virtual_time
async def test_what_a_caller_asks_brings_the_companys_answer_within_a_second(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001")) as here:
        caller, _ = await here.talking("8001")
        entry = next(entry for entry in COMPANY.knowledge if not entry.product)
        caller_says(here, caller, entry.question, "product_question")
        await asyncio.sleep(3)
        shown = [prompt for prompt in prompts(here) if prompt.kind == "knowledge"]
        assert shown and shown[0].source == f"knowledge/{entry.id}"
        assert shown[0].latency_ms is not None and shown[0].latency_ms < 1000
        assert caller.call
        stored = await here.floor_store.prompts(caller.call.id)
        assert shown[0].prompt_id in {prompt.id for prompt in stored}
        caller.line.end()
        await caller.ended()


@in_virtual_time
async def test_an_agents_word_on_a_prompt_is_stored_once(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001")) as here:
        caller, _ = await here.talking("8001")
        caller_says(here, caller, COMPANY.knowledge[0].question, "product_question")
        await asyncio.sleep(3)
        prompt = prompts(here)[-1]
        judged = await here.commands.handle(JudgePrompt("c1", "8001", prompt.prompt_id, True))
        again = await here.commands.handle(JudgePrompt("c2", "8001", prompt.prompt_id, False))
        assert judged.done and not again.done
        await asyncio.sleep(0.2)
        [stored] = await here.floor_store.judged_prompts(10)
        assert stored.id == prompt.prompt_id and stored.helped
        caller.line.end()
        await caller.ended()


@in_virtual_time
async def test_what_agents_dismissed_is_not_shown_any_more_by_the_next_process_either(tmp_path: Path) -> None:
    entry = next(entry for entry in COMPANY.knowledge if not entry.product)
    source = f"knowledge/{entry.id}"
    async with house(tmp_path, agent("8001")) as here:
        caller, _ = await here.talking("8001")
        caller_says(here, caller, entry.question, "product_question")
        await asyncio.sleep(3)
        assert source in {prompt.source for prompt in prompts(here)}
        assert caller.call
        dismissed = [
            PromptRecord(f"p{number}", caller.call.id, "8001", 0, "knowledge", "", source, 0.9, helped=False)
            for number in range(30)
        ]
        await here.floor_store.prompts_shown(dismissed)
        caller.line.end()
        await caller.ended()
        learned = await learned_from_clicks(here.floor_store)
    async with house(tmp_path, agent("8001"), helpfulness=learned) as here:
        caller, _ = await here.talking("8001")
        caller_says(here, caller, entry.question, "product_question")
        await asyncio.sleep(3)
        assert source not in {prompt.source for prompt in prompts(here)}
        caller.line.end()
        await caller.ended()


@in_virtual_time
async def test_an_agents_promise_becomes_a_task(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001")) as here:
        caller, phone = await here.talking("8001")
        agent_says(here, caller, phone, "我明天下午三点前给您回电话", seconds=2.0)
        await asyncio.sleep(4)
        phone.end()
        record = await caller.ended()
        await asyncio.sleep(0.5)
        tasks = await here.store.tasks(call_id=record.id)
        assert [task.kind for task in tasks] == ["callback"] and tasks[0].payload["by"] == "8001"


@in_virtual_time
async def test_hold_lets_the_caller_hear_music_and_mute_silences_the_agent(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001")) as here:
        caller, phone = await here.talking("8001")
        assert (await here.commands.handle(Hold("c1", "8001", True))).done
        phone.says(caller.speech[:16000])
        await asyncio.sleep(1)
        held = here.floor.of_agent("8001")
        assert held is not None and max(abs(frame).max() for frame in caller.line.heard[-25:]) > 300
        assert (await here.commands.handle(Hold("c2", "8001", False))).done
        assert (await here.commands.handle(Mute("c3", "8001", True))).done
        await asyncio.sleep(1.5)
        phone.says(caller.speech[:8000])
        await asyncio.sleep(0.5)
        assert max(abs(frame).max() for frame in caller.line.heard[-10:]) < 50
        caller.line.end()
        await caller.ended()


@in_virtual_time
async def test_nothing_of_what_is_said_while_an_agent_pauses_the_recording_is_kept(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001")) as here:
        caller, phone = await here.talking("8001")
        assert (await here.commands.handle(PauseRecording("c1", "8001", True))).done
        caller_says(here, caller, "我要投诉我妈妈叫翠花", "complaint")
        await asyncio.sleep(3)
        agent_says(here, caller, phone, "我明天下午三点前给翠花回电话", seconds=1.5)
        await asyncio.sleep(3)
        assert (await here.commands.handle(PauseRecording("c2", "8001", False))).done
        await asyncio.sleep(1)
        agent_says(here, caller, phone, "好的我记下了", seconds=1.5)
        await asyncio.sleep(3)
        assert [turn.text for turn in (await caller.turns())[-3:]] == ["***", "***", "好的我记下了"]
        assert [turn.intent for turn in (await caller.turns())[-3:-1]] == [None, None]
        told = [
            json.loads(event.payload) for event in await here.store.pending_events() if "turn_finished" in event.topic
        ]
        assert [(each["text"], each["kept"], each["emotion"]) for each in told[-3:-1]] == [("***", False, None)] * 2
        assert told[-1]["kept"]
        assert not (await here.commands.handle(PauseRecording("c3", "8002", True))).done
        assert caller.call
        assert [(gap.by, gap.to_ms is not None) for gap in await RecordingGaps(here.store).of(caller.call.id)] == [
            ("8001", True)
        ]
        caller.line.end()
        record = await caller.ended()
        await asyncio.sleep(0.5)
        kept = [await here.floor_store.packets(record.id), await here.floor_store.wrap_ups(record.id)]
        assert "翠花" not in str([*kept, await here.store.tasks(call_id=record.id), here.told])


@in_virtual_time
async def test_an_agent_who_confirms_the_wrap_up_is_ready_again(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001")) as here:
        caller, phone = await here.talking("8001")
        phone.end()
        record = await caller.ended()
        await asyncio.sleep(0.5)
        [suggested] = await here.floor_store.wrap_ups(record.id)
        answer = await here.commands.handle(
            ConfirmWrapUp("c1", "8001", record.id, suggested.disposition, note="客户很满意，卡号6222021234567894")
        )
        assert answer.done and here.presence("8001") == "ready"
        [confirmed] = await here.floor_store.wrap_ups(record.id)
        assert confirmed.confirmed and confirmed.note == "客户很满意，卡号622***********94"
        wrong = await here.commands.handle(ConfirmWrapUp("c2", "8001", record.id, "no-such-code"))
        assert not wrong.done and "no-such-code" in wrong.reason


@in_virtual_time
async def test_an_angry_caller_is_a_warning_at_once(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001")) as here:
        caller, _ = await here.talking("8001")
        here.caller_models.emotion = Emotion("angry", 0.9)
        caller_says(here, caller, "你们到底管不管，我要去投诉你们", "complaint")
        await asyncio.sleep(3)
        assert "warning" in {prompt.kind for prompt in prompts(here)}
        caller.line.end()
        await caller.ended()


@in_virtual_time
async def test_the_procedure_is_told_whenever_it_stands_elsewhere(tmp_path: Path) -> None:
    async with house(tmp_path, agent("8001")) as here:
        caller, _ = await here.talking("8001")
        caller_says(here, caller, "我要退货", "return_refund")
        await asyncio.sleep(3)
        caller_says(here, caller, "质量问题")
        await asyncio.sleep(3)
        caller_says(here, caller, "就是这样")
        await asyncio.sleep(3)
        told = [event for event in here.told if isinstance(event, ProcedureStood)]
        assert {event.flow for event in told} == {"return_refund"}
        assert len(told) == 2  # what changed nothing is no news
        states = [{slot: state for slot, state, _ in event.steps}["reason"] for event in told]
        assert states == ["open", "known"]
        caller.line.end()
        await caller.ended()
