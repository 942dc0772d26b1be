"""`voicebot bench console`: what open desks and boards do to the calls, and how soon they show what is said.

The system runs as for `voicebot bench latency`. The pages are kept open as a browser does it, but without one: browsers
run on other machines. A page is signed in, fetched, and connected by the socket over which the console updates it; what
arrives there is what a browser would show next. Boards follow a call word by word.
"""

import asyncio
import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from voicebot.bench.console.open_page import PageNotOpened
from voicebot.bench.console.run import ConsoleFigures, measure_pages
from voicebot.bench.latency.limit import MOST_CALLS
from voicebot.bench.latency.measuring_system import measuring_system
from voicebot.bench.latency.wording import in_ms, shown_processor
from voicebot.demo.console import open_console
from voicebot.lifetime import run_until_stopped

app = typer.Typer()


@app.command()
def run(
    desks: Annotated[int, typer.Option(min=0, max=100, help="One agent's desks kept open.")] = 50,
    boards: Annotated[int, typer.Option(min=1, max=50, help="Supervisors' live boards kept open.")] = 5,
    calls: Annotated[int, typer.Option(min=1, max=MOST_CALLS, help="Calls at once.")] = 20,
    turns: Annotated[int, typer.Option(min=1, max=100, help="Turns that each caller speaks.")] = 4,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Measure how late audio is with many pages open, and how soon the pages show what callers say."""
    console = Console(stderr=True)
    found: list[ConsoleFigures] = []

    async def work() -> None:
        async with measuring_system(turns, None, console) as (system, company, measured):
            pages = await open_console(system.settings, company)
            console.print(f"Opening {desks} desks and {boards} boards")
            found.append(await measure_pages(system, pages, desks, boards, lambda: measured(calls)))

    try:
        asyncio.run(run_until_stopped(work()))
    except PageNotOpened as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error
    if not found:
        raise typer.Exit(130)
    if as_json:
        print(json.dumps(asdict(found[0]), ensure_ascii=False))
    else:
        _print_table(found[0])


def _print_table(figures: ConsoleFigures) -> None:
    calls, shown = figures.calls, figures.shown
    table = Table(title=f"{figures.desks} desks and {figures.boards} boards beside {calls.calls} calls at once")
    table.add_column("measure")
    for name in ("p50", "p95", "max"):
        table.add_column(name, justify="right")
    delays = (shown.p50_ms, shown.p95_ms, shown.max_ms)
    table.add_row(f"event to board, {shown.count} partial transcripts", *map(in_ms, delays))
    wait = calls.voice_to_voice_ms
    table.add_row("voice to voice, from the recordings", *map(in_ms, (wait.p50, wait.p95, wait.max)))
    Console().print(table)
    print(f"packets late, p99 of the worst 10 to 20 s: {figures.media_late_p99_ms:.1f} ms")
    print(f"slowest page to open: {figures.opened_s:.2f} s")
    print(shown_processor(calls))
