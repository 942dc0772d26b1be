"""Whether agents and routing fit: each skill that a call may need is somebody's, each that somebody has is needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dialect_router.agents import Agent
from voicebot.company.agents import AGENTS_FILE
from voicebot.company.places import Places, repeated
from voicebot.company.problems import Problem, suggest
from voicebot.company.routing import ROUTING_FILE, Routing
from voicebot.company.schema import Company


def check_staff(company: Company, places: Places) -> list[Problem]:
    problems = check_agents(company.agents, company.routing, places)
    for name in company.routing.intents:
        if name not in company.intents:
            message = f"intent {name!r} does not exist"
            problems.append(places.problem(ROUTING_FILE, ["intents", name], message, suggest(name, company.intents)))
    return problems


def check_agents(agents: Sequence[Agent], routing: Routing, places: Places) -> list[Problem]:
    """The problems between the agents, and between them and the routing; none for a company without agents."""
    return [*_repeated(agents, places), *_skills(agents, routing, places), *_overflow(agents, routing, places)]


def _repeated(agents: Sequence[Agent], places: Places) -> Iterable[Problem]:
    for id_ in repeated(agent.id for agent in agents):
        message, remedy = f"agent {id_!r} stands twice", "Give one of them an id of their own"
        yield places.problem_at_text(AGENTS_FILE, f"{id_},", message, remedy, last=True)
    for phone in repeated(agent.phone for agent in agents if agent.phone):
        message, remedy = f"{phone} is the phone of two agents", "Give each agent a phone of their own"
        yield places.problem_at_text(AGENTS_FILE, phone, message, remedy, last=True)


def _skills(agents: Sequence[Agent], routing: Routing, places: Places) -> Iterable[Problem]:
    if not agents:
        return
    there = {skill for agent in agents for skill in agent.skills}
    for skill in sorted(there - routing.skills):
        message, remedy = f"no intent needs the skill {skill!r}", suggest(skill, routing.skills)
        yield places.problem_at_text(AGENTS_FILE, f"{skill}:", message, f"{remedy} Or name it in {ROUTING_FILE}")
    for name, intent in routing.intents.items():
        if intent.skill and intent.skill not in there:
            message, remedy = f"no agent has the skill {intent.skill!r}", suggest(intent.skill, there)
            yield places.problem(ROUTING_FILE, ["intents", name, "skill"], message, remedy)
    for skill in routing.skill_titles.keys() - routing.skills:
        message, remedy = f"no intent needs the skill {skill!r}", suggest(skill, routing.skills)
        yield places.problem(ROUTING_FILE, ["skill_titles", skill], message, remedy)
    if routing.default_skill not in there:
        message, remedy = f"no agent has the skill {routing.default_skill!r}", suggest(routing.default_skill, there)
        yield places.problem(ROUTING_FILE, ["default_skill"], message, remedy)


def _overflow(agents: Sequence[Agent], routing: Routing, places: Places) -> Iterable[Problem]:
    teams = {agent.team for agent in agents}
    team = routing.queue.overflow_team
    if agents and team is not None and team not in teams:
        message = f"no agent is in the team {team!r}"
        yield places.problem(ROUTING_FILE, ["queue", "overflow_team"], message, suggest(team, teams))
