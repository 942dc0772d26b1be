"""The people who take calls: the rows of agents.csv."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator
from pydantic_core import PydanticCustomError

from dialect_router.agents import Agent
from dialect_router.dialects import dialects
from voicebot.company.model import Model
from voicebot.company.problems import Problem, suggest
from voicebot.company.records import Word
from voicebot.company.rows import SEPARATOR, read_rows

AGENTS_FILE = "agents.csv"


def _levels(value: object) -> object:
    """'return:5|invoice:3' -> {'return': 5, 'invoice': 3}."""
    if not isinstance(value, str):
        return value
    levels: dict[str, int] = {}
    for part in value.split(SEPARATOR):
        name, colon, level = (piece.strip() for piece in part.partition(":"))
        if not (name and colon and level in {"1", "2", "3", "4", "5"}):
            message, remedy = "{part} is no name with a level 1 to 5", "Write them as return:5|billing:3"
            raise PydanticCustomError("voicebot", message, {"part": repr(part.strip()), "remedy": remedy})
        if name in levels:
            message, remedy = "{name} stands twice", "Give it one level"
            raise PydanticCustomError("voicebot", message, {"name": repr(name), "remedy": remedy})
        levels[name] = int(level)
    return levels


Levels = Annotated[Mapping[str, Annotated[int, Field(ge=1, le=5)]], BeforeValidator(_levels), Field(min_length=1)]
"""Name -> 1 (beginner) to 5 (expert, native)."""


class AgentRow(Model):
    """One row of agents.csv. A phone's password is a secret and stands elsewhere (agents.passwords_file)."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")
    """Also the name under which the agent's phone registers."""
    name: Word
    team: Word
    skills: Levels
    """What the agent can settle, as in routing.toml."""
    dialects: Levels
    """What the agent speaks; tags of dialect_router/data/dialects.csv."""
    languages: tuple[Literal["cmn", "yue", "en"], ...] = ("cmn",)
    seniority: int = Field(default=1, ge=1, le=5)
    """5: the best person for the most valuable customer."""
    capacity: int = Field(default=1, ge=1, le=5)
    """Conversations at a time."""
    phone: str = Field(default="", pattern=r"^(sip:[^@\s<>\";]+@[A-Za-z0-9.\-]+(:[0-9]{1,5})?)?$")
    """Fixed address, as sip:8001@192.168.1.20; empty where the phone registers under the id."""

    @field_validator("dialects")
    @classmethod
    def _known_dialects(cls, value: Mapping[str, int]) -> Mapping[str, int]:
        for tag in value:
            if tag not in dialects():
                raise PydanticCustomError(
                    "voicebot", "there is no dialect {tag}", {"tag": repr(tag), "remedy": suggest(tag, dialects())}
                )
        return value

    def agent(self) -> Agent:
        """The same as the router knows it."""
        return Agent(**{**self.model_dump(), "languages": frozenset(self.languages)})


def read_agent_rows(directory: Path) -> tuple[tuple[Agent, ...], list[Problem]]:
    """The agents of directory/agents.csv, and what is wrong with its form; no agents where there is no such file."""
    if not (directory / AGENTS_FILE).exists():
        return (), []
    rows, problems = read_rows(directory, AGENTS_FILE, AgentRow)
    if not rows and not problems:  # a file that is just being written must not send everybody home
        problems.append(Problem(AGENTS_FILE, 1, "names no agent", "Write a row for each, or delete the file"))
    return tuple(row.agent() for row in rows), problems
