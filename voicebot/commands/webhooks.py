"""`voicebot webhooks`: which programs are told of events, and what could not be told."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from voicebot.commands.calls import ConfigOption, JsonOption, LimitOption, local, print_json, with_store
from voicebot.config import load_settings
from voicebot.privacy.audit import this_user
from voicebot.webhooks.book import EVENTS, WebhookBook
from voicebot.webhooks.deliveries import Deliveries, Delivery
from voicebot.webhooks.targets import Targets

app = typer.Typer(help="Which programs are told of events.", no_args_is_help=True)


@app.command()
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where the events go; allowed by webhooks.allow.")],
    event: Annotated[list[str], typer.Option(help=f"May be repeated: {', '.join(EVENTS)}.")],
    config: ConfigOption = None,
) -> None:
    """Tell a program of events from now on. Its secret, for checking signatures, is shown once."""
    Targets(load_settings(config).webhooks.allow).check(url)

    at = datetime.now(UTC)
    made = with_store(config, lambda store: WebhookBook(store).add(url, event, by=this_user(), at=at))
    typer.echo(f"{made.id} {made.secret}")


@app.command("list")
def list_webhooks(as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """All webhooks, without their secrets."""
    found = with_store(config, lambda store: WebhookBook(store).all())
    if as_json:
        names = ("id", "url", "events", "created_at")
        print_json([{name: getattr(each, name) for name in names} for each in found], reveal=True)
        return
    table = Table()
    for column in ("id", "address", "events", "made"):
        table.add_column(column, overflow="fold", no_wrap=column == "id")  # it is typed to remove the webhook
    for each in found:
        table.add_row(*(Text(cell) for cell in (each.id, each.url, " ".join(each.events), local(each.created_at))))
    Console().print(table)


@app.command()
def remove(
    webhook_id: Annotated[str, typer.Argument(metavar="ID", help="As `voicebot webhooks list` shows it.")],
    config: ConfigOption = None,
) -> None:
    """Tell a program of nothing any more; what waits for it is dropped."""
    at = datetime.now(UTC)
    with_store(config, lambda store: WebhookBook(store).remove(webhook_id, by=this_user(), at=at))
    typer.echo(f"{webhook_id}: removed")


@app.command()
def deliveries(
    state: Annotated[str | None, typer.Option(help="waiting, delivered or dead.")] = None,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """The latest deliveries and what came of them."""
    found = with_store(config, lambda store: Deliveries(store).latest(limit=limit, state=state))
    if as_json:
        print_json([_plain(each) for each in found], reveal=False)
        return
    table = Table()
    for column in ("id", "webhook", "event", "call", "state", "attempts", "next", "last error"):
        table.add_column(column, overflow="fold")
    for each in found:
        told = (str(each.id), each.webhook_id, each.event, each.call_id, each.state, str(each.attempts))
        table.add_row(*(Text(cell) for cell in (*told, local(each.next_at), each.last_error)))
    Console().print(table)


@app.command()
def retry(
    delivery_ids: Annotated[list[int] | None, typer.Argument(metavar="[ID]...", help="Default: all dead ones.")] = None,
    config: ConfigOption = None,
) -> None:
    """Try deliveries again that were given up."""
    made = _retried(delivery_ids, config)
    typer.echo(f"{made} {'delivery is' if made == 1 else 'deliveries are'} tried again")


def _retried(delivery_ids: list[int] | None, config: Path | None) -> int:
    at = datetime.now(UTC)
    return with_store(config, lambda store: Deliveries(store).retry(ids=delivery_ids or None, by=this_user(), at=at))


def _plain(delivery: Delivery) -> dict[str, object]:
    names = ("id", "webhook_id", "event", "call_id", "state", "attempts", "next_at", "delivered_at", "last_error")
    return {name: getattr(delivery, name) for name in names}
