"""Texts in the picture of a flow are broken where Chinese may be broken."""

from hypothesis import given
from hypothesis import strategies as st

from voicebot.console.company.flow_layout import CHARACTERS, NO_BEGINNING, wrapped


def test_a_closing_sign_hangs_over_the_end_of_the_line() -> None:
    assert wrapped("取消以后不能恢复，确定要取消吗？") == ("取消以后不能恢复，确定要取消吗？",)
    assert wrapped("请说要取消的订单号，或者按出来，按井号键结束。") == (
        "请说要取消的订单号，或者按出来，",
        "按井号键结束。",
    )


@given(st.text(alphabet="订单a1，。？ ", max_size=40))
def test_no_line_begins_with_one_but_the_first_and_none_is_much_too_long(text: str) -> None:
    lines = wrapped(text)
    for line in lines[1:]:
        assert line[0] not in NO_BEGINNING
    for line in lines:
        assert sum(1.0 if ord(each) > 0x2E80 else 0.55 for each in line.rstrip(NO_BEGINNING)) <= CHARACTERS
