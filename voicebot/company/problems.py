"""What is wrong with a company folder: where it stands, what it is, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend, as `file:line: message. remedy`."""

    file: str
    """Path inside the company folder, as `flows/invoice.toml`."""
    line: int | None
    """Counted from 1; None when the problem belongs to no single line (a missing file)."""
    message: str
    remedy: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.message}. {self.remedy}"


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """By file and line."""
    return sorted(problems, key=lambda problem: (problem.file, problem.line or 0, problem.message))


class CompanyError(Exception):
    """The company folder cannot be used. Carries every problem; the attributes are those of the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        assert problems, "an error needs at least one problem"
        self.problems = tuple(problems)
        self.file, self.line = problems[0].file, problems[0].line
        self.message, self.remedy = problems[0].message, problems[0].remedy
        others = len(problems) - 1
        more = f" (and {others} more: voicebot company check and voicebot doctor list them)" if others else ""
        super().__init__(f"{problems[0]}{more}")

    def __reduce__(self) -> tuple[type[CompanyError], tuple[tuple[Problem, ...]]]:
        """Crosses from one process to another whole."""
        return CompanyError, (self.problems,)


def suggest(wrong: str, valid: Iterable[str]) -> str:
    """A remedy for a name that does not exist: the closest one that does, or all of them."""
    names = sorted(valid)
    close = get_close_matches(wrong, names, n=1, cutoff=0.5)
    return f"Did you mean {close[0]!r}?" if close else f"Use one of: {', '.join(names) or 'none is defined'}"


class IntentModelMissing(Exception):
    """The transformer was asked for and is not trained for these examples. The message names the command."""
