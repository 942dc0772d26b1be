"""`voicebot bench latency`: how long callers wait for each reply, with many calls at once, and where the time goes.

Runs the system as `voicebot serve` does, in a folder and on ports of its own, and rings it over SIP and RTP on
loopback; admission control is left open. Each wait is taken from the caller's own recording: end of the caller's
speech to the start of the assistant's, in steps of 10 ms. So it holds what a telephone would add as well: both jitter
buffers (20 ms each on an even line) and the wait for the next 20 ms frame on either side. An assistant that answers in
the very frame in which it hears silence shows 80 to 90 ms here.
"""

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from telephony.clock import prepare_process
from voicebot.company import Company, load_company
from voicebot.config import load_settings
from voicebot.demo.system import System, forget_own_settings, running_system
from voicebot.latency.figures import SLOW_MS, LatencyFigures
from voicebot.latency.limit import MOST_CALLS, find_limit
from voicebot.latency.run import measure
from voicebot.latency.scenario import NothingToSay, parts
from voicebot.lifetime import run_until_stopped

app = typer.Typer()

DOOR_OPEN: Final = {
    "VOICEBOT_SIP__MAX_CALLS": str(2 * MOST_CALLS),
    "VOICEBOT_ADMISSION__MAX_CALLS": str(2 * MOST_CALLS),
    "VOICEBOT_ADMISSION__MAX_RECOGNITION_MS": "1e9",
    "VOICEBOT_ADMISSION__MAX_LOOP_LAG_MS": "1e9",
}
"""No caller is turned away: what the limits should be is what this benchmark is to find out."""
Measure = Callable[[int], Awaitable[LatencyFigures]]
_REDRAWN_PER_S: Final = 2  # the callers' clock runs in this process too


@app.command()
def run(
    calls: Annotated[int, typer.Option(min=1, max=MOST_CALLS, help="Calls at once.")] = 1,
    turns: Annotated[int, typer.Option(min=1, max=100, help="Turns that each caller speaks.")] = 5,
    limit: Annotated[
        bool, typer.Option("--find-limit", help="Go up from --calls and say how many are answered within a second.")
    ] = False,
    recordings: Annotated[
        Path | None, typer.Option(help="Keep the callers' recordings in this folder: caller left, assistant right.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Measure how long simulated callers wait for the assistant, over real SIP and RTP."""
    console = Console(stderr=True)
    done: list[None] = []

    async def work() -> None:
        async with _bench(turns, recordings, console) as measured:
            if limit:
                await _limit(measured, calls, as_json)
            else:
                _report(await measured(calls), as_json)
        done.append(None)

    try:
        asyncio.run(run_until_stopped(work()))
    except NothingToSay as error:
        raise typer.BadParameter(str(error)) from error
    if not done:
        raise typer.Exit(130)


@asynccontextmanager
async def _bench(turns: int, recordings: Path | None, console: Console) -> AsyncIterator[Measure]:
    """A running system, and what measures it with a number of calls."""
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

            yield measured


async def _measure(
    system: System, company: Company, calls: int, turns: int, recordings: Path, console: Console
) -> LatencyFigures:
    played = await asyncio.to_thread(parts, company, calls, turns)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, refresh_per_second=_REDRAWN_PER_S, transient=True) as progress:
        bar = progress.add_task(_calls(calls), total=calls * turns)
        return await measure(
            system, played, recordings=recordings, progress=lambda begun: progress.update(bar, completed=begun)
        )


async def _limit(measured: Measure, first: int, as_json: bool) -> None:
    levels: list[LatencyFigures] = []

    async def carried(calls: int) -> bool:
        levels.append(await measured(calls))
        if not as_json:
            _print_level(levels[-1])
        return levels[-1].carried

    limit = await find_limit(carried, first)
    if as_json:
        found = {"limit": asdict(limit), "levels": [asdict(level) for level in levels]}
        print(json.dumps(found, ensure_ascii=False))
    else:
        fails = f", {limit.fails_at} do not" if limit.fails_at else ""
        print(f"{limit.most} calls at once have 95 % of their turns answered within {SLOW_MS / 1000:g} s{fails}.")


def _report(figures: LatencyFigures, as_json: bool) -> None:
    if as_json:
        print(json.dumps(asdict(figures), ensure_ascii=False))
    else:
        _print_table(figures)


def _print_level(figures: LatencyFigures) -> None:
    wait = figures.voice_to_voice_ms
    verdict = "carried" if figures.carried else "too slow"
    print(f"{_calls(figures.calls)}: p50 {_ms(wait.p50)}, p95 {_ms(wait.p95)}, max {_ms(wait.max)}: {verdict}")


def _print_table(figures: LatencyFigures) -> None:
    table = Table(title=f"{_calls(figures.calls)} at once, {figures.turns} turns, {figures.seconds:.0f} s")
    table.add_column("measure")
    for name in ("mean", "p50", "p95", "max"):
        table.add_column(name, justify="right")
    wait = figures.voice_to_voice_ms
    table.add_row(
        "voice to voice, from the recordings", "", _ms(wait.p50), _ms(wait.p95), _ms(wait.max), end_section=True
    )
    for name, stage in figures.stages_ms.items():
        within = "  within it: " if name in ("recognition", "understanding") else ""
        table.add_row(f"{within}{name}", _ms(stage.mean), _ms(stage.p50), _ms(stage.p95), "")
    console = Console()
    console.print(table)
    lag = figures.loop_lag_ms
    shares = ", ".join(f"{name} {percent:.0f}" for name, percent in figures.core_percent_of.items())
    print(f"understood as expected: {figures.answered_right:.0%} of the turns; without a reply: {figures.unanswered}")
    print(f"cut off: {figures.cut_off}; calls turned away: {figures.turned_away}; failed: {figures.failed_calls}")
    print(f"processor: {figures.core_percent:.0f} % of one core ({shares}); memory: {figures.rss_mb:.0f} MB")
    print(f"lag of the media loop: p99 {_ms(lag.p99)}, max {_ms(lag.max)}")
    work = figures.loop_work
    print(f"work of the media loop at a stretch: longest {_ms(work.max_ms)}, over 2 ms {work.over_2ms} times")
    print("slowest: " + "; ".join(f"{turn.said} ({turn.heard}) {_ms(turn.latency_ms)}" for turn in figures.slowest))


def _calls(count: int) -> str:
    return "1 call" if count == 1 else f"{count} calls"


def _ms(value: float | None) -> str:
    return "—" if value is None else f"{value:.0f} ms"
