"""Invariant: every turn of a call keeps what the caller is believed to speak and why; intents are found in Mandarin and
the words stay as they were said; the assistant speaks what it is asked to speak."""

from pathlib import Path

from models.dialect_guess import DialectGuess
from tests.virtual_time import in_virtual_time
from tests.voicebot.call.test_session import COMPANY, call
from voicebot.events import TurnFinished, from_json

SICHUAN = next(customer.number for customer in COMPANY.customers if customer.dialect == "cmn-sichuan")


@in_virtual_time
async def test_dialect_words_reach_the_belief_the_record_and_the_events(tmp_path: Path) -> None:
    async with call(tmp_path) as conversation:
        await conversation.assistant_finished()
        conversation.say("我的订单啥子时候到嘛", "order_status")
        await conversation.assistant_finished()
        conversation.line.end()
        await conversation.ended()
        _, question, answer, *_ = await conversation.turns()
        assert question.text == question.raw_text == "我的订单啥子时候到嘛"
        assert question.intent == "order_status"
        assert "我的订单什么时候到嘛" in conversation.models.understood
        believed = question.detail["dialect"]
        assert "cmn-sichuan" in believed["likeliest"] and believed["requested"] is None
        assert any("啥子" in reason for reason in believed["reasons"])
        assert "dialect" not in answer.detail
        events = [from_json(one.topic, one.payload) for one in await conversation.store.pending_events()]
        [told] = [one for one in events if isinstance(one, TurnFinished) and one.role == "caller"]
        assert told.dialects == believed["likeliest"] and list(told.dialect_reasons) == believed["reasons"]


@in_virtual_time
async def test_the_record_of_a_customer_and_the_voice_count_with_the_words(tmp_path: Path) -> None:
    async with call(tmp_path, SICHUAN) as conversation:
        conversation.models.voice_sounds = DialectGuess({"cmn": 0.05, "cmn-sichuan": 0.95}, 0.9)
        await conversation.assistant_finished()
        shares = []
        for text in ("怎么开发票", "发票怎么寄过来"):
            conversation.say(text, "invoice")
            await conversation.assistant_finished()
            shares.append((await conversation.turns())[-2].detail["dialect"]["likeliest"]["cmn-sichuan"])
        conversation.line.end()
        await conversation.ended()
        first, second = (
            turn.detail["dialect"]["reasons"] for turn in (await conversation.turns()) if turn.role == "caller"
        )
        assert any(reason.startswith("客户资料登记") for reason in first)
        assert any(reason.startswith("口音模型") for reason in second) and shares[1] >= shares[0]


@in_virtual_time
async def test_a_caller_who_asks_for_cantonese_is_answered_in_it(tmp_path: Path) -> None:
    async with call(tmp_path) as conversation:
        await conversation.assistant_finished()
        conversation.say("可以讲广东话吗", "none", 0.3)
        await conversation.assistant_finished()
        conversation.line.end()
        record = await conversation.ended()
        _, question, answer = await conversation.turns()
        assert question.detail["dialect"]["requested"] == "yue"
        assert answer.language == record.language == "yue"


@in_virtual_time
async def test_a_caller_who_speaks_cantonese_is_answered_in_it(tmp_path: Path) -> None:
    async with call(tmp_path) as conversation:
        conversation.models.languages = {"zh": 0.03, "yue": 0.97}
        await conversation.assistant_finished()
        conversation.say("点样开发票", "invoice")
        await conversation.assistant_finished()
        conversation.line.end()
        await conversation.ended()
        _, question, answer = await conversation.turns()
        assert answer.language == "yue"
        assert question.detail["dialect"]["likeliest"]["yue"] > 0.2


@in_virtual_time
async def test_cantonese_that_is_hardly_made_out_is_answered_in_it_where_number_and_words_agree(tmp_path: Path) -> None:
    async with call(tmp_path, "+8613923190622") as conversation:
        conversation.models.languages, conversation.models.confidence = {"zh": 0.03, "yue": 0.97}, 0.28
        await conversation.assistant_finished()
        conversation.say("我想问下你哋嘅发票点样开", "invoice")
        await conversation.assistant_finished()
        conversation.line.end()
        record = await conversation.ended()
        assert (await conversation.turns())[-1].language == "yue"
        assert record.dialects["yue"] > 0.75 > record.dialect_prior["yue"]
