"""Invariant: who asks for a language that the assistant speaks is answered in it from then on, without losing the
thread; who asks for one that only people speak is put through to people."""

from dataclasses import replace

import pytest

from tests.voicebot.dialogue.call import Call, understood
from tests.voicebot.dialogue.conftest import Ring
from voicebot.dialogue.types import Reply

STRANGER = "+8613912345678"


async def asks(call: Call, text: str, tag: str, intent: str = "none", confidence: float = 0.9) -> Reply:
    return await call.dialogue.on_utterance(replace(understood(text, intent, confidence), requested_dialect=tag))


async def test_who_asks_for_cantonese_hears_the_question_again_in_it(ring: Ring) -> None:
    call = await ring(STRANGER)
    reply = await asks(call, "可以讲广东话吗", "yue")
    assert reply.language == "yue" and reply.text in call.prompt("how_can_i_help", "yue")


async def test_a_wish_holds_whatever_language_is_spoken(ring: Ring) -> None:
    call = await ring(STRANGER)
    await asks(call, "可以讲广东话吗", "yue")
    for _ in range(3):
        reply = await call.says("我想问一下怎么开发票", "invoice")
        assert reply.language == "yue"
    assert (await asks(call, "还是讲普通话吧", "cmn")).language == "cmn"
    assert (await call.says("我想问下点样开发票", "invoice", language="yue")).language == "cmn"


async def test_a_wish_in_the_middle_of_a_flow_asks_the_same_again(ring: Ring) -> None:
    call = await ring(STRANGER)
    await call.says("我要查订单", "order_status")
    flow, before = call.dialogue.active_flow, call.dialogue.expecting
    reply = await asks(call, "你讲粤语嘛", "yue")
    assert reply.language == "yue"
    assert (call.dialogue.active_flow, call.dialogue.expecting) == (flow, before) and flow is not None


async def test_what_is_asked_together_with_the_wish_is_answered(ring: Ring) -> None:
    call = await ring(STRANGER)
    reply = await asks(call, "用广东话讲下点样查订单", "yue", "order_status", 0.95)
    assert reply.language == "yue" and call.dialogue.active_flow is not None


async def test_a_dialect_that_only_people_speak_brings_a_human(ring: Ring) -> None:
    call = await ring(STRANGER)
    reply = await asks(call, "能不能找个说四川话的", "cmn-sichuan")
    assert reply.intent == "human_agent" and reply.language == "cmn"
    assert reply.routing


@pytest.mark.parametrize("tag", ["yue", "cmn"])
async def test_a_wish_for_what_is_spoken_already_is_no_failure(ring: Ring, tag: str) -> None:
    call = await ring(STRANGER)
    for _ in range(3):
        reply = await asks(call, "讲这个", tag)
        assert reply.text in call.prompt("how_can_i_help", reply.language)
