"""Whatever the caller does, finished turns are stored with what was heard of the reply, and the call ends cleanly."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np

from telephony.leg import EndReason
from telephony.recorder import Recorder
from tests.virtual_time import in_virtual_time
from tests.voicebot.call.conversation import SECONDS_PER_CHARACTER, Conversation
from tests.voicebot.local_knowledge import LocalKnowledge
from tests.wav import read_wav
from voicebot.company import load_company
from voicebot.company.flows import Slot
from voicebot.demo import SAMPLE_COMPANY
from voicebot.dialogue.knowledge import KnowledgeIndex
from voicebot.dialogue.types import KnowledgeAnswer, KnowledgeSearch
from voicebot.store.recording_gaps import RecordingGaps
from voicebot.store.store import Store

COMPANY = load_company(SAMPLE_COMPANY)
KNOWLEDGE = LocalKnowledge(KnowledgeIndex(COMPANY.knowledge))
STRANGER = "+8613912345678"
KNOWN = COMPANY.customers[0]


class SlowKnowledge:
    """Takes its time with every question."""

    def __init__(self, knowledge: KnowledgeSearch, seconds: float) -> None:
        self._knowledge, self._seconds = knowledge, seconds

    async def search(self, question: str, *, product: str | None = None) -> KnowledgeAnswer | None:
        await asyncio.sleep(self._seconds)
        return await self._knowledge.search(question, product=product)


@asynccontextmanager
async def call(
    folder: Path, number: str = STRANGER, *, knowledge: KnowledgeSearch | None = None
) -> AsyncIterator[Conversation]:
    async with Store(f"sqlite:///{folder / 'calls.db'}") as store:
        conversation = Conversation(store, COMPANY, knowledge or KNOWLEDGE, number)
        await conversation.begin()
        yield conversation


@in_virtual_time
async def test_a_question_is_answered_and_both_turns_are_stored(tmp_path: Path) -> None:
    async with call(tmp_path) as conversation:
        await conversation.assistant_finished()
        conversation.say("怎么开发票", "invoice")
        await conversation.assistant_finished()
        conversation.line.end()
        record = await conversation.ended()
        greeting, question, answer = await conversation.turns()
        assert [greeting.role, question.role, answer.role] == ["assistant", "caller", "assistant"]
        assert (question.text, question.intent) == ("怎么开发票", "invoice")
        assert answer.heard_text == answer.text
        assert record.end_reason == "remote_hangup"


@in_virtual_time
async def test_while_a_flow_asks_for_what_may_not_be_kept_nothing_of_the_answer_is(tmp_path: Path) -> None:
    card = Slot(name="card", type="digits", digits=(16, 19), ask="请说卡号。", recording="pause")
    complaint = COMPANY.flows["complaint"]
    flows = {**COMPANY.flows, "complaint": complaint.model_copy(update={"slots": (card, *complaint.slots)})}
    async with Store(f"sqlite:///{tmp_path / 'calls.db'}") as store:
        company = COMPANY.model_copy(update={"flows": flows})
        conversation = Conversation(store, company, KNOWLEDGE, STRANGER)
        conversation.recorder = Recorder(tmp_path / "call.wav", flush_s=0.01)
        await conversation.begin()
        await conversation.assistant_finished()
        for text, intent in (("我要投诉", "complaint"), ("6222021234567894", "none"), ("包裹摔坏了", "none")):
            conversation.say(text, intent)
            await conversation.assistant_finished()
        conversation.line.end()
        await conversation.ended()
        said = await conversation.turns()
        assert [turn.text for turn in said if turn.role == "caller"] == ["我要投诉", "***", "包裹摔坏了"]
        assert "请说卡号。" in said[2].text
        assert (said[3].intent, said[3].intent_confidence, said[3].emotion, said[3].slots) == (None, None, None, {})
        assert said[3].detail.keys() <= {"actions", "routing", "taken_out"}
        kept = f"{said} {await store.tasks()} {await store.pending_events()}"
        assert "62220212" not in kept and "包裹摔坏了" in kept
        (gap,) = await RecordingGaps(store).of(said[0].call_id)
        assert gap.by == "flow" and gap.from_ms <= said[3].started_ms and gap.to_ms and said[3].ended_ms <= gap.to_ms
        assert not loudness(tmp_path / "call.wav")[8 * gap.from_ms : 8 * gap.to_ms].any()
        assert loudness(tmp_path / "call.wav")[8 * said[5].started_ms :].any()
        names = [event.topic.rsplit("/", 1)[1] for event in await store.pending_events()]
        assert names.count("recording_paused") == names.count("recording_resumed") == 1


def loudness(recording: Path) -> np.ndarray:
    """Of both channels, sample by sample."""
    return np.asarray(np.abs(read_wav(recording).astype(int)).sum(axis=1))


@in_virtual_time
async def test_the_reply_starts_soon_after_a_finished_request(tmp_path: Path) -> None:
    async with call(tmp_path) as conversation:
        await conversation.assistant_finished()
        conversation.say("怎么开发票", "invoice")
        await conversation.assistant_finished()
        conversation.line.end()
        await conversation.ended()
        answer = (await conversation.turns())[2]
        assert answer.reply_latency_ms is not None
        assert 300 <= answer.reply_latency_ms <= 700


@in_virtual_time
async def test_known_customers_are_greeted_by_name(tmp_path: Path) -> None:
    async with call(tmp_path, KNOWN.number) as conversation:
        await conversation.assistant_finished()
        conversation.line.end()
        await conversation.ended()
        (greeting, *_) = await conversation.turns()
        assert KNOWN.called in greeting.text


@in_virtual_time
async def test_speech_over_a_reply_stops_it_and_the_store_knows_what_was_heard(tmp_path: Path) -> None:
    async with call(tmp_path) as conversation:
        await conversation.assistant_finished()
        conversation.say("怎么开发票", "invoice")
        await conversation.until(lambda: conversation.line.caller.pending_samples == 0)
        await conversation.until(conversation.line.assistant_speaks)
        conversation.say("转人工", "human_agent", seconds=1.0)
        stopped_after = await conversation.until(lambda: not conversation.line.assistant_speaks())
        assert stopped_after <= 0.2  # speech is found after 0.1 s
        await conversation.assistant_finished()
        conversation.line.end()
        await conversation.ended()
        cut = (await conversation.turns())[2]
        assert cut.heard_text is not None
        assert cut.text.startswith(cut.heard_text)
        assert len(cut.heard_text) <= stopped_after / SECONDS_PER_CHARACTER + 2


@in_virtual_time
async def test_an_acknowledgement_over_a_reply_leaves_it_whole(tmp_path: Path) -> None:
    async with call(tmp_path) as conversation:
        await conversation.assistant_finished()
        conversation.say("怎么开发票", "invoice")
        await conversation.until(conversation.line.assistant_speaks)
        await asyncio.sleep(0.5)
        conversation.say("嗯", "none", 0.1, seconds=0.25)
        await conversation.assistant_finished()
        conversation.line.end()
        await conversation.ended()
        answer = (await conversation.turns())[-1]
        assert answer.heard_text == answer.text
        assert answer.role == "assistant"
        assert conversation.line.silences_s[-1] < 1.0


@in_virtual_time
async def test_a_cough_over_a_reply_resumes_it_where_it_was(tmp_path: Path) -> None:
    async with call(tmp_path) as conversation:
        await conversation.assistant_finished()
        conversation.say("怎么开发票", "invoice")
        await conversation.until(conversation.line.assistant_speaks)
        await asyncio.sleep(0.5)
        conversation.say("", "none", seconds=0.4)
        paused = await conversation.until(lambda: not conversation.line.assistant_speaks())
        resumed = await conversation.until(conversation.line.assistant_speaks)
        assert paused <= 0.2
        assert resumed <= 1.0
        await conversation.assistant_finished()
        conversation.line.end()
        await conversation.ended()
        turns = await conversation.turns()
        assert [turn.role for turn in turns] == ["assistant", "caller", "assistant"]
        assert turns[-1].heard_text == turns[-1].text


@in_virtual_time
async def test_a_short_word_in_the_last_300_ms_of_a_prompt_is_answered(tmp_path: Path) -> None:
    async with call(tmp_path) as conversation:
        await conversation.until(lambda: conversation.line.playout.pending_samples > 0)
        await conversation.until(lambda: 0 < conversation.line.playout.pending_samples <= 1200)
        conversation.say("嗯", "none", 0.1, seconds=0.2)
        await conversation.until(lambda: not conversation.line.assistant_speaks(10))
        await conversation.assistant_finished()
        conversation.line.end()
        await conversation.ended()
        greeting, answer, *_ = await conversation.turns()
        assert greeting.heard_text == greeting.text
        assert (answer.role, answer.text) == ("caller", "嗯")


@in_virtual_time
async def test_a_slow_tool_is_covered_by_a_few_words_and_a_fast_one_is_not(tmp_path: Path) -> None:
    filler = COMPANY.prompts["hold_on"].wordings("cmn")
    for seconds, covered in ((0.3, False), (3.0, True)):
        folder = tmp_path / str(seconds)
        folder.mkdir()
        async with call(folder, knowledge=SlowKnowledge(KNOWLEDGE, seconds)) as conversation:
            await conversation.assistant_finished()
            conversation.say("保温杯可以放洗碗机吗", "none", 0.1)
            await conversation.assistant_finished()
            conversation.line.end()
            await conversation.ended()
            _, question, *replies = await conversation.turns()
            assert question.role == "caller"
            assert any(reply.text in filler for reply in replies) is covered
            if covered:
                assert replies[0].reply_latency_ms is not None
                assert 900 <= replies[0].reply_latency_ms <= 1500


@in_virtual_time
async def test_the_reply_is_spoken_at_once_when_its_voice_was_made_while_the_caller_paused(tmp_path: Path) -> None:
    async with call(tmp_path) as conversation:
        await conversation.assistant_finished()
        conversation.models.speaking_takes_s = 0.4
        conversation.say("怎么开发票", "invoice")
        await conversation.assistant_finished()
        conversation.line.end()
        await conversation.ended()
        answer = (await conversation.turns())[-1]
        assert answer.reply_latency_ms is not None
        assert answer.reply_latency_ms < 700


@in_virtual_time
async def test_what_is_being_said_is_told_before_it_is_over(tmp_path: Path) -> None:
    async with call(tmp_path) as conversation:
        await conversation.assistant_finished()
        conversation.say("怎么开发票", "invoice", seconds=1.8)
        await conversation.until(lambda: len(conversation.told) > 1)
        assert conversation.line.caller.pending_samples > 0
        await conversation.assistant_finished()
        conversation.line.end()
        await conversation.ended()
        first, second, *_ = conversation.told
        assert (first.stable, first.unstable) == ("", "怎么开发票")
        assert (second.stable, second.unstable) == ("怎么开发票", "")


@in_virtual_time
async def test_a_call_that_the_end_of_the_process_cuts_off_is_no_call_that_was_settled(tmp_path: Path) -> None:
    async with call(tmp_path) as conversation:
        await conversation.assistant_finished()
        conversation.line.end(EndReason.SHUTDOWN)
        record = await conversation.ended()
        assert (record.outcome, record.end_reason) == ("interrupted", "shutdown")


@in_virtual_time
async def test_nobody_takes_the_floor_from_a_goodbye(tmp_path: Path) -> None:
    async with call(tmp_path) as conversation:
        await conversation.assistant_finished()
        conversation.say("没事了再见", "goodbye")
        await conversation.until(conversation.line.assistant_speaks)
        conversation.say("等一下我还有个问题", "none", 0.2)
        record = await conversation.ended()
        farewell = [turn for turn in await conversation.turns() if turn.role == "assistant"][-1]
        assert farewell.heard_text == farewell.text
        assert record.end_reason == "local_hangup"


@in_virtual_time
async def test_the_call_ends_when_the_caller_hangs_up_during_the_words_that_cover_a_tool(tmp_path: Path) -> None:
    async with call(tmp_path, knowledge=SlowKnowledge(KNOWLEDGE, 3.0)) as conversation:
        await conversation.assistant_finished()
        conversation.say("保温杯可以放洗碗机吗", "none", 0.1)
        await conversation.until(conversation.line.assistant_speaks)
        conversation.line.end()
        record = await conversation.ended()
        assert record.end_reason == "remote_hangup"
        assert "保温杯可以放洗碗机吗" in [turn.text for turn in await conversation.turns()]


@in_virtual_time
async def test_the_recording_notice_is_heard_whole_and_what_was_said_over_it_is_answered(tmp_path: Path) -> None:
    async with call(tmp_path) as conversation:
        await conversation.until(conversation.line.assistant_speaks)
        conversation.say("怎么开发票", "invoice")
        await conversation.until(lambda: len(conversation.models.understood) > 0)
        await conversation.assistant_finished()  # the answer follows the notice at once: nothing to wait for
        conversation.line.end()
        await conversation.ended()
        greeting, question, _ = await conversation.turns()
        mandatory = COMPANY.prompts["recording_notice"].wordings("cmn")[0]
        assert greeting.heard_text is not None
        assert mandatory in greeting.heard_text
        assert question.text == "怎么开发票"


@in_virtual_time
async def test_silence_is_asked_about_and_in_the_end_the_assistant_hangs_up(tmp_path: Path) -> None:
    async with call(tmp_path) as conversation:
        record = await conversation.ended()
        assert record.end_reason == "local_hangup"
        assert [turn.role for turn in await conversation.turns()] == ["assistant"] * 4


@in_virtual_time
async def test_goodbye_is_returned_before_the_assistant_hangs_up(tmp_path: Path) -> None:
    async with call(tmp_path) as conversation:
        await conversation.assistant_finished()
        conversation.say("没事了再见", "goodbye")
        record = await conversation.ended()
        *_, farewell = await conversation.turns()
        assert farewell.role == "assistant"
        assert farewell.heard_text == farewell.text
        assert record.end_reason == "local_hangup"


@in_virtual_time
async def test_what_was_said_just_before_hanging_up_is_stored(tmp_path: Path) -> None:
    async with call(tmp_path) as conversation:
        await conversation.assistant_finished()
        conversation.say("怎么开发票", "invoice")
        await conversation.until(lambda: conversation.line.caller.pending_samples == 0)
        await asyncio.sleep(0.25)
        conversation.line.end()
        await conversation.ended()
        assert [turn.text for turn in await conversation.turns() if turn.role == "caller"] == ["怎么开发票"]


@in_virtual_time
async def test_keys_are_taken_as_a_number_and_answered(tmp_path: Path) -> None:
    order = next(order for order in COMPANY.orders if order.customer_number == KNOWN.number)
    async with call(tmp_path, KNOWN.number) as conversation:
        await conversation.assistant_finished()
        conversation.line.press(order.order_number + "#")
        await conversation.assistant_finished()
        conversation.line.end()
        await conversation.ended()
        _, keys, answer = await conversation.turns()
        assert keys.text == order.order_number
        assert answer.text


@in_virtual_time
async def test_a_caller_on_hold_is_neither_asked_nor_talked_to(tmp_path: Path) -> None:
    async with call(tmp_path) as conversation:
        await conversation.assistant_finished()
        conversation.line.put_on_hold(True)
        before = conversation.line.heard_s
        await conversation.until(lambda: conversation.line.heard_s > before + 30)
        assert not conversation.line.assistant_speaks(frames=int(29 / 0.02))
        conversation.line.put_on_hold(False)
        await conversation.assistant_finished()
        conversation.line.end()
        await conversation.ended()
