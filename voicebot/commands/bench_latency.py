"""`voicebot bench latency`: how long callers wait for each reply, with many calls at once, and where the time goes.

Runs the system as `voicebot serve` does, in a folder and on ports of its own, and rings it over SIP and RTP on
loopback; admission control is left open. Each wait is taken from the caller's own recording: end of the caller's
speech to the start of the assistant's, in steps of 10 ms. So it holds what a telephone would add as well: both jitter
buffers (20 ms each on an even line) and the wait for the next 20 ms frame on either side. An assistant that answers in
the very frame in which it hears silence shows 80 to 90 ms here.
"""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from voicebot.bench.latency.figures import SLOW_MS, LatencyFigures, MeasuredTurn
from voicebot.bench.latency.limit import MOST_CALLS, find_limit
from voicebot.bench.latency.measuring_system import Measure, measuring_system
from voicebot.bench.latency.scenario import NothingToSay
from voicebot.bench.latency.wording import in_ms, shown_processor
from voicebot.lifetime import run_until_stopped

app = typer.Typer()


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
        async with measuring_system(turns, recordings, console) as (_, _, measured):
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
    print(f"{_calls(figures.calls)}: p50 {in_ms(wait.p50)}, p95 {in_ms(wait.p95)}, max {in_ms(wait.max)}: {verdict}")


def _print_table(figures: LatencyFigures) -> None:
    table = Table(title=f"{_calls(figures.calls)} at once, {figures.turns} turns, {figures.seconds:.0f} s")
    table.add_column("measure")
    for name in ("mean", "p50", "p95", "max"):
        table.add_column(name, justify="right")
    wait = figures.voice_to_voice_ms
    table.add_row(
        "voice to voice, from the recordings",
        "",
        in_ms(wait.p50),
        in_ms(wait.p95),
        in_ms(wait.max),
        end_section=True,
    )
    for name, stage in figures.stages_ms.items():
        within = "  within it: " if name in ("recognition", "understanding") else ""
        table.add_row(f"{within}{name}", in_ms(stage.mean), in_ms(stage.p50), in_ms(stage.p95), "")
    console = Console()
    console.print(table)
    lag = figures.loop_lag_ms
    print(f"understood as expected: {figures.answered_right:.0%} of the turns; without a reply: {figures.unanswered}")
    print(f"cut off: {figures.cut_off}; calls turned away: {figures.turned_away}; failed: {figures.failed_calls}")
    print(f"{shown_processor(figures)}; memory: {figures.rss_mb:.0f} MB")
    print(f"lag of the media loop: p99 {in_ms(lag.p99)}, max {in_ms(lag.max)}")
    work = figures.loop_work
    print(f"work of the media loop at a stretch: longest {in_ms(work.max_ms)}, over 2 ms {work.over_2ms} times")
    print(
        f"  the machine's part: 0.2 ms of work seem to take over 2 ms {work.machine_over_2ms} times in as much "
        f"processor time, {in_ms(work.machine_max_ms)} at most"
    )
    print("slowest: " + "; ".join(f"{_told(turn)} {in_ms(turn.latency_ms)}" for turn in figures.slowest))
    if figures.misunderstood:
        print("not understood as expected: " + "; ".join(_told(turn) for turn in figures.misunderstood))


def _told(turn: MeasuredTurn) -> str:
    return f"{turn.said} ({turn.heard})"


def _calls(count: int) -> str:
    return "1 call" if count == 1 else f"{count} calls"
