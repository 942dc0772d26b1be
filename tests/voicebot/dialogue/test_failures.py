"""Not understanding never loops: other words first, then a human is offered, at last a callback is promised."""

from tests.voicebot.dialogue.call import NIGHT, NOON, STRANGER, WANG, Call
from tests.voicebot.dialogue.conftest import Ring
from voicebot.company import Company
from voicebot.dialogue import (
    Dialogue,
    Expecting,
    IntentGuess,
    KnowledgeSearch,
    KnownCaller,
    Outcome,
    ToolError,
    ToolRequest,
    Understood,
)
from voicebot.store.store import Store


async def test_a_human_asked_for_ends_in_a_stored_callback(ring: Ring, store: Store) -> None:
    call = await ring(WANG)

    asked = await call.says("给我转人工")
    assert "0426" in asked.text and call.dialogue.expecting is Expecting.YES_NO
    promised = await call.says("可以")

    assert promised.handover and promised.end_call and call.dialogue.outcome == "callback"
    [task] = await store.tasks(kind="callback")
    assert task.customer_number == WANG and task.due_at is not None


async def test_a_human_is_understood_inside_slot_filling_without_the_classifier(ring: Ring) -> None:
    for words in ("转人工", "我要找人工客服", "叫个真人来", "搵真人同我讲"):
        call = await ring(STRANGER)
        await call.says("我要投诉", "complaint")
        reply = await call.says(words)
        assert reply.segments[0].text in call.prompt("handover"), words
        assert reply.intent == "human_agent"


async def test_not_wanting_a_human_is_not_asking_for_one(ring: Ring) -> None:
    reply = await (await ring(WANG)).says("不用转人工，帮我查快递", "order_status")

    assert reply.actions[0].tool == "order_status"


async def test_another_number_for_the_callback_is_confirmed_and_taken(ring: Ring, store: Store) -> None:
    call = await ring(WANG)

    await call.says("转人工")
    await call.says("不行，换个号")
    checked = await call.says("幺三九零零零零二二二二")
    await call.says("对")

    assert "2222" in checked.text
    [task] = await store.tasks(kind="callback")
    assert task.customer_number == "+8613900002222"


async def test_a_withheld_number_is_asked_for_and_can_be_keyed(ring: Ring, store: Store) -> None:
    call = await ring("")

    await call.says("转人工")
    assert call.dialogue.expecting is Expecting.DIGITS
    await call.keys("13900002222#")
    promised = await call.keys("1")

    assert promised.end_call
    assert (await store.tasks(kind="callback"))[0].customer_number == "+8613900002222"


async def test_outside_office_hours_no_callback_within_minutes_is_promised(ring: Ring, store: Store) -> None:
    call = await ring(WANG, NIGHT)

    await call.says("转人工")
    promised = await call.says("好的")

    assert "30" not in promised.text and "8:00" in promised.text
    [task] = await store.tasks(kind="callback")
    assert task.due_at is not None
    local = task.due_at.astimezone()
    assert (local.day, local.hour, local.minute) == (23, 8, 30)


async def test_twice_not_understood_offers_a_human(ring: Ring) -> None:
    call = await ring(WANG)

    first = await call.says("咕噜咕噜咕噜")
    second = await call.says("哔哔啵啵")

    assert first.text in call.prompt("no_match_1")
    assert second.text in call.prompt("no_match_2") and call.dialogue.expecting is Expecting.YES_NO


async def test_talk_about_something_else_is_told_what_the_assistant_can_do(ring: Ring) -> None:
    call = await ring(WANG)

    reply = await call.dialogue.on_utterance(Understood("今天股票涨了没有", IntentGuess("none", 0.97)))

    assert reply.text in call.prompt("off_topic")


async def test_a_wish_that_only_just_counts_as_none_is_asked_back(ring: Ring) -> None:
    call = await ring(WANG)
    guess = IntentGuess("none", 0.55, (("order_status", 0.45), ("complaint", 0.1)))

    reply = await call.dialogue.on_utterance(Understood("那个东西咋回事", guess))

    assert call.company.intents["order_status"].title in reply.text and call.dialogue.expecting is Expecting.YES_NO


