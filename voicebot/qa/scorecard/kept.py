"""Scorecards as they were when calls were scored with them."""

from __future__ import annotations

from functools import lru_cache

import structlog

from voicebot.company.problems import CompanyError
from voicebot.qa.scorecard.files import parse_scorecard
from voicebot.qa.scorecard.model import Scorecard

log = structlog.get_logger(__name__)


@lru_cache(maxsize=32)
def kept_scorecard(text: str, name: str) -> Scorecard | None:
    """From the text that was kept; None where this version cannot read it."""
    try:
        return parse_scorecard(text, name)
    except CompanyError as error:
        log.warning("scorecard_not_readable", scorecard=name, reason=str(error))
        return None
