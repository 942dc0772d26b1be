"""Whom an agent finds who types a name, an id, a skill or a number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.console.desk.destinations import Destination, matching

GAO = Destination("8011", "colleague", "高志刚", "就绪")
DENG = Destination("gao_deng", "colleague", "邓凯", "通话中")
REPAIR = Destination("repair", "skill", "技能：维修")
ALL = (GAO, DENG, REPAIR)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", ALL),
        ("志刚", (GAO,)),
        (" GAO ", (DENG,)),
        ("维修", (REPAIR,)),
        ("8011", (GAO,)),
        ("80", (GAO,)),
        ("没有", ()),
        ("139 1234-5678", (Destination("13912345678", "number", "13912345678"),)),
        ("+86 (0)10 12345", (Destination("+8601012345", "number", "+8601012345"),)),
        ("801", (GAO, Destination("801", "number", "801"))),
        ("139abc", ()),
    ],
)
def test_what_is_typed_finds_whom(typed: str, found: tuple[Destination, ...]) -> None:
    assert tuple(matching(ALL, typed)) == found


@given(st.text(max_size=64))
def test_a_number_is_nothing_but_digits_whatever_is_typed(typed: str) -> None:
    for each in matching(ALL, typed):
        assert each in ALL or each.to.removeprefix("+").isdecimal()
        assert each in ALL or each.to.isascii()
