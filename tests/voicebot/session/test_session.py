"""Whatever the caller does, finished turns are stored with what was heard of the reply, and the call ends cleanly."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.virtual_time import in_virtual_time
from tests.voicebot.session.conversation import SECONDS_PER_CHARACTER, Conversation
from voicebot.company import load_company
from voicebot.demo import SAMPLE_COMPANY
from voicebot.dialogue.knowledge import KnowledgeIndex, LocalKnowledge
from voicebot.store.store import Store

COMPANY = load_company(SAMPLE_COMPANY)
KNOWLEDGE = LocalKnowledge(KnowledgeIndex(COMPANY.knowledge))
STRANGER = "+8613912345678"
KNOWN = COMPANY.customers[0]


@asynccontextmanager
async def call(folder: Path, number: str = STRANGER) -> AsyncIterator[Conversation]:
    async with Store(f"sqlite:///{folder / 'calls.db'}") as store:
        conversation = Conversation(store, COMPANY, KNOWLEDGE, number)
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
        assert stopped_after < 0.6
        await conversation.assistant_finished()
        conversation.line.end()
        await conversation.ended()
        cut = (await conversation.turns())[2]
        assert cut.heard_text is not None
        assert cut.text.startswith(cut.heard_text)
        assert len(cut.heard_text) <= stopped_after / SECONDS_PER_CHARACTER + 2


@in_virtual_time
async def test_the_recording_notice_is_heard_whole_and_what_was_said_over_it_is_answered(tmp_path: Path) -> None:
    async with call(tmp_path) as conversation:
        await conversation.until(conversation.line.assistant_speaks)
        conversation.say("怎么开发票", "invoice")
        await conversation.until(lambda: len(conversation.models.said) == 0)
        await conversation.assistant_finished()  # the answer follows the greeting at once: nothing to wait for
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
        await conversation.until(lambda: len(conversation.models.said) == 0)
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
