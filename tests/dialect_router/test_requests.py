"""Invariant: only a wish about the language of the call is a request; talk about dialects and places is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialect_router.dialects import dialects
from dialect_router.requests import LONGEST_UTTERANCE, _patterns, requested_dialect


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("能不能找个说广东话的", "yue"),
        ("有没有会讲四川话的客服", "cmn-sichuan"),
        ("唔该搵个识讲白话嘅", "yue"),
        ("你会说广东话吗", "yue"),
        ("你识唔识讲广东话", "yue"),
        ("侬会讲上海话伐", "wuu"),
        ("恁会说河南话不", "cmn-zhongyuan"),
        ("中不中说河南话", "cmn-zhongyuan"),
        ("说四川话行不行", "cmn-sichuan"),
        ("换个会说闽南语的", "nan"),
        ("我只会讲客家话", "hak"),
        ("我讲广东话嘅", "yue"),
        ("给我转个说湖南话的嘛", "hsn"),
        ("广东话", "yue"),
        ("就广东话吧", "yue"),
        ("讲广东话啦", "yue"),
        ("粤语服务", "yue"),
        ("你不会说四川话吗", "cmn-sichuan"),
        ("能不能说普通话", "cmn"),
        ("有没有四川的客服", "cmn-sichuan"),
        ("找个东北老乡跟我说", "cmn-dongbei"),
    ],
)
def test_a_wish_names_its_dialect(text: str, tag: str) -> None:
    assert requested_dialect(text) == tag


@pytest.mark.parametrize(
    "text",
    [
        "我不会说广东话",
        "我听不懂四川话",
        "你说的四川话我听不懂",
        "别说四川话了",
        "我不要广东话的客服",
        "四川话我听不太懂",
    ],
)
def test_a_dialect_refused_is_a_wish_for_mandarin(text: str) -> None:
    assert requested_dialect(text) == "cmn"


@pytest.mark.parametrize(
    "text",
    [
        "我是广东人",
        "我会说广东话",
        "你普通话说得真好",
        "我要投诉那个讲广东话的客服",
        "上次那个说四川话的客服态度很差",
        "你们有没有粤语的说明书",
        "我买的四川话教材到了没有",
        "我想学四川话",
        "四川话好不好听",
        "我想寄到广东",
        "帮我查一下订单",
        "",
    ],
)
def test_talk_about_dialects_and_places_is_no_wish(text: str) -> None:
    assert requested_dialect(text) is None


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("我不会说普通话能不能讲广东话", "yue"),
        ("不要说普通话，说四川话", "cmn-sichuan"),
        ("我听不懂广东话能不能说普通话", "cmn"),
        ("不要机器人找个说四川话的", "cmn-sichuan"),
    ],
)
def test_what_is_wished_counts_before_what_is_refused(text: str, tag: str) -> None:
    assert requested_dialect(text) == tag


def test_the_wish_said_last_counts() -> None:
    assert requested_dialect("能不能说四川话，算了，说普通话吧") == "cmn"


def test_mandarin_refused_means_the_callers_own_dialect() -> None:
    believed = {"cmn": 0.6, "hsn": 0.3, "yue": 0.1}
    assert requested_dialect("不要讲普通话", believed) == "hsn"
    assert requested_dialect("我普通话说得不好", believed) == "hsn"
    assert requested_dialect("唔好讲普通话", believed) == "yue"
    assert requested_dialect("不要讲普通话") is None


def test_every_name_is_of_a_dialect_of_the_table_and_can_be_asked_for() -> None:
    patterns = _patterns()
    assert set(patterns.tags.values()) <= dialects().keys()
    for name, tag in patterns.tags.items():
        spoken = name if name.endswith(("话", "语", "片子")) else None
        assert spoken is None or requested_dialect(f"能不能找个会说{spoken}的") == tag


@given(st.text(max_size=300))
def test_any_text_is_taken(text: str) -> None:
    assert requested_dialect(text) in {None, *dialects()}


@given(
    st.lists(
        st.sampled_from(
            ["不要", "听不懂", "你会", "能不能", "讲", "广东话", "普通话", "四川", "的", "客服", "，", "吗"]
        )
    )
)
def test_any_mixture_of_the_patterns_words_is_taken(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert requested_dialect(text) in {None, *dialects()}
    assert requested_dialect("呀" * LONGEST_UTTERANCE + text) in {None, *dialects()}
