"""A new entry is offered the file whose entries ask for the like, and none where nothing is like it."""

import pytest

from voicebot.company import load_company
from voicebot.company_changes.fitting_file import fitting_file
from voicebot.company_changes.knowledge_files import places_of
from voicebot.demo import SAMPLE_COMPANY

KNOWLEDGE = load_company(SAMPLE_COMPANY).knowledge
PLACES = places_of(SAMPLE_COMPANY)


@pytest.mark.parametrize(
    ("question", "file"),
    [
        ("快递能放门口吗", "knowledge/delivery.toml"),
        ("能用医保卡付款吗", "knowledge/payment.toml"),
        ("会员生日有礼物吗", "knowledge/membership.toml"),
        ("请问门店能带狗进去吗", "knowledge/service.toml"),
        ("xyz", None),
        ("", None),
    ],
)
def test_the_file_with_the_nearest_entries(question: str, file: str | None) -> None:
    assert fitting_file([question], KNOWLEDGE, PLACES) == file


def test_entries_whose_file_cannot_be_read_are_left_out() -> None:
    readable = {entry: file for entry, file in PLACES.items() if file != "knowledge/delivery.toml"}
    assert fitting_file(["快递能放门口吗"], KNOWLEDGE, readable) != "knowledge/delivery.toml"
    assert fitting_file(["快递能放门口吗"], KNOWLEDGE, {}) is None
