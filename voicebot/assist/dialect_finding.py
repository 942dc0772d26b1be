"""The belief about a caller's dialect as an agent is told it, in the name that people give it at home: 四川话."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from dialect_router.dialects import dialects
from dialect_router.evidence import DialectBelief
from voicebot.assist.packet import DialectFinding

_MOST_REASONS = 3


def dialect_finding(belief: DialectBelief, province: str | None) -> DialectFinding:
    """`province`: short name of where the caller's number comes from."""
    tag = belief.top()
    return DialectFinding(
        tag,
        dialect_name(tag, province),
        round(belief.share(tag), 3),
        belief.reasons[:_MOST_REASONS],
        requested=belief.requested is not None,
    )


def dialect_name(tag: str, province: str | None) -> str:
    """The everyday name of `tag` for a speaker from `province`; else the one in the table of dialects, else `tag`."""
    everyday = _names().get((tag, province or ""))
    known = dialects().get(tag)
    return everyday or (known.name_zh if known else tag)


@cache
def _names() -> Mapping[tuple[str, str], str]:
    text = files("voicebot.assist").joinpath("data", "dialect_names.csv").read_text(encoding="utf-8")
    return {(row["tag"], row["province"]): row["name"] for row in csv.DictReader(text.splitlines())}
