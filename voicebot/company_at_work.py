"""A company as calls use it: its folder, and what is worked out from it before the first call asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from voicebot.company import Company, load_company
from voicebot.company.schema import Language
from voicebot.speaking.fixed_prompts import fixed_sentences
from voicebot.turn_taking.turn_words import TurnWords, load_turn_words


@dataclass(frozen=True, slots=True)
class CompanyAtWork:
    """Never changes: a call that has begun keeps the one that it began with."""

    company: Company
    words: TurnWords
    fixed: tuple[tuple[str, Language], ...]
    """Every sentence that is said word for word, to be synthesised ahead."""


def read_at_work(directory: Path) -> CompanyAtWork:
    """Takes over a second. Raises CompanyError."""
    return at_work(load_company(directory))


def at_work(company: Company) -> CompanyAtWork:
    return CompanyAtWork(company, load_turn_words(company), tuple(fixed_sentences(company, today(company))))


def today(company: Company) -> date:
    return datetime.now(ZoneInfo(company.profile.timezone)).date()
