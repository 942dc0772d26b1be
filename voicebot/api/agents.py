"""The people who take calls, and what they are doing."""

from __future__ import annotations

from fastapi import APIRouter

from voicebot.accounts.permissions import Action
from voicebot.api.asking import Asks
from voicebot.api.shape import Shape
from voicebot.store.floor import FloorStore

router = APIRouter(prefix="/agents", tags=["agents"])


class Agent(Shape):
    id: str
    name: str
    team: str
    skills: dict[str, int]
    """1 (beginner) to 5 (expert)."""
    dialects: dict[str, int]
    """Dialect (BCP 47) -> 1 to 5 (native)."""
    languages: list[str]
    seniority: int
    capacity: int
    presence: str
    """As last known; offline for who has never signed in."""


@router.get("")
async def list_agents(asks: Asks) -> list[Agent]:
    """The agents of agents.csv as it is now."""
    asks.need(Action.VIEW_AGENT)
    company = await asks.web.company.current()
    presences = await FloorStore(asks.web.store, asks.web.settings.events.node).presences()
    return [
        Agent(
            id=agent.id,
            name=agent.name,
            team=agent.team,
            skills=dict(agent.skills),
            dialects=dict(agent.dialects),
            languages=sorted(agent.languages),
            seniority=agent.seniority,
            capacity=agent.capacity,
            presence=presences.get(agent.id, "offline"),
        )
        for agent in company.agents
    ]
