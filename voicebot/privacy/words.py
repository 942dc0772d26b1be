"""The words by which personal data is known: data/personal.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Literal

from voicebot.company.model import Model

NamedKind = Literal["bank_card", "identity_card", "cvv", "one_time_code", "password", "phone"]


class NumberWords(Model):
    """One [[number]]: what a number of this kind is called, and least and most of its digits once it was named."""

    kind: NamedKind
    title: str
    words: tuple[str, ...]
    digits: tuple[int, int]


class NameWords(Model):
    """[name]"""

    before: tuple[str, ...]
    titles: tuple[str, ...]
    never_in_name: str
    double_surnames: tuple[str, ...]
    surnames: str


class AddressWords(Model):
    """[address]; the parts of an address are those of turn_words.toml."""

    before: tuple[str, ...]
    rooms: tuple[str, ...]


class PersonalWords(Model):
    """data/personal.toml"""

    other_numbers: tuple[str, ...]
    tails: tuple[str, ...]
    asking: tuple[str, ...]
    announcing: tuple[str, ...]
    number: tuple[NumberWords, ...]
    name: NameWords
    address: AddressWords

    @cached_property
    def titles(self) -> dict[str, str]:
        return {number.kind: number.title for number in self.number}

    @cached_property
    def _names(self) -> list[tuple[str, NumberWords | None]]:
        named: list[tuple[str, NumberWords | None]] = [(word, each) for each in self.number for word in each.words]
        return [*named, *((word, None) for word in (*self.other_numbers, *self.tails))]

    def naming(self, before: str) -> Naming:
        """What the last name of a number in `before` says of the number that follows."""
        ends = [(before.rfind(word) + len(word), len(word), of) for word, of in self._names if word in before]
        if not ends:
            return Naming(None, other=False)
        of = max(ends, key=lambda end: end[:2])[2]
        return Naming(of, other=of is None)

    def asked_for(self, text: str) -> NumberWords | None:
        """The number that one party asks the other for: 请说一下验证码."""
        if not any(word in text for word in self.asking):
            return None
        return self.naming(text).of


@dataclass(frozen=True, slots=True)
class Naming:
    """`of`: the kind of number that was named. `other`: it is one that need not be hidden (订单号, 尾号)."""

    of: NumberWords | None
    other: bool


@cache
def personal_words() -> PersonalWords:
    """The words that ship with the package."""
    text = files("voicebot.privacy").joinpath("data", "personal.toml").read_text(encoding="utf-8")
    return PersonalWords.model_validate(tomllib.loads(text))
