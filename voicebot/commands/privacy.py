"""`voicebot privacy`: deleting what has been kept long enough, erasing a customer, calls that must be kept."""

import re
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from voicebot.commands.calls import ConfigOption, JsonOption, local, print_json, with_store
from voicebot.commands.progress import counting
from voicebot.config import Settings, load_settings
from voicebot.privacy.audit import this_user
from voicebot.privacy.erasure import Erasure, erase, plan_erasure
from voicebot.privacy.holds import LegalHold, LegalHolds
from voicebot.privacy.retention import Sweep, Swept
from voicebot.store.store import Store

app = typer.Typer(help="Deleting what is old, erasing a customer, calls that must be kept.", no_args_is_help=True)

CallArgument = Annotated[str, typer.Argument(metavar="CALL", help="The call's id.")]


@app.command()
def sweep(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say which calls it is about; delete nothing.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Delete what is older than [retention] allows. The qa process does the same once an hour."""
    settings = load_settings(config)

    async def work(store: Store) -> Swept:
        job = Sweep(store, settings.retention, node=settings.events.node, now=lambda: datetime.now(UTC))
        expected = await job.preview()
        if dry_run:
            return expected
        with counting(hidden=as_json) as bar:
            parts = {
                name: bar.add_task(name, total=count, visible=count > 0) for name, count in expected.deleted.items()
            }
            return await job.run(actor=this_user(), done=lambda what, count: bar.advance(parts[what], count))

    swept = with_store(config, work)
    if as_json:
        print_json(asdict(swept), reveal=True)
    else:
        _show_swept(swept, "would be deleted" if dry_run else "deleted")
    if swept.not_deleted:
        raise typer.Exit(1)


@app.command("erase")
def erase_customer(
    number: Annotated[str, typer.Argument(help="The customer's number, E.164: +8613800138000.")],
    confirm: Annotated[str, typer.Option(help="The same number again: erases. Without it nothing is changed.")] = "",
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show what would go of a customer, in all tables and files; with --confirm erase it, and print the receipt."""
    if not re.fullmatch(r"\+[1-9]\d{6,14}", number):
        raise typer.BadParameter("must be a number in E.164, as +8613800138000", param_hint="NUMBER")
    if confirm and confirm != number:
        raise typer.BadParameter("is another number than the one to erase", param_hint="--confirm")
    settings = load_settings(config)

    async def work(store: Store) -> Erasure:
        if not confirm:
            return await plan_erasure(store, number)
        return await erase(store, number, actor=this_user(), at=datetime.now(UTC))

    erasure = with_store(config, work)
    remaining = _remaining(erasure, settings, number)
    if as_json:
        facts = asdict(erasure) | {"number": erasure.masked_number, "erased": bool(confirm), "remaining": remaining}
        print_json(facts, reveal=True)
    else:
        _show(erasure, remaining, erased=bool(confirm))
    if confirm and remaining:
        raise typer.Exit(1)


@app.command()
def hold(
    call: CallArgument,
    reason: Annotated[str, typer.Option(help="For those who wonder later.")],
    config: ConfigOption = None,
) -> None:
    """Keep a call, with all that belongs to it, until it is released: a dispute, an inquiry."""
    held = LegalHold(call, this_user(), reason, datetime.now(UTC))
    if not with_store(config, lambda store: LegalHolds(store).hold(held)):
        typer.echo(f"there is no call {call!r}; `voicebot calls list` shows the ids", err=True)
        raise typer.Exit(1)
    typer.echo(f"{call}: held")


@app.command()
def release(call: CallArgument, config: ConfigOption = None) -> None:
    """Let a held call grow old like others again."""
    if not with_store(config, lambda store: LegalHolds(store).release(call, by=this_user(), at=datetime.now(UTC))):
        typer.echo(f"call {call!r} is not held; `voicebot privacy holds` lists those that are", err=True)
        raise typer.Exit(1)
    typer.echo(f"{call}: released")


@app.command()
def holds(as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """The calls that are held."""
    found = with_store(config, lambda store: LegalHolds(store).all())
    if as_json:
        print_json([asdict(each) for each in found], reveal=True)
        return
    table = Table()
    for column in ("call", "since", "by", "reason"):
        table.add_column(column, overflow="fold")
    for each in found:
        table.add_row(*(Text(cell) for cell in (each.call_id, local(each.at), each.by, each.reason)))
    Console().print(table)


def _show_swept(swept: Swept, verb: str) -> None:
    for name, count in swept.deleted.items():
        if count:
            typer.echo(f"{name.replace('_', ' ')}: {count} {verb}")
    for path, why in swept.not_deleted.items():
        typer.echo(f"not deleted: {path}: {why}", err=True)
    if not (swept.anything or swept.not_deleted):
        typer.echo("nothing is older than [retention] allows")


def _remaining(erasure: Erasure, settings: Settings, number: str) -> list[str]:
    """What this command cannot or must not erase, for a person to see to."""
    remaining = [f"call {call} is held (`voicebot privacy holds`)" for call in erasure.held]
    remaining += [f"call {call} is going on: erase again when it has ended" for call in erasure.going_on]
    remaining += [f"recording {path} is not on this machine" for path in erasure.missing_recordings]
    remaining += [f"recording {path} could not be deleted: {why}" for path, why in erasure.not_deleted.items()]
    for file in sorted(settings.company.dir.glob("*.csv")):
        lines = _lines_with(file, number)
        if lines:
            where = ", ".join(map(str, lines))
            remaining.append(f"{file} line {where}: delete it there, or the next start brings it back")
    return remaining


def _lines_with(file: Path, number: str) -> list[int]:
    with file.open(encoding="utf-8-sig", errors="replace") as lines:
        return [place for place, line in enumerate(lines, 1) if number.removeprefix("+86") in line]


def _show(erasure: Erasure, remaining: list[str], *, erased: bool) -> None:
    table = Table(title=f"{erasure.masked_number}: {'erased' if erased else 'would be erased'}")
    for column in ("what", "how many"):
        table.add_column(column)
    for name, count in erasure.rows.items():
        table.add_row(name, str(count))
    table.add_row("recordings", str(len(erasure.recordings)))
    for name, count in erasure.mentions.items():
        table.add_row(f"mentioned in other {name}", str(count))
    Console().print(table)
    for each in remaining:
        typer.echo(f"remains: {each}")
    if not erased:
        typer.echo(f"Nothing was changed. To erase: voicebot privacy erase {erasure.number} --confirm {erasure.number}")
