"""The options by which `voicebot qa` is told which past calls are meant."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from voicebot.company import Company
from voicebot.config import ConfigError
from voicebot.qa.periods import Period

SinceOption = Annotated[str, typer.Option(help="Calls from this day on, as 2026-11-01; in the company's time zone.")]
UntilOption = Annotated[str | None, typer.Option(help="Calls before this day. Default: up to now.")]


def period_of(since: str, until: str | None, company: Company) -> Period:
    """Raises ConfigError."""
    zone = ZoneInfo(company.profile.timezone)
    return Period(_moment(since, zone, "--since"), _moment(until, zone, "--until") if until else None)


def _moment(text: str, zone: ZoneInfo, option: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"{option} {text}: write a day as 2026-11-01, or a moment as 2026-11-01T08:00") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
