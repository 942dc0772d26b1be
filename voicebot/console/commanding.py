"""Asks the media process to do something, and tells the person what came of it."""

from __future__ import annotations

import asyncio
import secrets
from typing import Final, Literal

from nicegui import ui

from voicebot.agent_commands import AgentCommand, CommandAnswer
from voicebot.command_bus import NoAnswer, send_command
from voicebot.console.visit import Visit

TOO_MANY: Final = "too many clicks at once: wait a few seconds"


def new_id() -> str:
    """Of a command."""
    return secrets.token_hex(8)


async def answer_to(visit: Visit, wanted: AgentCommand) -> CommandAnswer:
    """Of the media process, which one person's browser does not keep busy. Raises NoAnswer."""
    if visit.sources.commands.wait_s(visit.viewer.actor.id, at_s=asyncio.get_running_loop().time()):
        return CommandAnswer(wanted.id, False, TOO_MANY)
    return await send_command(visit.sources.settings.events, wanted)


async def command(visit: Visit, wanted: AgentCommand) -> bool:
    """Whether it was done; if not, the page says why. To be called from a handler of the page."""
    try:
        answer = await answer_to(visit, wanted)
    except NoAnswer as why:
        _notify(visit, "command.no_answer", str(why), "negative")
        return False
    if not answer.done:
        _notify(visit, "command.refused", answer.reason, "warning")
    return answer.done


def _notify(visit: Visit, title: str, why: str, kind: Literal["negative", "warning"]) -> None:
    ui.notify(visit.t(title), caption=visit.names.refusal(why), type=kind, multi_line=True)
