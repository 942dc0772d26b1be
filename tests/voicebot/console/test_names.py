"""Times and lengths as people read them: a time of another year tells it, a length of more than an hour its hours."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from voicebot.company import load_company
from voicebot.console.names import Names, minutes
from voicebot.console.texts import texts
from voicebot.demo import SAMPLE_COMPANY


def test_a_time_of_another_year_has_its_year_in_the_companys_zone() -> None:
    names = Names(texts("zh"), load_company(SAMPLE_COMPANY), ZoneInfo("Asia/Shanghai"))
    year = datetime.now(ZoneInfo("Asia/Shanghai")).year
    assert names.time(datetime(year, 3, 4, 5, 6, 7, tzinfo=UTC)) == "03-04 13:06:07"
    assert names.time(datetime(year - 1, 3, 4, 5, 6, 7, tzinfo=UTC)) == f"{year - 1}-03-04 13:06"
    assert names.time(datetime(year - 1, 12, 31, 16, 0, tzinfo=UTC)) == "01-01 00:00:00"  # there the year has begun
    assert names.time(None) == ""


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00"), (65, "1:05"), (3599, "59:59"), (3600, "1:00:00"), (3725.4, "1:02:05")]
)
def test_a_length_of_an_hour_has_hours(seconds: float, shown: str) -> None:
    assert minutes(seconds) == shown
