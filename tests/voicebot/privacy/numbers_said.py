"""Numbers for tests, right by their check digits, and the ways in which people write and say them."""

from __future__ import annotations

import string
from datetime import date

from hypothesis import strategies as st

from voicebot.privacy.numbers import is_bank_card

SPOKEN = str.maketrans(string.digits, "零幺二三四五六七八九")
FULL_WIDTH = str.maketrans(string.digits, "０１２３４５６７８９")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_AREAS = st.sampled_from(["110105", "310115", "440305", "500103", "510104", "650102", "810000"])


@st.composite
def identity_cards(draw: st.DrawFn) -> str:
    born = draw(st.dates(date(1900, 1, 1), date(2030, 12, 31))).strftime("%Y%m%d")
    first = f"{draw(_AREAS)}{born}{draw(st.integers(0, 999)):03}"
    return first + "10X98765432"[sum(int(d) * w for d, w in zip(first, _WEIGHTS, strict=True)) % 11]


@st.composite
def old_identity_cards(draw: st.DrawFn) -> str:
    born = draw(st.dates(date(1900, 1, 1), date(1999, 12, 31))).strftime("%y%m%d")
    return f"{draw(_AREAS)}{born}{draw(st.integers(0, 999)):03}"


@st.composite
def bank_cards(draw: st.DrawFn) -> str:
    """Of every scheme and length."""
    issuer = draw(st.sampled_from(["62", "81", "4", "51", "55", "2221", "37", "3528", "36", "95588", "60"]))
    length = draw(st.sampled_from([16, 16, 16, 19, 17, 18, 15, 14, 13]))
    rest = draw(st.text(string.digits, min_size=length - 1 - len(issuer), max_size=length - 1 - len(issuer)))
    return with_check_digit(issuer + rest)


def with_check_digit(first: str) -> str:
    return next(first + check for check in string.digits if is_bank_card(first + check))


mobiles = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
landlines = st.from_regex(r"0(10|2[0-9]|[3-9][0-9]{2})[2-8][0-9]{6,7}", fullmatch=True)


def in_groups(number: str, cuts: list[int], separator: str) -> str:
    """`number` with a separator at each of the places."""
    for cut in sorted({cut % len(number) for cut in cuts} - {0}, reverse=True):
        number = number[:cut] + separator + number[cut:]
    return number


def digits_of(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())
