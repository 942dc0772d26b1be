"""A human takes over when the caller wants one or the assistant does not help; whoever waits is not left alone."""

from dialect_router.routing import Staffing
from tests.voicebot.dialogue.call import NIGHT, STRANGER, WANG, Call
from tests.voicebot.dialogue.conftest import Ring
from voicebot.company import Company
from voicebot.dialogue import Expecting
from voicebot.dialogue.humans import StaffingOf
from voicebot.store.store import Store


def free(skill: str) -> Staffing:
    return Staffing(open=True, signed_in=2, free=1)


def busy(skill: str) -> Staffing:
    return Staffing(open=True, signed_in=2, free=0, wait_s=40.0)


def closed(skill: str) -> Staffing:
    return Staffing(open=False, signed_in=2, free=2)


async def waiting(ring: Ring, staffing: StaffingOf = busy) -> Call:
    call = await ring(WANG, staffing=staffing)
    assert (await call.says("给我转人工")).transfer
    return call


async def test_who_asks_for_a_human_is_put_through_where_one_is_there(ring: Ring) -> None:
    for staffing in (free, busy):
        call = await ring(WANG, staffing=staffing)
        reply = await call.says("给我转人工")
        assert reply.transfer and not reply.end_call and call.dialogue.waiting
        assert reply.text in call.prompt("transferring") and reply.routing


async def test_a_complaint_goes_to_a_human_at_once_with_the_skill_for_it(ring: Ring) -> None:
    asked: list[str] = []

    def staffing(skill: str) -> Staffing:
        asked.append(skill)
        return free(skill)

    call = await ring(WANG, staffing=staffing)
    reply = await call.says("我要投诉你们的快递员", "complaint")
    assert reply.transfer and call.dialogue.skill == "complaint" and asked[-1] == "complaint"


async def test_what_the_assistant_can_settle_it_settles(ring: Ring) -> None:
    call = await ring(WANG, staffing=free)
    reply = await call.says("我的无线耳机到哪里了", "order_status")
    assert not reply.transfer and not reply.routing and call.dialogue.skill == "order"


async def test_a_human_is_offered_after_the_second_failure_and_no_leads_back(ring: Ring) -> None:
    call = await ring(STRANGER, staffing=free)
    await call.says("嗯那个那个", confidence=0.1)
    offered = await call.says("就是那个嘛", confidence=0.1)
    assert offered.text in call.prompt("no_match_agent") and call.dialogue.expecting is Expecting.YES_NO

    refused = await call.says("不用了")
    assert refused.text in call.prompt("how_can_i_help") and not refused.transfer


async def test_a_human_is_offered_in_a_flow_and_no_goes_on_with_it(ring: Ring) -> None:
    call = await ring(STRANGER, staffing=free)
    await call.says("我要退货", "return_refund")
    await call.says("嗯那个那个", confidence=0.1)
    offered = await call.says("就是那个嘛", confidence=0.1)
    assert offered.text in call.prompt("no_match_agent")
    await call.says("不用")
    assert call.dialogue.active_flow == "return_refund" and call.dialogue.expecting is Expecting.DIGITS


async def test_yes_to_the_offer_puts_through(ring: Ring) -> None:
    call = await ring(STRANGER, staffing=free)
    await call.says("嗯那个那个", confidence=0.1)
    await call.says("就是那个嘛", confidence=0.1)
    assert (await call.says("好的")).transfer


async def test_an_angry_caller_is_offered_a_human_once(ring: Ring) -> None:
    call = await ring(WANG, staffing=free)
    offered = await call.says("我的无线耳机怎么还没到", "delivery_delay", emotion="angry")
    assert offered.segments[-1].text in call.prompt("offer_agent") and len(offered.segments) > 1
    await call.says("不用")
    again = await call.says("那我要退货，烦死了", "return_refund", emotion="angry")
    assert again.segments[-1].text not in call.prompt("offer_agent")


async def test_outside_of_hours_a_human_calls_back(ring: Ring) -> None:
    call = await ring(WANG, at=NIGHT, staffing=closed)
    reply = await call.says("给我转人工")
    assert not reply.transfer and reply.segments[0].text in call.prompt("handover")


async def test_the_zero_key_asks_for_a_human(ring: Ring) -> None:
    call = await ring(WANG, staffing=free)
    assert (await call.keys("0")).transfer


async def test_whoever_says_something_while_waiting_waits_on(ring: Ring) -> None:
    call = await waiting(ring)
    for words in ("还要等多久啊", "转人工", "喂", "快点"):
        reply = await call.says(words)
        assert reply.text in call.prompt("still_waiting"), words
        assert call.dialogue.waiting and not reply.transfer and not reply.end_call


async def test_a_question_is_answered_while_waiting(ring: Ring, shop: Company) -> None:
    call = await waiting(ring)
    entry = shop.knowledge[0]
    reply = await call.says(entry.question)
    assert entry.answer[:6] in reply.text and call.dialogue.waiting


async def test_who_does_not_want_to_wait_is_offered_a_callback_and_no_means_waiting(ring: Ring) -> None:
    call = await waiting(ring)
    offered = await call.says("算了，不等了")
    assert offered.text in call.prompt("queue_offer_callback") and not call.dialogue.waiting
    assert (await call.says("不要")).text in call.prompt("keep_waiting")
    assert call.dialogue.waiting


async def test_silence_after_the_offer_means_waiting(ring: Ring) -> None:
    call = await waiting(ring)
    call.dialogue.offer_callback()
    assert (await call.silent(1)).text in call.prompt("keep_waiting")


async def test_a_callback_taken_in_the_queue_is_stored(ring: Ring, store: Store) -> None:
    call = await waiting(ring)
    call.dialogue.offer_callback()
    await call.says("好的")
    promised = await call.says("可以")
    assert promised.handover and promised.end_call and call.dialogue.outcome == "callback"
    assert await store.tasks(kind="callback")


async def test_place_and_wait_are_said_as_far_as_known(ring: Ring) -> None:
    call = await waiting(ring)
    assert "3" in call.dialogue.announce(3, 5).text
    assert call.dialogue.announce(None, None).text in call.prompt("queue_thanks")


async def test_a_message_is_stored_with_its_first_words_and_grows(ring: Ring, store: Store) -> None:
    call = await waiting(ring)
    asked = await call.dialogue.nobody_came("voicemail")
    assert asked.segments[-1].text in call.prompt("leave_message") and call.dialogue.expecting is Expecting.TEXT

    await call.says("洗衣机漏水了")
    [task] = await store.tasks(kind="voicemail", status="open")
    assert "洗衣机漏水了" in task.summary and task.customer_number == WANG

    await call.says("麻烦下午来修")
    [task] = await store.tasks(kind="voicemail", status="open")
    assert task.payload["message"] == "洗衣机漏水了，麻烦下午来修"

    over = await call.says("没有了")
    assert over.end_call and call.dialogue.outcome == "voicemail"


async def test_a_message_that_nobody_speaks_becomes_a_callback(ring: Ring, store: Store) -> None:
    call = await waiting(ring)
    await call.dialogue.nobody_came("voicemail")
    over = await call.silent(1)
    assert over.end_call and call.dialogue.outcome == "callback" and await store.tasks(kind="callback")


async def test_nobody_came_offers_a_callback(ring: Ring) -> None:
    call = await waiting(ring)
    reply = await call.dialogue.nobody_came("callback")
    assert reply.segments[0].text in call.prompt("no_agent") and call.dialogue.expecting is Expecting.YES_NO
