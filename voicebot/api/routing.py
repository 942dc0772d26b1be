"""Who was rung for a call, why, and who else might have had it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from fastapi import APIRouter

from voicebot.accounts.permissions import Action
from voicebot.api.asking import Asks
from voicebot.api.calls import reached_call
from voicebot.api.shape import Shape
from voicebot.store.floor import FloorStore

router = APIRouter(prefix="/calls", tags=["calls"])


class Alternative(Shape):
    agent_id: str
    price: float


class Decision(Shape):
    """One agent who was rung. Prices are in seconds of waiting: the cheapest agent is rung."""

    agent_id: str
    skill: str
    dialect: str
    """The caller's, as believed or asked for."""
    dialect_matched: bool
    """Whether the agent speaks it."""
    offered_at: datetime
    waited_s: float
    reasons: list[str]
    price: dict[str, float]
    """By what it is for."""
    alternatives: list[Alternative]
    """The next best agents."""
    answered_at: datetime | None
    joined_at: datetime | None
    ended_at: datetime | None
    fate: str | None
    """talked, missed, declined, ...; null while it goes on."""


@router.get("/{call_id}/routing")
async def call_routing(call_id: str, asks: Asks) -> list[Decision]:
    """Every decision of the routing about a call, in order."""
    call = await reached_call(asks, call_id, Action.VIEW_CALL)
    found = await FloorStore(asks.web.store, asks.web.settings.events.node).offers(call.id)
    await asks.audit("call.read", f"call:{call.id}")
    return [Decision.model_validate(asdict(offer)) for offer in found]
