"""A caller gets what they want in few turns, is never asked what is known, and can change their mind at any time."""

from tests.voicebot.dialogue.call import CHEN, STRANGER, WANG
from tests.voicebot.dialogue.conftest import Ring
from voicebot.dialogue import Expecting


async def test_a_customer_is_greeted_by_name_and_hears_the_notices_whole(ring: Ring) -> None:
    opening = (await ring(WANG)).opening

    assert "王女士" in opening.text
    assert "智能" in opening.text and "录音" in opening.text
    assert [segment.interruptible for segment in opening.segments] == [False, False, True]


async def test_a_stranger_and_a_withheld_number_are_greeted_without_a_name(ring: Ring) -> None:
    for number in (STRANGER, ""):
        assert (await ring(number)).opening.text.startswith("您好")


async def test_the_only_order_under_way_is_told_without_asking_for_its_number(ring: Ring) -> None:
    call = await ring(WANG)

    reply = await call.says("我的东西到哪了", "order_status")

    assert "1105" in reply.text and "无线耳机" in reply.text and "后天" in reply.text
    assert "幺幺零五" in reply.segments[0].spoken
    assert reply.slots == {"order": "20241105"}
    assert [(action.tool, action.outcome) for action in reply.actions] == [("order_status", "shipped")]
    assert call.dialogue.outcome == "resolved" and call.dialogue.active_flow is None


async def test_several_orders_are_named_by_product_and_chosen_by_product(ring: Ring) -> None:
    call = await ring(CHEN)

    asked = await call.says("查一下我的订单", "order_status")
    answered = await call.says("杯子那个")

    assert "保温杯" in asked.text and "平板电脑" in asked.text
    assert call.dialogue.outcome == "resolved"
    assert "5926" in answered.text and "保温杯" in answered.text


async def test_several_orders_are_chosen_by_place_or_key(ring: Ring) -> None:
    for choose in ("says", "keys"):
        call = await ring(CHEN)
        asked = await call.says("查一下我的订单", "order_status")
        first = "保温杯" if asked.text.index("保温杯") < asked.text.index("平板电脑") else "平板电脑"
        answered = await (call.says("第一个吧") if choose == "says" else call.keys("1"))
        assert first in answered.text


async def test_a_product_in_the_first_sentence_settles_which_order(ring: Ring) -> None:
    call = await ring(CHEN)

    reply = await call.says("我的平板什么时候送到", "order_status")

    assert "2818" in reply.text and "明天" in reply.text


async def test_naming_ones_own_product_makes_a_doubtful_intent_certain(ring: Ring) -> None:
    reply = await (await ring(CHEN)).says("我的平板今天送得到吗", "order_status", 0.4)

    assert "2818" in reply.text


async def test_a_doubtful_intent_is_asked_back_and_then_done(ring: Ring) -> None:
    call = await ring(WANG)

    asked = await call.says("那个东西咋回事", "order_status", 0.4)
    done = await call.says("对的")

    assert asked.text == call.prompt("confirm_intent")[0].format(intent=call.company.intents["order_status"].title)
    assert "1105" in done.text and done.intent == "order_status"


async def test_a_doubtful_intent_that_is_denied_is_dropped(ring: Ring) -> None:
    call = await ring(WANG)

    await call.says("那个东西咋回事", "order_status", 0.4)
    reply = await call.says("不是")

    assert reply.text in call.prompt("how_can_i_help") and not reply.actions


async def test_a_number_one_digit_off_is_asked_back_and_not_taken_for_granted(ring: Ring) -> None:
    call = await ring(CHEN)

    await call.says("查一下订单", "order_status")
    asked = await call.says("三一四一五九二七")
    answered = await call.says("对")

    assert "5926" in asked.text and not asked.actions
    assert answered.slots["order"] == "31415926" and "保温杯" in answered.text


async def test_the_right_number_given_with_the_denial_is_taken(ring: Ring) -> None:
    call = await ring(CHEN)

    await call.says("查一下订单", "order_status")
    await call.says("三一四一五九二七")
    answered = await call.says("不是，是27182818")

    assert answered.slots["order"] == "27182818" and "平板电脑" in answered.text


async def test_a_value_corrected_after_the_answer_gets_the_right_answer(ring: Ring) -> None:
    call = await ring(CHEN)

    await call.says("我的平板到哪了", "order_status")
    answered = await call.says("不对，是三一四一五九二六")

    assert "保温杯" in answered.text and answered.slots["order"] == "31415926"


async def test_a_correction_that_says_not_what_is_asked_about(ring: Ring) -> None:
    call = await ring(CHEN)

    await call.says("我的平板到哪了", "order_status")
    asked = await call.says("不对，说错了")

    assert call.dialogue.active_flow == "order_status"
    assert "保温杯" in asked.text and not asked.actions


