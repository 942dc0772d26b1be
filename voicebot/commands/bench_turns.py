"""`voicebot bench turns`: scripted calls through the real session, and how often turns were cut, missed or stolen.

Time is the count of audio frames, and models answer after a fixed time of it, so the figures depend on no machine's
speed. The definitions are those of voicebot/bench/turns/judging.py.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from itertools import product
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.progress import track
from rich.table import Table

from models.end_of_turn import EndOfTurnModel, installed_file
from voicebot.bench.turns.figures import Figures, Judged, figures
from voicebot.bench.turns.harness import Bench
from voicebot.bench.turns.real_clips import NoRecordings, real_beds, real_scenarios
from voicebot.bench.turns.scenarios import Half, Kind, Scenario
from voicebot.bench.turns.script_files import load
from voicebot.bench.turns.studio import studio
from voicebot.company import load_company
from voicebot.company.training import trained_intents
from voicebot.config import load_settings
from voicebot.inference import load_asr
from voicebot.logs import configure_logging
from voicebot.turn_taking.turn_words import load_turn_words

app = typer.Typer()

_COLUMNS = (
    "turns",
    "cut\noff%",
    "no\nend%",
    "lost\n%",
    "wait ms\nmean/p95",
    "false\nstop%",
    "missed\nstop%",
    "stop ms\np50/p95",
    "resume\np95",
)
LATE_STOP_MS = 100.0


class Halves(StrEnum):
    """Which scenarios to run."""

    TUNING = "tuning"
    HELD_OUT = "held_out"
    BOTH = "both"


@app.command()
def run(
    half: Annotated[Halves, typer.Option(help="Which half of the scenarios.")] = Halves.BOTH,
    kind: Annotated[list[Kind] | None, typer.Option(help="Only scenarios of this kind; may be repeated.")] = None,
    at_most: Annotated[
        int | None, typer.Option(min=1, help="So many scenarios of each kind and half: a quick look, no measurement.")
    ] = None,
    real_clips: Annotated[
        Path | None, typer.Option(help="Folder with recordings of people (speech_zh_clips, ...); default: none.")
    ] = None,
    model_ms: Annotated[
        float, typer.Option(min=0, max=5000, help="Time of the call from a pause to what was understood.")
    ] = 60.0,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="One line for every turn that went wrong or stopped late.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Measure turn-taking: cut-offs, missed ends, waits, barge-ins, lost short answers.

    Scripted callers in voices kept from the recogniser's training speak through a G.711 line with noise to the real
    session: voice activity detection, turn-taking, recognition and intents. Half of the scenarios, told by a hash of
    their ids, are held out: thresholds and word lists are never chosen on them.

    A false cut-off: the assistant took the turn before the caller's scripted end. A missed end: it did not within
    2.0 s after it. Wait: from the end of the last word to the moment the dialogue is asked. A false barge-in: an
    acknowledgement, cough or noise silenced a prompt for more than 1.0 s, or cut it. A missed barge-in: real speech
    over a prompt that was still to be heard 1.0 s after its onset. A lost answer: a short answer that did not reach the
    dialogue within 3.0 s. Stop: onset of real speech to the first silent frame sent. Resume: longest silence in a
    prompt that went on.
    """
    settings = load_settings()
    configure_logging(settings.log.model_copy(update={"level": "error"}))
    scenarios = [*load(), *_real(real_clips)]
    of_kinds = _first(at_most, [scenario for scenario in scenarios if not kind or scenario.kind in kind])
    company = load_company(settings.company.dir)
    with studio() as callers:
        bench = Bench(
            load_asr(settings),
            trained_intents(company, settings),
            load_turn_words(company),
            {**callers.backgrounds(), **(real_beds(real_clips) if real_clips else {})},
            endings=EndOfTurnModel(ending) if (ending := installed_file(settings.models_dir)) else None,
            hotwords=" ".join(company.words),
            model_s=model_ms / 1000,
        )
        calls = track(
            callers.calls(of_kinds), description="calling", total=len(of_kinds), disable=as_json, transient=True
        )
        turns = [
            turn
            for scenario, said in calls
            if half in (Halves.BOTH, scenario.half)
            for turn in bench.carry(scenario, said)
        ]
    if verbose:
        _show_wrong(turns)
    if as_json:
        print(json.dumps(_result(turns, bench.recogniser, model_ms), ensure_ascii=False))
        return
    _show(turns, bench.recogniser, model_ms)
    if real_clips is None:
        print("No recordings of people: --real-clips was not given.")


