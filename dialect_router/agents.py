"""The people who take calls: what each of them can settle and speaks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from dialect_router.dialects import STANDARD, dialects

LOWEST: Final = 1
HIGHEST: Final = 5
UNSTATED_STANDARD: Final = 3
"""Fluency in standard Mandarin where an agent's entry does not name it: it is the language of work."""
SPEAKS: Final = 3
"""Fluency from which a person counts as speaking a dialect: holds a conversation in it, if not elegantly."""


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent. All levels are 1 (beginner) to 5 (expert, native); raises ValueError for others."""

    id: str
    name: str
    team: str = ""
    skills: Mapping[str, int] = field(default_factory=dict)
    """What the agent can settle -> proficiency."""
    dialects: Mapping[str, int] = field(default_factory=dict)
    """Tag of dialects.csv -> fluency."""
    languages: frozenset[str] = frozenset({STANDARD})
    """Languages of whole conversations, for callers who speak no Chinese."""
    seniority: int = 1
    """5: the best person for the most valuable customer."""
    capacity: int = 1
    """Conversations at a time."""
    phone: str = ""
    """Fixed address ("sip:8001@192.168.1.20"); empty where the phone registers under the id."""

    def __post_init__(self) -> None:
        levels = {**self.skills, **self.dialects, "seniority": self.seniority}
        wrong = {name: level for name, level in levels.items() if not LOWEST <= level <= HIGHEST}
        if wrong:
            raise ValueError(f"agent {self.id!r}: levels must be {LOWEST} to {HIGHEST}, not {wrong}")
        unknown = self.dialects.keys() - dialects().keys()
        if unknown:
            raise ValueError(f"agent {self.id!r}: no such dialects: {sorted(unknown)}; see dialects.csv")
        if self.capacity < 1:
            raise ValueError(f"agent {self.id!r}: capacity must be at least 1, not {self.capacity}")

    def fluency(self, tag: str) -> int:
        """1 to 5; 0 for a dialect that the agent does not speak."""
        return self.dialects.get(tag, UNSTATED_STANDARD if tag == STANDARD else 0)

    def speaks(self, tag: str) -> bool:
        return self.fluency(tag) >= SPEAKS
