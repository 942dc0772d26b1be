"""Joins a caller and an agent, with a supervisor as a third, and decides at any moment who hears whom.

    hears       the caller          the agent                          the supervisor
    ----------  ------------------  ---------------------------------  ----------------
    apart       music               (whispers)                         the agent
    joined      the agent           the caller (and whispers)          both
    on hold     music               music                              whoever is not
    supervisor  when barging in     when whispering or barging in

A whisper is what is written to the agent's playout, before the two are joined or later. No way leads from there to the
caller: what a caller hears is made of the caller's own playout, music, the agent's voice and a barging supervisor's.
So a recording of what the caller's leg hears and says has no whisper in it either.
"""

from __future__ import annotations

import logging
from enum import StrEnum
from typing import Final

from telephony.dtmf import KEY_FRAMES
from telephony.rtp import DtmfNotNegotiated
from telephony.seat import Seat

_MOST_KEYS_WAITING: Final = 20
"""Keys take the place of the voice; of a longer burst the rest is dropped. An 18-digit identity number fits."""

_log = logging.getLogger(__name__)


class Supervision(StrEnum):
    """What a supervisor does in a call, apart from hearing both."""

    LISTEN = "listen"
    """Nothing: is heard by none."""
    WHISPER = "whisper"
    """Is heard by the agent only."""
    BARGE = "barge"
    """Is heard by both."""


class Bridge:
    """Two seats, and a third for a supervisor. It ends no leg: that is for its owner, whom each seat's listener tells.

    Nobody is left in silence meanwhile: a caller whose agent is gone, or holds the call, hears music until the owner
    has found another. To consult, an owner closes the bridge and makes one between two agents, while the caller waits;
    a second agent who barges in as a supervisor makes a conference of three.
    """

    def __init__(self, caller: Seat, agent: Seat) -> None:
        """The caller waits, the agent can be whispered to; `join` brings them together.

        Raises ValueError when a seat is still in another bridge.
        """
        self.caller = caller
        self.agent = agent
        self.joined = False
        self.supervisor: Seat | None = None
        self.supervision: Supervision | None = None
        self._held: set[Seat] = set()
        self._keys_until: dict[Seat, int] = {}
        _take(self, caller, agent)
        self._arrange()

    def join(self) -> None:
        """Caller and agent hear each other from the next frame on."""
        self.joined = True
        self._arrange()

    def part(self) -> None:
        """The caller waits again, as before `join`."""
        self.joined = False
        self._arrange()

    def hold(self, seat: Seat) -> None:
        """Caller or agent hears music and is heard by nobody, until `resume`.

        A caller whose agent is on hold hears no music, for it is the owner who wants to speak: a bot that takes a card
        number, or a supervisor who barges in.
        """
        self._held.add(seat)
        self._arrange()

    def resume(self, seat: Seat) -> None:
        """Takes a party back from hold."""
        self._held.discard(seat)
        self._arrange()

    def holds(self, seat: Seat) -> bool:
        """Whether this party is on hold here."""
        return seat in self._held

    def mute(self, seat: Seat) -> None:
        """Nobody hears this party, who goes on hearing the others."""
        seat.muted = True
        self._arrange()

    def unmute(self, seat: Seat) -> None:
        seat.muted = False
        self._arrange()

    def supervise(self, seat: Seat, mode: Supervision) -> None:
        """Lets a supervisor in, or changes what the one who is there does.

        Raises ValueError when another one is there, or the seat is in another bridge.
        """
        if self.supervisor is not seat:
            if self.supervisor is not None:
                raise ValueError("another supervisor is in this call: let that one leave first")
            _take(self, seat)
            self.supervisor = seat
        self.supervision = mode
        self._arrange()

    def end_supervision(self) -> None:
        """The supervisor is out and hears nothing more. Harmless when there is none."""
        if self.supervisor is not None:
            _release(self.supervisor)
            self.supervisor = self.supervision = None
            self._arrange()

    def close(self) -> None:
        """Everyone hears only what is written to their own playout, and may go into another bridge. To be called once
        nothing more is to be asked of this one."""
        self.end_supervision()
        _release(self.caller)
        _release(self.agent)

    # What the seats say

    def on_key(self, seat: Seat, digit: str) -> None:
        """Passed on to the other party, but for an agent's keys during a whisper: those are for the owner."""
        if not (self._there(self.caller) and self._there(self.agent)):
            return
        if seat is self.caller:
            self._press(digit, to=self.agent)
        elif seat is self.agent and not seat.leg.playout.pending_samples:
            self._press(digit, to=self.caller)

    def on_change(self, seat: Seat) -> None:
        if seat is self.supervisor and seat.ended is not None:
            self.end_supervision()
        else:
            self._arrange()

    def _press(self, digit: str, *, to: Seat) -> None:
        until = max(self._keys_until.get(to, 0), to.frames) + KEY_FRAMES
        if until - to.frames > _MOST_KEYS_WAITING * KEY_FRAMES:
            return
        self._keys_until[to] = until
        try:
            to.leg.send_dtmf(digit)
        except DtmfNotNegotiated as error:
            _log.info("a key was not passed on: %s", error)

    # Who hears whom

    def _there(self, seat: Seat) -> bool:
        """Whether this party takes part in the conversation now."""
        return self.joined and seat.present and seat not in self._held

    def _speaking(self, *modes: Supervision) -> Seat | None:
        """The supervisor, if there and heard in one of these modes."""
        supervisor = self.supervisor
        return supervisor if supervisor is not None and supervisor.present and self.supervision in modes else None

    def _arrange(self) -> None:
        caller, agent = self.caller, self.agent
        coach, third = self._speaking(Supervision.WHISPER, Supervision.BARGE), self._speaking(Supervision.BARGE)
        caller_there, agent_there = self._there(caller), self._there(agent)

        alone = not agent.present and third is None
        _let_hear(caller, agent if agent_there else None, third, waits=not self.joined or caller in self._held or alone)

        left = self.joined and caller.holding and coach is None
        _let_hear(agent, caller if caller_there else None, coach, waits=agent in self._held or left)

        if self.supervisor is not None:
            heard = caller if caller_there and (agent_there or third is not None) else None
            _let_hear(self.supervisor, heard, None if agent in self._held else agent)


def _let_hear(listener: Seat, *speakers: Seat | None, waits: bool = False) -> None:
    if not listener.present:
        listener.hear()
    elif waits:
        listener.wait()
    else:
        listener.hear(*(seat for seat in speakers if seat is not None and seat.present and not seat.muted))


def _take(bridge: Bridge, *seats: Seat) -> None:
    if any(seat.keeper is not None for seat in seats):
        raise ValueError("a party can be in one bridge only: close the other first")
    for seat in seats:
        seat.keeper = bridge


def _release(seat: Seat) -> None:
    seat.keeper = None
    seat.muted = False
    seat.hear()
