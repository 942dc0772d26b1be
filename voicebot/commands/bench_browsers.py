"""`voicebot bench browsers`: what phones in browsers cost the media process, when they connect and in calls."""

import asyncio
import json
import time
from dataclasses import asdict, dataclass
from statistics import median
from typing import Annotated, Final

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from telephony.audio import SAMPLE_RATE_HZ, to_int16
from telephony.clock import MediaClock, keep_objects, prepare_process
from telephony.codecs import make_tables
from telephony.webrtc.dtls import warm_up
from telephony.webrtc.phones import BrowserPhones
from telephony.webrtc.settings import WebRtcSettings
from voicebot.bench.browser_load import START_S, browsers
from voicebot.bench.rtp_load import LoadFigures, Onlooker, measure
from voicebot.loop_watch import WatchedSelector

app = typer.Typer()

_WARM_UP_S: Final = 5.0
"""Beyond the time measured: what is said has to last as long as the calls."""


@dataclass(frozen=True, slots=True)
class BrowserFigures:
    """What was measured. Times in milliseconds."""

    phones: int
    connect_p50: float
    """From a browser's offer until audio can flow; the browsers share one process of Python, and take most of it."""
    connect_max: float
    longest_work: float
    """Processor time at a stretch in the media process while they connected, handshakes and all."""
    load: LoadFigures
    """In calls, all at once."""


class _Arrivals:
    """Told of phones that are connected."""

    def __init__(self) -> None:
        self.connected = asyncio.Event()

    def on_connected(self, user: str, line: str) -> None:
        self.connected.set()

    def on_disconnected(self, user: str) -> None: ...


@app.command()
def run(
    phones: Annotated[int, typer.Option(min=1, max=200, help="Phones at once.")] = 20,
    seconds: Annotated[float, typer.Option(min=1, max=600, help="How long to measure.")] = 20.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Connect phones one after the other, as browsers do, then talk on all of them: work, lateness, processor time."""
    work: list[float] = []
    selector = WatchedSelector(work.append)
    prepare_process()
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selector)) as runner:
        figures = runner.run(_measure(phones, seconds, work))
    if as_json:
        print(json.dumps(asdict(figures)))
        return
    table = Table("measure", "value", title=f"{phones} phones in browsers at one media process")
    table.add_row("connected after, p50 / max", f"{figures.connect_p50:.0f} / {figures.connect_max:.0f} ms")
    table.add_row("longest stretch of work while connecting", f"{figures.longest_work:.1f} ms")
    for row in figures.load.rows():
        table.add_row(*row)
    Console().print(table)


async def _measure(count: int, seconds: float, work: list[float]) -> BrowserFigures:
    clock, arrivals = MediaClock(lateness_window_s=seconds), _Arrivals()
    phones = BrowserPhones(WebRtcSettings(), clock, arrivals)
    make_tables()
    await warm_up()
    carrying = asyncio.create_task(phones.run())
    try:
        async with browsers(count) as (offers, answer):
            keep_objects()
            work.clear()
            ticking = asyncio.create_task(clock.run())
            took_ms = []
            for number, offer in enumerate(offers):
                began_at = time.monotonic()
                arrivals.connected.clear()
                answer(phones.connect(str(number), "line", offer))
                await asyncio.wait_for(arrivals.connected.wait(), START_S)
                took_ms.append(1000 * (time.monotonic() - began_at))
            longest_s = max(work, default=0.0)
            ticking.cancel()
            load = await _talk(phones, clock, count, seconds)
    finally:
        carrying.cancel()
    return BrowserFigures(count, round(median(took_ms), 1), round(max(took_ms), 1), round(1000 * longest_s, 2), load)


async def _talk(phones: BrowserPhones, clock: MediaClock, count: int, seconds: float) -> LoadFigures:
    """On all of them at once, without a pause."""
    noise = np.random.default_rng(1).normal(0, 3000, int((seconds + _WARM_UP_S) * SAMPLE_RATE_HZ))
    legs = []
    for number in range(count):
        leg = phones.ring(str(number))
        leg.listen(Onlooker())
        leg.playout.write(to_int16(noise))
        phones.pick_up(str(number))
        legs.append(leg)
    return await measure(clock, legs, seconds)
