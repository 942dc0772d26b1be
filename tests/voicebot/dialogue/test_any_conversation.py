"""Whatever a caller says, presses or does not say, in any order: always a reply, never an error, and an end."""

import asyncio
from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.voicebot.dialogue.call import CHEN, STRANGER, WANG, Call
from voicebot.company import Company
from voicebot.dialogue import KnowledgeSearch, Reply
from voicebot.store.store import Store

SENTENCES = [
    "", "嗯", "对", "不是", "不对", "算了", "再说一遍", "转人工", "20241105", "二零二四一一零六",
    "不对，是27182818", "尾号0538", "耳机", "第一个", "退货运费谁出", "我要退货", "质量问题", "咕噜咕噜",
    "明天", "13900002222", "没有了", "好的谢谢", "0317", "我想问下发票", "取消吧", "啦啦啦" * 50,
    "\x00{order_tail}", "九九九九九九九九九九九九九九九九",
]  # fmt: skip
LONGEST = 130
"""Turns by which any call must have come to its end."""


@dataclass(frozen=True)
class Happening:
    kind: str
    text: str = ""
    intent: str = "none"
    confidence: float = 0.0
    emotion: str = "calm"


INTENTS = [
    "none", "order_status", "delivery_delay", "return_refund", "exchange", "invoice", "complaint", "product_question",
    "cancel_order", "change_address", "warranty_repair", "human_agent", "greeting", "goodbye", "affirm", "deny",
    "repeat", "correction", "no_such_intent",
]  # fmt: skip
UTTERANCE = st.builds(
    Happening,
    st.just("says"),
    st.sampled_from(SENTENCES) | st.text(max_size=30),
    st.sampled_from(INTENTS),
    st.sampled_from([0.1, 0.4, 0.9]),
    st.sampled_from(["calm", "angry"]),
)
KEYS = st.builds(Happening, st.just("keys"), st.text("0123456789*#", max_size=14))
SILENCE = st.just(Happening("silent"))


async def _happens(call: Call, happening: Happening, silences: int) -> Reply:
    match happening.kind:
        case "says":
            return await call.says(happening.text, happening.intent, happening.confidence, emotion=happening.emotion)
        case "keys":
            return await call.keys(happening.text)
        case _:
            return await call.silent(silences)


async def _converse(call: Call, happenings: list[Happening]) -> tuple[int, Reply]:
    """Go through the happenings again and again until the call ends."""
    silences, reply = 0, None
    for turn in range(LONGEST):
        happening = happenings[turn % len(happenings)]
        silences = silences + 1 if happening.kind == "silent" else 0
        reply = await _happens(call, happening, silences)
        assert reply.segments and all(segment.text and segment.spoken for segment in reply.segments)
        if reply.end_call:
            return turn, reply
    raise AssertionError(f"no end after {LONGEST} turns; last: {reply}")


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([WANG, CHEN, STRANGER, ""]), st.lists(UTTERANCE | KEYS | SILENCE, min_size=1, max_size=8))
def test_any_conversation_has_replies_and_an_end(
    shop: Company,
    knowledge: KnowledgeSearch,
    shared_store: Store,
    runner: asyncio.Runner,
    number: str,
    happenings: list[Happening],
) -> None:
    async def converse() -> None:
        call = await Call.ring(shop, shared_store, knowledge, number)
        _, reply = await _converse(call, happenings)
        assert reply.handover == (call.dialogue.outcome == "callback")

    runner.run(converse())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([WANG, CHEN]), st.lists(st.text(max_size=12), min_size=1, max_size=6))
def test_a_caller_who_is_never_understood_ends_with_a_callback(
    shop: Company,
    knowledge: KnowledgeSearch,
    shared_store: Store,
    runner: asyncio.Runner,
    number: str,
    noises: list[str],
) -> None:
    async def converse() -> None:
        call = await Call.ring(shop, shared_store, knowledge, number)
        turns, reply = await _converse(call, [Happening("says", f"咕{noise}噜") for noise in noises])
        assert reply.handover and call.dialogue.outcome == "callback" and turns < 10

    runner.run(converse())
