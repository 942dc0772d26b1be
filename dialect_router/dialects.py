"""Which dialects a caller may speak, judged by the number alone, before a word is heard.

The shares in `data/dialect_shares.csv` are estimates in per cent: areas after the Language Atlas of China (2012),
weighted by the 2020 census and by how far standard Mandarin has displaced the dialect in daily use. They set a
starting point that speech is to overrule. Minority languages are counted as standard Mandarin, which their speakers
use on a Chinese hotline.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from dialect_router.regions import Region, provinces

STANDARD: Final = "cmn"

MOVED_WITH_MOBILE: Final = 0.20
"""Share of mobile numbers whose owner grew up elsewhere; 2020 census: 376 of 1,410 million lived away from home,
of whom the settled ones take a new number."""
MOVED_WITH_LANDLINE: Final = 0.08
FOREIGN: Final[Mapping[str, float]] = MappingProxyType({"cmn": 0.70, "yue": 0.18, "nan": 0.06, "wuu": 0.06})
"""Callers from abroad: mostly standard Mandarin, then the languages of the old emigrant regions. An estimate."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """One row of the table. `asr_language` is the recogniser's language code that serves it best."""

    tag: str
    name_zh: str
    name_en: str
    group: str
    asr_language: str


@dataclass(frozen=True, slots=True)
class DialectPrior:
    """Probability of every dialect that is not excluded (sums to 1), and why, for people to read."""

    probabilities: Mapping[str, float]
    reason: str

    def top(self) -> str:
        """The likeliest tag."""
        return max(self.probabilities, key=lambda tag: self.probabilities[tag])


@cache
def dialects() -> Mapping[str, Dialect]:
    """Tag -> dialect. BCP 47 where a tag exists, `cmn-*` private tags for the branches of Mandarin."""
    return MappingProxyType({row["tag"]: Dialect(**row) for row in _rows("dialects.csv")})


def prior(region: Region) -> DialectPrior:
    """What the caller of this region probably speaks."""
    if region.kind == "foreign":
        return DialectPrior(FOREIGN, _reasons()["foreign"].format(country=region.country_name or region.country))
    if region.province is None:
        return DialectPrior(_national(), _reasons()["unknown"])
    shares, place = _local(region.province, region.city)
    kind, moved = ("mobile", MOVED_WITH_MOBILE) if region.kind == "mobile" else ("landline", MOVED_WITH_LANDLINE)
    commonest = dialects()[max(shares, key=lambda tag: shares[tag])].name_zh
    reason = _reasons()[kind].format(label=region.label, place=place, dialect=commonest, moved=moved)
    return DialectPrior(_mix(shares, _national(), moved), reason)


def _local(province: str, city: str | None) -> tuple[Mapping[str, float], str]:
    """Shares of the city where the table has them, else of the province, and the name of the place they are of."""
    table = _shares()
    if city is not None and (province, city) in table:
        return table[province, city], city
    return table[province, ""], province


def _mix(local: Mapping[str, float], elsewhere: Mapping[str, float], weight: float) -> Mapping[str, float]:
    tags = local.keys() | elsewhere.keys()
    mixed = {tag: (1 - weight) * local.get(tag, 0.0) + weight * elsewhere.get(tag, 0.0) for tag in tags}
    return MappingProxyType(dict(sorted(mixed.items(), key=lambda item: (-item[1], item[0]))))


@cache
def _national() -> Mapping[str, float]:
    """The provinces' shares weighted by population."""
    total = sum(province.population_millions for province in provinces().values())
    summed: dict[str, float] = {}
    for province in provinces().values():
        for tag, share in _shares()[province.name, ""].items():
            summed[tag] = summed.get(tag, 0.0) + share * province.population_millions / total
    return MappingProxyType(dict(sorted(summed.items(), key=lambda item: (-item[1], item[0]))))


@cache
def _shares() -> Mapping[tuple[str, str], Mapping[str, float]]:
    """(province, city or "") -> tag -> share. Each row of the file is scaled to sum to 1."""
    table: dict[tuple[str, str], Mapping[str, float]] = {}
    for row in _rows("dialect_shares.csv"):
        words = row["shares"].split()
        percent = {tag: float(share) for tag, share in zip(words[::2], words[1::2], strict=True)}
        total = sum(percent.values())
        table[row["province"], row["city"]] = MappingProxyType({tag: p / total for tag, p in percent.items()})
    return MappingProxyType(table)


@cache
def _reasons() -> Mapping[str, str]:
    return MappingProxyType({row["key"]: row["text"] for row in _rows("reasons.csv")})


def _rows(name: str) -> list[dict[str, str]]:
    text = files("dialect_router").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
