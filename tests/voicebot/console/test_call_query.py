"""A page's address says what is looked for, and whatever stands in an address is harmless."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from voicebot.console.call_query import CallQuery

CHINA = ZoneInfo("Asia/Shanghai")
NIGHT = datetime(2026, 11, 5, 20, 0, tzinfo=UTC)
"""Four in the morning of the sixth in China."""


def test_a_query_comes_back_from_its_address() -> None:
    query = CallQuery(span="dates", first=date(2026, 11, 1), last=date(2026, 11, 5), words="退款 & 投诉", page=3)
    assert CallQuery.parsed(dict(pair.split("=") for pair in query.address().split("&"))).page == 3
    assert CallQuery.parsed({"span": "dates", "first": "2026-11-01", "last": "2026-11-05", "page": "3"}).first
    assert CallQuery().address() == ""


def test_a_changed_query_begins_with_its_first_page() -> None:
    query = CallQuery(words="退款", page=3).changed(intent="invoice")
    assert (query.words, query.intent, query.page) == ("退款", "invoice", 0)


def test_days_are_those_of_the_company_s_place() -> None:
    today = CallQuery(span="today").filter(NIGHT, CHINA)
    assert today.since == datetime(2026, 11, 5, 16, tzinfo=UTC)
    assert today.until == datetime(2026, 11, 6, 16, tzinfo=UTC)
    week = CallQuery().filter(NIGHT, CHINA)
    assert week.since == datetime(2026, 10, 30, 16, tzinfo=UTC)
    chosen = CallQuery(span="dates", first=date(2026, 11, 1)).filter(NIGHT, CHINA)
    assert (chosen.since, chosen.until) == (datetime(2026, 10, 31, 16, tzinfo=UTC), None)
    everything = CallQuery(span="all").filter(NIGHT, CHINA)
    assert everything.since is None and everything.until is None


def test_days_in_the_wrong_order_are_the_same_days() -> None:
    first, last = date(2026, 11, 1), date(2026, 11, 5)
    turned = CallQuery(span="dates", first=last, last=first)
    assert turned.filter(NIGHT, CHINA) == CallQuery(span="dates", first=first, last=last).filter(NIGHT, CHINA)


def test_a_number_is_looked_for_however_it_is_written() -> None:
    assert CallQuery.parsed({"number": "+86 138-0013 8000"}).number == "+8613800138000"
    assert CallQuery.parsed({"number": "不知道"}) == CallQuery()


@pytest.mark.parametrize(
    "given",
    [
        {"span": "century"},
        {"page": "-1"},
        {"page": "999999999999"},
        {"page": "³"},
        {"first": "yesterday"},
        {"first": "0001-01-01"},
        {"last": "9999-12-31"},
        {"unknown": "x"},
    ],
)
def test_what_makes_no_sense_counts_as_not_given(given: dict[str, str]) -> None:
    assert CallQuery.parsed(given) == CallQuery()


def test_an_endless_text_is_cut() -> None:
    assert len(CallQuery.parsed({"words": "很" * 100_000}).words) == 200
