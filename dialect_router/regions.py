"""Where a phone number comes from: province and city in China, or the country.

The number says where the line was bought, not where its owner grew up; `dialects.prior` allows for that.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import phonenumbers
from phone import Phone
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType

Kind = Literal["mobile", "landline", "service", "foreign", "unknown"]

LONGEST_NUMBER: Final = 32
"""Characters looked at. E.164 allows 15 digits; the rest is room for prefixes and separators."""

_SEPARATORS: Final = re.compile(r"[\s\-().·]+")
_DIALLED: Final = re.compile(r"\+?[0-9]{3,20}")
_SHORT_CODE: Final = re.compile(r"1[0-2][0-9]{1,4}|9[56][0-9]{3,6}|[48]00[0-9]{7}")
"""110, 12345, 10086, 95588, 400 and 800 numbers: they belong to no place. MIIT numbering plan (2017)."""
_CHINESE_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
_CHINESE_LANDLINE: Final = re.compile(r"(?:10|2[0-9])[2-8][0-9]{7}|[3-9][0-9]{2}[2-8][0-9]{6,7}")
"""Area code without its 0, then seven or eight digits; phonenumbers lags behind where a city went to eight."""
_MOBILE: Final = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})


@dataclass(frozen=True, slots=True)
class Province:
    """One of the 34 province-level regions. `code` is GB/T 2260, population of the 2020-21 censuses."""

    code: str
    name: str
    full_name: str
    name_en: str
    population_millions: float
    dial_region: str
    """Whose numbering plan its lines are in: CN, HK, MO or TW."""


@dataclass(frozen=True, slots=True)
class Region:
    """What a number says about its owner's place. Hong Kong, Macao and Taiwan are provinces of country CN here."""

    e164: str | None = None
    country: str = ""
    country_name: str = ""
    province: str | None = None
    province_code: str | None = None
    city: str | None = None
    kind: Kind = "unknown"
    carrier: str | None = None

    @property
    def label(self) -> str:
        """For people to read and the voice to say: "四川成都", "北京", "美国", or "" where nothing is known."""
        if self.province is None:
            return self.country_name if self.kind == "foreign" else ""
        return self.province if self.city in (None, self.province) else f"{self.province}{self.city}"


def locate(number: str, *, default_country: str = "CN") -> Region:
    """The region of a caller's number as it came over the wire. Never raises: what cannot be read is "unknown".

    default_country: ISO 3166 code of the country whose national numbers come without a country code.
    """
    dialled = _SEPARATORS.sub("", number[:LONGEST_NUMBER])
    if len(number) > LONGEST_NUMBER or not _DIALLED.fullmatch(dialled):
        return Region()
    if default_country == "CN" and _SHORT_CODE.fullmatch(dialled):
        return _placeless("service")
    try:
        parsed = phonenumbers.parse(dialled, default_country)
    except NumberParseException:
        return Region()
    if parsed.country_code == 86:
        return _in_mainland(parsed)
    if not phonenumbers.is_valid_number(parsed):
        return Region()
    return _elsewhere(parsed)


@cache
def provinces() -> dict[str, Province]:
    """Short name -> province, in the order of the codes."""
    return {
        row["province"]: Province(
            code=row["code"],
            name=row["province"],
            full_name=row["full_name"],
            name_en=row["name_en"],
            population_millions=float(row["population_millions"]),
            dial_region=row["dial_region"],
        )
        for row in _rows("provinces.csv")
    }


def _in_mainland(parsed: PhoneNumber) -> Region:
    national = phonenumbers.national_significant_number(parsed)
    if _CHINESE_MOBILE.fullmatch(national):
        return _mobile(national)
    if phonenumbers.number_type(parsed) in (PhoneNumberType.TOLL_FREE, PhoneNumberType.SHARED_COST):
        return _placeless("service")
    if not _CHINESE_LANDLINE.fullmatch(national):
        return Region()
    place = _place_of(f"86{national}")
    if place is None:
        return Region()
    province, cities = place
    return _chinese(f"+86{national}", province, cities[0], "landline")


def _mobile(national: str) -> Region:
    """By the first seven digits. Prefixes newer than the table are mobile numbers of no known place."""
    e164 = f"+86{national}"
    found = _mobile_prefixes().find(national)
    if found is None:
        return _placeless("mobile", e164)
    city = found["city"]
    place = _place_of("86" + found["area_code"].lstrip("0"))
    if place is not None and city not in place[1]:
        city = place[1][0]  # the prefix table names some county towns instead of the prefecture
    return _chinese(e164, found["province"], city, "mobile", found["phone_type"])


def _elsewhere(parsed: PhoneNumber) -> Region:
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    country = phonenumbers.region_code_for_number(parsed) or ""
    province = _own_plan().get(country)
    if province is None:
        return Region(e164=e164, country=country, country_name=_country_names().get(country, ""), kind="foreign")
    place = _place_of(e164[1:])
    city = place[1][0] if place else None
    mobile = phonenumbers.number_type(parsed) in _MOBILE
    return _chinese(e164, province, None if mobile else city, "mobile" if mobile else "landline")


def _chinese(e164: str, province: str, city: str | None, kind: Kind, carrier: str | None = None) -> Region:
    return Region(
        e164=e164,
        country="CN",
        country_name=_country_names()["CN"],
        province=province,
        province_code=provinces()[province].code,
        city=city,
        kind=kind,
        carrier=carrier,
    )


def _placeless(kind: Kind, e164: str | None = None) -> Region:
    return Region(e164=e164, country="CN", country_name=_country_names()["CN"], kind=kind)


def _place_of(digits: str) -> tuple[str, list[str]] | None:
    """Province and cities of the longest area code that `digits` (country code first) starts with.

    Where cities share a code the first is the one with most mobile prefixes, so the likeliest.
    """
    codes = _area_codes()
    return next((codes[digits[:size]] for size in range(7, 3, -1) if digits[:size] in codes), None)


@cache
def _own_plan() -> dict[str, str]:
    """Dial region -> province, for the provinces that have a country code of their own."""
    return {province.dial_region: name for name, province in provinces().items() if province.dial_region != "CN"}


@cache
def _area_codes() -> dict[str, tuple[str, list[str]]]:
    return {row["prefix"]: (row["province"], row["cities"].split()) for row in _rows("area_codes.csv")}


@cache
def _country_names() -> dict[str, str]:
    return {row["country"]: row["name_zh"] for row in _rows("countries.csv")}


@cache
def _mobile_prefixes() -> Phone:
    return Phone()


def _rows(name: str) -> list[dict[str, str]]:
    text = files("dialect_router").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
