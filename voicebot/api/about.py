"""Who the asker is to the API: the first request of a new integration."""

from __future__ import annotations

from fastapi import APIRouter

from voicebot.accounts.permissions import Action, Reach, reach
from voicebot.api.asking import Asks
from voicebot.api.shape import Shape

router = APIRouter(prefix="/me", tags=["about"])


class Me(Shape):
    id: str
    """As the audit log names it."""
    name: str
    may: dict[str, str]
    """Action -> whose things it reaches: own, team or all."""


@router.get("")
async def me(asks: Asks) -> Me:
    """Who this key or session belongs to, and what it may do."""
    reached = {action.value: reach(asks.actor, action) for action in Action}
    return Me(
        id=asks.actor.id,
        name=asks.actor.name,
        may={action: each.name.lower() for action, each in reached.items() if each is not Reach.NONE},
    )
