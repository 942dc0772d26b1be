"""`voicebot qa report` and `voicebot qa export`: what the scores of a period add up to, and every verdict of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, TextIO
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from voicebot.commands.calls import ConfigOption, JsonOption, with_store
from voicebot.commands.qa_period import SinceOption, UntilOption, period_of
from voicebot.company import Company, load_company
from voicebot.config import ConfigError, load_settings
from voicebot.privacy.audit import Audit, this_user
from voicebot.qa.periods import Period
from voicebot.qa.reporting.csv_report import write_groups, write_items
from voicebot.qa.reporting.export import Format
from voicebot.qa.reporting.export import export as export_verdicts
from voicebot.qa.reporting.figures import GROUPINGS, Figures, read_figures
from voicebot.qa.reporting.names import Names, names_of
from voicebot.qa.reporting.page import report_page
from voicebot.qa.scorecard.files import load_scorecards
from voicebot.store.store import Store

EXPORTED = "scores.exported"
"""The audit log's action."""


def report(
    since: SinceOption,
    until: UntilOption = None,
    scorecard: Annotated[str, typer.Option(help="Name of the scorecard.")] = "service",
    html: Annotated[Path | None, typer.Option(help="Write a page with charts to this file.")] = None,
    csv: Annotated[
        Path | None, typer.Option(help="Write the groups to this file, and the items to NAME-items.csv.")
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Add up the scores of a period by agent, team, intent, kind of call, day and item."""
    settings = load_settings(config)
    company = load_company(settings.company.dir)
    period = period_of(since, until, company)
    offset = _utc_offset(company, period.since)
    figures = with_store(config, lambda store: read_figures(store, scorecard, period, utc_offset=offset))
    card = next((each for each in load_scorecards(settings.company.dir) if each.name == scorecard), None)
    names = names_of(company, card)
    if html is not None:
        title = f"{company.profile.name} · {card.title if card else scorecard}"
        page = report_page(
            figures, names, period, title=title, made_at=datetime.now(ZoneInfo(company.profile.timezone))
        )
        _write(html, lambda file: file.write(page))
    if csv is not None:
        _write(csv, lambda file: write_groups(file, figures, names))
        _write(csv.with_name(f"{csv.stem}-items.csv"), lambda file: write_items(file, figures, names))
    if as_json:
        typer.echo(json.dumps(_plain(figures), ensure_ascii=False))
    elif html is None and csv is None:
        _show(figures, names)


def export(
    since: SinceOption,
    out: Annotated[Path, typer.Option(help="File to write.")],
    until: UntilOption = None,
    form: Annotated[Format, typer.Option("--format", help="csv, or jsonl: one JSON object a line.")] = Format.CSV,
    config: ConfigOption = None,
) -> None:
    """Write every verdict of a period with its evidence to a file. Personal data is masked; the audit log is told."""
    settings = load_settings(config)
    company = load_company(settings.company.dir)
    period = period_of(since, until, company)

    async def work(store: Store) -> int:
        await Audit(store).record(this_user(), EXPORTED, f"calls:{_named(period)}", {"format": str(form)})
        with _opened(out) as file:
            return await export_verdicts(store, company, period, file, form, as_of=datetime.now(UTC))

    typer.echo(f"{with_store(config, work)} rows written to {out}")


def _write(path: Path, write: Callable[[TextIO], object]) -> None:
    with _opened(path) as file:
        write(file)


def _opened(path: Path) -> TextIO:
    """With a byte order mark for CSV, without which spreadsheets take Chinese for something else."""
    encoding = "utf-8-sig" if path.suffix.lower() == ".csv" else "utf-8"
    try:
        return path.open("w", encoding=encoding, newline="")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written ({error.strerror}); name another file") from error


def _utc_offset(company: Company, at: datetime) -> timedelta:
    return at.astimezone(ZoneInfo(company.profile.timezone)).utcoffset() or timedelta(0)


def _named(period: Period) -> str:
    return f"{period.since:%Y-%m-%d}..{f'{period.until:%Y-%m-%d}' if period.until else ''}"


def _plain(figures: Figures) -> dict[str, object]:
    return {**asdict(figures), "items": [{**asdict(item), "pass_rate": item.pass_rate} for item in figures.items]}


def _show(figures: Figures, names: Names) -> None:
    console = Console()
    table = Table("by", "name", "calls", "scored", "mean total", "compliance", "fatal")
    for grouping in GROUPINGS:
        for group in figures.groups[grouping]:
            total, compliance = ("—" if mean is None else f"{mean:.1f}" for mean in (group.total, group.compliance))
            counts = (str(group.calls), str(group.scored), total, compliance, str(group.fatal))
            table.add_row(*(Text(cell) for cell in (grouping, names.of(grouping, group.name) or "—", *counts)))
    console.print(table)
    table = Table("item", "passed", "failed", "not applicable", "for a person", "overridden", "pass rate")
    for item in figures.items:
        rate = "—" if item.pass_rate is None else f"{item.pass_rate:.0%}"
        numbers = (item.passed, item.failed, item.not_applicable, item.for_a_person, item.overridden)
        table.add_row(*(Text(str(cell)) for cell in (names.item(item.item), *numbers, rate)))
    console.print(table)
