"""`voicebot bench routing`: a simulated day, served with dialects and without, and the time of one assignment."""

import json
from dataclasses import asdict
from statistics import median
from typing import Annotated, Final

import numpy as np
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from voicebot.bench.routing.comparison import CALLS_PER_AGENT, Comparison, compare
from voicebot.bench.routing.figures import IN_TIME_S, SHORT_ABANDON_S, TARGET, RoutingFigures
from voicebot.bench.routing.plan import day_plan
from voicebot.bench.routing.tick import AGENTS, ROUNDS, WAITING, tick_times

app = typer.Typer()

FEW_FREE: Final = 15


@app.command()
def run(
    calls: Annotated[int, typer.Option(min=1, max=100_000, help="Calls of the day.")] = 4000,
    agents: Annotated[
        int | None,
        typer.Option(min=3, max=2000, help=f"Agents, in three shifts; default one for {CALLS_PER_AGENT} calls."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Chooses callers and agents.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Simulate a day with and without dialect routing, on the same calls, and time one assignment.

    Both days have the same callers (arrival, skill, dialect, patience, length) and the same agents and shifts. Without
    dialects: first come, first served, by the agent with the skill who is idle longest. With dialects: the policy of
    the live system; it knows the number's region and a classifier that is right six times in ten, never the truth.

    Dialect match: of the answered calls of people who speak a dialect, the share answered by an agent who speaks that
    very one. Service level: share of the calls answered within 20 s, of all but those hung up within 5 s. Abandoned: of
    the same. Wait: from the queue to the agent's answer, of answered calls. Occupancy spread: standard deviation among
    agents of their share of time in calls and wrap-up. Tick: one assignment over 500 waiting calls and 300 free agents.
    """
    plan = day_plan()
    staff = agents or max(3, round(calls / CALLS_PER_AGENT))
    with Progress(transient=True, disable=as_json) as progress:
        day = progress.add_task("simulating two days", total=2 * calls)
        compared = compare(plan, calls, staff, seed, on_call=lambda: progress.advance(day))
        ticking = progress.add_task("timing the assignment", total=2 * ROUNDS)
        all_free: list[float] = []
        few_free: list[float] = []
        for free, times in ((AGENTS, all_free), (FEW_FREE, few_free)):
            for tick_ms in tick_times(plan, seed, free=free):
                times.append(tick_ms)
                progress.advance(ticking)
    if as_json:
        print(json.dumps(asdict(compared) | {"tick_ms": median(all_free)}))
        return
    _show(compared, calls, staff, seed)
    for free, times in ((AGENTS, all_free), (FEW_FREE, few_free)):
        print(
            f"one assignment, {WAITING} calls waiting, {free} of {AGENTS} agents free: median {median(times):.1f} ms, "
            f"p95 {np.percentile(times, 95):.1f} ms"
        )


def _show(compared: Comparison, calls: int, agents: int, seed: int) -> None:
    table = Table("", "with dialects", "without", title=f"{calls} calls, {agents} agents, seed {seed}")
    rows = zip(_rows(compared.with_dialects), _rows(compared.without_dialects), strict=True)
    for (name, ours), (_, theirs) in rows:
        table.add_row(name, ours, theirs)
    Console().print(table)
    print(f"Service level: answered within {IN_TIME_S:.0f} s, of the calls not hung up within {SHORT_ABANDON_S:.0f} s;")
    print(f"the usual target is {TARGET:.0%}. Dialect match: of answered callers who speak a dialect.")


def _rows(figures: RoutingFigures) -> list[tuple[str, str]]:
    return [
        ("dialect match", f"{figures.dialect_match_rate:.1%}"),
        (f"answered within {IN_TIME_S:.0f} s", f"{figures.service_level:.1%}"),
        (f"hung up (after {SHORT_ABANDON_S:.0f} s or more)", f"{figures.abandoned_rate:.1%}"),
        ("wait mean / p95", f"{figures.wait_s.mean:.1f} / {figures.wait_s.p95:.1f} s"),
        ("occupancy spread", f"{figures.occupancy_spread:.3f}"),
    ]
