"""No phone, identity or bank card number gets through, however it is written; what is none stays readable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.voicebot.privacy.numbers_said import (
    FULL_WIDTH,
    SPOKEN,
    bank_cards,
    digits_of,
    identity_cards,
    in_groups,
    landlines,
    mobiles,
)
from voicebot.masking import mask, masked
from voicebot.privacy.numbers import is_identity_card
from voicebot.privacy.spans import Span

prefixes = st.sampled_from(["", "+86", "0086", "86", "+86 ", "86-"])
surroundings = st.text(
    st.characters(exclude_categories=["Nd", "Cs"], exclude_characters="零〇一二三四五六七八九幺+Xx.")
)


@given(surroundings, prefixes, mobiles, surroundings, st.lists(st.integers(1, 10), max_size=10), st.sampled_from(" -"))
def test_a_mobile_number_is_masked_wherever_it_stands(
    before: str, prefix: str, number: str, after: str, cuts: list[int], separator: str
) -> None:
    masked = mask(f"{before} {prefix}{in_groups(number, cuts, separator)} {after}")
    assert number[3:9] not in digits_of(masked)
    assert f"{number[:3]}******{number[-2:]}" in masked


@given(landlines, st.sampled_from(["", "-", " "]))
def test_a_landline_number_is_masked(number: str, separator: str) -> None:
    assert number[3:-2] not in digits_of(mask(in_groups(number, [4], separator)))


@given(st.from_regex(r"\+[1-9][0-9]{7,14}", fullmatch=True))
def test_an_e164_number_of_any_country_is_masked(number: str) -> None:
    assert len(digits_of(mask(number))) <= 7


@given(identity_cards(), st.sampled_from(["", " ", "-"]))
def test_an_identity_card_is_masked(number: str, separator: str) -> None:
    assert is_identity_card(number)
    assert number[4:15] not in digits_of(mask(f"身份证号{in_groups(number, [6, 14], separator)}。"))
    assert number[4:15] not in digits_of(mask(number.lower()))


@given(bank_cards(), st.sampled_from(["", " ", "-"]))
def test_a_bank_card_is_masked(number: str, separator: str) -> None:
    assert number[3:-2] not in digits_of(mask(in_groups(number, [4, 8, 12, 16], separator)))


@given(mobiles, st.sampled_from([SPOKEN, FULL_WIDTH]))
def test_a_number_in_chinese_or_full_width_digits_is_masked(number: str, script: dict[int, int]) -> None:
    masked = mask(f"我的电话是{number.translate(script)}")
    assert "*" in masked and number.translate(script) not in masked


@given(mobiles, st.from_regex(r"20[0-9]{6}", fullmatch=True))
def test_a_number_beside_an_order_number_is_masked(number: str, order: str) -> None:
    for text in (f"{order} {number}", f"{number} {order}", f"{order},{number}"):
        assert number not in digits_of(mask(text))


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22 18:40:31",
        "2026-11-22T18:40:31.123456Z",
        "订单20241105，共299.00元",
        "order 2024110505",
        "0.13800138000",
        "ports 20000-29999",
        "192.168.100.200:5060",
        "客服热线400-800-8820",
        "一共一千二百三十四元",
        "三三两两，一五一十",
    ],
)
def test_dates_orders_amounts_and_words_stay_readable(text: str) -> None:
    assert mask(text) == text


@given(st.text(max_size=300) | st.text("0123456789 -+Xx一幺", max_size=300))
def test_any_text_can_be_masked_and_masking_again_changes_nothing(text: str) -> None:
    once = mask(text)
    assert mask(once) == once


@pytest.mark.parametrize("text", ["1" * 50_000, "1 " * 20_000, "+1-" * 20_000, "一二" * 20_000, "13 a " * 10_000])
@pytest.mark.timeout(20)  # a search that backtracks would take minutes
def test_long_hostile_text_is_masked_like_any_other(text: str) -> None:
    once = mask(text)
    assert mask(once) == once


def test_what_was_found_in_a_text_is_hidden_as_its_kind_allows() -> None:
    text = "我叫王小明，安全码123，住民权路28号"
    spans = [Span("address", 14, 20), Span("name", 2, 5, readable=1), Span("cvv", 9, 12), Span("phone", 9, 12)]
    assert masked(text, spans) == "我叫王**，安全码***，住***"
