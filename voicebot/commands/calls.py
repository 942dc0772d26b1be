"""`voicebot calls`: what was said in past calls. Personal data is masked, unless --reveal is given by who may."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import click
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dialect_router.dialects import dialects
from dialect_router.regions import provinces
from voicebot.commands.call_routing import reasons_table, routing_table
from voicebot.config import load_settings
from voicebot.masking import mask, mask_values
from voicebot.privacy.audit import Audit, this_user
from voicebot.privacy.redaction import shown as turn_as_shown
from voicebot.privacy.reveal import REVEALED, require_permission
from voicebot.qa.summary import CallSummary
from voicebot.qa.summary_store import SummaryStore
from voicebot.store.call_search import MOODS, OUTCOMES, CallFilter, CallSearch, Mood, Outcome
from voicebot.store.floor import FloorStore
from voicebot.store.floor_records import OfferRecord
from voicebot.store.recording_gaps import RecordingGap, RecordingGaps
from voicebot.store.records import CallRecord, TurnRecord
from voicebot.store.store import Store

app = typer.Typer(help="Past and present calls.", no_args_is_help=True)

T = TypeVar("T")
_Whole = tuple[CallRecord | None, list[TurnRecord], list[OfferRecord], CallSummary | None, list[RecordingGap]]
ConfigOption = Annotated[Path | None, typer.Option("--config", "-c", help="Settings file.")]
RevealOption = Annotated[
    bool, typer.Option("--reveal", help="Show personal data in full: needs privacy.reveal_to, is audited.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
LimitOption = Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="How many at most.")]


def _one_of(known: Callable[[], Collection[str]]) -> Callable[[str], str]:
    """Checks an option, if it is given. A misspelt value would find nothing, as if there were no such calls."""

    def checked(value: str) -> str:
        if value and value not in known():
            raise typer.BadParameter(f"{value!r} is not one of {', '.join(known())}")
        return value

    return checked


@app.command("list")
def list_calls(
    limit: LimitOption = 20,
    number: Annotated[str, typer.Option(help="Only calls from numbers with these digits.")] = "",
    outcome: Annotated[
        Outcome | None,
        typer.Option(click_type=click.Choice(OUTCOMES), help="Only calls that ended so; open: going on."),
    ] = None,
    words: Annotated[str, typer.Option(help="Only calls in which all of these words were said.")] = "",
    intent: Annotated[str, typer.Option(help="Only calls with this intent, e.g. invoice.")] = "",
    province: Annotated[
        str, typer.Option(callback=_one_of(provinces), help="Only calls from this province, e.g. 四川.")
    ] = "",
    dialect: Annotated[
        str, typer.Option(callback=_one_of(dialects), help="Only calls whose caller most likely speaks this, e.g. yue.")
    ] = "",
    emotion: Annotated[
        Mood | None, typer.Option(click_type=click.Choice(MOODS), help="Only calls whose caller was so.")
    ] = None,
    reveal: RevealOption = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """The latest calls, newest first."""
    wanted = CallFilter(
        number=number,
        outcome=outcome or "",
        words=words,
        intent=intent,
        province=province,
        dialect=dialect,
        emotion=emotion or "",
    )
    reveals = "calls" if reveal else None
    matches = with_store(config, lambda store: CallSearch(store).find(wanted, limit=limit), reveals=reveals)
    found = [match.call for match in matches]
    if as_json:
        print_json([asdict(call) for call in found], reveal=reveal)
        return
    table = Table()
    for column in ("id", "started", "caller", "region", "language", "length", "outcome"):
        table.add_column(column, overflow="fold")
    for call in found:
        caller = f"{call.caller_number} {call.caller_label}".strip()
        row = (call.id, local(call.started_at), shown(caller, reveal=reveal), _region(call), call.language or "")
        table.add_row(*(Text(cell) for cell in (*row, _length(call), call.outcome or "going on")))
    Console().print(table)


@app.command()
def show(
    call_id: Annotated[str, typer.Argument(metavar="ID", help="The call's id, as `voicebot calls list` shows it.")],
    reveal: RevealOption = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """One call, turn by turn."""

    async def read(store: Store) -> _Whole:
        summary, gaps = await SummaryStore(store).of(call_id), await RecordingGaps(store).of(call_id)
        offers = await FloorStore(store, "").offers(call_id)
        return await store.call(call_id), await store.turns(call_id), offers, summary, gaps

    call, turns, offers, summary, gaps = with_store(config, read, reveals=f"call:{call_id}" if reveal else None)
    if call is None:
        typer.echo(f"there is no call {call_id!r}; `voicebot calls list` shows the ids", err=True)
        raise typer.Exit(1)
    turns = turns if reveal else [turn_as_shown(turn) for turn in turns]
    if as_json:
        parts = {
            "turns": [asdict(turn) for turn in turns],
            "routing": [asdict(offer) for offer in offers],
            "summary": asdict(summary) if summary else None,
        }
        print_json(asdict(call) | parts | {"recording_gaps": [asdict(gap) for gap in gaps]}, reveal=reveal)
        return
    console = Console()
    console.print(_facts(call, reveal=reveal))
    console.print(reasons_table(turns, reveal=reveal))
    console.print(_summary(summary, gaps))
    console.print(_transcript(turns))
    if offers:
        console.print(routing_table(offers))


def with_store(config: Path | None, work: Callable[[Store], Awaitable[T]], *, reveals: str | None = None) -> T:
    """Run `work` on the configured store. reveals: what of it is going to be shown unmasked, as the audit log names it.

    Raises ConfigError where this user may not see that.
    """
    settings = load_settings(config)
    settings.create_directories()
    if reveals is not None:
        require_permission(settings.privacy)

    async def run() -> T:
        async with Store(settings.store_url, node=settings.events.node) as store:
            if reveals is not None:
                await Audit(store).record(this_user(), REVEALED, reveals)
            return await work(store)

    return asyncio.run(run())


def print_json(value: Any, *, reveal: bool) -> None:
    plain = json.loads(json.dumps(value, default=str))
    typer.echo(json.dumps(plain if reveal else mask_values(plain), ensure_ascii=False, indent=2))


def shown(text: str, *, reveal: bool) -> str:
    return text if reveal else mask(text)


def local(moment: datetime | None) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def _region(call: CallRecord) -> str:
    return " ".join(part for part in (call.region_province, call.region_city) if part)


def _likeliest(dialects: Mapping[str, float]) -> str:
    return ", ".join(f"{tag} {share:.0%}" for tag, share in sorted(dialects.items(), key=lambda x: -x[1])[:3])


def _length(call: CallRecord) -> str:
    if call.answered_at is None or call.ended_at is None:
        return ""
    minutes, seconds = divmod(round((call.ended_at - call.answered_at).total_seconds()), 60)
    return f"{minutes}:{seconds:02}"


def _facts(call: CallRecord, *, reveal: bool) -> Table:
    table = Table(show_header=False, box=None)
    for name, value in (
        ("call", call.id),
        ("caller", shown(f"{call.caller_number} {call.caller_label}".strip(), reveal=reveal)),
        ("called", call.called_number),
        ("region", _region(call)),
        ("dialect by number", _likeliest(call.dialect_prior)),
        ("dialect by all", _likeliest(call.dialects)),
        ("language", call.language or ""),
        ("started", local(call.started_at)),
        ("length", _length(call)),
        ("outcome", f"{call.outcome or 'going on'} {f'({call.end_reason})' if call.end_reason else ''}"),
        ("recording", call.recording_path or ""),
        ("quality", ", ".join(f"{key} {value}" for key, value in call.quality.items())),
    ):
        table.add_row(Text(name, style="bold"), Text(value))
    return table


def _summary(summary: CallSummary | None, gaps: list[RecordingGap]) -> Table:
    """Each sentence with the numbers of the turns that it rests on."""
    table = Table(show_header=False, box=None)
    sentences = [] if summary is None else [("reason", summary.reason), *(("done", each) for each in summary.done)]
    if summary:
        sentences += [("promised", promise.sentence) for promise in summary.promises]
        sentences += [("next", summary.next_step)] if summary.next_step else []
    for name, sentence in sentences:
        turns = ", ".join(map(str, sentence.turns))
        table.add_row(Text(name, style="bold"), Text(f"{sentence.text} [turn {turns}]" if turns else sentence.text))
    if summary:
        table.add_row(Text("tags", style="bold"), Text(", ".join(summary.tags)))
    for gap in gaps:
        until = f"{gap.to_ms / 1000:.1f} s" if gap.to_ms is not None else "the end"
        still = "" if gap.cause == "pause" or gap.silenced_at else ", not yet taken out"
        what = f"{gap.from_ms / 1000:.1f} s to {until}: {gap.cause} ({gap.by}){still}"
        table.add_row(Text("not recorded", style="bold"), Text(what))
    return table


def _transcript(turns: list[TurnRecord]) -> Table:
    table = Table()
    for column in ("turn", "at", "who", "text", "intent", "slots", "reply after"):
        table.add_column(column, overflow="fold")
    for turn in turns:
        text = turn.text if turn.heard_text in (None, turn.text) else f"{turn.text} [heard: {turn.heard_text}]"
        intent = f"{turn.intent} {turn.intent_confidence or 0:.0%}" if turn.intent else ""
        slots = ", ".join(f"{key}={value}" for key, value in turn.slots.items())
        latency = f"{turn.reply_latency_ms} ms" if turn.reply_latency_ms is not None else ""
        cells = (str(turn.seq), f"{turn.started_ms / 1000:.1f} s", turn.role, text, intent, slots, latency)
        table.add_row(*(Text(cell) for cell in cells))
    return table
