"""Whether the parts of a company fit each other."""

from __future__ import annotations

from collections.abc import Callable

from voicebot.company.problems import Problem
from voicebot.company.schema import Company

CHECKS: tuple[Callable[[Company], list[Problem]], ...] = ()
