"""Where somebody lives, from the street on: 民权路28号5栋3单元1202. The town before it stays readable."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from voicebot.privacy.spans import Span
from voicebot.privacy.words import personal_words
from voicebot.turn_taking.turn_words import DictationWords, load_turn_words

_NUMBER = "[0-9零一二三四五六七八九十百两幺A-Za-z]{1,8}"
_HAN = "[\\u4e00-\\u9fff]"
_LONGEST_STREET = 8
_NO_PLACE = "□"


def addresses_in(text: str) -> list[Span]:
    """Streets with a house number. A street alone is where half a town lives, and no address."""
    before = (*_words().regions, *personal_words().address.before)
    plain = _no_place().sub(lambda match: _NO_PLACE * len(match[0]), text)
    found = []
    for match in _pattern().finditer(plain):
        name = match["street"][:-1]
        begin = max((name.rfind(each) + len(each) for each in before if each in name), default=0)
        found.append(Span("address", match.start() + begin, match.end()))
    return found


@cache
def _words() -> DictationWords:
    return load_turn_words().dictation


@cache
def _no_place() -> re.Pattern[str]:
    """Words that end like a place and are none: 知道, 订单号."""
    words = _words()
    return re.compile(_any(word for word in words.no_address if word not in words.streets))


@cache
def _pattern() -> re.Pattern[str]:
    words = _words()
    street = f"(?P<street>{_HAN}{{1,{_LONGEST_STREET}}}?{_any(words.streets)})"
    rooms = _any(personal_words().address.rooms)
    house = f"[，, ]?{_HAN}{{0,6}}?{_NUMBER}{_any(words.houses)}"
    return re.compile(f"{street}(?:{house})+(?:{_NUMBER}{rooms}?)?")


def _any(words: Iterable[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, sorted(words, key=len, reverse=True)))})"
