"""A running endpoint on loopback, and a listener that notes what it is told."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from telephony.audio import Frame
from telephony.clock import MediaClock
from telephony.leg import CallLeg, LegEnded, LegError
from telephony.sip import Registrar, SipEndpoint, SipSettings

TORTURE = Path(__file__).parents[4] / "shared/data/sip_rfc4475_dat"  # the messages of RFC 4475, a file each


@dataclass
class Notes:
    """Everything that one leg's listener was told."""

    leg: CallLeg
    frames: int = 0
    loudest_heard: int = 0
    digits: str = ""
    holds: list[bool] = field(default_factory=list)
    endings: list[LegEnded] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def on_frame(self, inbound: Frame, outbound: Frame) -> None:
        self.frames += 1
        self.loudest_heard = max(self.loudest_heard, int(np.abs(inbound.astype(np.int32)).max()))

    def on_dtmf(self, digit: str) -> None:
        self.digits += digit

    def on_hold(self, held: bool) -> None:
        self.holds.append(held)

    def on_ended(self, ended: LegEnded) -> None:
        self.endings.append(ended)
        self.over.set()


class Answering:
    """An endpoint that answers every call (or does what `take` says) and keeps the notes."""

    def __init__(
        self, settings: SipSettings, clock: MediaClock, tasks: asyncio.TaskGroup, registrar: Registrar | None
    ) -> None:
        self.calls: list[Notes] = []
        self.most_at_once = 0
        self.arrived = asyncio.Event()
        self.take: Callable[[CallLeg], None] = self.answer
        self.endpoint = SipEndpoint(settings, clock, self._on_call, registrar)
        self._tasks = tasks

    def answer(self, leg: CallLeg) -> None:
        leg.ring()
        self._tasks.create_task(self._answer(leg))

    def _on_call(self, leg: CallLeg) -> None:
        notes = Notes(leg)
        self.calls.append(notes)
        self.most_at_once = max(self.most_at_once, self.endpoint.active_calls)
        leg.listen(notes)
        self.take(leg)
        self.arrived.set()

    @staticmethod
    async def _answer(leg: CallLeg) -> None:
        try:
            await leg.answer()
        except LegError:
            return  # the notes have it


MakeEndpoint = Callable[..., Awaitable[Answering]]
MakePeer = Callable[[int], "RawPeer"]


@pytest.fixture
async def clock() -> AsyncIterator[MediaClock]:
    clock = MediaClock()
    task = asyncio.create_task(clock.run())
    yield clock
    task.cancel()


@pytest.fixture
async def make_endpoint(clock: MediaClock) -> AsyncIterator[Callable[..., object]]:
    """`await make_endpoint(max_calls=1, ...)`: started, on a free port, stopped after the test."""
    async with asyncio.TaskGroup() as tasks, AsyncExitStack() as stack:

        async def make(registrar: Registrar | None = None, **settings: object) -> Answering:
            values = {"port": 0, "rtp_ports": range(31000, 33000), **settings}
            answering = Answering(SipSettings(**values), clock, tasks, registrar)
            await answering.endpoint.start()
            stack.push_async_callback(answering.endpoint.stop, grace_s=0.5)
            return answering

        yield make


async def wait_for(condition: Callable[[], bool], timeout_s: float = 30.0) -> None:
    """Until it holds; a TimeoutError otherwise."""
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 - the other side of the condition is another program
            await asyncio.sleep(0.01)


class RawPeer:
    """Sends datagrams as they are and reads what comes back; what is sent to it once more, because the machine stood
    still, it reads once."""

    def __init__(self, target_port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.connect(("127.0.0.1", target_port))
        self.port: int = self._socket.getsockname()[1]
        self._read: set[bytes] = set()

    def send(self, message: str | bytes) -> None:
        self._socket.send(message.encode() if isinstance(message, str) else message)

    async def receive(self, timeout_s: float = 30.0) -> str:
        async with asyncio.timeout(timeout_s):
            while (message := await asyncio.get_running_loop().sock_recv(self._socket, 65535)) in self._read:
                pass
        if message.strip():  # empty lines that keep a NAT open are all alike
            self._read.add(message)
        return message.decode()

    async def final(self, timeout_s: float = 30.0) -> str:
        """The next response that is not provisional."""
        while (message := await self.receive(timeout_s)).startswith("SIP/2.0 1"):
            pass
        return message

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def raw_peer() -> "Callable[[int], RawPeer]":
    peers: list[RawPeer] = []

    def make(port: int) -> RawPeer:
        peers.append(RawPeer(port))
        return peers[-1]

    yield make
    for peer in peers:
        peer.close()


async def call_up(theirs: Answering, ours: Answering) -> Notes:
    """A healthy call from another endpoint."""
    leg = await theirs.endpoint.dial(f"sip:1@127.0.0.1:{ours.endpoint.port}", from_number="13900000000")
    notes = Notes(leg)
    leg.listen(notes)
    await leg.answered(30)
    return notes
