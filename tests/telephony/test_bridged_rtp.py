"""Two telephones that speak different codecs hear each other through a bridge over real RTP, and press keys for each
other."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import numpy as np
import pytest

from telephony.audio import FRAME_S, SAMPLE_RATE_HZ, SILENCE, Frame
from telephony.bridge import Bridge
from telephony.codecs import PCMA, PCMU, Codec
from telephony.leg import LegEnded, LegListener
from telephony.looped_sound import LoopedSound
from telephony.playout import Playout
from telephony.rtp import RtpSession
from telephony.seat import Seat
from tests.telephony.conftest import RtpClock

PORTS = range(33_000, 34_000)
EVENTS = 101


def tone(hz: float, seconds: float) -> Frame:
    times = np.arange(int(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    return (8000 * np.sin(2 * np.pi * hz * times)).astype(np.int16)


def pitch_hz(frames: list[Frame]) -> float:
    heard = np.concatenate(frames).astype(float)
    return float(np.argmax(np.abs(np.fft.rfft(heard))) * SAMPLE_RATE_HZ / heard.size)


@dataclass
class End:
    """One end of a leg: a telephone, or our side of it."""

    session: RtpSession
    playout: Playout = field(default_factory=Playout)
    heard: list[Frame] = field(default_factory=list)
    keys: str = ""
    listener: LegListener | None = None

    def __post_init__(self) -> None:
        self.session.on_dtmf = self.on_dtmf

    def listen(self, listener: LegListener) -> None:
        self.listener = listener

    def send_dtmf(self, digits: str) -> None:
        self.session.send_dtmf(digits)

    def on_dtmf(self, digit: str) -> None:
        self.keys += digit
        if self.listener is not None:
            self.listener.on_dtmf(digit)

    def tick(self) -> None:
        inbound, outbound = self.session.tick_receive(), self.playout.next_frame()
        self.session.send(outbound)
        self.heard.append(inbound)
        if self.listener is not None:
            self.listener.on_frame(inbound, outbound)


class Nobody:
    def on_frame(self, inbound: Frame, outbound: Frame) -> None: ...
    def on_dtmf(self, digit: str) -> None: ...
    def on_hold(self, held: bool) -> None: ...
    def on_ended(self, ended: LegEnded) -> None: ...


@dataclass
class Joined:
    caller: End
    agent: End
    ours: tuple[End, End]
    clock: RtpClock

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / FRAME_S)):
            for end in (self.caller, self.agent, *self.ours):
                end.tick()
            self.clock.now_s += FRAME_S


@pytest.fixture
async def joined(rtp_clock: RtpClock) -> AsyncIterator[Joined]:
    async with AsyncExitStack() as stack:

        async def connected(codec: Codec) -> tuple[End, End]:
            ends = [End(await RtpSession.open("127.0.0.1", PORTS)) for _ in range(2)]
            for end, other in (ends, reversed(ends)):
                stack.callback(end.session.close)
                address = ("127.0.0.1", other.session.local_port)
                end.session.negotiate(address, codec, EVENTS, send=True, receive=True)
            return ends[0], ends[1]

        caller, our_caller = await connected(PCMA)
        agent, our_agent = await connected(PCMU)
        Bridge(*(Seat(end, Nobody(), music=LoopedSound(SILENCE)) for end in (our_caller, our_agent))).join()
        yield Joined(caller, agent, (our_caller, our_agent), rtp_clock)


async def test_each_hears_the_other_whatever_their_codecs(joined: Joined) -> None:
    joined.caller.playout.write(tone(500, 2))
    joined.agent.playout.write(tone(900, 2))
    joined.run(1.2)
    settled = slice(-20, None)
    assert pitch_hz(joined.agent.heard[settled]) == pytest.approx(500, abs=20)
    assert pitch_hz(joined.caller.heard[settled]) == pytest.approx(900, abs=20)


async def test_a_key_is_pressed_on_the_other_leg(joined: Joined) -> None:
    joined.run(0.1)
    joined.caller.send_dtmf("5")
    joined.run(0.8)
    assert joined.agent.keys == "5"
    assert joined.caller.keys == ""
