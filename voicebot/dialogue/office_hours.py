"""When humans work, and by when they ring back."""

from __future__ import annotations

from datetime import datetime, timedelta

from voicebot.company.schema import Hours


def is_open(hours: Hours, at: datetime) -> bool:
    """`at` in the company's time zone. Hours past midnight (20:00 to 02:00) are allowed; equal ones mean always."""
    now = at.time()
    if hours.opens < hours.closes:
        return hours.opens <= now < hours.closes
    return now >= hours.opens or now < hours.closes


def callback_due(hours: Hours, at: datetime) -> datetime:
    """By when a callback promised at `at` is due; outside office hours counted from the next opening."""
    start = at
    if not is_open(hours, at):
        start = at.replace(hour=hours.opens.hour, minute=hours.opens.minute, second=0, microsecond=0)
        if start < at:
            start += timedelta(days=1)
    return start + timedelta(minutes=hours.callback_within_minutes)
