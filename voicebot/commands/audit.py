"""`voicebot audit`: who saw, heard, exported or changed what, and whether that log is as it was written."""

import re
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from voicebot.commands.calls import ConfigOption, JsonOption, LimitOption, local, print_json, with_store
from voicebot.privacy.audit import Audit

app = typer.Typer(help="The audit log.", no_args_is_help=True)


@app.command("list")
def list_entries(
    limit: LimitOption = 50,
    actor: Annotated[str | None, typer.Option(help="Only what this actor did, e.g. os:root or account:ID.")] = None,
    action: Annotated[str | None, typer.Option(help="Only this action, e.g. data.revealed.")] = None,
    object: Annotated[str | None, typer.Option(help="Only what was done to this, e.g. call:ID.")] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """The latest entries, newest first."""
    found = with_store(
        config, lambda store: Audit(store).entries(limit=limit, actor=actor, action=action, object=object)
    )
    if as_json:
        print_json([asdict(entry) for entry in found], reveal=True)  # the log holds no personal data
        return
    table = Table()
    for column in ("id", "at", "actor", "action", "object", "detail"):
        table.add_column(column, overflow="fold")
    for entry in found:
        cells = (str(entry.id), local(entry.at), entry.actor, entry.action, entry.object, entry.detail)
        table.add_row(*(Text(cell) for cell in cells))
    Console().print(table)


@app.command()
def verify(
    head: Annotated[str, typer.Option(help="ID:HASH that an earlier `verify` printed and was noted elsewhere.")] = "",
    config: ConfigOption = None,
) -> None:
    """Check every entry's seal, and that the log still holds the entry noted before. Exit code 1 where not."""
    if head and not re.fullmatch(r"\d{1,18}:[0-9a-f]{64}", head):
        raise typer.BadParameter("must be ID:HASH, as `voicebot audit verify` prints it", param_hint="--head")
    verified = with_store(config, lambda store: Audit(store).verify(head))
    if verified.problem:
        typer.echo(f"the audit log was tampered with: {verified.problem}", err=True)
        raise typer.Exit(1)
    typer.echo(f"{verified.entries} entries, all as they were written; head {verified.head}")
