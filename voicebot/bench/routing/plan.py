"""What a simulated day is like: data/day.toml, checked."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Callers(_Table):
    """Who rings, and how well their dialect is heard."""

    mobile: Share
    dialect_heard: Share
    classifier_right: Share
    standard_when_wrong: Share
    table_is_off: Positive
    values: Mapping[float, Positive]
    """Value of the customer -> relative frequency."""
    angry: Share
    more_often: Mapping[str, Positive]
    """Province -> factor on its population."""


class Skill(_Table):
    """calls: relative frequency; agents: share who have it."""

    calls: Positive
    agents: Share


class Shift(_Table):
    """Hours of the day."""

    share: Positive
    start: float = Field(alias="from")
    end: float = Field(alias="to")
    rest: float


class Agents(_Table):
    """Who answers, and when."""

    speaks_home_dialect: Share
    second_dialect: Share
    shifts: tuple[Shift, ...]
    home: Mapping[str, Positive]
    """Province -> relative frequency."""


class Plan(_Table):
    """The whole day. Times in seconds unless said otherwise."""

    opens_hour: float
    arrivals: tuple[Positive, ...]
    """Relative frequency of calls in each hour from opening."""
    talk_median_s: Positive
    talk_sigma: Positive
    wrap_up_s: Positive
    patience_mean_s: Positive
    pick_up_s: tuple[Positive, Positive]
    callers: Callers
    skills: Mapping[str, Skill]
    agents: Agents

    @property
    def hours(self) -> int:
        """From opening to the last call."""
        return len(self.arrivals)


@cache
def day_plan() -> Plan:
    """The plan that ships with the package."""
    text = files("voicebot.bench.routing").joinpath("data", "day.toml").read_text("utf-8")
    return Plan.model_validate(tomllib.loads(text))
