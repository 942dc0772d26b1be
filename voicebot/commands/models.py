"""`voicebot models`: which models there are, fetching one, checking that it is sound."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn
from rich.table import Table

from models import bundle
from models.catalogue import Model, catalogue
from models.download import download as fetch
from voicebot.config import load_settings

app = typer.Typer(help="Speech models: list them, download one, verify them.", no_args_is_help=True)

ConfigOption = Annotated[
    Path | None, typer.Option("--config", "-c", help="Settings file; default ./voicebot.toml where there is one.")
]


@app.command("list")
def list_models(
    config: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Show the models known by name, and which of them are on this machine."""
    folder = load_settings(config).models_dir
    installed = {name: bundle.is_installed(model, dir=folder) for name, model in catalogue().items()}
    if as_json:
        print(json.dumps({"dir": str(folder), "models": [_as_json(m, installed[n]) for n, m in catalogue().items()]}))
        return
    table = Table("name", "kind", "MB", "here", "what it is", title=f"Models ({folder})")
    for name, model in catalogue().items():
        table.add_row(name, model.kind, f"{model.size_mb:.0f}", "yes" if installed[name] else "", model.about)
    Console().print(table)


@app.command()
def download(
    name: Annotated[str, typer.Argument(help="A name from `voicebot models list`.")],
    config: ConfigOption = None,
    hub: Annotated[str | None, typer.Option(help="Hub to fetch from; default models.hub_endpoint.")] = None,
) -> None:
    """Fetch a model from the hub. Goes on where an interrupted download stopped."""
    settings = load_settings(config)
    endpoint = hub or settings.models.hub_endpoint
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(file=sys.stderr)) as bar:
        tasks: dict[str, TaskID] = {}

        def advance(file: str, there: int, size: int) -> None:
            if file not in tasks:
                tasks[file] = bar.add_task(file, total=size)
            bar.update(tasks[file], completed=there)

        folder = fetch(name, dir=settings.models_dir, endpoint=endpoint, progress=advance)
    typer.echo(f'{name} is in {folder}. To use it, set in voicebot.toml: [models] asr = "{name}"')


@app.command()
def verify(
    name: Annotated[str | None, typer.Argument(help="A model's name; default: every one on this machine.")] = None,
    config: ConfigOption = None,
) -> None:
    """Compare a model's files with the checksums taken when it was downloaded. Exit code 1 when one is damaged."""
    folder = load_settings(config).models_dir
    names = [name] if name else [n for n, model in catalogue().items() if bundle.is_installed(model, dir=folder)]
    damaged = False
    for each in names:
        try:
            files = bundle.verify(each, dir=folder)
        except bundle.ModelError as error:
            damaged = True
            typer.echo(f"{each}: {error}", err=True)
        else:
            typer.echo(f"{each}: {len(files)} files are sound")
    raise typer.Exit(1 if damaged else 0)


def _as_json(model: Model, installed: bool) -> dict[str, object]:
    return {
        "name": model.name, "kind": model.kind, "installed": installed, "size_mb": model.size_mb,
        "source": model.location, "licence": model.licence, "about": model.about, "limits": model.limits,
    }  # fmt: skip
