"""The agents of a company while it is at work: read again when their file changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from dialect_router.agents import Agent
from voicebot.company.agent_checks import check_agents
from voicebot.company.agents import read_agent_rows
from voicebot.company.places import Places
from voicebot.company.problems import CompanyError, in_order
from voicebot.company.routing import read_routing


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


def no_such_team(wanted: Collection[str], agents: Iterable[Agent]) -> str:
    """What is wrong with the teams that somebody named, as they are told; empty where the agents have them all."""
    teams = {agent.team for agent in agents}
    unknown = sorted(set(wanted) - teams)
    if not unknown:
        return ""
    return f"there is no team {', '.join(unknown)} in agents.csv; there are {', '.join(sorted(teams)) or 'none'}"
