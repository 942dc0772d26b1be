"""`voicebot bench media`: how many legs one media process carries, and how late its packets leave.

The legs under test run in this process as in production: jitter buffer, decoding, encoding, two-channel recording.
Their far ends run in a second process, so the figures are those of the media process alone.
"""

import asyncio
import json
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from telephony.audio import SAMPLE_RATE_HZ, Samples
from telephony.clock import MediaClock, Quantiles, prepare_process
from telephony.codecs import PCMA
from telephony.playout import Playout
from telephony.recorder import Recorder, RecordingThread
from telephony.rtp import MediaStats, RtpSession
from telephony.udp import Address

app = typer.Typer()

_LOCAL: Final = "127.0.0.1"
_PORTS: Final = range(30_000, 40_000)
_WARM_UP_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class MediaFigures:
    """What was measured. late_ms: milliseconds after a packet's deadline at which it had been sent."""

    legs: int
    seconds: float
    late_ms: Quantiles
    core_percent: float
    """Processor time of the media process; 100 is one core."""
    lost_percent: float
    """Packets from the far ends that never came."""
    concealed_percent: float
    skipped_ticks: int
    """Ticks left out because the process was stalled for more than 100 ms: the figures above are then too kind."""


class _Leg:
    """One call's work in a tick, as a SIP leg does it; records where a folder is given."""

    def __init__(self, session: RtpSession, speech: Samples, recorder: Recorder | None) -> None:
        self.session = session
        self._playout = Playout()
        self._speech = speech
        self._recorder = recorder

    def tick(self) -> None:
        inbound = self.session.tick_receive()
        if not self._playout.pending_samples:
            self._playout.write(self._speech)
        outbound = self._playout.next_frame()
        self.session.send(outbound)
        if self._recorder is not None:
            self._recorder.write(inbound, outbound)


@app.command()
def run(
    legs: Annotated[int, typer.Option(min=1, max=2000, help="Calls at once.")] = 200,
    seconds: Annotated[float, typer.Option(min=1, max=3600, help="How long to measure.")] = 20.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Measure the media path: lateness of sent packets and processor time, with G.711 legs on loopback."""
    prepare_process()
    figures = asyncio.run(_measure(legs, seconds))
    if as_json:
        print(json.dumps(asdict(figures)))
    else:
        _print_table(figures)


async def _measure(legs: int, seconds: float) -> MediaFigures:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="voicebot-bench-")))
        sessions = [await RtpSession.open(_LOCAL, _PORTS) for _ in range(legs)]
        for session in sessions:
            stack.callback(session.close)
        far = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            __name__,
            *(str(session.local_port) for session in sessions),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert far.stdin is not None and far.stdout is not None
        try:
            ports = json.loads(await asyncio.wait_for(far.stdout.readline(), timeout=30))
            disk = RecordingThread()
            recorders = [Recorder(folder / f"{number}.wav", thread=disk) for number in range(legs)]
            return await _run_legs(_negotiated(sessions, ports), recorders, seconds)
        finally:
            far.stdin.close()  # the far ends stop when nobody holds their input open
            await asyncio.wait_for(far.wait(), timeout=10)


def _negotiated(sessions: list[RtpSession], ports: list[int]) -> list[RtpSession]:
    for session, port in zip(sessions, ports, strict=True):
        remote: Address = (_LOCAL, port)
        session.negotiate(remote, PCMA, None, send=True, receive=True)
    return sessions


async def _run_legs(sessions: list[RtpSession], recorders: list[Recorder], seconds: float) -> MediaFigures:
    speech = _babble()
    legs = [_Leg(session, speech, recorder) for session, recorder in zip(sessions, recorders, strict=True)]
    clock = MediaClock(lateness_window_s=seconds)
    for leg in legs:
        clock.add(leg)
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
        for recorder in recorders:
            recorder.close()
        for recorder in recorders:
            recorder.join(10)


def _figures(
    before: list[MediaStats], after: list[MediaStats], late: Quantiles, skipped: int, cpu_s: float, wall_s: float
) -> MediaFigures:
    def grown(name: str) -> int:
        return sum(getattr(b, name) - getattr(a, name) for a, b in zip(before, after, strict=True))

    received, lost, concealed = grown("packets_received"), grown("lost"), grown("concealed_frames")
    frames = max(1, received + lost)
    return MediaFigures(
        legs=len(after),
        seconds=round(wall_s, 1),
        late_ms=Quantiles(round(late.p50, 2), round(late.p99, 2), round(late.max, 2)),
        core_percent=round(100 * cpu_s / wall_s, 1),
        lost_percent=round(100 * lost / frames, 3),
        concealed_percent=round(100 * concealed / frames, 3),
        skipped_ticks=skipped,
    )


def _babble() -> Samples:
    """Ten seconds of noise with the rhythm of speech: never silence, so that every frame is really encoded."""
    noise = np.random.default_rng(1).normal(0, 3000, 10 * SAMPLE_RATE_HZ)
    rhythm = 0.6 + 0.4 * np.sin(np.arange(noise.size) * 2 * np.pi * 4 / SAMPLE_RATE_HZ)
    return np.clip(noise * rhythm, -32768, 32767).astype(np.int16)


def _print_table(figures: MediaFigures) -> None:
    table = Table(title=f"{figures.legs} G.711 legs in one media process, {figures.seconds:.0f} s")
    table.add_column("measure")
    table.add_column("value", justify="right")
    late = figures.late_ms
    table.add_row("packets sent late, p50 / p99 / max", f"{late.p50:.1f} / {late.p99:.1f} / {late.max:.1f} ms")
    table.add_row("processor", f"{figures.core_percent:.0f} % of one core")
    table.add_row("packets lost on the way in", f"{figures.lost_percent:.2f} %")
    table.add_row("frames concealed", f"{figures.concealed_percent:.2f} %")
    table.add_row("ticks left out", str(figures.skipped_ticks))
    Console().print(table)


async def _far_ends(remote_ports: list[int]) -> None:
    """The second process: one session for each leg under test, talking until standard input closes."""
    prepare_process()
    sessions = [await RtpSession.open(_LOCAL, _PORTS) for _ in remote_ports]
    print(json.dumps([session.local_port for session in sessions]), flush=True)
    clock = MediaClock()
    speech = _babble()
    for session in _negotiated(sessions, remote_ports):
        clock.add(_Leg(session, speech, None))
    ticking = asyncio.create_task(clock.run())
    await asyncio.to_thread(sys.stdin.read)
    ticking.cancel()


if __name__ == "__main__":
    asyncio.run(_far_ends([int(port) for port in sys.argv[1:]]))
