"""A system of its own that is rung to be measured: in a folder and on ports of its own, its door left open."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from telephony.clock import prepare_process
from voicebot.bench.latency.figures import LatencyFigures
from voicebot.bench.latency.limit import MOST_CALLS
from voicebot.bench.latency.run import measure
from voicebot.bench.latency.scenario import parts
from voicebot.company import Company, load_company
from voicebot.config import load_settings
from voicebot.demo.system import System, forget_own_settings, running_system

DOOR_OPEN: Final = {
    "VOICEBOT_SIP__MAX_CALLS": str(2 * MOST_CALLS),
    "VOICEBOT_ADMISSION__MAX_CALLS": str(2 * MOST_CALLS),
    "VOICEBOT_ADMISSION__MAX_RECOGNITION_MS": "1e9",
    "VOICEBOT_ADMISSION__MAX_LOOP_LAG_MS": "1e9",
}
"""No caller is turned away: what the limits should be is what is to be found out."""
Measure = Callable[[int], Awaitable[LatencyFigures]]
"""Has so many callers talk at once."""
_REDRAWN_PER_S: Final = 2  # the callers' clock runs in this process too


@asynccontextmanager
async def measuring_system(
    turns: int, recordings: Path | None, console: Console
) -> AsyncIterator[tuple[System, Company, Measure]]:
    """turns: that each caller speaks; recordings: folder to keep the callers' recordings in.

    Raises DemoFailed when the system does not start; measuring raises NothingToSay.
    """
    settings = load_settings()
    company = load_company(settings.company.dir)
    if settings.models.dir is None:
        os.environ["VOICEBOT_MODELS__DIR"] = str(settings.models_dir)  # what is installed is what is measured
    forget_own_settings()
    os.environ.update(DOOR_OPEN)
    with tempfile.TemporaryDirectory(prefix="voicebot-bench-") as folder:
        console.print("Starting the system")
        async with running_system(Path(folder)) as system:
            prepare_process()  # callers that talk late would measure their own lateness

            async def measured(calls: int) -> LatencyFigures:
                kept = recordings or Path(folder) / "callers"
                kept.mkdir(parents=True, exist_ok=True)
                return await _measure(system, company, calls, turns, kept, console)

            yield system, company, measured


async def _measure(
    system: System, company: Company, calls: int, turns: int, recordings: Path, console: Console
) -> LatencyFigures:
    played = await asyncio.to_thread(parts, company, calls, turns)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, refresh_per_second=_REDRAWN_PER_S, transient=True) as progress:
        bar = progress.add_task("1 call" if calls == 1 else f"{calls} calls", total=calls * turns)
        return await measure(
            system, played, recordings=recordings, progress=lambda begun: progress.update(bar, completed=begun)
        )
