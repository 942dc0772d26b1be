"""`voicebot qa review sample` and `blind`, `voicebot qa calibration`: people who do not know what the system says."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from voicebot.commands.calls import ConfigOption, JsonOption, shown
from voicebot.commands.qa_review import CardOption, app, material_of, now, number, run
from voicebot.company import load_company
from voicebot.config import Settings, load_settings
from voicebot.privacy.audit import this_user
from voicebot.qa.judges.chosen import chosen_judges
from voicebot.qa.judges.correctness import needed_knowledge
from voicebot.qa.material import Answer, CallMaterial
from voicebot.qa.review.agreement import Interval
from voicebot.qa.review.calibrating import calibrate_card
from voicebot.qa.review.calibration import ItemCalibration
from voicebot.qa.review.reviews import CannotReview, Reviewing
from voicebot.qa.review.samples import Sample, SampleStore
from voicebot.qa.scorecard.files import load_scorecards
from voicebot.qa.scorecard.model import Item, Scorecard
from voicebot.store.store import Store

_KEYS: dict[str, Answer] = {"p": "pass", "f": "fail", "n": "not_applicable", "u": "unsure"}


@app.command()
def sample(
    rater: Annotated[list[str], typer.Option(help="Who scores it; two raters also show how well people agree.")],
    size: Annotated[int, typer.Option(min=1, max=10_000)] = 30,
    seed: Annotated[int, typer.Option(help="The same seed draws the same calls.")] = 1,
    days: Annotated[int, typer.Option(min=1, help="Calls scored in so many last days.")] = 30,
    scorecard: CardOption = "",
    config: ConfigOption = None,
) -> None:
    """Draw calls to be scored blind, stratified by agent, intent, score and confidence."""

    async def work(store: Store) -> Sample:
        card, today = _card(config, scorecard), now()
        wanted = Sample(secrets.token_hex(4), card.name, seed, tuple(dict.fromkeys(rater)), today)
        since, until = today - timedelta(days=days), today + timedelta(seconds=1)
        return await SampleStore(store).draw(wanted, size, since=since, until=until, actor=this_user())

    drawn = run(config, work)
    typer.echo(f"sample {drawn.id}: {len(drawn.call_ids)} calls for {', '.join(drawn.raters)}")
    typer.echo(f"next: voicebot qa review blind {drawn.id} --by NAME")


@app.command()
def blind(
    sample_id: Annotated[str, typer.Argument(metavar="SAMPLE")],
    by: Annotated[str, typer.Option(help="Which of the sample's raters you are.")],
    config: ConfigOption = None,
) -> None:
    """Score the calls of a sample without seeing what the system says. Ctrl-C loses only the call that was begun."""
    drawn, left = run(config, partial(_begin, sample_id=sample_id, rater=by))
    card = _card(config, drawn.scorecard)
    for place, call_id in enumerate(left, 1):
        material = run(config, partial(material_of, config=config, call_id=call_id))
        typer.echo(f"\n{place} of {len(left)}: call {call_id}")
        Console().print(_transcript(material))
        answers = [_asked(card, call_id, item, by) for item in card.items if item.applies.to(material)]
        run(config, partial(_rate, sample=drawn, call_id=call_id, answers=answers, rater=by))
    if left:
        run(config, partial(_calibrated, settings=load_settings(config), scorecard=card.name))
    typer.echo(f"sample {sample_id}: nothing left for {by}; `voicebot qa calibration` shows what it says")


def calibration(scorecard: CardOption = "", as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """How far each item can be trusted, by the samples that people scored blind; what falls short only assists."""
    found = run(config, partial(_calibrated, settings=load_settings(config), scorecard=scorecard))
    if as_json:
        typer.echo(json.dumps({name: [asdict(each) for each in items] for name, items in found.items()}))
        return
    for name, items in found.items():
        Console().print(_calibrations(name, items))
    print("κ: linear weights, 95 % interval; by people who had not seen the verdicts.")


async def _calibrated(store: Store, *, settings: Settings, scorecard: str) -> dict[str, list[ItemCalibration]]:
    """By scorecard; "" is all of them."""
    company = load_company(settings.company.dir)
    cards = [card for card in load_scorecards(settings.company.dir) if scorecard in ("", card.name)]
    knowledge = needed_knowledge(company, cards)
    with chosen_judges(settings.qa.judge) as judges:
        return {card.name: await calibrate_card(store, company, card, judges, knowledge, at=now()) for card in cards}


async def _begin(store: Store, *, sample_id: str, rater: str) -> tuple[Sample, list[str]]:
    """The sample, and what this rater has not scored of it."""
    found = await SampleStore(store).sample(sample_id)
    if found is None:
        raise CannotReview(f"there is no sample {sample_id}; draw one with `voicebot qa review sample`")
    if rater not in found.raters:
        raise CannotReview(f"{rater} is no rater of sample {sample_id}; they are {', '.join(found.raters)}")
    return found, await SampleStore(store).left(found, rater)


async def _rate(store: Store, *, sample: Sample, call_id: str, answers: Sequence[Reviewing], rater: str) -> None:
    await SampleStore(store).rate(sample, call_id, answers, rater=rater, actor=this_user(), at=now())


def _card(config: Path | None, name: str) -> Scorecard:
    cards = load_scorecards(load_settings(config).company.dir)
    chosen = [card for card in cards if name in ("", card.name)]
    if len(chosen) != 1:
        known = ", ".join(card.name for card in cards)
        raise typer.BadParameter(f"choose one scorecard with --scorecard: {known}")
    return chosen[0]


def _asked(card: Scorecard, call_id: str, item: Item, by: str) -> Reviewing:
    while True:
        key = typer.prompt(f"{item.title} ({item.name})  [p]ass [f]ail [n]ot applicable [u]nsure").strip().lower()[:1]
        if key in _KEYS:
            return Reviewing(call_id, card.name, item.name, _KEYS[key], by)


def _transcript(material: CallMaterial) -> Table:
    table = Table()
    for column in ("at", "who", "text"):
        table.add_column(column, overflow="fold")
    for turn in material.turns:
        cells = (f"{turn.started_ms / 1000:.1f} s", turn.role, shown(turn.text, reveal=False))
        table.add_row(*map(Text, cells))
    return table


def _calibrations(name: str, items: Sequence[ItemCalibration]) -> Table:
    table = Table(title=name)
    for column in ("item", "n", "agreement", "κ", "people's κ", "bias", "fails", "recall", "undecided", "state"):
        table.add_column(column, overflow="fold", justify="left" if column in ("item", "state") else "right")
    for each in items:
        cells = (
            each.item,
            str(each.n),
            _with_interval(each.agreement, each.agreement_interval),
            _with_interval(each.kappa, each.kappa_interval),
            number(each.people_kappa),
            number(each.bias),
            number(each.prevalence),
            number(each.recall),
            str(each.unsure),
            f"assists only: {each.why}" if each.assist_only else "",
        )
        table.add_row(*map(Text, cells))
    return table


def _with_interval(value: float | None, interval: Interval | None) -> str:
    return f"{value:.2f} [{interval.low:.2f}, {interval.high:.2f}]" if value is not None and interval else ""
