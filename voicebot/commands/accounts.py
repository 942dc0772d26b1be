"""`voicebot accounts`: who may use the console. Passwords are asked for, or read from standard input."""

import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from voicebot.accounts.account import ROLES, Account, AccountError, Role
from voicebot.accounts.book import AccountBook
from voicebot.accounts.passwords import Passwords, check_password
from voicebot.accounts.sessions import SessionLimits
from voicebot.accounts.sign_in import SignIn
from voicebot.commands.calls import ConfigOption, JsonOption, local, print_json, with_store
from voicebot.company.agent_list import no_such_team, read_agents
from voicebot.config import load_settings
from voicebot.privacy.audit import Audit, this_user
from voicebot.store.store import Store

app = typer.Typer(help="Who may use the console.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The name that the person signs in with.")]


@app.command()
def add(
    name: NameArgument,
    role: Annotated[str, typer.Option(help="agent, supervisor or admin.")],
    display_name: Annotated[str, typer.Option(help="As colleagues call the person.")] = "",
    agent: Annotated[
        str | None, typer.Option(help="The id in agents.csv: an agent's own calls, or the phone of a supervisor.")
    ] = None,
    team: Annotated[list[str] | None, typer.Option(help="Supervisors: a team of agents.csv; may be repeated.")] = None,
    oidc: Annotated[
        str | None, typer.Option(help="What the OpenID provider's claim holds for the person; no password is asked.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Make an account. The password is asked for at a terminal, else read as the first line of standard input."""
    account = Account(
        name=name,
        role=_role(role),
        created_at=datetime.now(UTC),
        display_name=display_name,
        agent_id=agent,
        teams=tuple(team or ()),
        oidc_subject=oidc,
    )
    _check_company(account, config)
    password = None if oidc else _new_password(name)
    _change(config, "account.added", account.name, lambda sign_in: sign_in.new_account(account, password))
    typer.echo(f"{name}: {role}")


@app.command("list")
def list_accounts(as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """All accounts."""
    found = with_store(config, lambda store: AccountBook(store).all())
    if as_json:
        print_json([_plain(account) for account in found], reveal=True)
        return
    table = Table()
    for column in ("name", "shown as", "role", "agent", "teams", "signs in by", "since", "state"):
        table.add_column(column, overflow="fold")
    for account in found:
        state = "disabled" if account.disabled else "active"
        who = (account.name, account.display_name, account.role, account.agent_id or "", " ".join(account.teams))
        table.add_row(*(Text(cell) for cell in (*who, _ways(account), local(account.created_at), state)))
    Console().print(table)


@app.command()
def passwd(name: NameArgument, config: ConfigOption = None) -> None:
    """Set a new password; whoever is signed in with the account is signed out."""
    account = _existing(name, config)
    password = _new_password(name)
    _change(
        config, "account.password_changed", account.name, lambda sign_in: sign_in.change_password(account, password)
    )
    typer.echo(f"{account.name}: new password, all sessions ended")


@app.command("agent")
def link_agent(
    name: NameArgument,
    agent: Annotated[str, typer.Argument(metavar="[ID]", help="The id in agents.csv; without it, no one's.")] = "",
    config: ConfigOption = None,
) -> None:
    """Link the account to an agent's id: an agent's own calls, a supervisor's phone. Ends the account's sessions."""
    _change_standing(replace(_existing(name, config), agent_id=agent or None), config)


@app.command("role")
def give_role(
    name: NameArgument,
    role: Annotated[str, typer.Argument(metavar="ROLE", help="agent, supervisor or admin.")],
    team: Annotated[
        list[str] | None, typer.Option(help="Supervisors: a team of agents.csv; may be repeated. Default: as before.")
    ] = None,
    agent: Annotated[str | None, typer.Option(help="The id in agents.csv. Default: as before.")] = None,
    config: ConfigOption = None,
) -> None:
    """Give the account another role, or a supervisor other teams. Ends the account's sessions."""
    account = _existing(name, config)
    given, teams = _role(role), tuple(team or account.teams)
    changed = replace(account, role=given, agent_id=agent or account.agent_id)
    _change_standing(replace(changed, teams=teams if given == "supervisor" else ()), config)


@app.command()
def disable(name: NameArgument, config: ConfigOption = None) -> None:
    """Let nobody in with the account any more, and sign out who is."""
    _set_disabled(name, True, config)


@app.command()
def enable(name: NameArgument, config: ConfigOption = None) -> None:
    """Let a disabled account in again."""
    _set_disabled(name, False, config)


def _change_standing(changed: Account, config: Path | None) -> None:
    _check_company(changed, config)
    at = datetime.now(UTC)
    with_store(config, lambda store: AccountBook(store).change_standing(changed, by=this_user(), at=at))
    told = filter(None, (changed.role, changed.agent_id or "no agent", *changed.teams))
    typer.echo(f"{changed.name}: {', '.join(told)}; all sessions ended")


def _set_disabled(name: str, disabled: bool, config: Path | None) -> None:
    account = _existing(name, config)
    action = "account.disabled" if disabled else "account.enabled"
    _change(config, action, account.name, lambda sign_in: sign_in.book.set_disabled(account.id, disabled))
    typer.echo(f"{account.name}: {'disabled, all sessions ended' if disabled else 'enabled'}")


def _existing(name: str, config: Path | None) -> Account:
    account = with_store(config, lambda store: AccountBook(store).by_name(name))
    if account is None:
        raise AccountError(f"there is no account {name!r}; `voicebot accounts list` shows them")
    return account


def _role(role: str) -> Role:
    for known in ROLES:
        if role == known:
            return known
    raise AccountError(f"there is no role {role!r}; roles are {', '.join(ROLES)}")


def _check_company(account: Account, config: Path | None) -> None:
    """An agent or a team that is nowhere in agents.csv is a typing mistake."""
    agents = read_agents(load_settings(config).company.dir)
    ids = {agent.id for agent in agents}
    if account.agent_id is not None and account.agent_id not in ids:
        raise AccountError(f"there is no agent {account.agent_id!r} in agents.csv; there are {', '.join(sorted(ids))}")
    if wrong := no_such_team(account.teams, agents):
        raise AccountError(wrong)


def _new_password(name: str) -> str:
    if sys.stdin.isatty():
        password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    check_password(password, name=name)
    return password


def _change(config: Path | None, action: str, name: str, work: Callable[[SignIn], Awaitable[object]]) -> None:
    """Do `work`, and write it to the audit log as `action`."""

    async def run(store: Store) -> None:
        await work(SignIn(AccountBook(store), Passwords(), SessionLimits()))
        await Audit(store).record(this_user(), action, f"account:{name}")

    with_store(config, run)


def _ways(account: Account) -> str:
    ways = (("password", account.password_hash), ("OpenID", account.oidc_subject))
    return ", ".join(name for name, there in ways if there)


def _plain(account: Account) -> dict[str, object]:
    return {
        "name": account.name,
        "display_name": account.display_name,
        "role": account.role,
        "agent": account.agent_id,
        "teams": list(account.teams),
        "signs_in_by": _ways(account),
        "created_at": account.created_at,
        "disabled": account.disabled,
    }
