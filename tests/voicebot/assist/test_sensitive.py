"""A number that must not get about is noticed however it is dictated, and what is reported of it cannot be used."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.assist.sensitive import SensitiveNumbers, asked_for, sensitive_words
from voicebot.company import Company
from voicebot.masking import is_bank_card

SPOKEN = str.maketrans(string.digits, "零幺二三四五六七八九")
CARD = "6222021234567894"
IDENTITY = "11010519900307005X"


def heard(*turns: str) -> list[str]:
    """Kinds of numbers found, all turns by one party."""
    listener = SensitiveNumbers(sensitive_words())
    return [number.kind for turn in turns for number in listener.heard(turn)]


@pytest.mark.parametrize("said", [CARD, CARD.translate(SPOKEN), "6222 0212 3456 7894", "6222，0212，3456，7894"])
def test_a_bank_card_is_noticed_however_it_is_written(said: str) -> None:
    assert heard(f"我的卡号是{said}") == ["bank_card"]


@pytest.mark.parametrize(
    "said", [IDENTITY, IDENTITY.lower(), IDENTITY[:-1] + "叉", IDENTITY[:-1].translate(SPOKEN) + "叉"]
)
def test_an_identity_card_is_noticed_with_its_last_letter(said: str) -> None:
    assert heard(f"身份证号是{said}") == ["identity_card"]


def test_a_card_dictated_in_pieces_is_put_together() -> None:
    assert heard(*(CARD[start : start + 4] for start in range(0, 16, 4))) == ["bank_card"]
    assert heard("六二二二零二幺二", "然后是三四五六", "七八九四") == ["bank_card"]


def test_pieces_with_other_talk_between_them_are_no_number() -> None:
    assert heard(CARD[:8], "等一下我找找看啊这个卡在我包里面", CARD[8:]) == []


@pytest.mark.parametrize("said", ["安全码是123", "CVV 123", "背面三位是幺二三"])
def test_a_security_code_is_noticed_by_the_words_before_it(said: str) -> None:
    assert heard(said) == ["cvv"]


def test_a_code_that_was_asked_for_is_noticed_by_itself() -> None:
    words = sensitive_words()
    asked = asked_for("请您说一下短信里的验证码", words)
    assert [number.kind for number in SensitiveNumbers(words).heard("382910", asked=asked)] == ["one_time_code"]
    assert heard("382910") == []


@pytest.mark.parametrize(
    "said", ["13812345678", "我的订单号是20241105", f"运单号{CARD}", "一共一千二百三十四元", "三三两两", "尾号1105"]
)
def test_other_numbers_are_left_alone(said: str) -> None:
    assert heard(said) == []


def test_nothing_that_the_sample_company_says_or_hears_is_taken_for_one(shop: Company) -> None:
    said = [text for prompt in shop.prompts.values() for text in prompt.wordings("cmn")]
    said += [entry.answer for entry in shop.knowledge]
    said += [example for intent in shop.intents.values() for example in intent.examples]
    assert [text for text in said if heard(text)] == []


@st.composite
def cards(draw: st.DrawFn) -> str:
    first = draw(st.from_regex(r"[1-9][0-9]{14,17}", fullmatch=True))
    return next(first + check for check in string.digits if is_bank_card(first + check))


@settings(deadline=None)
@given(cards(), st.sampled_from(["", "我的卡号", "卡号是"]))
def test_what_is_reported_of_a_card_hides_its_middle(number: str, before: str) -> None:
    found = SensitiveNumbers(sensitive_words()).heard(before + number)
    assert found
    assert all(number[3:-2] not in each.masked and each.masked.count("*") >= len(number) - 5 for each in found)


@settings(deadline=None)
@given(st.lists(st.text(max_size=60) | st.text("0123456789 一幺二xX，", max_size=250), max_size=6))
def test_any_talk_can_be_listened_to(turns: list[str]) -> None:
    heard(*turns)
