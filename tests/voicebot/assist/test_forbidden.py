"""A phrase that agents must not use is found with what to say instead; harmless words that contain it are not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.assist.forbidden import ForbiddenGroup, ForbiddenPhrases, find_forbidden, forbidden_phrases
from voicebot.company import Company


def found(text: str) -> list[str]:
    return [forbidden.group.name for forbidden in find_forbidden(text, forbidden_phrases())]


@pytest.mark.parametrize(
    ("said", "group"),
    [
        ("这个我不知道啊", "evading"),
        ("这不归我管", "evading"),
        ("我不是说了吗要等三天", "blaming"),
        ("您急什么呀", "impatient"),
        ("不行就是不行", "refusing"),
        ("有本事您去告", "challenging"),
        ("你有病吧", "rude"),
        ("唔关我事", "evading"),
    ],
)
def test_a_forbidden_phrase_is_found(said: str, group: str) -> None:
    assert found(said) == [group]


@pytest.mark.parametrize(
    "said",
    ["不知道您方不方便接听", "您知不知道订单号", "我看看有没有办法", "这边听不清楚，您再说一遍", "好的，马上帮您处理"],
)
def test_harmless_words_are_left_alone(said: str) -> None:
    assert found(said) == []


def test_the_longest_phrase_is_named_with_its_remedy() -> None:
    (only,) = find_forbidden("你去投诉吧", forbidden_phrases())
    assert (only.phrase, only.start) == ("你去投诉", 0)
    assert only.group.instead


def test_a_company_can_bring_its_own_list() -> None:
    own = ForbiddenPhrases(group=(ForbiddenGroup(name="own", title="竞品", instead="我们的", says=("别家便宜",)),))
    assert [forbidden.phrase for forbidden in find_forbidden("别家便宜您去别家", own)] == ["别家便宜"]
    assert find_forbidden("我不知道", own) == []


def test_nothing_that_the_sample_company_says_is_forbidden(shop: Company) -> None:
    said = [text for prompt in shop.prompts.values() for text in (*prompt.wordings("cmn"), prompt.yue)]
    said += [text for entry in shop.knowledge for text in (entry.answer, entry.answer_yue or "")]
    said += [outcome.say for flow in shop.flows.values() for outcome in flow.outcomes.values()]
    assert [text for text in said if found(text)] == []


def test_no_remedy_is_forbidden_itself() -> None:
    assert [group.instead for group in forbidden_phrases().group if found(group.instead)] == []


@settings(deadline=None)
@given(st.text(max_size=60))
def test_what_is_found_stands_in_the_text(text: str) -> None:
    for forbidden in find_forbidden(text, forbidden_phrases()):
        assert text.startswith(forbidden.phrase, forbidden.start)
