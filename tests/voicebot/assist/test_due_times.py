"""A time in an agent's words becomes the moment from which the promise is overdue, and never one that has gone by."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.assist.due_times import due_times

NOW = datetime(2026, 11, 24, 15, 0)
"""A Tuesday afternoon."""
CLOSES = time(18)
WORDS = st.sampled_from([
    "明天", "后天", "昨天", "下周", "周三", "下午", "上午", "今晚", "三点", "半", "点", ":", "前", "内", "后", "24",
    "9999", "小时", "两个", "工作日", "5号", "12月", "月底", "一", "十百", "天", "日", "的", "，", "给您",
])  # fmt: skip


def due(text: str, now: datetime = NOW) -> list[datetime]:
    return [found.at for found in due_times(text, now, CLOSES)]


@pytest.mark.parametrize(
    ("said", "overdue"),
    [
        ("24小时内", datetime(2026, 11, 25, 15, 0)),
        ("二十四小时之内", datetime(2026, 11, 25, 15, 0)),
        ("半个小时内", datetime(2026, 11, 24, 15, 30)),
        ("一个半小时内", datetime(2026, 11, 24, 16, 30)),
        ("十分钟后", datetime(2026, 11, 24, 15, 10)),
        ("两三天内", datetime(2026, 11, 27, 18, 0)),
        ("一到三天内", datetime(2026, 11, 27, 18, 0)),
        ("一周内", datetime(2026, 12, 1, 18, 0)),
        ("这两天", datetime(2026, 11, 26, 18, 0)),
    ],
)
def test_a_duration_counts_from_now(said: str, overdue: datetime) -> None:
    assert due(f"我们{said}给您答复") == [overdue]


@pytest.mark.parametrize(
    ("said", "overdue"),
    [
        ("明天", datetime(2026, 11, 25, 18, 0)),
        ("大后天", datetime(2026, 11, 27, 18, 0)),
        ("听日", datetime(2026, 11, 25, 18, 0)),
        ("周五之前", datetime(2026, 11, 27, 18, 0)),
        ("下个星期一", datetime(2026, 11, 30, 18, 0)),
        ("本周内", datetime(2026, 11, 29, 18, 0)),
        ("下周", datetime(2026, 12, 6, 18, 0)),
        ("月底前", datetime(2026, 11, 30, 18, 0)),
        ("12月5号", datetime(2026, 12, 5, 18, 0)),
        ("今天下班前", datetime(2026, 11, 24, 18, 0)),
    ],
)
def test_a_day_lasts_until_the_office_closes(said: str, overdue: datetime) -> None:
    assert due(f"我{said}给您答复") == [overdue]


@pytest.mark.parametrize(
    ("said", "overdue"),
    [
        ("明天上午", datetime(2026, 11, 25, 12, 0)),
        ("今晚八点", datetime(2026, 11, 24, 20, 0)),
        ("明天下午三点前", datetime(2026, 11, 25, 15, 0)),
        ("明天早上八点半", datetime(2026, 11, 25, 8, 30)),
        ("四点一刻", datetime(2026, 11, 24, 16, 15)),
        ("四点二十分", datetime(2026, 11, 24, 16, 20)),
        ("中午十一点", datetime(2026, 11, 25, 11, 0)),
        ("下周三下午3点", datetime(2026, 12, 2, 15, 0)),
    ],
)
def test_a_clock_time_is_meant_in_office_hours(said: str, overdue: datetime) -> None:
    assert due(f"我{said}给您回电话") == [overdue]


def test_no_earlier_than_a_time_is_overdue_at_the_end_of_the_day() -> None:
    assert due("明天三点以后给您回电话") == [datetime(2026, 11, 25, 18, 0)]


def test_a_time_of_today_that_has_gone_by_is_meant_tomorrow() -> None:
    assert due("上午十点给您回电话") == [datetime(2026, 11, 25, 10, 0)]


@pytest.mark.parametrize(("said", "day"), [("5号", (12, 5)), ("周一", (11, 30)), ("24号", (11, 24))])
def test_a_day_that_has_gone_by_is_the_next_of_its_name(said: str, day: tuple[int, int]) -> None:
    assert due(f"{said}之前给您") == [datetime(2026, *day, 18, 0)]


def test_working_days_leave_out_the_weekend() -> None:
    friday = datetime(2026, 11, 27, 10, 0)
    assert due("两个工作日内", friday) == [datetime(2026, 12, 1, 18, 0)]
    assert due("两天内", friday) == [datetime(2026, 11, 29, 18, 0)]


@pytest.mark.parametrize(
    "said", ["快一点", "七天无理由", "昨天下午", "上周三", "32号", "25点", "9999天内", "三天", "内", "尽快", "5号线"]
)
def test_what_names_no_time_ahead_is_left_alone(said: str) -> None:
    assert due(f"我们{said}给您") == []


def test_two_times_are_found_in_order_and_where_they_stand() -> None:
    text = "两个小时之内联系您，明天下午上门"
    assert [text[found.start : found.end] for found in due_times(text, NOW, CLOSES)] == ["两个小时之内", "明天下午"]


def test_the_time_zone_of_now_is_kept() -> None:
    shanghai = ZoneInfo("Asia/Shanghai")
    assert due("明天下午三点", NOW.replace(tzinfo=shanghai)) == [datetime(2026, 11, 25, 15, tzinfo=shanghai)]


@settings(deadline=None)
@given(
    st.lists(WORDS, max_size=8).map("".join) | st.text(max_size=60),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),
)
def test_whatever_is_said_a_due_time_lies_ahead_within_two_years(text: str, now: datetime) -> None:
    for found in due_times(text, now, CLOSES):
        assert now < found.at < now + timedelta(days=740)
        assert 0 <= found.start < found.end <= len(text)