def _first(count: int | None, scenarios: Sequence[Scenario]) -> Sequence[Scenario]:
    """So many of each kind and half, all when None."""
    if count is None:
        return scenarios
    groups = [[each for each in scenarios if (each.kind, each.half) == group] for group in product(Kind, Half)]
    return [each for group in groups for each in group[:count]]


def _real(folder: Path | None) -> list[Scenario]:
    try:
        return real_scenarios(folder) if folder else []
    except NoRecordings as error:
        raise typer.BadParameter(str(error), param_hint="--real-clips") from error


def _result(turns: Sequence[Judged], model: str, model_ms: float) -> dict[str, object]:
    result: dict[str, object] = {"model": model, "model_ms": model_ms, "turns": len(turns)}
    for half in Half:
        of_half = [turn for turn in turns if turn.half is half]
        result[half] = asdict(figures(of_half)) | {
            "by_kind": {kind: asdict(of_kind) for kind, of_kind in _by_kind(of_half).items()},
            "by_background": {name: asdict(these) for name, these in _by_background(of_half).items()},
        }
    return result


def _by_kind(turns: Sequence[Judged]) -> dict[str, Figures]:
    present = [kind for kind in Kind if any(turn.kind is kind for turn in turns)]
    return {str(kind): figures([turn for turn in turns if turn.kind is kind]) for kind in present}


def _by_background(turns: Sequence[Judged]) -> dict[str, Figures]:
    names = sorted({turn.background for turn in turns})
    return {name: figures([turn for turn in turns if turn.background == name]) for name in names}


def _show_wrong(turns: Sequence[Judged]) -> None:
    for turn in turns:
        late = turn.outcome.stop_ms is not None and turn.outcome.stop_ms > LATE_STOP_MS
        wrong = [*turn.outcome.bad, *([f"stopped after {turn.outcome.stop_ms:.0f} ms"] if late else [])]
        if wrong:
            print(f"{turn.half}  {turn.id}  [{turn.background}]  {', '.join(wrong)}: {turn.said} -> {turn.heard}")


def _show(turns: Sequence[Judged], model: str, model_ms: float) -> None:
    console = Console()
    for half in Half:
        of_half = [turn for turn in turns if turn.half is half]
        if of_half:
            name = half.replace("_", " ")
            console.print(_table(f"{name} half: {model} recogniser in {model_ms:g} ms", of_half))
    print("All voices but those of --real-clips are synthetic. Definitions: voicebot bench turns --help")


def _table(title: str, turns: Sequence[Judged]) -> Table:
    table = Table(title=title, box=box.SIMPLE, padding=0, show_edge=False)
    table.add_column("", no_wrap=True)
    for column in _COLUMNS:
        table.add_column(column, justify="right", no_wrap=True)
    for groups in (_by_kind(turns), _by_background(turns)):
        for name, of_group in groups.items():
            table.add_row(name.replace("_", " "), *_cells(of_group), end_section=name == list(groups)[-1])
    table.add_row("all", *_cells(figures(turns)))
    return table


def _cells(of: Figures) -> tuple[str, ...]:
    return (
        str(of.turns),
        _share(of.false_cutoff_rate),
        _share(of.missed_end_rate),
        _share(of.lost_short_answer_rate),
        _pair(of.wait_ms.mean, of.wait_ms.p95),
        _share(of.false_barge_in_rate),
        _share(of.missed_barge_in_rate),
        _pair(of.stop_ms.p50, of.stop_ms.p95),
        "" if of.resume_ms.p95 is None else f"{of.resume_ms.p95:.0f}",
    )


def _share(rate: float | None) -> str:
    return "" if rate is None else f"{100 * rate:.1f}"


def _pair(one: float | None, other: float | None) -> str:
    return "" if one is None or other is None else f"{one:.0f}/{other:.0f}"
