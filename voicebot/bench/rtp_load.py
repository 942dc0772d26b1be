"""Load for the media benchmarks: legs over real RTP on loopback, whose far ends talk in a second process.

So the figures are those of the process under test alone.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from telephony.audio import FRAME_SAMPLES, Frame, Samples
from telephony.clock import MediaClock, Quantiles, prepare_process
from telephony.codecs import PCMA
from telephony.leg import LegListener
from telephony.looped_sound import LoopedSound
from telephony.playout import Playout
from telephony.rtp import MediaStats, RtpSession
from telephony.udp import Address

_LOCAL: Final = "127.0.0.1"
_PORTS: Final = range(30_000, 40_000)
_WARM_UP_S: Final = 2.0
_START_S: Final = 30.0
"""Longest wait for the second process."""


@dataclass(frozen=True, slots=True)
class LoadFigures:
    """What was measured. late_ms: milliseconds after a packet's deadline at which it had been sent."""

    seconds: float
    late_ms: Quantiles
    core_percent: float
    """Processor time of this process; 100 is one core."""
    lost_percent: float
    """Packets from the far ends that never came."""
    concealed_percent: float
    skipped_ticks: int
    """Ticks left out because the process was stalled for more than 100 ms: the figures above are then too kind."""

    def rows(self) -> list[tuple[str, str]]:
        """For a table: what, and how much."""
        late = self.late_ms
        return [
            ("packets sent late, p50 / p99 / max", f"{late.p50:.1f} / {late.p99:.1f} / {late.max:.1f} ms"),
            ("processor", f"{self.core_percent:.0f} % of one core"),
            ("packets lost on the way in", f"{self.lost_percent:.2f} %"),
            ("frames concealed", f"{self.concealed_percent:.2f} %"),
            ("ticks left out", str(self.skipped_ticks)),
        ]


class RtpLeg:
    """One call's work in a tick, as a SIP leg does it, without the signalling."""

    def __init__(self, session: RtpSession) -> None:
        self.playout = Playout()
        self._session = session
        self._listener: LegListener | None = None

    def listen(self, listener: LegListener) -> None:
        self._listener = listener

    def send_dtmf(self, digits: str) -> None:
        self._session.send_dtmf(digits)

    def tick(self) -> None:
        inbound = self._session.tick_receive()
        outbound = self.playout.next_frame()
        self._session.send(outbound)
        if self._listener is not None:
            self._listener.on_frame(inbound, outbound)


class Onlooker:
    """A leg's listener to whom only frames matter."""

    def on_frame(self, inbound: Frame, outbound: Frame) -> None:
        """Every 20 ms."""

    def on_dtmf(self, digit: str) -> None: ...

    def on_hold(self, held: bool) -> None: ...

    def on_ended(self, ended: object) -> None: ...


@asynccontextmanager
async def talking_peers(count: int, clip: Samples) -> AsyncIterator[list[RtpSession]]:
    """Sessions whose far ends say the clip over and over: each two half of it apart, as if they took turns, and each
    pair elsewhere in it."""
    with ExitStack() as stack:
        file = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="voicebot-bench-"))) / "clip.npy"
        np.save(file, clip)
        sessions = [await RtpSession.open(_LOCAL, _PORTS) for _ in range(count)]
        for session in sessions:
            stack.callback(session.close)
        arguments = [str(file), *(str(session.local_port) for session in sessions)]
        pipe = asyncio.subprocess.PIPE
        far = await asyncio.create_subprocess_exec(sys.executable, "-m", __name__, *arguments, stdin=pipe, stdout=pipe)
        assert far.stdin is not None and far.stdout is not None
        try:
            ports = json.loads(await asyncio.wait_for(far.stdout.readline(), _START_S))
            _negotiate(sessions, ports)
            yield sessions
        finally:
            far.stdin.close()  # the far ends stop when nobody holds their input open
            await asyncio.wait_for(far.wait(), timeout=10)


def _negotiate(sessions: list[RtpSession], ports: list[int]) -> None:
    for session, port in zip(sessions, ports, strict=True):
        remote: Address = (_LOCAL, port)
        session.negotiate(remote, PCMA, None, send=True, receive=True)


class Counted(Protocol):
    """Something that sends and receives audio."""

    @property
    def stats(self) -> MediaStats: ...


async def measure(clock: MediaClock, sessions: Sequence[Counted], seconds: float) -> LoadFigures:
    """Runs the clock, to which the sessions' legs have been added, and measures once it is warm."""
    ticking = asyncio.create_task(clock.run())
    try:
        await asyncio.sleep(_WARM_UP_S)
        clock.forget_lateness()
        before = [session.stats for session in sessions]
        skipped_before = clock.skipped_ticks
        cpu_before, wall_before = time.process_time(), time.monotonic()
        await asyncio.sleep(seconds)
        wall = time.monotonic() - wall_before
        cpu = time.process_time() - cpu_before
        skipped = clock.skipped_ticks - skipped_before
        return _figures(before, [session.stats for session in sessions], clock.late_ms, skipped, cpu, wall)
    finally:
        ticking.cancel()


def _figures(
    before: list[MediaStats], after: list[MediaStats], late: Quantiles, skipped: int, cpu_s: float, wall_s: float
) -> LoadFigures:
    def grown(name: str) -> int:
        return sum(getattr(b, name) - getattr(a, name) for a, b in zip(before, after, strict=True))

    received, lost, concealed = grown("packets_received"), grown("lost"), grown("concealed_frames")
    frames = max(1, received + lost)
    return LoadFigures(
        seconds=round(wall_s, 1),
        late_ms=Quantiles(round(late.p50, 2), round(late.p99, 2), round(late.max, 2)),
        core_percent=round(100 * cpu_s / wall_s, 1),
        lost_percent=round(100 * lost / frames, 3),
        concealed_percent=round(100 * concealed / frames, 3),
        skipped_ticks=skipped,
    )


async def _far_ends(clip: Samples, remote_ports: list[int]) -> None:
    """The second process: one leg for each under test, talking until standard input closes."""
    prepare_process()
    sessions = [await RtpSession.open(_LOCAL, _PORTS) for _ in remote_ports]
    print(json.dumps([session.local_port for session in sessions]), flush=True)
    _negotiate(sessions, remote_ports)
    clock = MediaClock()
    for number, session in enumerate(sessions):
        leg = RtpLeg(session)
        voice = LoopedSound(np.roll(clip, -_start(number, clip.size)))
        leg.playout.mix = lambda _, voice=voice: voice.next_frame()
        clock.add(leg)
    ticking = asyncio.create_task(clock.run())
    await asyncio.to_thread(sys.stdin.read)
    ticking.cancel()


def _start(number: int, size: int) -> int:
    """Where in a clip of this size a far end begins: a whole number of frames."""
    turn, pair = number % 2 / 2, number // 2 * 0.618
    return int((turn + pair) % 1 * size) // FRAME_SAMPLES * FRAME_SAMPLES


if __name__ == "__main__":
    asyncio.run(_far_ends(np.load(sys.argv[1]), [int(port) for port in sys.argv[2:]]))
