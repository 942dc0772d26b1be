"""What is wrong in the company's files, in the visitor's language."""

from __future__ import annotations

from voicebot.company.problems import CompanyError, Problem
from voicebot.console.texts import Texts


def place(problem: Problem) -> str:
    return problem.file if problem.line is None else f"{problem.file}:{problem.line}"


def mistake(t: Texts, problem: Problem) -> str:
    """In one line: place, fault and remedy."""
    message, remedy = t.said("problem", problem.message), t.said("problem", problem.remedy)
    return t("company.mistake", place=place(problem), message=message, remedy=remedy)


def mistakes(t: Texts, error: Exception) -> str:
    """Why a file cannot be used, or was not changed."""
    if not isinstance(error, CompanyError):
        return t.said("refusal", str(error))
    first, more = mistake(t, error.problems[0]), len(error.problems) - 1
    return f"{first} {t('company.more_mistakes', count=more)}" if more else first
