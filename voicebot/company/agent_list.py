"""The agents of a company while it is at work: read again when their file changes, and what that changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dialect_router.agents import Agent
from voicebot.company.agent_checks import check_agents
from voicebot.company.agents import read_agent_rows
from voicebot.company.places import Places
from voicebot.company.problems import CompanyError, in_order
from voicebot.company.routing import read_routing


@dataclass(frozen=True, slots=True)
class AgentChanges:
    """What a new list of agents means for those at work."""

    added: tuple[Agent, ...] = ()
    changed: tuple[Agent, ...] = ()
    """As they are now. A call under way goes on; the next one is given out by the new skills."""
    removed: tuple[Agent, ...] = ()
    """As they were. They get no further call and are signed out when they hang up."""

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def agents_changed(old: Sequence[Agent], new: Sequence[Agent]) -> AgentChanges:
    """From one list to the next, by id; the order of a list means nothing."""
    before, after = ({agent.id: agent for agent in agents} for agents in (old, new))
    return AgentChanges(
        added=tuple(agent for agent in new if agent.id not in before),
        changed=tuple(agent for agent in new if agent.id in before and agent != before[agent.id]),
        removed=tuple(agent for agent in old if agent.id not in after),
    )


def read_agents(directory: Path) -> tuple[Agent, ...]:
    """The agents of a company folder as it is now; none where it has no agents.csv.

    Raises CompanyError with file, line and remedy: whoever reads while calls are going on keeps the list he has.
    """
    agents, problems = read_agent_rows(directory)
    routing, more = read_routing(directory)
    problems += more
    if not problems:
        problems = check_agents(agents, routing, Places(directory))
    if problems:
        raise CompanyError(in_order(problems))
    return agents
