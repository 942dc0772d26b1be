"""Invariant: every province of China can be reached by a number, and no number, however hostile, raises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialect_router.regions import LONGEST_NUMBER, _area_codes, locate, provinces


def number_in(province: str) -> str:
    """A landline of the province's first area code."""
    own_plans = {"香港": "+85223456789", "澳门": "+85328345678", "台湾": "+886223456789"}
    if province in own_plans:
        return own_plans[province]
    prefix = next(prefix for prefix, place in _area_codes().items() if place[0] == province)
    return f"+{prefix}{'23456789' if len(prefix) == 4 else '2345678'}"


@pytest.mark.parametrize("province", list(provinces()))
def test_every_province_is_reached_by_a_number(province: str) -> None:
    region = locate(number_in(province))
    assert region.province == province
    assert region.province_code == provinces()[province].code
    assert region.country == "CN"
    assert region.kind == "landline"


@pytest.mark.parametrize("prefix", [prefix for prefix in _area_codes() if not prefix.startswith("886")])
def test_every_area_code_leads_to_its_first_city(prefix: str) -> None:
    province, cities = _area_codes()[prefix]
    region = locate(f"0{prefix[2:]}{'66123456' if len(prefix) == 4 else '6612345'}")
    assert (region.province, region.city) == (province, cities[0])


def test_there_are_34_provinces_with_distinct_codes() -> None:
    assert len(provinces()) == 34
    assert len({province.code for province in provinces().values()}) == 34


@pytest.mark.parametrize(
    "number",
    ["13812345678", "013812345678", "+8613812345678", "8613812345678", "008613812345678", "138-1234 5678"],
)
def test_every_way_of_writing_a_mobile_number_is_the_same_number(number: str) -> None:
    region = locate(number)
    assert (region.e164, region.province, region.city) == ("+8613812345678", "江苏", "连云港")
    assert (region.kind, region.carrier) == ("mobile", "移动")


@pytest.mark.parametrize(
    ("number", "province", "city"),
    [
        ("01065551234", "北京", "北京"),
        ("02887654321", "四川", "成都"),
        ("0755-83765566", "广东", "深圳"),
        ("0512 65234567", "江苏", "苏州"),
        ("0834-3221234", "四川", "凉山"),
        ("+886 2 2345 6789", "台湾", "台北"),
    ],
)
def test_a_landline_tells_its_city(number: str, province: str, city: str) -> None:
    region = locate(number)
    assert (region.province, region.city, region.kind) == (province, city, "landline")


@pytest.mark.parametrize("number", ["110", "12345", "10086", "95588", "4008001234", "400-800-1234", "8008101234"])
def test_a_service_number_belongs_to_no_place(number: str) -> None:
    region = locate(number)
    assert region.kind == "service"
    assert region.province is None


def test_a_foreign_number_tells_its_country() -> None:
    region = locate("+14155552671")
    assert (region.kind, region.country, region.label) == ("foreign", "US", "美国")


def test_national_numbers_are_read_in_the_default_country() -> None:
    assert locate("23456789", default_country="HK").province == "香港"
    assert locate("23456789").kind == "unknown"


@pytest.mark.parametrize(
    "number",
    ["", "+", "anonymous", "87654321", "1" * 5000, "+86" * 4, "1;DROP TABLE", "٣" * 11, "+8613812345678;x=1"],
)
def test_what_is_not_a_number_is_unknown(number: str) -> None:
    assert locate(number).kind == "unknown"


@given(st.text(max_size=LONGEST_NUMBER * 2) | st.text("+0123456789- ()", max_size=LONGEST_NUMBER * 2))
def test_no_text_raises(number: str) -> None:
    region = locate(number)
    assert region.e164 is None or region.e164.startswith("+")


@given(st.integers(10**9, 2 * 10**9 - 1).map(lambda tail: f"1{tail}"[:11]))
def test_a_known_province_is_one_of_the_34(number: str) -> None:
    region = locate(number)
    assert region.province is None or region.province in provinces()


def test_a_label_does_not_say_the_city_twice() -> None:
    assert locate("01065551234").label == "北京"
    assert locate("02887654321").label == "四川成都"
