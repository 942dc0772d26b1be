"""Loads a company folder for use, or says all that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from voicebot.company.consistency import CHECKS
from voicebot.company.loader import read_company
from voicebot.company.problems import CompanyError, Problem
from voicebot.company.schema import Company


def load_company(directory: Path, *, today: date | None = None) -> Company:
    """A company that is complete and consistent; CompanyError with every problem otherwise.

    `today` resolves relative dates (`today+2`); by default it is today in the company's country.
    """
    company, problems = _read_and_check(directory, today)
    if company is None or problems:
        raise CompanyError(problems)
    return company


def check_company(directory: Path, *, today: date | None = None) -> list[Problem]:
    """Every problem of the folder, by file and line."""
    return _read_and_check(directory, today)[1]


def _read_and_check(directory: Path, today: date | None) -> tuple[Company | None, list[Problem]]:
    company, problems = read_company(directory, today or datetime.now(ZoneInfo("Asia/Shanghai")).date())
    # With a part missing, checks across the parts would only repeat that in other words.
    if company is not None and not problems:
        checks: tuple[Callable[[Company], list[Problem]], ...] = CHECKS
        problems = [problem for check in checks for problem in check(company)]
    return company, sorted(problems, key=lambda problem: (problem.file, problem.line or 0, problem.message))
