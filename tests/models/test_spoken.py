"""Invariant: written numbers come out as people say them, and no digit ever reaches the voice."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.numerals import LARGEST, integer, string, words_of
from models.spoken import say

TODAY = date(2026, 11, 5)


@pytest.mark.parametrize(
    ("written", "mandarin", "cantonese"),
    [
        ("共320.5元", "共三百二十元五角", "共三百二十蚊五毫"),
        ("299.99元", "两百九十九元九角九分", "二百九十九蚊九毫九分"),
        ("320.05元", "三百二十元零五分", "三百二十蚊零五分"),
        ("￥1,299.00", "一千二百九十九元", "一千二百九十九蚊"),
        ("0.5元", "五角", "五毫"),
        ("2元", "两元", "两蚊"),
        ("1.5万元", "一点五万元", "一点五万蚊"),
        ("14:30", "下午两点半", "下昼两点半"),
        ("9:00-18:00", "上午九点到下午六点", "上昼九点到下昼六点"),
        ("13812345678", "幺三八，幺二三四，五六七八", "一三八，一二三四，五六七八"),
        ("订单20241105", "订单二零二四，幺幺零五", "订单二零二四，一一零五"),
    ],
)
def test_each_language_says_it_its_way(written: str, mandarin: str, cantonese: str) -> None:
    assert say(written) == mandarin
    assert say(written, language="yue") == cantonese
    assert say(written, language="cmn-sichuan") == mandarin


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("2026-11-05送到", "今天送到"),
        ("2026-11-06送到", "明天送到"),
        ("2026-11-04", "昨天"),
        ("2026年11月20日", "十一月二十号"),
        ("2027-01-03", "二零二七年一月三号"),
        ("2026-11-05 14:30:00", "今天 下午两点半"),
        ("下午3:05", "下午三点零五分"),
        ("2026-13-40", "二零二六，幺三四零"),
    ],
)
def test_dates_are_said_as_seen_from_today(written: str, spoken: str) -> None:
    assert say(written, today=TODAY) == spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("尾号1105的订单", "尾号幺幺零五的订单"),
        ("+8613812345678", "幺三八，幺二三四，五六七八"),
        ("400-800-1234", "四零零，八零零，幺二三四"),
        ("028-87654321", "零二八，八七六五，四三二幺"),
        ("10086", "幺零零八六"),
        ("满200减20", "满两百减二十"),
        ("12.5%", "百分之十二点五"),
        ("3-5个工作日", "三到五个工作日"),
        ("第2件8.8折", "第二件八点八折"),
        ("2个", "两个"),
        ("保修12个月", "保修十二个月"),
        ("2.5kg", "二点五千克"),
        ("8GB内存", "八GB内存"),
        ("按1", "按一"),
    ],
)
def test_numbers_in_a_sentence(written: str, spoken: str) -> None:
    assert say(written) == spoken


@pytest.mark.parametrize(
    ("number", "spoken"),
    [
        (0, "零"),
        (10, "十"),
        (15, "十五"),
        (110, "一百一十"),
        (1005, "一千零五"),
        (1010, "一千零一十"),
        (2222, "两千二百二十二"),
        (10_010, "一万零一十"),
        (20_000, "两万"),
        (100_000, "十万"),
        (1_000_001, "一百万零一"),
        (200_000_000, "两亿"),
        (1_000_230_000, "十亿零二十三万"),
        (-3, "负三"),
    ],
)
def test_whole_numbers(number: int, spoken: str) -> None:
    assert integer(number, words_of("cmn")) == spoken


_VALUES = {name: value for value, name in enumerate("零一二三四五六七八九")} | {"两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}


def heard(spoken: str) -> int:
    """The number that a listener writes down: an independent reading, group by group."""
    total, group, digit = 0, 0, 0
    for character in spoken:
        if character in _UNITS:
            group += (digit or 1) * _UNITS[character]
            digit = 0
        elif character in "万亿":
            total = (total + group + digit) * (10**4 if character == "万" else 10**8)
            group = digit = 0
        else:
            digit = _VALUES[character]
    return total + group + digit


@given(st.integers(0, 10**8 - 1), st.sampled_from(["cmn", "yue"]))
def test_a_listener_writes_down_the_number_that_was_meant(number: int, language: str) -> None:
    assert heard(integer(number, words_of(language))) == number


@given(st.from_regex(r"[0-9]{1,24}", fullmatch=True))
def test_a_string_keeps_every_digit_in_order(digits: str) -> None:
    spoken = string(digits, words_of("cmn"))
    assert "".join(str("零幺二三四五六七八九".index(name)) for name in spoken.replace("，", "")) == digits
    assert all(len(group) > 1 for group in spoken.split("，")) or len(digits) == 1


@given(
    st.text(st.sampled_from("0123456789.,:-/%元年月日号个折¥+ 第尾零订单A"), max_size=40),
    st.sampled_from(["cmn", "yue"]),
)
def test_no_digit_is_left_for_the_voice(text: str, language: str) -> None:
    assert not any(character in "0123456789" for character in say(text, language=language, today=TODAY))


@given(st.text(max_size=60).filter(lambda text: not any(c.isdigit() or c in "０１２３４５６７８９" for c in text)))
def test_text_without_numbers_stays_as_it_is(text: str) -> None:
    assert say(text) == text


@given(st.integers(0, 10**7), st.integers(0, 99))
def test_no_sum_is_read_as_a_string_of_digits(yuan: int, cents: int) -> None:
    spoken = say(f"{yuan}.{cents:02d}元")
    assert "，" not in spoken
    assert "幺" not in spoken


def test_a_number_too_large_for_words_is_read_digit_by_digit() -> None:
    assert "，" in integer(LARGEST + 1, words_of("cmn"))
