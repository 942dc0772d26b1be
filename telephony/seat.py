"""A leg's place in a bridged call: what it says for others to hear, what it hears of them, and who looks on."""

from __future__ import annotations

from typing import Protocol

from telephony.audio import SILENCE, Frame
from telephony.ear import Ear, Source
from telephony.leg import LegEnded, LegListener
from telephony.playout import Playout


class Seated(Protocol):
    """What a seat needs of a `CallLeg`."""

    playout: Playout

    def listen(self, listener: LegListener) -> None: ...

    def send_dtmf(self, digits: str) -> None: ...


class SeatKeeper(Protocol):
    """Who decides what a seat hears: a bridge. Told before the seat's own listener."""

    def on_key(self, seat: Seat, digit: str) -> None:
        """Its party pressed a key."""

    def on_change(self, seat: Seat) -> None:
        """Its party put the call on hold, took it back, or is gone."""


class Seat:
    """Listens to a leg and passes everything on to the leg's own listener, which hears what it would without a seat.

    The leg's playout keeps its meaning: what is written there is heard by this party and no other, over everything
    else. A frame that the party says is a source for the others' ears until its next one comes, 20 ms later; as all
    legs share one clock, each is heard exactly once by everyone, in the same tick or the next.
    """

    def __init__(self, leg: Seated, listener: LegListener, *, music: Source) -> None:
        """listener: as of `CallLeg.listen`. music: what this party hears while it waits, its own and not another's."""
        self.leg = leg
        self.music = music
        self.keeper: SeatKeeper | None = None
        self.muted = False
        """While set, the listener hears silence too: what nobody was to hear is not written down. Set by a bridge,
        which keeps it from the others."""
        self.holding = False
        """Whether the party's telephone has put the call on hold."""
        self.ended: LegEnded | None = None
        self.frames = 0
        """Frames heard of this party so far: its clock."""
        self._listener = listener
        self._ear = Ear()
        self._said = SILENCE
        leg.playout.mix = self._ear.over
        leg.listen(self)

    @property
    def present(self) -> bool:
        """Whether the party can hear and be heard."""
        return self.ended is None and not self.holding

    def listen(self, listener: LegListener) -> None:
        """Set who hears this party from now on: who records and transcribes it and decides what is to be done."""
        self._listener = listener

    def hear(self, *sources: Source) -> None:
        """These, and nothing else beside the announcements."""
        self._ear.hear(*sources)

    def wait(self) -> None:
        """Music until told otherwise."""
        self.hear(self.music)

    def next_frame(self) -> Frame:
        """What the party said last."""
        return self._said

    # What the leg says

    def on_frame(self, inbound: Frame, outbound: Frame) -> None:
        self._said = inbound
        self.frames += 1
        self._listener.on_frame(SILENCE if self.muted else inbound, outbound)

    def on_dtmf(self, digit: str) -> None:
        if self.keeper is not None:
            self.keeper.on_key(self, digit)
        self._listener.on_dtmf(digit)

    def on_hold(self, held: bool) -> None:
        self.holding = held
        if self.keeper is not None:
            self.keeper.on_change(self)
        self._listener.on_hold(held)

    def on_ended(self, ended: LegEnded) -> None:
        self.ended, self.holding = ended, False
        if self.keeper is not None:
            self.keeper.on_change(self)
        self._listener.on_ended(ended)
