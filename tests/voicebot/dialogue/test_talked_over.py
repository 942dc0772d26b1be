"""The dialogue goes by what was heard, not by what was meant to be said: a question that was cut off was not asked."""

from tests.voicebot.dialogue.call import CHEN, STRANGER, WANG, Call
from tests.voicebot.dialogue.conftest import Ring
from voicebot.dialogue import Expecting, Reply
from voicebot.store.store import Store


def cut(reply: Reply, before: str) -> str:
    """What was heard of a reply that was talked over just before some words of it."""
    return reply.text[: reply.text.rindex(before)]


async def checked_number(call: Call) -> Reply:
    """The reply that reads an order number out to have it confirmed: 是尾号5926的保温杯，对吗？"""
    await call.says("查一下订单", "order_status")
    return await call.says("三一四一五九二七")


async def test_a_yes_before_the_value_was_read_out_confirms_nothing_and_it_is_read_out_again(ring: Ring) -> None:
    for word in ("好", "对的", "嗯", "不要", "不是"):
        call = await ring(CHEN)
        asked = await checked_number(call)
        again = await call.says(word, heard=cut(asked, "保温杯"))
        done = await call.says("对")
        assert again.text == asked.text, word
        assert not again.actions
        assert done.actions[0].outcome == "packed"


async def test_a_yes_in_the_question_s_last_words_is_the_answer(ring: Ring) -> None:
    call = await ring(CHEN)

    asked = await checked_number(call)
    done = await call.says("好", heard=cut(asked, "对吗"))

    assert done.slots["order"] == "31415926"
    assert done.actions[0].outcome == "packed"


async def test_a_value_said_over_the_question_is_taken_all_the_same(ring: Ring) -> None:
    call = await ring(CHEN)

    asked = await checked_number(call)
    done = await call.says("不是，是27182818", heard=cut(asked, "保温杯"))

    assert done.slots["order"] == "27182818"


async def test_nothing_is_cancelled_by_a_yes_to_a_question_that_was_not_heard(ring: Ring, store: Store) -> None:
    call = await ring(CHEN)

    asked = await call.says("帮我取消订单，杯子的", "cancel_order")
    again = await call.says("好的，取消吧", heard=asked.text[:3])

    assert again.segments[-1].text == asked.segments[-1].text
    assert await store.tasks() == []


async def test_no_callback_is_promised_to_a_number_that_was_not_heard(ring: Ring, store: Store) -> None:
    call = await ring(WANG)

    asked = await call.says("转人工")
    again = await call.says("可以", heard=asked.segments[0].text + "打您尾号")

    assert again.text == asked.segments[1].text
    assert await store.tasks() == []
    assert (await call.says("可以")).handover


async def test_thanks_before_anything_else_was_asked_does_not_end_the_call(ring: Ring) -> None:
    call = await ring(WANG)

    told = await call.says("我的快递到哪了", "order_status")
    again = await call.says("好的，谢谢", heard=told.segments[0].text)

    assert not again.end_call
    assert again.text == told.segments[1].text
    assert (await call.says("没有了")).end_call


async def test_a_repetition_starts_with_the_sentence_that_was_cut(ring: Ring) -> None:
    for words in ("再说一遍", "你说什么"):
        call = await ring(WANG)
        told = await call.says("我的快递到哪了", "order_status")
        again = await call.says(words, heard=told.segments[0].text + "还有")
        assert [segment.text for segment in again.segments] == [told.segments[1].text], words


async def test_a_repetition_of_what_was_heard_to_its_end_is_all_of_it(ring: Ring) -> None:
    call = await ring(WANG)

    told = await call.says("我的快递到哪了", "order_status")

    assert (await call.says("再说一遍", heard=told.text)).text == told.text
    assert (await call.says("再说一遍")).text == told.text


async def test_after_wait_a_moment_the_rest_is_offered_again(ring: Ring) -> None:
    for words in ("等一下", "停", "你先停一下", "诶等等", "等阵"):
        call = await ring(WANG)
        told = await call.says("我的快递到哪了", "order_status")
        again = await call.says(words, heard=told.text[:8])
        assert again.segments[0].text in call.prompt("go_on"), words
        assert [segment.text for segment in again.segments[1:]] == [segment.text for segment in told.segments]


async def test_what_is_not_understood_in_mid_reply_does_not_count_against_the_question(ring: Ring) -> None:
    call = await ring(STRANGER)
    slot = call.company.flows["order_status"].slots[0]

    asked = await call.says("查订单", "order_status")
    again = await call.says("咕噜咕噜", heard=asked.text[:5])
    failed = await call.says("这个嘛我想想看")

    assert again.text == call.prompt("go_on")[0] + asked.text
    assert call.dialogue.expecting is Expecting.DIGITS
    assert failed.text == slot.reask[0]


async def test_never_being_understood_still_ends_with_a_human(ring: Ring) -> None:
    call = await ring(WANG)

    reply = await call.says("咕噜咕噜咕噜", heard="")
    for _ in range(3):
        reply = await call.says("咕噜咕噜咕噜", heard="")

    assert reply.handover


async def test_what_was_heard_of_an_earlier_reply_is_not_held_against_the_last_one(ring: Ring) -> None:
    call = await ring(CHEN)

    await checked_number(call)
    done = await call.says("好", heard="王女士您好")

    assert done.actions[0].outcome == "packed"


async def test_a_new_wish_in_mid_reply_is_served_at_once(ring: Ring) -> None:
    call = await ring(WANG)

    told = await call.says("我的快递到哪了", "order_status")
    reply = await call.says("我要退运动鞋，质量问题", "return_refund", heard=told.text[:6])

    assert reply.actions[0].tool == "request_return"


async def test_a_correction_in_mid_reply_is_taken(ring: Ring) -> None:
    call = await ring(CHEN)

    told = await call.says("我的平板到哪了", "order_status")
    reply = await call.says("不对，是杯子", heard=told.text[:6])

    assert reply.slots["order"] == "31415926"


async def test_giving_up_in_mid_question_gives_up(ring: Ring) -> None:
    call = await ring(STRANGER)

    asked = await call.says("查订单", "order_status")
    reply = await call.says("算了", heard=asked.text[:3])

    assert reply.segments[0].text in call.prompt("flow_cancelled")
    assert call.dialogue.active_flow is None


async def test_the_opening_s_question_comes_again_after_a_bare_yes_over_it(ring: Ring) -> None:
    call = await ring(WANG)

    again = await call.says("好的", heard=cut(call.opening, "有什么"))

    assert again.text == call.opening.segments[-1].text
