"""Loads a company folder for use, or says all that is wrong with it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from voicebot.company.agent_checks import check_staff
from voicebot.company.loader import read_company
from voicebot.company.places import Places
from voicebot.company.problems import CompanyError, Problem, in_order
from voicebot.company.record_checks import check_records
from voicebot.company.schema import Company
from voicebot.company.script_checks import check_scripts
from voicebot.company.understanding_checks import check_understanding
from voicebot.company.vocabulary import check_vocabulary
from voicebot.company.wording_checks import check_wording


def load_company(directory: Path, *, today: date | None = None) -> Company:
    """A company that is complete and consistent; CompanyError with every problem otherwise.

    `today` resolves relative dates (`today+2`); by default it is today in China.
    """
    company, problems = _read_and_check(directory, today, None)
    if company is None or problems:
        raise CompanyError(problems)
    return company


def check_company(
    directory: Path, *, today: date | None = None, vocabulary: frozenset[str] | None = None
) -> list[Problem]:
    """Every problem of the folder, by file and line. `vocabulary`: characters that the recogniser can write."""
    return _read_and_check(directory, today, vocabulary)[1]


def _read_and_check(
    directory: Path, today: date | None, vocabulary: frozenset[str] | None
) -> tuple[Company | None, list[Problem]]:
    company, problems = read_company(directory, today or datetime.now(ZoneInfo("Asia/Shanghai")).date())
    # With a part missing, checks across the parts would only repeat that in other words.
    if company is not None and not problems:
        places = Places(directory)
        checks = (check_understanding, check_wording, check_records, check_scripts, check_staff)
        problems = [problem for check in checks for problem in check(company, places)]
        problems += check_vocabulary(company, places, vocabulary) if vocabulary else []
    return company, in_order(problems)
