"""data/judging.toml: the words of judges' reasons, and what the small judges look for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from voicebot.company.model import Model
from voicebot.company.packaged import packaged


class JudgingWords(Model):
    """data/judging.toml"""

    complaints: tuple[str, ...]
    """Words of a caller who complains, however calmly."""
    refuses: tuple[str, ...]
    allows: tuple[str, ...]
    """An answer that allows what the right answer refuses is wrong, and the other way round."""
    hours: Mapping[str, float]
    """Units of time, in hours: 两天 is 四十八小时."""
    units: Mapping[str, str]
    """Other units, by their common name. The same unit with another number is wrong."""
    hedges: tuple[str, ...]
    """Words of somebody who does not know."""
    kept_outcomes: tuple[str, ...]
    """Ends of a call with which its matter may be settled."""
    lost_outcomes: tuple[str, ...]
    addresses_judge: tuple[str, ...]
    """Regular expressions for what is said to whoever scores the call, and to nobody in it."""
    reasons: Mapping[str, str]


@cache
def judging_words() -> JudgingWords:
    return packaged(JudgingWords, "voicebot.qa", "judging")


def reason(name: str, **values: object) -> str:
    return judging_words().reasons[name].format(**values)
