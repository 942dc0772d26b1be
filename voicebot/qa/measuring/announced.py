"""Whether words ask the caller to wait: the silence that follows is then a hold."""

from __future__ import annotations

import re
from functools import cache

from pydantic import Field

from voicebot.company.model import Model
from voicebot.company.packaged import packaged

_LAST: int = 40
"""Characters at the end of a turn that are looked at: what was asked before was over before."""


class HoldWords(Model):
    """data/holds.toml"""

    asks: tuple[str, ...] = Field(min_length=1)
    """Regular expressions."""


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{each})" for each in packaged(HoldWords, "voicebot.qa", "holds").asks))


def announces_hold(text: str) -> bool:
    return _pattern().search(text[-_LAST:]) is not None
