"""Invariant: the prior is a probability distribution over the table's dialects, wherever the number is from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialect_router.dialects import STANDARD, _shares, dialects, prior
from dialect_router.regions import Region, _area_codes, locate, provinces

PLACES = [Region(country="CN", province=province, city=city or None, kind="mobile") for province, city in _shares()]


@pytest.mark.parametrize("region", PLACES, ids=lambda region: region.label)
def test_a_prior_sums_to_one_and_always_allows_standard_mandarin(region: Region) -> None:
    found = prior(region)
    assert sum(found.probabilities.values()) == pytest.approx(1.0)
    assert found.probabilities.keys() <= dialects().keys()
    assert found.probabilities[STANDARD] > 0.02
    assert found.reason


def test_every_province_has_shares_and_every_city_of_the_table_exists() -> None:
    assert {province for province, city in _shares() if not city} == set(provinces())
    known = {(province, city) for province, cities in _area_codes().values() for city in cities}
    assert {place for place in _shares() if place[1]} <= known


@given(st.text(max_size=20))
def test_any_number_has_a_prior(number: str) -> None:
    assert sum(prior(locate(number)).probabilities.values()) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("number", "tag"),
    [
        ("02887654321", "cmn-sichuan"),
        ("02081234567", "yue"),
        ("+85223456789", "yue"),
        ("0754-88123456", "nan"),
        ("0753-2212345", "hak"),
        ("0451-82345678", "cmn-dongbei"),
        ("0371-65551234", "cmn-zhongyuan"),
        ("0351-4041234", "cjy"),
        ("0512-65234567", "wuu"),
        ("0591-87654321", "cdo"),
        ("0731-84123456", "hsn"),
        ("0791-86123456", "gan"),
        ("0773-2812345", "cmn-sichuan"),
    ],
)
def test_the_likeliest_dialect_of_a_city(number: str, tag: str) -> None:
    assert prior(locate(number)).top() == tag


def test_a_mobile_number_says_less_than_a_landline_of_the_same_city() -> None:
    landline = prior(Region(country="CN", province="四川", city="成都", kind="landline"))
    mobile = prior(Region(country="CN", province="四川", city="成都", kind="mobile"))
    assert mobile.probabilities["cmn-sichuan"] < landline.probabilities["cmn-sichuan"]


def test_a_city_differs_from_its_province_where_the_dialects_do() -> None:
    shenzhen, jiangmen = prior(locate("0755-83765566")), prior(locate("0750-3123456"))
    assert shenzhen.probabilities[STANDARD] > jiangmen.probabilities[STANDARD]


def test_the_reason_names_the_place_and_the_dialect() -> None:
    assert "四川成都" in prior(locate("02887654321")).reason
    assert dialects()["cmn-sichuan"].name_zh in prior(locate("02887654321")).reason
    assert "美国" in prior(locate("+14155552671")).reason
