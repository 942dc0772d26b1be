"""Made-up sentences with known personal data, to measure how much of it is found and what else is taken for it.

A set of our own making: it shows what the rules do, not what callers say.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from models.text import normalise
from voicebot.privacy.call_listener import personal_data
from voicebot.privacy.numbers import is_bank_card, is_identity_card
from voicebot.privacy.words import personal_words

MANNERS: Final = ("written", "grouped", "said", "said, normalised", "one digit misheard")
_SAID: Final = str.maketrans("0123456789", "零幺二三四五六七八九")
_MISHEARD: Final = frozenset({"bank_card", "identity_card"})
"""Kinds with a check digit: for the others a wrong digit changes nothing."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """`value` is what is to be found in `text`; kind "other" and no value: nothing is."""

    text: str
    kind: str
    value: str
    manner: str


@dataclass(frozen=True, slots=True)
class Figures:
    """found: all of the value was marked. false_alarms: sentences without personal data in which some was seen."""

    sentences: int
    found: int
    wrong_kind: int

    @property
    def recall(self) -> float:
        return self.found / self.sentences


@dataclass(frozen=True, slots=True)
class Measured:
    by_kind: Mapping[str, Figures]
    by_manner: Mapping[str, Figures]
    missed: tuple[str, ...]
    others: int
    """Sentences without personal data."""
    false_alarms: tuple[str, ...]

    @property
    def precision(self) -> float:
        found = sum(figures.found for figures in self.by_kind.values())
        return found / (found + len(self.false_alarms))


def measure(each: int = 20, *, seed: int = 1) -> Measured:
    """each: how often every sentence is made with other values."""
    rng = random.Random(seed)
    sentences = [sentence for _ in range(each) for sentence in _sentences(rng)]
    personal = [(sentence, *_found(sentence)) for sentence in sentences if sentence.kind != "other"]
    others = [sentence for sentence in sentences if sentence.kind == "other"]

    def figures(key: Callable[[Sentence], str]) -> dict[str, Figures]:
        groups: dict[str, list[tuple[bool, bool]]] = {}
        for sentence, found, right in personal:
            groups.setdefault(key(sentence), []).append((found, right))
        return {
            name: Figures(
                len(group), sum(found for found, _ in group), sum(found and not right for found, right in group)
            )
            for name, group in groups.items()
        }

    return Measured(
        by_kind=figures(lambda sentence: sentence.kind),
        by_manner=figures(lambda sentence: sentence.manner),
        missed=tuple(sentence.text for sentence, found, _ in personal if not found),
        others=len(others),
        false_alarms=tuple(one.text for one in others if personal_data(one.text, personal_words())),
    )


def _found(sentence: Sentence) -> tuple[bool, bool]:
    """Whether the whole value was marked, and as the kind that it is."""
    start = sentence.text.index(sentence.value)
    end = start + len(sentence.value)
    spans = [span for span in personal_data(sentence.text, personal_words()) if span.start <= start and end <= span.end]
    return bool(spans), any(span.kind == sentence.kind for span in spans)


def _sentences(rng: random.Random) -> Iterator[Sentence]:
    table = _table()
    for kind, templates in table["personal"].items():
        for template in templates:
            yield from _personal(template, kind, rng)
    for template in table["other"]["sentences"]:
        filled = _filled(template, rng)
        for text in dict.fromkeys((filled, filled.translate(_SAID), normalise(filled.translate(_SAID)))):
            yield Sentence(text, "other", "", "written")


def _personal(template: str, kind: str, rng: random.Random) -> Iterator[Sentence]:
    name = next(name for name in _VALUES if f"{{{name}}}" in template and name != "town")
    value = _VALUES[name](rng)
    around = _filled(template.replace(f"{{{name}}}", "\0"), rng)
    ways = {"written": value}
    if value.rstrip("X").isdigit():
        said = value.translate(_SAID).replace("X", "叉")
        ways["grouped"] = _grouped(value, rng.choice(" -，"))
        ways["said"] = _grouped(said, rng.choice(("", "，", "呃")))
        ways["said, normalised"] = normalise(said)
        if kind in _MISHEARD:
            ways["one digit misheard"] = _misheard(value, rng)
    for manner, way in ways.items():
        if manner != "one digit misheard" or any(word in template for word in ("卡号", "身份证")):
            yield Sentence(around.replace("\0", way), kind, way, manner)


def _grouped(number: str, gap: str) -> str:
    return gap.join(number[start : start + 4] for start in range(0, len(number), 4))


def _misheard(number: str, rng: random.Random) -> str:
    place = rng.randrange(6, len(number) - 1)
    return number[:place] + str((int(number[place]) + rng.randint(1, 9)) % 10) + number[place + 1 :]


def _filled(template: str, rng: random.Random) -> str:
    for name, value in _VALUES.items():
        while f"{{{name}}}" in template:
            template = template.replace(f"{{{name}}}", value(rng), 1)
    return template


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def _card(rng: random.Random) -> str:
    issuer, length = rng.choice([("6222", 19), ("6217", 19), ("6228", 19), ("6225", 16), ("4392", 16), ("5187", 16)])
    first = issuer + _digits(rng, length - 1 - len(issuer))
    return next(first + check for check in "0123456789" if is_bank_card(first + check))


def _identity(rng: random.Random) -> str:
    born = f"{rng.randint(1940, 2010)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}"
    first = rng.choice(["110105", "310115", "440305", "500103", "510104"]) + born + _digits(rng, 3)
    return next(first + check for check in "0123456789X" if is_identity_card(first + check))


def _street(rng: random.Random) -> str:
    street = rng.choice(["民权路", "天府大道", "人民南街", "阳光花园", "建设巷", "幸福小区", "中山一路"])
    house = rng.choice(["{a}号", "{a}号{b}栋{c}单元", "{a}号{b}号楼", "{b}栋{c}单元{d}", "{a}弄{b}号{d}室"])
    return street + house.format(
        a=rng.randint(1, 300), b=rng.randint(1, 30), c=rng.randint(1, 5), d=rng.randint(101, 3005)
    )


_VALUES: Final[Mapping[str, Callable[[random.Random], str]]] = {
    "card": _card,
    "id": _identity,
    "mobile": lambda rng: f"1{rng.choice('3456789')}{_digits(rng, 9)}",
    "landline": lambda rng: f"{rng.choice(['010', '021', '023', '028', '0755'])}{rng.randint(2, 8)}{_digits(rng, 7)}",
    "three": lambda rng: _digits(rng, 3),
    "four": lambda rng: _digits(rng, 4),
    "six": lambda rng: _digits(rng, 6),
    "name": lambda rng: (
        rng.choice("王李张刘陈杨赵黄周吴") + rng.choice(["小明", "芳", "秀英", "建国", "静", "子涵", "伟", "雪梅"])
    ),
    "town": lambda rng: rng.choice(["重庆市渝中区", "成都市武侯区", "北京市朝阳区", "广东省深圳市南山区", ""]),
    "street": _street,
    "order": lambda rng: f"2024{_digits(rng, rng.choice([4, 6]))}",
    "tracking": lambda rng: rng.choice(["SF", "JD", "", "YT"]) + _digits(rng, rng.choice([12, 13, 15])),
    "long_order": lambda rng: f"{rng.randint(2020, 2026)}{_digits(rng, rng.choice([12, 14, 15]))}",
    "amount": lambda rng: f"{rng.randint(1, 99999)}.{rng.randint(0, 99):02}",
    "date": lambda rng: f"{rng.randint(1, 12)}月{rng.randint(1, 28)}号",
    "count": lambda rng: str(rng.randint(2, 99)),
}


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(files("voicebot.privacy").joinpath("data", "measured.toml").read_text(encoding="utf-8"))
