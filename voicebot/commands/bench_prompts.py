"""`voicebot bench prompts`: how soon an agent's desk has a live prompt after the caller's last word.

Runs the system as `voicebot serve` does, in a folder and on ports of its own, with agents' telephones that register and
pick up. The sample company's callers who are put through to a human ring together, once a round. The wait is taken from
the end of the caller's speech in the caller's own audio to the prompt's event at a subscriber of the MQTT broker.
"""

import asyncio
import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from telephony.clock import prepare_process
from voicebot.bench.latency.figures import Quantiles
from voicebot.bench.latency.prompts import GOAL_MS, PromptFigures, measure_prompts
from voicebot.bench.latency.wording import in_ms
from voicebot.company import load_company
from voicebot.config import load_settings
from voicebot.demo.staff import HANDED_OVER
from voicebot.demo.system import forget_own_settings, running_system
from voicebot.lifetime import run_until_stopped

app = typer.Typer()


@app.command()
def run(
    rounds: Annotated[
        int, typer.Option(min=1, max=100, help=f"How often the {len(HANDED_OVER)} callers ring together.")
    ] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Measure how soon live prompts reach the agent, over real SIP, RTP and MQTT."""
    found: list[PromptFigures] = []

    async def work() -> None:
        found.append(await _measured(rounds, Console(stderr=True)))

    asyncio.run(run_until_stopped(work()))
    if not found:
        raise typer.Exit(130)
    if as_json:
        print(json.dumps(asdict(found[0]), ensure_ascii=False))
    else:
        _print(found[0])


async def _measured(rounds: int, console: Console) -> PromptFigures:
    forget_own_settings()
    with tempfile.TemporaryDirectory(prefix="voicebot-bench-") as folder:
        console.print("Starting the system")
        async with running_system(Path(folder)) as system:
            prepare_process()
            company = load_company(load_settings(system.config).company.dir)
            return await measure_prompts(system, company, rounds, Path(folder) / "agents")


def _print(figures: PromptFigures) -> None:
    table = Table(title=f"{figures.prompts} prompts in {figures.calls} calls")
    for column in ("after the caller's last word", "p50", "p95", "max"):
        table.add_column(column, justify="left" if column.startswith("after") else "right")
    _row(table, f"at the desk (goal {GOAL_MS} ms at the median)", figures.latency_ms)
    _row(table, "made, by the system's own measure", figures.told_ms)
    Console().print(table)
    kinds = ", ".join(f"{kind} {count}" for kind, count in figures.by_kind.items())
    print(f"kinds: {kinds or 'none'}; failed calls: {figures.failed_calls}; load average: {figures.load}")


def _row(table: Table, name: str, wait: Quantiles) -> None:
    table.add_row(name, in_ms(wait.p50), in_ms(wait.p95), in_ms(wait.max))
