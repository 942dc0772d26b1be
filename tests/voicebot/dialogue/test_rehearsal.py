"""A rehearsed reply is the reply that comes, and rehearsing leaves no trace: not in the dialogue, not in the store."""

import asyncio

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.voicebot.dialogue.call import CHEN, STRANGER, WANG, Call, understood
from tests.voicebot.dialogue.conftest import Ring
from tests.voicebot.dialogue.test_any_conversation import SENTENCES
from voicebot.company import Company
from voicebot.dialogue import KnowledgeSearch, Reply, Understood
from voicebot.store.store import Store


async def test_a_looked_up_answer_is_rehearsed_and_nothing_has_happened(ring: Ring) -> None:
    call = await ring(WANG)
    utterance = understood("我的东西到哪了", "order_status")

    rehearsed = await call.dialogue.rehearse(utterance)

    assert call.dialogue.outcome == "abandoned"
    assert call.dialogue.slots == {}
    assert rehearsed == await call.dialogue.on_utterance(utterance)


async def test_what_would_store_a_task_is_not_rehearsed(ring: Ring, store: Store) -> None:
    call = await ring(WANG)
    utterance = understood("我要退运动鞋，质量问题", "return_refund")

    assert await call.dialogue.rehearse(utterance) is None
    assert await store.tasks() == []
    assert (await call.dialogue.on_utterance(utterance)).actions[0].outcome == "accepted"
    assert len(await store.tasks()) == 1


async def test_a_promised_callback_is_not_rehearsed(ring: Ring, store: Store) -> None:
    call = await ring(WANG)
    await call.says("转人工")

    assert await call.dialogue.rehearse(understood("可以")) is None
    assert await store.tasks() == []


async def test_a_refused_return_stores_nothing_and_is_rehearsed(ring: Ring) -> None:
    call = await ring(WANG)
    utterance = understood("我要退20241105，不想要了", "return_refund")

    rehearsed = await call.dialogue.rehearse(utterance)

    assert rehearsed == await call.dialogue.on_utterance(utterance)
    assert rehearsed is not None
    assert rehearsed.actions[0].outcome == "not_delivered"


async def test_guesses_at_a_stranger_s_number_are_not_used_up_by_rehearsing(ring: Ring) -> None:
    call = await ring(STRANGER)
    await call.says("查订单", "order_status")
    await call.says("订单号是27182818")

    for tail in ("1234", "4321", "1111"):
        await call.dialogue.rehearse(understood(tail))

    assert "平板电脑" in (await call.says("零三幺七")).text


async def test_a_rehearsed_correction_leaves_the_errand_just_ended_as_it_was(ring: Ring) -> None:
    call = await ring(CHEN)
    told = await call.says("我的平板到哪了", "order_status")

    rehearsed = await call.dialogue.rehearse(understood("不对，说错了"))

    assert rehearsed is not None
    assert "保温杯" in rehearsed.text
    assert call.dialogue.slots == told.slots
    assert (await call.says("不对，说错了")) == rehearsed


async def test_a_rehearsed_errand_is_not_told_to_whoever_calls_back(ring: Ring, store: Store) -> None:
    call = await ring(WANG)
    await call.dialogue.rehearse(understood("我的快递到哪了", "order_status"))

    await call.says("转人工")
    await call.says("可以")

    assert "1105" not in (await store.tasks(kind="callback"))[0].summary


async def test_a_filler_leaves_what_was_said_last_as_it_was(ring: Ring) -> None:
    call = await ring(WANG)
    told = await call.says("我的快递到哪了", "order_status")

    filler = call.dialogue.filler()

    assert filler.text in call.prompt("hold_on")
    assert filler.cacheable
    assert (await call.says("再说一遍")).text == told.text


async def test_a_filler_speaks_the_caller_s_language(ring: Ring) -> None:
    call = await ring(WANG)
    await call.says("我张单去到边度", "order_status", language="yue")

    assert call.dialogue.filler().text in call.prompt("hold_on", "yue")


HEARD = st.none() | st.integers(0, 40)
WISHES = [
    ("我的快递到哪了", "order_status"), ("我要退货", "return_refund"), ("帮我取消订单", "cancel_order"),
    ("我要投诉", "complaint"), ("退货运费谁出", "product_question"), ("保温杯多少钱", "price"),
    ("好的再见", "goodbye"), ("转人工", "human_agent"), ("我的平板怎么还没到", "delivery_delay"),
]  # fmt: skip
UTTERANCES = st.tuples(
    st.sampled_from(WISHES) | st.tuples(st.sampled_from(SENTENCES), st.sampled_from(["none", "correction", "invoice"])),
    st.sampled_from([0.4, 0.9]),
    st.sampled_from(["cmn", "cmn", "yue"]),
    st.sampled_from(["calm", "calm", "angry"]),
    HEARD,
)
Said = tuple[tuple[str, str], float, str, str, int | None]


def _utterance(said: Said, last: Reply) -> Understood:
    (text, intent), confidence, language, emotion, heard = said
    spoken = "yue" if language == "yue" else "cmn"
    return understood(text, intent, confidence, spoken, emotion, None if heard is None else last.text[:heard])


def _without_tickets(reply: Reply) -> tuple[object, ...]:
    """What two calls have in common that store the same tasks under numbers of their own."""
    text, tickets = reply.text, [action.values.get("ticket", "") for action in reply.actions]
    for ticket in filter(None, tickets):
        text = text.replace(ticket, "")
    done = [(action.tool, action.outcome) for action in reply.actions]
    return text, done, reply.slots, reply.intent, reply.language, reply.end_call, reply.handover


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([WANG, CHEN, STRANGER, ""]), st.lists(UTTERANCES, min_size=1, max_size=8))
def test_rehearsing_changes_nothing_that_follows(
    shop: Company,
    knowledge: KnowledgeSearch,
    shared_store: Store,
    runner: asyncio.Runner,
    number: str,
    conversation: list[Said],
) -> None:
    async def converse() -> None:
        plain = await Call.ring(shop, shared_store, knowledge, number)
        rehearsing = await Call.ring(shop, shared_store, knowledge, number)
        last = plain.opening
        for place, said in enumerate(conversation):
            utterance, other = _utterance(said, last), _utterance(conversation[place - 1], last)
            before = await shared_store.tasks(limit=10_000)
            await rehearsing.dialogue.rehearse(other)
            expected = await rehearsing.dialogue.rehearse(utterance)
            assert await shared_store.tasks(limit=10_000) == before
            reply = await rehearsing.dialogue.on_utterance(utterance)
            last = await plain.dialogue.on_utterance(utterance)
            assert _without_tickets(reply) == _without_tickets(last)
            assert expected in (None, reply)
            if last.end_call:
                break

    runner.run(converse())
