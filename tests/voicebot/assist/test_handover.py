"""The packet carries on what was found out, from the assistant to the last agent; the summary adds nothing to it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.voicebot.assist.calls import NOW, ZONE, caller_turn, packet, returning_shoes, run_of, stage, wang
from voicebot.assist.handover import Saying, Stage, extended, said_by
from voicebot.assist.packet import EarlierCall, Hop, Mood, PacketError, packet_from_json, packet_to_json
from voicebot.assist.promises import find_promises, promise_words
from voicebot.assist.summary import summary_wording
from voicebot.company import Company
from voicebot.dialogue.types import ActionDone, KnownCaller

QUEUE = Hop(NOW, "assistant", to="liu", reason="客户要求人工")


def test_everything_that_the_assistant_found_out_is_in_it(shop: Company) -> None:
    made = packet(shop)
    assert [wish.title for wish in made.wishes] == ["查订单", "退货退款", "投诉"]
    assert [slot.label + slot.shown for slot in made.slots] == [
        "订单20241105（无线耳机）",
        "订单20240538（运动鞋）",
        "质量问题",
    ]
    assert [matter.title for matter in made.settled] == ["查订单"]
    assert [(p.kind, p.due_at, p.task_id) for p in made.promises] == [("complaint", NOW + timedelta(days=1), "t1")]
    assert [mood.label for mood in made.moods] == ["calm", "annoyed", "angry"]
    assert (made.caller.called, made.caller.level, made.caller.city) == ("王女士", "gold", "成都")


def test_the_summary_says_what_a_colleague_needs(shop: Company) -> None:
    earlier = EarlierCall("c0", datetime(2026, 11, 20, 1, tzinfo=UTC), "查订单", "resolved")
    assert packet(shop, earlier=[earlier], hop=QUEUE).summary == (
        "智能助手转来：客户要求人工。来电想查订单、退货退款、投诉。客户原话：“你们什么破东西，我要投诉”。"
        "已了解：订单20241105（无线耳机）、订单20240538（运动鞋）、质量问题。"
        "已答复：您尾号1105的无线耳机已经发货，顺丰承运，预计后天送到。"
        "已承诺：投诉 运动鞋开胶（11月23号12:00前）。情绪：由平静到生气。"
        "之前来过1次电话，最近一次11月20号，查订单。"
    )


def test_what_the_flow_still_has_to_ask_for_is_named(shop: Company) -> None:
    made = packet(shop, stage(shop, [caller_turn(0, "我要退货", "return_refund")], [run_of(shop, "return_refund")]))
    assert made.missing == ("订单号", "原因")
    assert "还没问到：订单号、原因。" in made.summary


def test_of_a_caller_who_said_nothing_nothing_is_claimed(shop: Company) -> None:
    made = packet(shop, stage(shop), caller=KnownCaller(), dialect=None)
    assert made.summary == "还没有说清来意。"


def test_words_that_are_no_matter_are_not_taken_for_wishes(shop: Company) -> None:
    turns = [
        caller_turn(0, "我要退货", "return_refund"),
        caller_turn(1, "对", "affirm"),
        caller_turn(2, "人工", "human_agent"),
    ]
    made = packet(shop, stage(shop, turns))
    assert [wish.intent for wish in made.wishes] == ["return_refund"]
    assert made.own_words == "我要退货"


def test_an_order_that_was_not_found_is_not_settled(shop: Company) -> None:
    assert packet(shop, stage(shop, actions=[ActionDone("order_status", "not_found", {})])).settled == ()


def test_personal_numbers_in_the_callers_words_are_masked(shop: Company) -> None:
    said = "我要投诉，我的电话是13812345678，卡号6222021234567894"
    made = packet(shop, stage(shop, [caller_turn(0, said, "complaint")], [run_of(shop, "complaint", details=said)]))
    text = packet_to_json(made)
    assert "13812345678" not in text
    assert "6222021234567894" not in text


def test_a_transfer_between_agents_adds_and_loses_nothing(shop: Company) -> None:
    first = packet(shop, hop=QUEUE)
    promised = find_promises("我明天下午给您回电话", NOW, words=promise_words(), day_ends=shop.profile.hours.closes)
    agents = Stage(
        by="liu",
        sayings=[Saying("invoice", "顺便帮我开张发票")],
        runs=[run_of(shop, "invoice", order="20240538")],
        promises=said_by("liu", promised),
        moods=[Mood(90.0, "calm")],
    )
    hop = Hop(NOW, "liu", "刘洋", "chen", "warm", "开票由财务办理")
    second = extended(first, shop, agents, at=NOW, orders=wang(shop).orders, wording=summary_wording(), hop=hop)
    for name in ("wishes", "slots", "settled", "promises", "moods", "hops"):
        assert getattr(second, name)[: len(getattr(first, name))] == getattr(first, name)
    assert [wish.intent for wish in second.wishes][-1] == "invoice"
    assert second.promises[-1].by == "liu"
    assert second.promises[-1].due_at == datetime(2026, 11, 23, 18, 0, tzinfo=ZONE)
    assert second.mood == "calm"
    assert "刘洋转来：开票由财务办理。" in second.summary
    assert "由平静到生气，现在平静" in second.summary


def test_a_value_said_again_replaces_the_one_before(shop: Company) -> None:
    first = packet(shop)
    corrected = Stage(by="liu", runs=[run_of(shop, "return_refund", order="20240538", reason="unwanted")])
    second = extended(first, shop, corrected, at=NOW, wording=summary_wording())
    assert [slot.shown for slot in second.slots if slot.name == "reason"] == ["不想要"]


def test_a_packet_survives_the_wire(shop: Company) -> None:
    made = packet(shop, hop=QUEUE)
    assert packet_from_json(packet_to_json(made)) == made


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"call_id": 1, "at": "never", "caller": {}}'])
def test_what_is_no_packet_is_refused(text: str) -> None:
    with pytest.raises(PacketError):
        packet_from_json(text)


def test_a_packet_does_not_grow_without_bound(shop: Company) -> None:
    made = packet(shop)
    for number in range(60):
        part = replace(
            returning_shoes(shop),
            by=f"agent{number}",
            moods=[Mood(number, "calm"), Mood(number + 0.5, "angry")],
            promises=said_by(
                f"agent{number}", find_promises("我给您退款", NOW, words=promise_words(), day_ends=NOW.time())
            ),
        )
        made = extended(made, shop, part, at=NOW, wording=summary_wording(), hop=Hop(NOW, f"agent{number}"))
    assert len(packet_to_json(made)) < 20_000


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(max_size=40), st.sampled_from(["calm", "annoyed", "angry", "?"])), max_size=6))
def test_whatever_was_said_the_packet_can_be_made_and_sent(shop: Company, said: list[tuple[str, str]]) -> None:
    turns = [caller_turn(seq, text, "complaint", mood) for seq, (text, mood) in enumerate(said)]
    made = packet(shop, stage(shop, turns, [run_of(shop, "complaint", details="".join(text for text, _ in said))]))
    assert packet_from_json(packet_to_json(made)) == made
