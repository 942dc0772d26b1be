"""`voicebot tasks`: what callers were promised and somebody has to do."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from voicebot.assist.promises import standing
from voicebot.commands.calls import (
    ConfigOption,
    JsonOption,
    LimitOption,
    RevealOption,
    local,
    print_json,
    shown,
    with_store,
)
from voicebot.store.records import TaskStatus

app = typer.Typer(help="Callbacks and other promises to callers.", no_args_is_help=True)


@app.command("list")
def list_tasks(
    limit: LimitOption = 50,
    status: Annotated[str, typer.Option(help="open, done, cancelled, or all.")] = "open",
    kind: Annotated[str | None, typer.Option(help="Only tasks of this kind, e.g. callback.")] = None,
    reveal: RevealOption = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """The latest tasks, newest first."""
    wanted = None if status == "all" else status
    reveals = "tasks" if reveal else None
    found = with_store(config, lambda store: store.tasks(limit=limit, status=wanted, kind=kind), reveals=reveals)
    if as_json:
        print_json([asdict(task) for task in found], reveal=reveal)
        return
    table = Table()
    for column in ("id", "kind", "customer", "summary", "created", "due", "status", "promise"):
        table.add_column(column, overflow="fold")
    for task in found:
        who, what = shown(task.customer_number, reveal=reveal), shown(task.summary, reveal=reveal)
        promise = standing(task.due_at, task.done_at, datetime.now(UTC)) if task.status != "cancelled" else ""
        cells = (task.id, task.kind, who, what, local(task.created_at), local(task.due_at), task.status, promise)
        table.add_row(*(Text(cell) for cell in cells))
    Console().print(table)


@app.command()
def done(task_id: Annotated[str, typer.Argument(metavar="ID")], config: ConfigOption = None) -> None:
    """Mark a task as done."""
    _set(task_id, "done", config)


@app.command()
def cancel(task_id: Annotated[str, typer.Argument(metavar="ID")], config: ConfigOption = None) -> None:
    """Mark a task as no longer needed."""
    _set(task_id, "cancelled", config)


def _set(task_id: str, status: TaskStatus, config: ConfigOption) -> None:
    if not with_store(config, lambda store: store.set_task_status(task_id, status)):
        typer.echo(f"there is no task {task_id!r}; `voicebot tasks list` shows the ids", err=True)
        raise typer.Exit(1)
    typer.echo(f"{task_id}: {status}")
