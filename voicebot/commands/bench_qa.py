"""`voicebot bench qa`: how many calls are scored in a second, and what more phrases cost."""

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from voicebot.company import load_company
from voicebot.demo import SAMPLE_COMPANY
from voicebot.qa.bench.speed import Speed, figures, measure
from voicebot.qa.scorecard.files import load_scorecards

app = typer.Typer()


@app.command()
def run(
    calls: Annotated[int, typer.Option(min=1, help="Made-up calls of three minutes.")] = 10_000,
    company: Annotated[Path, typer.Option(help="Company folder; default the sample company.")] = SAMPLE_COMPANY,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Score made-up calls of a store of their own on one core and on two, as `voicebot qa rescore` does."""
    with tempfile.TemporaryDirectory(prefix="voicebot-bench-qa-") as folder, Progress(disable=as_json) as progress:
        task = progress.add_task("scoring", total=2 * calls)
        speed = asyncio.run(
            measure(
                load_company(company),
                load_scorecards(company),
                Path(folder),
                calls=calls,
                done=lambda scored: progress.advance(task, scored),
            )
        )
    if as_json:
        print(json.dumps(figures(speed)))
    else:
        _show(speed)


def _show(speed: Speed) -> None:
    table = Table("figure", "value", title=f"{speed.calls} made-up calls of three minutes", title_justify="left")
    for name, value in (
        ("turns in a call", f"{speed.turns_per_call:.0f}"),
        ("characters in a call", f"{speed.characters_per_call:.0f}"),
        ("calls a second on one core", f"{speed.calls_per_second_one_core:.1f}"),
        (f"calls a second on {speed.cores} cores", f"{speed.calls_per_second:.1f}"),
        ("scoring alone, ms a call", f"{speed.scoring_ms:.1f}"),
        ("cost of 1,000 more phrases against 10", f"{speed.cost_ratio_1000_to_10_phrases:.2f}"),
    ):
        table.add_row(name, value)
    Console().print(table)
