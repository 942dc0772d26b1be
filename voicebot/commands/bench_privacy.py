"""`voicebot bench privacy`: how much personal data is found in made-up sentences, and what else is taken for it."""

import json
import time
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from voicebot.privacy.call_listener import personal_data
from voicebot.privacy.measured import Figures, Measured, measure
from voicebot.privacy.words import personal_words

app = typer.Typer()
_TURN = "你好，我想查一下我的订单20241105，送到重庆市渝中区民权路28号5栋，电话13812345678"


@app.command()
def run(
    each: Annotated[int, typer.Option(min=1, help="How often every sentence is made with other values.")] = 20,
    show: Annotated[bool, typer.Option("--show", help="Print what was missed and what was taken for it.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Measure the finding of personal data on sentences of our own making."""
    measured = measure(each)
    turn_us = _turn_us()
    if show:
        for text in dict.fromkeys((*measured.missed, *measured.false_alarms)):
            print(text)
    if as_json:
        print(json.dumps(_figures(measured, turn_us)))
    else:
        _show(measured, turn_us)


def _turn_us() -> float:
    """Microseconds for one turn of 46 characters with three findings."""
    personal_data(_TURN, personal_words())
    started = time.perf_counter()
    for _ in range(300):
        personal_data(_TURN, personal_words())
    return (time.perf_counter() - started) / 300 * 1e6


def _figures(measured: Measured, turn_us: float) -> dict[str, object]:
    return {
        "recall": _recall(measured),
        "precision": measured.precision,
        "false_alarms": len(measured.false_alarms),
        "others": measured.others,
        "turn_us": turn_us,
        "by_kind": {name: asdict(each) | {"recall": each.recall} for name, each in measured.by_kind.items()},
        "by_manner": {name: asdict(each) | {"recall": each.recall} for name, each in measured.by_manner.items()},
    }


def _recall(measured: Measured) -> float:
    kinds = measured.by_kind.values()
    return sum(each.found for each in kinds) / sum(each.sentences for each in kinds)


def _show(measured: Measured, turn_us: float) -> None:
    table = Table(title="Personal data found in made-up sentences")
    for column in ("", "sentences", "found", "as another kind"):
        table.add_column(column, justify="left" if not column else "right")
    for group in (measured.by_kind, measured.by_manner):
        for name, figures in group.items():
            table.add_row(name, *_cells(figures))
        table.add_section()
    Console().print(table)
    print(f"{len(measured.false_alarms)} of {measured.others} sentences without personal data were taken to have some")
    print(f"precision {measured.precision:.3f}, recall {_recall(measured):.3f}; {turn_us:.0f} us a turn")


def _cells(figures: Figures) -> tuple[str, str, str]:
    return str(figures.sentences), f"{100 * figures.recall:.1f} %", str(figures.wrong_kind)
