"""What people call a dialect where its speaker comes from: Southwestern Mandarin is 四川话 in Sichuan."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from dialect_router.dialects import dialects


def dialect_name(tag: str, province: str | None) -> str:
    """The everyday name of `tag` for a speaker from `province`; else the one in the table of dialects, else `tag`."""
    everyday = _names().get((tag, province or ""))
    known = dialects().get(tag)
    return everyday or (known.name_zh if known else tag)


@cache
def _names() -> Mapping[tuple[str, str], str]:
    text = files("voicebot.assist").joinpath("data", "dialect_names.csv").read_text(encoding="utf-8")
    return {(row["tag"], row["province"]): row["name"] for row in csv.DictReader(text.splitlines())}
