"""What a text says that can be compared: quantities with their units, and whether it allows or refuses."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache

from voicebot.dialogue.digits import whole_number
from voicebot.qa.judges.wording import judging_words

_NUMBER = "[0-9零一二两三四五六七八九十百千万]+"
_HALF = 0.5


def quantities(text: str) -> dict[str, set[float]]:
    """By unit; times in hours, so that 两天 is 四十八小时."""
    words, found = judging_words(), defaultdict[str, set[float]](set)
    for number, unit, half in _pattern().findall(text):
        value = whole_number(number)
        if value is None:
            continue
        if unit in words.hours:
            found["小时"].add((value + _HALF * bool(half)) * words.hours[unit])
        else:
            found[words.units[unit]].add(float(value))
    return dict(found)


def allows(text: str) -> bool | None:
    """None where it says neither, or both."""
    refused, allowed = _any(judging_words().refuses), _any(judging_words().allows)
    refuses = refused.search(text) is not None
    permits = allowed.search(refused.sub("", text)) is not None
    return None if refuses == permits else permits


@cache
def _pattern() -> re.Pattern[str]:
    words = judging_words()
    units = "|".join(map(re.escape, sorted((*words.hours, *words.units), key=len, reverse=True)))
    return re.compile(f"({_NUMBER})({units})(半)?")


@cache
def _any(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))
