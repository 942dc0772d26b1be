"""All phones in browsers: who has one, on which line, and what rings there.

A person has one phone, whichever browser it is in: the newest connection takes its place as soon as it stands, and a
call that was going on goes on there. So a page that is loaded again, or a network that was away for a moment, costs a
second of silence, a few of music, and no call.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final, Protocol

from telephony.clock import MediaClock
from telephony.leg import EndReason, LegEnded, LegError
from telephony.webrtc.errors import NoSuchLine, NothingRings, OfferRefused
from telephony.webrtc.leg import PATIENCE_IN_CALL_S, BrowserLeg
from telephony.webrtc.line import Ending, Line
from telephony.webrtc.sdp import parse_offer
from telephony.webrtc.settings import WebRtcSettings

PATIENCE_S: Final = 8.0
"""For a browser whose line broke: a page that is loaded again is back in less."""
_MOST_COMING: Final = 4
"""Lines of one person that are being made at a time."""
_log = logging.getLogger(__name__)


class PhoneListener(Protocol):
    """Told on the event loop; must not block."""

    def on_connected(self, user: str, line: str) -> None:
        """The user's phone is on this line now."""

    def on_disconnected(self, user: str) -> None:
        """The user has no phone in a browser any more."""


class BrowserPhone:
    """One person's."""

    def __init__(self, user: str) -> None:
        self.user = user
        self.connected = False
        """A line stands, or was there a moment ago."""
        self.line: Line | None = None
        self.leg: BrowserLeg | None = None
        self.coming: set[Line] = set()

    @property
    def in_call(self) -> bool:
        return self.leg is not None and self.leg.up

    def take(self, line: Line) -> None:
        """The newest wins."""
        before, self.line = self.line, line
        self.connected = True
        if self.in_call:
            line.begin_call()
        if before is not None:
            before.close()

    def lines(self) -> list[Line]:
        return [*self.coming, *([self.line] if self.line is not None else [])]


class BrowserPhones:
    """Of one process. `run` carries their lines."""

    def __init__(self, settings: WebRtcSettings, clock: MediaClock, listener: PhoneListener) -> None:
        self._settings = settings
        self._clock = clock
        self._listener = listener
        self._phones: dict[str, BrowserPhone] = {}
        self._tasks: asyncio.TaskGroup | None = None

    async def run(self) -> None:
        """Until cancelled; then every line is hung up."""
        async with asyncio.TaskGroup() as self._tasks:
            await asyncio.Event().wait()

    # What browsers ask for

    def connect(self, user: str, line_id: str, offer: str) -> str:
        """The answer to a browser's offer. Raises OfferRefused, NoFreePort."""
        wanted = parse_offer(offer)
        assert self._tasks is not None, "browsers connect while `run` is going on"
        phone = self._phones.setdefault(user, BrowserPhone(user))
        if len(phone.coming) >= _MOST_COMING:
            raise OfferRefused("too many browsers connect this phone at once: wait a few seconds")
        line = Line(line_id, wanted, self._settings)
        phone.coming.add(line)
        self._tasks.create_task(self._carry(phone, line), name=f"browser-phone-{user}")
        return line.answer

    def disconnect(self, user: str, line_id: str) -> None:
        """The person put the phone away: a call that goes on there is hung up. Raises NoSuchLine."""
        phone = self._phones.get(user)
        line = next((each for each in phone.lines() if each.id == line_id), None) if phone else None
        if phone is None or line is None:
            raise NoSuchLine("this browser's phone is not connected")
        if line is phone.line and phone.leg is not None:
            phone.leg.end(LegEnded(EndReason.REMOTE_HANGUP))
        line.close()

    def pick_up(self, user: str) -> None:
        """Raises NothingRings."""
        self._ringing(user).pick_up()

    def decline(self, user: str) -> None:
        """Raises NothingRings."""
        self._ringing(user).decline()

    # What the floor asks for

    def has(self, user: str) -> bool:
        """Whether the user can be rung here."""
        phone = self._phones.get(user)
        return phone is not None and phone.connected

    def ring(self, user: str) -> BrowserLeg:
        """Raises LegError when the phone is not there, or in a call."""
        phone = self._phones.get(user)
        if phone is None or not phone.connected:
            raise LegError(LegEnded(EndReason.ERROR, 480, "the browser's phone is not connected"))
        if phone.leg is not None:
            raise LegError(LegEnded(EndReason.REJECTED, 486, "the browser's phone is in a call"))
        phone.leg = BrowserLeg(phone, self._clock, on_over=lambda: _put_down(phone))
        return phone.leg

    def _ringing(self, user: str) -> BrowserLeg:
        phone = self._phones.get(user)
        if phone is None or phone.leg is None or not phone.leg.ringing:
            raise NothingRings("no call rings in the browser: it was taken back, or rings on another telephone")
        return phone.leg

    # Lines

    async def _carry(self, phone: BrowserPhone, line: Line) -> None:
        """One line from beginning to end, and what becomes of its phone."""
        try:
            ending = await line.run(self._clock, on_up=lambda: self._took(phone, line))
        finally:
            phone.coming.discard(line)
        _log.info("line of a browser's phone is over: user %s, %s", phone.user, ending.name)
        if phone.line is line:
            phone.line = None
            if ending is Ending.GOODBYE:
                await asyncio.sleep(PATIENCE_IN_CALL_S if phone.in_call else PATIENCE_S)
        if phone.line is None and not phone.coming:
            self._gone(phone)

    def _took(self, phone: BrowserPhone, line: Line) -> None:
        phone.coming.discard(line)
        phone.take(line)
        self._listener.on_connected(phone.user, line.id)

    def _gone(self, phone: BrowserPhone) -> None:
        if self._phones.get(phone.user) is phone:
            del self._phones[phone.user]
            phone.connected = False
            if phone.leg is not None:
                phone.leg.gone()
            self._listener.on_disconnected(phone.user)


def _put_down(phone: BrowserPhone) -> None:
    phone.leg = None
    if phone.line is not None:
        phone.line.end_call()
