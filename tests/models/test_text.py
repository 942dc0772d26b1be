"""Guards the form of recognised text: digit strings stay whole whatever their length, amounts become digits, words that
merely hold numerals are left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.text import fixed_words, normalise

NAMES = dict(zip("0123456789", "零一二三四五六七八九", strict=True))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("我的订单号是二零二四一一零五三八", "我的订单号是2024110538"),
        ("我嘅電話係幺三八零零幺三八零零零", "我嘅电话系13800138000"),
        ("二零二四，一一零五三八", "2024110538"),
        ("三 八 幺 二", "3812"),
        ("13800 138000", "13800138000"),
        ("二零二四年十一月五日", "2024年11月5日"),
        ("十一月五號下午三點半送到", "11月5号下午三点半送到"),
        ("一共兩百八十九元", "一共289元"),
        ("三百六", "360"),
        ("一万二", "12000"),
        ("两千零五十块", "2050块"),
        ("百分之二十", "20%"),
        ("三十五点六", "35.6"),
        ("1,200元", "1200元"),
        ("晚上十二点", "晚上十二点"),
        ("双十一买的", "双十一买的"),
        ("三星手机", "三星手机"),
        ("等一下再说一遍", "等一下再说一遍"),
        ("万一不行一起退", "万一不行一起退"),
        ("第十二次", "第十二次"),
        ("请查 order 123 号", "请查order 123号"),
        ("Ａ１２", "A12"),
        ("", ""),
    ],
)
def test_text_is_normalised(raw: str, expected: str) -> None:
    assert normalise(raw) == expected


@given(st.text("0123456789", min_size=3, max_size=20), st.sampled_from(["", "我的订单号是", "唔该睇下"]))
def test_any_digit_string_comes_back_whole(digits: str, before: str) -> None:
    assert normalise(before + "".join(NAMES[digit] for digit in digits)) == before + digits


@given(st.text("0123456789", min_size=3, max_size=20))
def test_one_may_be_spoken_either_way(digits: str) -> None:
    assert normalise("".join(NAMES[digit] for digit in digits).replace("一", "幺")) == digits


@given(st.text(st.characters(), max_size=60))
def test_normalising_never_fails_and_keeps_what_it_has_made(raw: str) -> None:
    once = normalise(raw)
    assert normalise(once) == once


@given(st.sampled_from(sorted(fixed_words())), st.sampled_from(["", "我在", "买的"]))
def test_fixed_words_are_never_touched(word: str, around: str) -> None:
    assert normalise(around + word + around) == around + word + around


@given(st.integers(11, 99_999_999))
def test_amounts_come_back_as_the_number_that_was_said(amount: int) -> None:
    assert normalise(_said(amount) + "块") == f"{amount}块"


def _said(amount: int) -> str:
    """The amount as wetext reads it out, which is the inverse of what is tested."""
    from wetext import Normalizer

    return str(Normalizer(lang="zh", operator="tn").normalize(f"{amount}块")).removesuffix("块")