async def test_another_number_after_the_answer_is_the_same_question_again(ring: Ring) -> None:
    call = await ring(CHEN)

    await call.says("我的平板到哪了", "order_status")
    answered = await call.says("那31415926呢")

    assert "保温杯" in answered.text and answered.actions[0].tool == "order_status"


async def test_another_wish_in_mid_flow_is_served_and_the_flow_goes_on(ring: Ring) -> None:
    call = await ring(WANG)

    await call.says("我要退货", "return_refund")
    assert call.dialogue.active_flow == "return_refund"
    served = await call.says("对了，我想问我的快递到哪了", "order_status")
    done = await call.says("不想要了")

    assert "1105" in served.text and call.company.flows["return_refund"].title in served.text
    assert done.actions[0].outcome == "accepted" and "0538" in done.text


async def test_a_question_in_mid_flow_is_answered_and_the_flow_goes_on(ring: Ring) -> None:
    call = await ring(WANG)

    asked = await call.says("我要退货", "return_refund")
    answered = await call.says("退货运费谁出")

    assert "运费险" in answered.text and answered.text.endswith(asked.text)
    assert call.dialogue.active_flow == "return_refund"


async def test_giving_up_in_mid_flow_ends_the_flow(ring: Ring) -> None:
    call = await ring(STRANGER)

    await call.says("查订单", "order_status")
    reply = await call.says("算了不查了")

    assert reply.segments[0].text in call.prompt("flow_cancelled")
    assert call.dialogue.active_flow is None


async def test_a_question_with_a_near_verbatim_answer_begins_no_flow(ring: Ring) -> None:
    call = await ring(WANG)

    reply = await call.says("退货运费谁出", "return_refund", 0.7)

    assert "运费险" in reply.text and call.dialogue.active_flow is None


async def test_an_answer_is_repeated_on_request(ring: Ring) -> None:
    call = await ring(WANG)

    first = await call.says("我的快递到哪了", "order_status")
    again = await call.says("没听清，再说一遍")

    assert again.text == first.text and not again.actions


async def test_a_cancellation_is_carried_out_only_after_a_yes(ring: Ring) -> None:
    call = await ring(CHEN)

    await call.says("帮我取消订单，杯子的", "cancel_order")
    assert call.dialogue.expecting is Expecting.YES_NO
    kept = await call.says("不取消了")
    await call.says("还是取消杯子吧", "cancel_order")
    cancelled = await call.keys("1")

    assert kept.actions[0].outcome == "declined"
    assert cancelled.actions[0].outcome == "cancelled" and "89元" in cancelled.text


async def test_no_after_anything_else_ends_the_call_politely(ring: Ring) -> None:
    for words in ("没有了，谢谢", "好的，谢谢", "不用了", "冇啦，唔该晒", "没得了"):
        call = await ring(WANG)
        await call.says("我的快递到哪了", "order_status")
        reply = await call.says(words)
        assert reply.end_call, words
        assert call.dialogue.outcome == "resolved"


async def test_not_having_received_something_is_no_goodbye(ring: Ring) -> None:
    call = await ring(WANG)
    await call.says("我的快递到哪了", "order_status")

    reply = await call.says("没有收到啊一直没有", "delivery_delay")

    assert not reply.end_call and reply.actions[0].tool == "delivery_delay"


async def test_goodbye_ends_the_call_even_in_mid_flow(ring: Ring) -> None:
    call = await ring(STRANGER)
    await call.says("查订单", "order_status")

    reply = await call.says("行，我等会再打，再见")

    assert reply.end_call and reply.text in call.prompt("goodbye")


async def test_a_clear_cantonese_turn_brings_cantonese_replies(ring: Ring) -> None:
    call = await ring(WANG)

    reply = await call.says("我张单去到边度", "order_status", language="yue")

    assert reply.language == "yue" and "嘅" in reply.text


async def test_one_mandarin_turn_does_not_end_cantonese_and_two_do(ring: Ring) -> None:
    call = await ring(WANG)
    await call.says("我张单去到边度", "order_status", language="yue")

    assert (await call.says("发票三天能开好吗")).language == "yue"
    assert (await call.says("那运费谁来出呢")).language == "cmn"


async def test_an_upset_caller_is_comforted_once(ring: Ring) -> None:
    call = await ring(WANG)

    first = await call.says("怎么还没到，气死我了", "delivery_delay", emotion="angry")
    second = await call.says("到底什么时候送", "order_status", emotion="angry")

    assert first.segments[0].text in call.prompt("empathy")
    assert second.segments[0].text not in call.prompt("empathy")


async def test_an_answer_in_which_no_word_was_made_out_is_asked_for_again(ring: Ring) -> None:
    call = await ring(WANG)
    await call.says("我要取消订单", "cancel_order")
    assert call.dialogue.expecting is Expecting.YES_NO

    again = await call.says("")

    assert call.dialogue.expecting is Expecting.YES_NO and call.dialogue.active_flow == "cancel_order"
    assert again.text and not again.actions and not again.end_call
