"""`voicebot api-keys`: which programs may use the API."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from voicebot.accounts.api_keys import ApiKeyError, ApiKeys
from voicebot.accounts.scopes import SCOPES
from voicebot.commands.calls import ConfigOption, JsonOption, local, print_json, with_store
from voicebot.company.agent_list import no_such_team, read_agents
from voicebot.config import load_settings
from voicebot.privacy.audit import this_user
from voicebot.store.store import Store

app = typer.Typer(help="Which programs may use the API.", no_args_is_help=True)


@app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Which program gets the key.")],
    scope: Annotated[list[str], typer.Option(help=f"May be repeated: {', '.join(SCOPES)}.")],
    team: Annotated[
        list[str] | None, typer.Option(help="Only what a supervisor of this team reaches; may be repeated.")
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="Good for so long; default: for ever.")] = None,
    config: ConfigOption = None,
) -> None:
    """Make a key. It is shown once, on standard output."""
    if team and (wrong := no_such_team(team, read_agents(load_settings(config).company.dir))):
        raise ApiKeyError(wrong)
    at = datetime.now(UTC)
    expires_at = at + timedelta(days=days) if days else None

    async def work(store: Store) -> str:
        return await ApiKeys(store).add(name, scope, by=this_user(), at=at, teams=team or (), expires_at=expires_at)

    typer.echo(with_store(config, work))


@app.command("list")
def list_keys(as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """All keys, without their secrets."""
    found = with_store(config, lambda store: ApiKeys(store).all())
    at = datetime.now(UTC)
    if as_json:
        names = ("id", "name", "scopes", "teams", "created_at", "created_by", "expires_at", "revoked_at", "used_at")
        print_json([{name: getattr(key, name) for name in names} for key in found], reveal=True)
        return
    table = Table()
    for column in ("id", "name", "scopes", "teams", "made", "by", "last used", "state"):
        table.add_column(column, overflow="fold", no_wrap=column in ("id", "scopes"))  # what is typed stays whole
    for key in found:
        state = "good" if key.is_good(at) else "revoked" if key.revoked_at else "expired"
        may = (key.id, key.name, "\n".join(key.scopes), " ".join(key.teams))
        since = (local(key.created_at), key.created_by, local(key.used_at))
        table.add_row(*(Text(cell) for cell in (*may, *since, state)))
    Console().print(table)


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="As `voicebot api-keys list` shows it.")],
    config: ConfigOption = None,
) -> None:
    """Let nobody in with the key any more."""
    at = datetime.now(UTC)
    with_store(config, lambda store: ApiKeys(store).revoke(key_id, by=this_user(), at=at))
    typer.echo(f"{key_id}: revoked")
