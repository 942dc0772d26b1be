"""Who dictates a number, an address or a name is waited for until it can be whole, and not a moment longer."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.types import Expecting
from voicebot.turn_taking.dictation import dictated
from voicebot.turn_taking.endpointing import Completeness
from voicebot.turn_taking.turn_words import load_turn_words

WORDS = dataclasses.replace(load_turn_words().dictation, order_digits=frozenset({8}))
COMPLETE, UNSURE, UNFINISHED = Completeness.COMPLETE, Completeness.UNSURE, Completeness.UNFINISHED


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("649", UNFINISHED),
        ("6494", UNSURE),
        ("649403", UNFINISHED),
        ("6494032", UNSURE),  # the recogniser dropped one
        ("64940326", COMPLETE),
        ("六四九四，零三二六", COMPLETE),
        ("13800138", UNSURE),  # an order number, or a mobile number that goes on
        ("138001380", UNFINISHED),
        ("1380013", UNFINISHED),
        ("1380013800", UNSURE),
        ("138 0013 8000", COMPLETE),
        ("0216543210", UNSURE),
        ("尾号0326", COMPLETE),
        ("尾号03", UNFINISHED),
        ("89102374，不对，是6494", UNSURE),
        ("我的订单号是", UNFINISHED),
        ("帮我查一下订单号", UNFINISHED),
        ("帮我查个订单号码", None),
        ("没有订单号了", None),
        ("我不知道", None),
        ("299块", None),
    ],
)
def test_numbers_that_were_asked_for(text: str, expected: Completeness | None) -> None:
    assert dictated(text, expecting=Expecting.DIGITS, words=WORDS) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0832", COMPLETE),
        ("尾号是0832", COMPLETE),
        ("083", UNFINISHED),
        ("1380", UNSURE),  # the whole number may have begun
        ("13800138000", COMPLETE),
    ],
)
def test_the_last_four_digits_are_all_where_they_were_asked_for(text: str, expected: Completeness) -> None:
    assert dictated(text, expecting=Expecting.TAIL, words=WORDS) is expected


@pytest.mark.parametrize("text", ["好啦，我等你电话", "你给我打电话", "我没接到电话", "有电话"])
def test_a_call_is_no_number_that_is_announced(text: str) -> None:
    assert dictated(text, expecting=Expecting.OPEN, words=WORDS) is None
    assert dictated("我的电话", expecting=Expecting.OPEN, words=WORDS) is UNFINISHED


@pytest.mark.parametrize(
    ("text", "expected"),
    [("订单号是64", UNFINISHED), ("不对，是64940326", COMPLETE), ("我要2", None), ("第2", None), ("换成42码", None)],
)
def test_numbers_that_come_unasked(text: str, expected: Completeness | None) -> None:
    assert dictated(text, expecting=Expecting.OPEN, words=WORDS) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("浙江省杭州市", UNFINISHED),
        ("改到文三路", UNFINISHED),
        ("文三路478号", UNSURE),
        ("文三路478号3栋", UNFINISHED),
        ("3栋2单元", UNFINISHED),
        ("文三路478号3栋502", UNSURE),
        ("文三路478号3栋502室", None),  # nothing follows a room
        ("广东省深圳市南山区科技园", UNSURE),
        ("我在广州市买的", None),
        ("地址是学林街那边", UNSURE),
        ("地址改成公司的可以吗", None),
        ("我知道", None),
        ("是什么型号", None),
        ("送到哪个区", None),
        ("11月5号", None),
        ("你们超市", None),
    ],
)
def test_addresses(text: str, expected: Completeness | None) -> None:
    assert dictated(text, expecting=Expecting.OPEN, words=WORDS) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我姓张，弓长", UNFINISHED),
        ("弓长张", UNSURE),
        ("耳东陈", UNSURE),
        ("美丽的丽", UNSURE),
        ("好看的鞋", None),
        ("我叫陈明", UNSURE),
        ("收件人是王小红", UNSURE),
        ("我叫你们经理来", None),
        ("我姓什么", None),
    ],
)
def test_spelled_names(text: str, expected: Completeness | None) -> None:
    assert dictated(text, expecting=Expecting.OPEN, words=WORDS) is expected


@given(st.text("0123456789", min_size=8, max_size=8).filter(lambda digits: digits[0] in "23456789"))
def test_an_order_number_is_whole_at_its_last_digit_and_not_before(digits: str) -> None:
    judged = [dictated(digits[:said], expecting=Expecting.DIGITS, words=WORDS) for said in range(1, 9)]
    assert judged[-1] is COMPLETE
    assert COMPLETE not in judged[:-1]


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_a_mobile_number_is_whole_at_its_last_digit_and_not_before(digits: str) -> None:
    judged = [dictated(digits[:said], expecting=Expecting.DIGITS, words=WORDS) for said in range(1, 12)]
    assert judged[-1] is COMPLETE
    assert COMPLETE not in judged[:-1]


@given(st.text(max_size=80), st.sampled_from(Expecting))
def test_any_text_is_judged(text: str, expecting: Expecting) -> None:
    assert dictated(text, expecting=expecting, words=WORDS) in (*Completeness, None)
