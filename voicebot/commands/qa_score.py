"""`voicebot qa score` and `voicebot qa rescore`: calls scored now."""

from __future__ import annotations

import json
import os
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from voicebot.commands.calls import ConfigOption, JsonOption, with_store
from voicebot.commands.progress import counting
from voicebot.commands.qa_period import SinceOption, UntilOption, period_of
from voicebot.company import load_company
from voicebot.config import ConfigError, Settings, load_settings
from voicebot.privacy.redaction import shown_values
from voicebot.qa.batches import Batches, Recipe, on_ray, on_this_machine, recipe
from voicebot.qa.judges.chosen import chosen_judges
from voicebot.qa.reading import read_material
from voicebot.qa.recomputing import recomputed
from voicebot.qa.rescoring import Rescoring
from voicebot.qa.result import ScoreResult
from voicebot.qa.scorecard.files import load_scorecard, load_scorecards
from voicebot.qa.scorecard.model import Scorecard
from voicebot.qa.scores import KeptScore, ScoreStore
from voicebot.qa.worker import Reviewer
from voicebot.store.store import Store


def score(
    call_id: Annotated[str, typer.Argument(metavar="CALL", help="The call's id, as `voicebot calls list` shows it.")],
    kept: Annotated[
        bool, typer.Option("--kept", help="Show the scores that are kept, and make each again to see that it follows.")
    ] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Score one call with the company's scorecards, and show every verdict with its evidence."""
    settings = load_settings(config)

    async def work(store: Store) -> list[ScoreResult]:
        if kept:
            return await _kept(store, settings, call_id)
        with chosen_judges(settings.qa.judge) as judges:
            scored = await Reviewer(store, settings.company.dir, judges).score(call_id)
        return [each.result for each in scored]

    results = with_store(config, work)
    if not results:
        typer.echo(
            f"there is no {'score of a' if kept else ''} call {call_id!r}; `voicebot calls list` shows ids", err=True
        )
        raise typer.Exit(1)
    if as_json:
        typer.echo(json.dumps(shown_values([_plain(each) for each in results]), ensure_ascii=False, indent=2))
    else:
        for result in results:
            _show(result)


def rescore(
    since: SinceOption,
    until: UntilOption = None,
    scorecard: Annotated[
        str | None, typer.Option(help="Name of one of the company's scorecards, or a file. Default: all that apply.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that score. Default: one a core.")] = None,
    ray: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Score on a Ray cluster: ray://host:10001.")
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Score past calls again. Each keeps the score of every version that it was scored with."""
    settings = load_settings(config)
    company = load_company(settings.company.dir)
    period = period_of(since, until, company)
    cards = _cards(settings.company.dir, scorecard)
    made = recipe(company, cards, settings.qa.judge)

    async def work(store: Store) -> int:
        rescoring = Rescoring(store, company, cards)
        total = await rescoring.count(period)
        with counting(hidden=as_json) as progress:
            task = progress.add_task("scoring", total=total)
            async with _batches(made, workers, ray) as batches:
                return await rescoring.run(
                    period, batches, as_of=datetime.now(UTC), done=lambda calls: progress.advance(task, calls)
                )

    scored = with_store(config, work)
    used = ", ".join(f"{card.name} {card.version}" for card in cards)
    typer.echo(json.dumps({"calls": scored}) if as_json else f"{scored} calls scored with {used}")


async def _kept(store: Store, settings: Settings, call_id: str) -> list[ScoreResult]:
    """The kept scores; names those that do not follow any more from what is stored."""
    company = load_company(settings.company.dir)
    material = await read_material(store, company, call_id, as_of=datetime.now(UTC))
    book = ScoreStore(store)
    found = await book.of_call(call_id, material.turns) if material else []
    for each in found:
        again = await recomputed(book, each, material) if material else None
        if again is not None and again != each.result:
            typer.echo(f"{_named(each)}: made again it is different; turns were changed since, or erased", err=True)
    return [each.result for each in found]


def _named(kept: KeptScore) -> str:
    return f"{kept.result.scorecard} {kept.result.version} of {kept.scored_at:%Y-%m-%d %H:%M}"


def _cards(folder: Path, wanted: str | None) -> tuple[Scorecard, ...]:
    if wanted is not None and wanted.endswith(".toml"):
        return (load_scorecard(Path(wanted)),)
    cards = load_scorecards(folder)
    chosen = tuple(card for card in cards if wanted in (None, card.name))
    if not chosen:
        names = ", ".join(card.name for card in cards) or "none"
        raise ConfigError(f"--scorecard {wanted}: the company has no such scorecard; it has {names}")
    return chosen


def _batches(made: Recipe, workers: int | None, ray: str | None) -> AbstractAsyncContextManager[Batches]:
    return on_ray(made, ray) if ray else on_this_machine(made, workers or len(os.sched_getaffinity(0)))


def _plain(result: ScoreResult) -> dict[str, object]:
    return {**asdict(result), "for_a_person": list(result.for_a_person)}


def _show(result: ScoreResult) -> None:
    console = Console()
    if result.not_scorable:
        console.print(Text(f"{result.scorecard} {result.version}: {result.not_scorable}".strip()))
    if not result.verdicts:
        return
    scores = " · ".join(f"{each.title} {_number(each.score)}" for each in result.dimensions)
    title = f"{result.scorecard} {result.version}: {_number(result.total)}  ({scores})"
    table = Table(title=Text(title), title_justify="left")
    for column in ("item", "answer", "points", "sure", "why", "evidence"):
        table.add_column(column, overflow="fold")
    for verdict in result.verdicts:
        fatal = " ✗" if verdict.item in result.fatal else ""
        evidence = "  ".join(
            f"{each.started_ms / 1000:.0f} s {shown_values(each.words)}" for each in verdict.evidence[:3]
        )
        cells = (verdict.item + fatal, verdict.answer, f"{verdict.points:g}", f"{verdict.confidence:.0%}")
        table.add_row(*(Text(cell) for cell in (*cells, shown_values(verdict.reason), evidence)))
    console.print(table)


def _number(score: float | None) -> str:
    return "—" if score is None else f"{score:g}"
