"""`voicebot qa review` and `voicebot qa calibration`: people over the scores."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from voicebot.commands.calls import ConfigOption, LimitOption, shown, with_store
from voicebot.company import Company, load_company
from voicebot.config import load_settings
from voicebot.privacy.audit import this_user
from voicebot.qa.material import Answer, CallMaterial
from voicebot.qa.reading import read_material
from voicebot.qa.review.reading import ReviewedScore, reviewed_scores
from voicebot.qa.review.reviews import CannotReview, Reviewing, ReviewStore
from voicebot.qa.scores import KeptScore, ScoreStore
from voicebot.store.store import Store

app = typer.Typer(help="People over the scores: confirm, overrule, appeal, score blind.", no_args_is_help=True)

T = TypeVar("T")


class Given(StrEnum):
    """What a person may answer."""

    PASS = "pass"
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"

    @property
    def answer(self) -> Answer:
        return self.value


CallArgument = Annotated[str, typer.Argument(metavar="CALL", help="As `voicebot calls list` shows it.")]
ItemArgument = Annotated[str, typer.Argument(metavar="ITEM", help="The item's name in the scorecard.")]
ByOption = Annotated[str, typer.Option(help="Who answers; default: this account.")]
CommentOption = Annotated[str, typer.Option(help="Why; for people.")]
CardOption = Annotated[str, typer.Option(help="The scorecard's name; needed where there are several.")]


@app.command("list")
def list_open(limit: LimitOption = 50, config: ConfigOption = None) -> None:
    """What waits for a person: open appeals, and items that the system could not decide."""

    async def read(store: Store) -> None:
        book = ReviewStore(store)
        table = Table()
        for column in ("what", "call", "item", "why"):
            table.add_column(column, overflow="fold")
        for each in await book.appeals():
            table.add_row(*map(Text, (f"appeal {each.id}", each.call_id, each.item, shown(each.reason, reveal=False))))
        for call_id, _, item, why in await book.for_a_person(limit=limit):
            table.add_row(*map(Text, ("undecided", call_id, item, shown(why, reveal=False))))
        Console().print(table)

    run(config, read)


@app.command()
def show(call_id: CallArgument, config: ConfigOption = None) -> None:
    """A call's scores, item by item: the system's verdict, its evidence, and what people answered."""

    async def read(store: Store) -> None:
        material = await material_of(store, config, call_id)
        for score in await reviewed_scores(store, call_id, material.turns):
            if score.card is None:
                continue
            Console().print(_score(score))
            after, final = number(score.final.total), score.final.not_scorable
            typer.echo(f"total {number(score.kept.result.total)}, after review {after} {final}")

    run(config, read)


@app.command()
def confirm(
    call_id: CallArgument,
    item: ItemArgument,
    comment: CommentOption = "",
    by: ByOption = "",
    scorecard: CardOption = "",
    config: ConfigOption = None,
) -> None:
    """The system is right."""

    async def work(store: Store) -> str:
        kept = await _score_with(store, config, call_id, item, scorecard)
        answer = next(verdict.answer for verdict in kept.result.verdicts if verdict.item == item)
        if answer == "unsure":
            raise CannotReview(f"{item} was left to you: decide it with `voicebot qa review override`")
        return await _decided(store, kept, item, answer, by, comment)

    typer.echo(run(config, work))


@app.command()
def override(
    call_id: CallArgument,
    item: ItemArgument,
    given: Annotated[Given, typer.Argument(metavar="ANSWER", help="pass, fail or not_applicable.")],
    comment: CommentOption = "",
    by: ByOption = "",
    scorecard: CardOption = "",
    config: ConfigOption = None,
) -> None:
    """A person's answer in place of the system's; both are kept."""

    async def work(store: Store) -> str:
        kept = await _score_with(store, config, call_id, item, scorecard)
        return await _decided(store, kept, item, given.answer, by, comment)

    typer.echo(run(config, work))


@app.command()
def appeal(
    call_id: CallArgument,
    item: ItemArgument,
    agent: Annotated[str, typer.Option(help="The id of the agent who appeals.")],
    reason: Annotated[str, typer.Option(help="Why the verdict is wrong.")],
    scorecard: CardOption = "",
    config: ConfigOption = None,
) -> None:
    """An agent asks for another look at a verdict."""

    async def work(store: Store) -> int:
        kept = await _score_with(store, config, call_id, item, scorecard)
        card = kept.result.scorecard
        appeals = ReviewStore(store)
        return await appeals.appeal(call_id, card, item, agent_id=agent, reason=reason, actor=this_user(), at=now())

    typer.echo(f"appeal {run(config, work)}")


@app.command()
def answer(
    appeal_id: Annotated[int, typer.Argument(metavar="APPEAL")],
    comment: Annotated[str, typer.Option(help="The answer to the agent.")],
    uphold_as: Annotated[Given | None, typer.Option("--as", help="What is right; without it: rejected.")] = None,
    by: ByOption = "",
    config: ConfigOption = None,
) -> None:
    """Answer an appeal."""

    async def work(store: Store) -> None:
        await ReviewStore(store).answer_appeal(
            appeal_id,
            answer=uphold_as.answer if uphold_as else None,
            reviewer=by or this_user(),
            comment=comment,
            actor=this_user(),
            at=now(),
        )

    run(config, work)
    typer.echo(f"appeal {appeal_id}: {'rejected' if uphold_as is None else 'upheld'}")


def run(config: Path | None, work: Callable[[Store], Awaitable[T]]) -> T:
    """Work on the configured store; what cannot be reviewed ends the command with the reason."""
    try:
        return with_store(config, work)
    except CannotReview as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


def now() -> datetime:
    return datetime.now(UTC)


def _company(config: Path | None) -> Company:
    return load_company(load_settings(config).company.dir)


async def material_of(store: Store, config: Path | None, call_id: str) -> CallMaterial:
    material = await read_material(store, load_company(load_settings(config).company.dir), call_id, as_of=now())
    if material is None:
        raise CannotReview(f"there is no call {call_id!r}; `voicebot calls list` shows the ids")
    return material


async def _score_with(store: Store, config: Path | None, call_id: str, item: str, scorecard: str) -> KeptScore:
    """The call's current score that has the item."""
    material = await material_of(store, config, call_id)
    found = [
        kept
        for kept in await ScoreStore(store).of_call(call_id, material.turns)
        if kept.current
        and scorecard in ("", kept.result.scorecard)
        and any(verdict.item == item for verdict in kept.result.verdicts)
    ]
    if len(found) != 1:
        cards = ", ".join(kept.result.scorecard for kept in found)
        hint = f"choose one of {cards} with --scorecard" if found else f"see `voicebot qa review show {call_id}`"
        raise CannotReview(f"call {call_id} has {len(found)} scores with an item {item!r}; {hint}")
    return found[0]


async def _decided(store: Store, kept: KeptScore, item: str, given: Answer, by: str, comment: str) -> str:
    result = kept.result
    reviewing = Reviewing(result.call_id, result.scorecard, item, given, by or this_user(), comment)
    confirms = await ReviewStore(store).review(reviewing, actor=this_user(), at=now())
    return f"{result.call_id} {item}: {'confirmed' if confirms else 'overruled'}"


def _score(score: ReviewedScore) -> Table:
    result = score.kept.result
    table = Table(title=f"{score.card.title if score.card else ''} {result.version}")
    for column in ("item", "verdict", "sure", "why", "evidence"):
        table.add_column(column, overflow="fold")
    for each in score.items:
        verdict = each.verdict
        words = " | ".join(f"{piece.seq}: {piece.words}" for piece in verdict.evidence[:3] if piece.words)
        name = f"{each.item.title} ({verdict.item})"
        why = shown(each.final.reason, reveal=False)
        cells = (name, verdict.answer, f"{verdict.confidence:.0%}", why, shown(words, reveal=False))
        table.add_row(*map(Text, cells))
    return table


def number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
