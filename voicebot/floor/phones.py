"""The telephones of agents and supervisors: rung in the browser, at a fixed address, or where they registered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from dialect_router.agents import Agent
from telephony.leg import LegListener
from telephony.playout import Playout
from telephony.rtp import MediaStats
from telephony.sip.endpoint import SipEndpoint
from telephony.sip.refer import TransferRequest
from telephony.webrtc.phones import BrowserPhones


class RungLeg(Protocol):
    """A leg to a phone that rings: a `SipLeg`, or a `BrowserLeg`."""

    playout: Playout
    on_transfer: Callable[[TransferRequest], bool] | None

    @property
    def stats(self) -> MediaStats: ...

    def listen(self, listener: LegListener) -> None: ...

    def send_dtmf(self, digits: str) -> None: ...

    def hang_up(self) -> None: ...

    async def answered(self, timeout_s: float = 60.0) -> None:
        """Raises LegError when nobody takes the call."""


class Phones(Protocol):
    """Rings people. Raises SipError when a phone can't be reached at all, LegError when there is no line left."""

    async def ring(self, agent: Agent, *, caller_number: str, caller_name: str, call_id: str) -> RungLeg: ...


class SipPhones:
    """Through the endpoint that takes the calls as well."""

    def __init__(self, endpoint: SipEndpoint) -> None:
        self._endpoint = endpoint

    async def ring(self, agent: Agent, *, caller_number: str, caller_name: str, call_id: str) -> RungLeg:
        number, headers = caller_number or "anonymous", {"X-Voicebot-Call": call_id}
        dial, target = (self._endpoint.dial, agent.phone) if agent.phone else (self._endpoint.dial_phone, agent.id)
        return await dial(target, from_number=number, display_name=caller_name, headers=headers)


class AllPhones:
    """In the browser where that is connected, else by SIP."""

    def __init__(self, browsers: BrowserPhones, sip: SipPhones) -> None:
        self._browsers = browsers
        self._sip = sip

    async def ring(self, agent: Agent, *, caller_number: str, caller_name: str, call_id: str) -> RungLeg:
        if self._browsers.has(agent.id):
            return self._browsers.ring(agent.id)
        return await self._sip.ring(agent, caller_number=caller_number, caller_name=caller_name, call_id=call_id)
