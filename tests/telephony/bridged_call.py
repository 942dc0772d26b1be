"""A caller, an agent and a supervisor around one bridge, ticked by hand."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from telephony.audio import FRAME_SAMPLES, SILENCE, Frame
from telephony.bridge import Bridge
from telephony.leg import EndReason, LegEnded, LegListener
from telephony.looped_sound import LoopedSound
from telephony.playout import Playout
from telephony.rtp import DtmfNotNegotiated
from telephony.seat import Seat

MUSIC = 77
GONE = LegEnded(EndReason.REMOTE_HANGUP)


def level(value: int) -> Frame:
    return np.full(FRAME_SAMPLES, value, np.int16)


class Telephone:
    """A leg that is ticked by hand, in the order of a SIP leg: what it is sent is decided before it is heard."""

    def __init__(self) -> None:
        self.playout = Playout()
        self.keys = ""
        self.listener: LegListener
        self.understands_keys = True

    def listen(self, listener: LegListener) -> None:
        self.listener = listener

    def send_dtmf(self, digits: str) -> None:
        if not self.understands_keys:
            raise DtmfNotNegotiated("no telephone-event")
        self.keys += digits

    def tick(self, said: Frame) -> Frame:
        heard = self.playout.next_frame()
        self.listener.on_frame(said, heard)
        return heard


@dataclass
class Owner:
    """What a seat's listener is told."""

    frames: list[tuple[Frame, Frame]] = field(default_factory=list)
    keys: str = ""
    on_key: Callable[[str], None] = lambda digit: None
    holds: list[bool] = field(default_factory=list)
    endings: list[LegEnded] = field(default_factory=list)

    def on_frame(self, inbound: Frame, outbound: Frame) -> None:
        self.frames.append((inbound, outbound))

    def on_dtmf(self, digit: str) -> None:
        self.keys += digit
        self.on_key(digit)

    def on_hold(self, held: bool) -> None:
        self.holds.append(held)

    def on_ended(self, ended: LegEnded) -> None:
        self.endings.append(ended)


@dataclass
class Person:
    telephone: Telephone = field(default_factory=Telephone)
    owner: Owner = field(default_factory=Owner)
    saying: Frame = field(default_factory=lambda: SILENCE)
    heard: list[Frame] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.seat = Seat(self.telephone, self.owner, music=LoopedSound(level(MUSIC)))

    @property
    def hears(self) -> int:
        """The level heard last; every voice here is one steady level."""
        assert np.ptp(self.heard[-1]) == 0, "still fading"
        return int(self.heard[-1][0])


class Call:
    """A caller who says 1000, an agent 200 and a supervisor 30, so that every mix tells who is in it."""

    def __init__(self) -> None:
        self.caller, self.agent = Person(saying=level(1000)), Person(saying=level(200))
        self.supervisor = Person(saying=level(30))
        self.bridge = Bridge(self.caller.seat, self.agent.seat)

    def tick(self, times: int = 3) -> None:
        """More than one: a change takes a frame, and a frame from one leg the next tick of the other."""
        for _ in range(times):
            for person in (self.caller, self.agent, self.supervisor):
                if person.seat.ended is None:
                    person.heard.append(person.telephone.tick(person.saying))

    @property
    def heard(self) -> tuple[int, int, int]:
        """What caller, agent and supervisor hear once all is settled."""
        self.tick()
        return self.caller.hears, self.agent.hears, self.supervisor.hears
