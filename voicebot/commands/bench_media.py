"""`voicebot bench media`: how many legs one media process carries, and how late its packets leave.

The legs run as in production: jitter buffer, decoding, encoding, two-channel recording.
"""

import asyncio
import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from telephony.audio import SAMPLE_RATE_HZ, Frame, Samples, to_int16
from telephony.clock import MediaClock, prepare_process
from telephony.recorder import Recorder, RecordingThread
from voicebot.bench.rtp_load import LoadFigures, Onlooker, RtpLeg, measure, talking_peers

app = typer.Typer()


class _Call(Onlooker):
    """Speaks without a pause and is recorded."""

    def __init__(self, leg: RtpLeg, speech: Samples, recorder: Recorder) -> None:
        self._playout = leg.playout
        self._speech = speech
        self._recorder = recorder
        leg.listen(self)

    def on_frame(self, inbound: Frame, outbound: Frame) -> None:
        self._recorder.write(inbound, outbound)
        if not self._playout.pending_samples:
            self._playout.write(self._speech)


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
        print(json.dumps({"legs": legs, **asdict(figures)}))
        return
    table = Table("measure", "value", title=f"{legs} G.711 legs in one media process, {figures.seconds:.0f} s")
    for row in figures.rows():
        table.add_row(*row)
    Console().print(table)


async def _measure(legs: int, seconds: float) -> LoadFigures:
    speech = _babble()
    clock = MediaClock(lateness_window_s=seconds)
    disk = RecordingThread()
    recorders: list[Recorder] = []
    with tempfile.TemporaryDirectory(prefix="voicebot-bench-") as folder:
        async with talking_peers(legs, speech) as sessions:
            for number, session in enumerate(sessions):
                leg = RtpLeg(session)
                recorders.append(Recorder(Path(folder) / f"{number}.wav", thread=disk))
                _Call(leg, speech, recorders[-1])
                clock.add(leg)
            try:
                return await measure(clock, sessions, seconds)
            finally:
                for recorder in recorders:
                    recorder.close()
                for recorder in recorders:
                    recorder.join(10)


def _babble() -> Samples:
    """Ten seconds of noise with the rhythm of speech: never silence, so that every frame is really encoded."""
    noise = np.random.default_rng(1).normal(0, 3000, 10 * SAMPLE_RATE_HZ)
    rhythm = 0.6 + 0.4 * np.sin(np.arange(noise.size) * 2 * np.pi * 4 / SAMPLE_RATE_HZ)
    return to_int16(noise * rhythm)
