"""Asks the media process to do something, and tells the person what came of it."""

from __future__ import annotations

import secrets

from nicegui import ui

from voicebot.agent_commands import AgentCommand
from voicebot.command_bus import NoAnswer, send_command
from voicebot.console.visit import Visit


def new_id() -> str:
    """Of a command."""
    return secrets.token_hex(8)


async def command(visit: Visit, wanted: AgentCommand) -> bool:
    """Whether it was done; if not, the page says why. To be called from a handler of the page."""
    try:
        answer = await send_command(visit.sources.settings.events, wanted)
    except NoAnswer as why:
        ui.notify(visit.t("command.no_answer"), caption=str(why), type="negative", multi_line=True)
        return False
    if not answer.done:
        ui.notify(visit.t("command.refused"), caption=answer.reason, type="warning", multi_line=True)
    return answer.done
