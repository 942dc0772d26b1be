"""`voicebot company`: start a company folder, check it, train the models that learn from it."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from voicebot.company.check import check_company, load_company
from voicebot.company.problems import CompanyError, Problem, in_order
from voicebot.company.vocabulary import read_vocabulary
from voicebot.demo import SAMPLE_COMPANY
from voicebot.qa.scorecard.company_checks import check_scorecards

app = typer.Typer(help="The company folder: start one, check it, train from it.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(help="The company folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def init(folder: Folder) -> None:
    """Copy the sample company to a new folder, to be changed into your own."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        _fail(f"{folder} is there already and not empty. Name a new folder")
    try:
        shutil.copytree(
            SAMPLE_COMPANY, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("model", ".gitignore")
        )
    except OSError as error:
        _fail(f"cannot write {folder}: {error.strerror}. Name a folder that you may write")
    typer.echo(f"Sample company copied to {folder}. Change its files, then run: voicebot company check {folder}")


@app.command()
def check(
    folder: Folder,
    vocabulary: Annotated[
        Path | None,
        typer.Option(help="tokenizer.json of a recogniser: also find sentences that it cannot write down."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong with a company folder, with file, line and remedy. Exit code 1 when something is."""
    try:
        characters = read_vocabulary(vocabulary) if vocabulary else None
    except CompanyError as unreadable:
        _fail(str(unreadable))
    problems = in_order([*check_company(folder, vocabulary=characters), *check_scorecards(folder)])
    if as_json:
        typer.echo(json.dumps({"ok": not problems, "problems": [asdict(p) for p in problems]}, ensure_ascii=False))
    elif problems:
        _show(problems)
    else:
        typer.echo(f"{folder}: no problem found")
    raise typer.Exit(1 if problems else 0)


@app.command()
def train(
    folder: Folder,
    model: Annotated[Path | None, typer.Option(help="Where to save; default FOLDER/model.")] = None,
    transformer: Annotated[
        str | None,
        typer.Option(metavar="BASE", help="Fine-tune this transformer instead (hub name or folder); extra `train`."),
    ] = None,
    as_json: AsJson = False,
    steps: Annotated[bool, typer.Option("--steps", hidden=True)] = False,
) -> None:
    """Train the intent classifier from the company's examples and say how well it tells them apart."""
    from voicebot.company import training  # scikit-learn takes a second to load

    try:
        company = load_company(folder)
    except CompanyError as error:
        _show(error.problems)
        raise typer.Exit(1) from error
    directory = model or training.model_directory(company, transformer=transformer is not None)
    progress = _print_step if steps else _no_step
    report = training.train_and_measure(company, directory, base=transformer, progress=progress)
    if as_json:
        typer.echo(json.dumps(report.as_dict(), ensure_ascii=False))
    else:
        training.show(report, Console())


def _print_step(done: int, of: int) -> None:
    """For a program that waits for the training."""
    print(json.dumps({"done": done, "of": of}), flush=True)


def _no_step(done: int, of: int) -> None: ...


def _show(problems: list[Problem] | tuple[Problem, ...]) -> None:
    table = Table(title=f"{len(problems)} problem{'s' if len(problems) > 1 else ''}", title_justify="left")
    for column in ("where", "what", "remedy"):
        table.add_column(column, overflow="fold")
    for problem in problems:
        place = problem.file if problem.line is None else f"{problem.file}:{problem.line}"
        table.add_row(place, problem.message, problem.remedy)
    Console().print(table, markup=False)


def _fail(message: str) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(1)
