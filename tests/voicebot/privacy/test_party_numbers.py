"""A number that must not get about is noticed however it is dictated, and what is reported of it cannot be used."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.voicebot.privacy.numbers_said import SPOKEN, bank_cards, identity_cards, in_groups, mobiles
from voicebot.company import Company
from voicebot.privacy.party_numbers import PartyNumbers, PersonalNumber
from voicebot.privacy.words import personal_words

CARD = "6222021234567894"
IDENTITY = "11010519900307005X"


def numbers(*turns: str, asked: str = "") -> list[PersonalNumber]:
    """What is found, all turns by one party."""
    party = PartyNumbers(personal_words())
    party.other_said(asked)
    return [number for seq, turn in enumerate(turns) for number in party.heard(seq, turn)]


def heard(*turns: str, asked: str = "") -> list[str]:
    """Kinds of the numbers found, all turns by one party."""
    return [number.kind for number in numbers(*turns, asked=asked)]


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
    assert heard("382910", asked="请您说一下短信里的验证码") == ["one_time_code"]
    assert heard("382910") == []


def test_what_was_asked_for_is_forgotten_once_there_is_talk_of_something_else() -> None:
    party = PartyNumbers(personal_words())
    party.other_said("请您说一下短信里的验证码")
    party.other_said("您的包裹明天就能送到")
    assert party.heard(0, "382910") == []


def test_every_piece_of_a_card_that_was_asked_for_counts_at_once() -> None:
    found = numbers("6222", "嗯0212", "然后是3456", "7894", "20241105", asked="请报一下您的银行卡号")
    assert [(number.kind, number.number) for number in found] == [
        ("bank_card", "6222"), ("bank_card", "0212"), ("bank_card", "3456"), ("bank_card", "7894"),
    ]  # fmt: skip


def test_a_card_is_known_by_its_name_where_one_digit_was_misheard() -> None:
    assert heard(f"卡号是{CARD[:-1]}5") == ["bank_card"]
    assert heard("我的银行卡号是", CARD[:-1] + "5") == ["bank_card"]
    assert heard(CARD[:-1] + "5") == []


def test_the_last_digits_of_a_card_may_be_said() -> None:
    assert heard("尾号7894的那张卡", "卡号后四位是7894") == []
    assert heard("7894", asked="请说一下银行卡后四位") == []


def test_a_number_over_turns_names_the_place_of_each_piece() -> None:
    (number,) = numbers("我先报六二二二零二幺二", "三四五六七八九四没了")
    assert [(part.seq, part.start, part.end) for part in number.parts] == [(0, 3, 11), (1, 0, 8)]


@pytest.mark.parametrize(
    "said", ["我的订单号是20241105", f"运单号{CARD}", "一共一千二百三十四元", "三三两两", "尾号1105"]
)
def test_other_numbers_are_left_alone(said: str) -> None:
    assert heard(said) == []


def test_nothing_that_the_sample_company_says_or_hears_is_taken_for_one(shop: Company) -> None:
    said = [text for prompt in shop.prompts.values() for text in prompt.wordings("cmn")]
    said += [entry.answer for entry in shop.knowledge]
    said += [example for intent in shop.intents.values() for example in intent.examples]
    assert [text for text in said if heard(text)] == []


said_as = st.sampled_from([{}, SPOKEN])
cuts = st.lists(st.integers(1, 18), max_size=6)
gaps = st.sampled_from(["，", " ", "呃", "、", "-", "，嗯"])


@settings(deadline=None)
@given(bank_cards(), said_as, cuts, gaps, st.sampled_from(["", "好的", "就是这张"]))
def test_any_card_is_found_written_or_said_with_pauses(
    number: str, script: dict[int, int], places: list[int], gap: str, before: str
) -> None:
    (found,) = numbers(before + in_groups(number, places, gap).translate(script) + "，对")
    assert found.number == number


@settings(deadline=None)
@given(identity_cards(), said_as, cuts, gaps)
def test_any_identity_card_is_found_written_or_said_with_pauses(
    number: str, script: dict[int, int], places: list[int], gap: str
) -> None:
    (found,) = numbers("我的证件" + in_groups(number, places, gap).translate(script))
    assert (found.kind, found.number) == ("identity_card", number)


@example("6200000001100002", {}, [15], "")  # its beginning is an identity card of fifteen digits, too
@example("3600112234567789007", {}, [1, 16], "")  # and so is the middle of this one
@settings(deadline=None)
@given(bank_cards().filter(lambda number: len(number) >= 15), said_as, cuts, st.sampled_from(["", "嗯"]))
def test_any_card_is_found_over_the_turns_of_a_dictation(
    number: str, script: dict[int, int], places: list[int], between: str
) -> None:
    pieces = in_groups(number, places, "|").translate(script).split("|")
    found = numbers(*(turn for piece in pieces for turn in (piece, between)))
    cards = "".join(each.number for each in found if each.kind in ("bank_card", "identity_card"))
    assert cards in number and len(cards) >= 13  # a piece of it may be a whole number of another card


@settings(deadline=None)
@given(mobiles, said_as)
def test_any_mobile_number_is_found(number: str, script: dict[int, int]) -> None:
    assert [found.kind for found in numbers("打" + number.translate(script))] == ["phone"]


@settings(deadline=None)
@given(st.lists(st.text(max_size=60) | st.text("0123456789 一幺二xX，", max_size=250), max_size=6))
def test_any_talk_can_be_listened_to(turns: list[str]) -> None:
    heard(*turns)
