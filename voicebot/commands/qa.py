"""`voicebot qa`: scorecards, scores and what they add up to."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from voicebot.commands.qa_report import export, report
from voicebot.commands.qa_review import app as review_app
from voicebot.commands.qa_sample import calibration
from voicebot.commands.qa_score import rescore, score
from voicebot.commands.serve import ConfigOption, SupervisorOption, run_process
from voicebot.qa.scorecard.files import read_scorecard

app = typer.Typer(help="Quality review: scorecards and the scores of calls.", no_args_is_help=True)

app.add_typer(review_app, name="review")
app.command()(calibration)
app.command()(score)
app.command()(rescore)
app.command()(report)
app.command()(export)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A scorecard, as scorecards/service.toml.")],
    as_json: AsJson = False,
) -> None:
    """Say what is wrong with a scorecard, with line and remedy. Exit code 1 when something is."""
    card, problems = read_scorecard(file, str(file))
    if as_json:
        typer.echo(json.dumps({"ok": not problems, "problems": [asdict(p) for p in problems]}, ensure_ascii=False))
    elif card is None:
        typer.echo("\n".join(map(str, problems)))
    else:
        typer.echo(f"{file}: no problem found; {len(card.items)} items, version {card.version}, hash {card.hash}")
    raise typer.Exit(0 if card else 1)


@app.command()
def worker(config: ConfigOption = None, supervisor: SupervisorOption = None) -> None:
    """Run only the qa process: score calls as they end, and those that were left over."""
    from voicebot.qa.worker import run

    run_process("qa", run, config, supervisor)
