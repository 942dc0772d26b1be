"""Dates that do not grow old: `today+2` in a sample file means two days after the day it is read."""

from __future__ import annotations

import re
from datetime import date, timedelta

_RELATIVE = re.compile(r"^today\s*(?:([+-])\s*(\d{1,4}))?$")


def resolve(text: str, today: date) -> str:
    """ISO date for `today`, `today-3`, `today+2`; anything else is returned unchanged."""
    found = _RELATIVE.match(text.strip().lower())
    if not found:
        return text
    days = int(found[2] or 0)
    return (today + timedelta(days=-days if found[1] == "-" else days)).isoformat()
