"""Phrases that an agent must not use towards a caller (服务忌语), and what to say instead."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property

from pydantic import Field

from voicebot.company.model import Model
from voicebot.company.packaged import packaged

LONGEST_TEXT = 400
"""Characters of one turn that are looked at."""


class ForbiddenGroup(Model):
    """One [[group]]: phrases that are wrong for the same reason. `unless`: longer words in which they are harmless."""

    name: str
    title: str
    instead: str
    says: tuple[str, ...] = Field(min_length=1)
    unless: tuple[str, ...] = ()


class ForbiddenPhrases(Model):
    """data/forbidden.toml, or a company's own list of the same form."""

    group: tuple[ForbiddenGroup, ...]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """A harmless word or a forbidden phrase; whichever begins first, the longest one."""
        words = [word for group in self.group for word in (*group.says, *group.unless)]
        return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))

    @cached_property
    def groups(self) -> dict[str, ForbiddenGroup]:
        return {phrase: group for group in self.group for phrase in group.says}


@cache
def forbidden_phrases() -> ForbiddenPhrases:
    """The phrases that ship with the package."""
    return packaged(ForbiddenPhrases, "voicebot.assist", "forbidden")


@dataclass(frozen=True, slots=True)
class Forbidden:
    """`phrase` was said, at `start` of the text."""

    phrase: str
    group: ForbiddenGroup
    start: int


def find_forbidden(text: str, phrases: ForbiddenPhrases) -> list[Forbidden]:
    """The forbidden phrases in one turn of an agent, in order."""
    return [
        Forbidden(match[0], phrases.groups[match[0]], match.start())
        for match in phrases.pattern.finditer(text[:LONGEST_TEXT])
        if match[0] in phrases.groups
    ]
