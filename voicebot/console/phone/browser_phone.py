"""A person's phone in the browser: takes its offers to the media process, and tells it what rings and who talks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from telephony.webrtc.sdp import LONGEST_OFFER
from voicebot.agent_commands import ConnectPhone, DisconnectPhone
from voicebot.agent_events import AgentEvent, PhoneLine, PresenceChanged, Supervising, Unlisted
from voicebot.browser_phone_settings import IceServer
from voicebot.command_bus import NoAnswer
from voicebot.config import secret
from voicebot.console.commanding import answer_to, command, new_id
from voicebot.console.visit import Visit

DESK: Final = "/desk"
_LINE: Final = re.compile(r"[0-9a-f]{16}")
WORDS: Final = (
    *("off", "connecting", "on", "elsewhere", "failed", "connect", "disconnect", "test", "level", "microphone"),
    *("rings", "speaker", "tone", "how", "insecure", "not_allowed", "no_microphone", "no_way"),
)


class BrowserPhone(Element, component="browser_phone.js"):
    """Off until its person connects it; the next page, or the same one loaded again, connects by itself."""

    def __init__(self, visit: Visit, agent_id: str) -> None:
        super().__init__()
        self._visit = visit
        self._agent_id = agent_id
        self.props["words"] = {word: visit.t(f"phone.{word}") for word in WORDS}
        self.props["ice-servers"] = _for_browsers(visit.sources.settings.browser_phone.ice_servers)
        self.on("offer", self._offer)
        self.on("leave", self._leave)
        self.props["desk"] = "" if visit.request.url.path == DESK else DESK
        self._talks = self._supervises = False
        self.begin()

    def begin(self) -> None:
        """As things stand."""
        live = self._visit.sources.live_agents
        state = live.get(self._agent_id)
        self._supervises = live.supervises(self._agent_id)
        self.props["line"] = live.line_of(self._agent_id)
        self._show(ringing=bool(state and state.ringing), talks=bool(state and state.calls))

    def tell(self, event: AgentEvent) -> None:
        """What the media process says of this person."""
        match event:
            case PhoneLine():
                self.props["line"] = event.line
            case Unlisted():
                self.begin()
            case PresenceChanged():
                self._show(ringing=bool(event.ringing), talks=bool(event.calls))
            case Supervising():
                self._supervises = event.state not in ("ringing", "over")
                self._show(ringing=self.props["ringing"], talks=self._talks)
            case _:
                pass

    def _show(self, *, ringing: bool, talks: bool) -> None:
        self._talks = talks
        self.props["ringing"] = ringing
        self.props["talking"] = talks or self._supervises

    async def _offer(self, event: GenericEventArguments) -> None:
        line, offer = _told(event.args, "line"), _told(event.args, "sdp")
        if not _LINE.fullmatch(line) or len(offer) > LONGEST_OFFER:
            return
        wanted = ConnectPhone(new_id(), self._agent_id, line, offer)
        try:
            answer = await answer_to(self._visit, wanted)
        except NoAnswer:
            self.run_method("refused", line, self._visit.t("command.no_answer"))
            return
        if answer.done:
            self.run_method("answered", line, answer.sdp)
        else:
            self.run_method("refused", line, self._visit.names.refusal(answer.reason))

    async def _leave(self, event: GenericEventArguments) -> None:
        line = _told(event.args, "line")
        if _LINE.fullmatch(line):
            await command(self._visit, DisconnectPhone(new_id(), self._agent_id, line))


def _told(args: object, name: str) -> str:
    """What a browser says is anything."""
    value = args.get(name) if isinstance(args, Mapping) else None
    return value if isinstance(value, str) else ""


def _for_browsers(servers: Sequence[IceServer]) -> list[dict[str, Any]]:
    """As RTCPeerConnection wants them."""
    return [
        {"urls": list(each.urls), "username": each.username, "credential": secret(each.credential) or ""}
        for each in servers
    ]