async def test_an_upset_caller_is_offered_a_human_at_once(ring: Ring) -> None:
    call = await ring(WANG)

    reply = await call.says("咕噜咕噜咕噜", emotion="angry")

    assert reply.segments[-1].text in call.prompt("no_match_2")


async def test_an_offered_human_can_be_declined(ring: Ring) -> None:
    call = await ring(WANG)
    await call.says("咕噜咕噜咕噜")
    await call.says("哔哔啵啵")

    declined = await call.says("不用了")
    served = await call.says("查快递", "order_status")

    assert not declined.end_call and "1105" in served.text


async def test_a_slot_never_understood_is_asked_in_other_words_and_then_given_up(ring: Ring) -> None:
    call = await ring(STRANGER)
    slot = call.company.flows["order_status"].slots[0]

    asked = await call.says("查订单", "order_status")
    again = [await call.says("这个嘛我想想看") for _ in range(slot.max_tries)]
    offered = await call.says("想不起来")

    assert asked.text == slot.ask
    assert [reply.text for reply in again] == list(slot.reask[: slot.max_tries])
    assert offered.text in call.prompt("no_match_2")


async def test_a_number_that_comes_after_the_human_was_offered_still_counts(ring: Ring) -> None:
    call = await ring(WANG)
    await call.says("咕噜咕噜咕噜")
    await call.says("哔哔啵啵")

    reply = await call.says("查二零二四一一零五这个订单", "order_status")

    assert "无线耳机" in reply.text


async def test_four_failures_in_a_row_end_in_a_promised_callback(ring: Ring, store: Store) -> None:
    call = await ring(WANG)

    replies = [await call.says("咕噜咕噜咕噜") for _ in range(4)]

    assert [reply.end_call for reply in replies] == [False, False, False, True]
    assert len(await store.tasks(kind="callback")) == 1


async def test_silence_is_answered_twice_and_then_the_call_ends(ring: Ring) -> None:
    call = await ring(STRANGER)
    await call.says("查订单", "order_status")

    first, second, third = [await call.silent(count) for count in (1, 2, 3)]

    assert first.segments[0].text in call.prompt("no_input_1") and len(first.segments) == 2
    assert second.segments[0].text in call.prompt("no_input_2")
    assert third.end_call and call.dialogue.outcome == "abandoned"


async def test_keys_that_fit_nothing_are_told_so(ring: Ring) -> None:
    reply = await (await ring(WANG)).keys("9999")

    assert reply.segments[0].text == "这个按键对不上，请您直接说。"


class BrokenTools:
    """A store that is away."""

    async def run(self, request: ToolRequest) -> Outcome:
        raise ToolError(f"{request.tool}: the store is away")

    def rehearsed(self) -> "BrokenTools":
        return self


async def test_a_store_that_is_away_is_admitted_and_ends_in_no_false_promise(
    shop: Company, knowledge: KnowledgeSearch, store: Store
) -> None:
    dialogue = Dialogue(shop, BrokenTools(), knowledge, KnownCaller(WANG), started=NOON)
    call = Call(shop, dialogue)

    first = await call.says("我要投诉", "complaint")
    first = await call.says("快递员把箱子摔坏了")
    await call.says("好的")
    last = await call.says("好的")

    assert first.segments[0].text in call.prompt("error")
    assert last.end_call and not last.handover and dialogue.outcome != "callback"


async def test_odd_input_is_taken_calmly(ring: Ring) -> None:
    call = await ring(WANG)
    odd = ["", " ", "。", "\x00\n{order_tail}", "九" * 500, "他妈的" * 100, "1" * 40, "😀", "ａｂｃ", "{0}{__class__}"]

    for text in odd:
        fresh = await ring(WANG)
        reply = await fresh.dialogue.on_utterance(Understood(text, IntentGuess("no_such_intent", 0.99)))
        assert reply.text and not reply.end_call, repr(text)
    assert (await call.keys("#")).text and (await call.keys("A*" + "7" * 200)).text
