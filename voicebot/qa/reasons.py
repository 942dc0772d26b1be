"""The words for why a verdict or a score is as it is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from voicebot.company.model import Model
from voicebot.company.packaged import packaged


class Reasons(Model):
    """data/reasons.toml"""

    verdicts: Mapping[str, str]
    leans: Mapping[str, str]
    not_scorable: Mapping[str, str]


@cache
def reasons() -> Reasons:
    return packaged(Reasons, "voicebot.qa", "reasons")


def why(key: str, **values: object) -> str:
    """The reason of a verdict."""
    return reasons().verdicts[key].format(**values)


def why_not_scorable(key: str, **values: object) -> str:
    return reasons().not_scorable[key].format(**values)
