"""Whether a company is still right with a file changed: the same checks as at a start, on a copy of the folder."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from voicebot.company.agent_list import read_agents
from voicebot.company.check import check_company
from voicebot.company.passwords import read_passwords
from voicebot.company.problems import CompanyError, Problem, in_order
from voicebot.company_changes.files import LONGEST, write_file
from voicebot.qa.scorecard.company_checks import check_scorecards


def problems_with(directory: Path, file: str, text: str | None, passwords: Path | None) -> Sequence[Problem]:
    """What the change would break. What is wrong in other files already does not count: it can be mended one by one.

    passwords: agents.passwords_file, whose phones need their agents. Takes a good part of a second.
    """
    if text is not None and (problem := _unfit(file, text)):
        return [problem]
    with tempfile.TemporaryDirectory(prefix="voicebot-company-") as folder:
        copy = Path(folder) / "company"
        shutil.copytree(directory, copy, ignore=shutil.ignore_patterns("model*", ".*"))
        write_file(copy, file, text)
        found = _problems(copy, passwords)
    if not any(problem.file != file for problem in found):
        return found
    known = {(problem.file, problem.message) for problem in _problems(directory, passwords)}
    return [problem for problem in found if problem.file == file or (problem.file, problem.message) not in known]


def _unfit(file: str, text: str) -> Problem | None:
    if len(text) > LONGEST:
        return Problem(file, None, f"{len(text)} characters are too many", f"Keep it under {LONGEST}")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        line = text[: error.start].count("\n") + 1
        return Problem(file, line, "holds a character that is none", "Delete it and type it again")
    return None


def _problems(directory: Path, passwords: Path | None) -> list[Problem]:
    problems = in_order([*check_company(directory), *check_scorecards(directory)])
    if problems or passwords is None:
        return problems
    try:
        read_passwords(passwords, {agent.id for agent in read_agents(directory)})
    except CompanyError as error:
        return list(error.problems)
    return []
