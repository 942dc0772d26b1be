"""`voicebot bench qa-accuracy`: how well the sample scorecard finds what was put into labelled calls.

The calls are made up by this project, from lines that its authors wrote: the figures compare versions and show weak
items. They are no statement about real calls, real recognisers or other scorecards.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from voicebot.company import load_company
from voicebot.config import load_settings
from voicebot.demo import SAMPLE_COMPANY
from voicebot.qa.accuracy.construction import LabelledCall, labelled_calls
from voicebot.qa.accuracy.figures import Figures, figures, verdicts
from voicebot.qa.accuracy.lines import Half
from voicebot.qa.judges.chosen import chosen_judges
from voicebot.qa.scorecard.files import load_scorecards

app = typer.Typer()

_CARD: Final = "service"


@app.command()
def run(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
    wrong: Annotated[bool, typer.Option(help="Also list what was judged wrong in the tuning half.")] = False,
) -> None:
    """Precision, recall and kappa of the sample scorecard's items on labelled calls, tuning and held-out half apart."""
    company = load_company(SAMPLE_COMPANY)
    card = next(card for card in load_scorecards(SAMPLE_COMPANY) if card.name == _CARD)
    calls = list(labelled_calls())
    with chosen_judges(load_settings().qa.judge) as judges:
        found = verdicts(calls, company, card, judges)
    halves = {half: figures([call for call in calls if call.half is half], found) for half in Half}
    if wrong:
        _show_wrong([call for call in calls if call.half is Half.TUNING], found)
    held_out = halves[Half.HELD_OUT]
    if as_json:
        told = {name: getattr(held_out, name) for name in ("kappa", "precision", "recall")}
        by_half = {half.value: asdict(each) for half, each in halves.items()}
        print(json.dumps({"calls": len(calls), **told, "self_made": True, **by_half}))
        return
    _show(halves[Half.TUNING], held_out)


def _show(tuning: Figures, held_out: Figures) -> None:
    table = Table(title=f"{tuning.calls} tuning and {held_out.calls} held-out calls of our own making")
    for column in ("item", "fails", "precision", "recall", "κ", "left to people", "κ tuning"):
        table.add_column(column, justify="left" if column == "item" else "right")
    for name, each in held_out.items.items():
        before = tuning.items.get(name)
        table.add_row(
            name,
            f"{each.fails}/{each.labelled}",
            _number(each.precision),
            _number(each.recall),
            _number(each.kappa),
            str(each.undecided),
            _number(before.kappa if before else None),
        )
    table.add_section()
    table.add_row(
        "all",
        "",
        _number(held_out.precision),
        _number(held_out.recall),
        _number(held_out.kappa),
        f"{held_out.undecided:.0%}",
        _number(tuning.kappa),
    )
    Console().print(table)
    print("Held out, where not said otherwise. Precision and recall are of fails; what is left to people is not found.")


def _show_wrong(calls: Sequence[LabelledCall], found: dict[str, dict[str, str]]) -> None:
    for call in calls:
        for item, label in call.labels.items():
            if found[call.call.id][item] not in (label, "unsure"):
                print(f"{call.call.id} {item}: {found[call.call.id][item]} for {label}")


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
