"""Click-to-dial: a program, or a page, has an agent call a customer."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, HTTPException
from pydantic import ConfigDict, Field

from voicebot.accounts.permissions import Action, Subject
from voicebot.agent_commands import AgentId, Dial, Number
from voicebot.api.asking import Asks
from voicebot.api.shape import Shape
from voicebot.command_bus import NoAnswer, send_command
from voicebot.masking import mask

router = APIRouter(prefix="/calls", tags=["calls"])


class DialRequest(Shape):
    model_config = ConfigDict(extra="forbid")

    agent_id: AgentId
    """Whose telephone rings first. The agent is ready, or in the wrap-up."""
    number: Annotated[Number, Field(examples=["13912345678"])]
    """As people write it, or in E.164. The settings say which may be dialled."""


class Dialled(Shape):
    call_id: str
    """How it goes is told by the call's events: call_ended has the outcome, such as agent, busy or no_answer."""


@router.post("", status_code=202)
async def dial(wanted: DialRequest, asks: Asks) -> Dialled:
    """Have an agent call a customer: the agent's telephone rings, then the number."""
    asks.need(Action.DIAL)
    company = await asks.web.company.current()
    team = next((agent.team for agent in company.agents if agent.id == wanted.agent_id), None)
    if team is None:
        raise HTTPException(404, "There is no such agent.")
    if not asks.may(Action.DIAL, Subject(frozenset({wanted.agent_id}), frozenset({team}))):
        raise HTTPException(403, "You may not have this agent call anybody.")
    await asks.audit("call.dialled", f"agent:{wanted.agent_id}", {"number": mask(wanted.number)})
    command = Dial(secrets.token_hex(8), wanted.agent_id, wanted.number)
    try:
        answer = await send_command(asks.web.settings.events, command)
    except NoAnswer as why:
        raise HTTPException(503, str(why), {"Retry-After": "5"}) from why
    if not answer.done or answer.call_id is None:
        raise HTTPException(409, answer.reason)
    return Dialled(call_id=answer.call_id)
