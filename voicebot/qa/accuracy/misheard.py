"""Writes a sentence as a recogniser that errs would: now and then another character of the same sound."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from pypinyin import lazy_pinyin

_CHINESE = re.compile(r"[㐀-鿿]")


def misheard(text: str, share: float, chance: random.Random) -> str:
    """share: of the characters that have others of the same sound."""
    return "".join(_other(character, chance) if chance.random() < share else character for character in text)


def _other(character: str, chance: random.Random) -> str:
    others = [each for each in _by_sound().get(_sound(character), ()) if each != character]
    return chance.choice(others) if others else character


def _sound(character: str) -> str:
    return str(lazy_pinyin(character)[0]) if _CHINESE.match(character) else ""


@cache
def _by_sound() -> Mapping[str, Sequence[str]]:
    """The characters of sentences on everyday matters, which recognisers know."""
    text = files("models").joinpath("data", "off_topic.txt").read_text(encoding="utf-8")
    found = defaultdict[str, list[str]](list)
    for character in sorted(set(_CHINESE.findall(text))):
        found[_sound(character)].append(character)
    return found
