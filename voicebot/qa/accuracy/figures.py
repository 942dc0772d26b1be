"""Scores the labelled calls with the sample company's scorecard, and compares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from voicebot.company import Company
from voicebot.qa.accuracy.construction import LabelledCall
from voicebot.qa.judges.correctness import needed_knowledge, with_knowledge
from voicebot.qa.judging import ItemJudge
from voicebot.qa.measuring.measures import measure
from voicebot.qa.reading import material_of
from voicebot.qa.review.agreement import Interval, kappa_interval, table, weighted_kappa
from voicebot.qa.scorecard.model import Scorecard
from voicebot.qa.scoring import Scoring

_LATER = timedelta(days=2)
"""When the promises are looked at."""


@dataclass(frozen=True, slots=True)
class ItemFigures:
    labelled: int
    fails: int
    """Labels of fail."""
    undecided: int
    """Left to a person."""
    precision: float | None
    """Of fails, of the verdicts that are decided."""
    recall: float | None
    """Share of the labels of fail that failed; an undecided one is not found."""
    kappa: float | None
    kappa_interval: Interval | None


@dataclass(frozen=True, slots=True)
class Figures:
    """One half; over all items together, and for each."""

    calls: int
    kappa: float | None
    kappa_interval: Interval | None
    precision: float | None
    recall: float | None
    undecided: float
    """Share of the labelled verdicts."""
    items: Mapping[str, ItemFigures]


Pair = tuple[str, str]
"""The verdict and the label."""


def verdicts(
    calls: Iterable[LabelledCall], company: Company, card: Scorecard, judges: Sequence[ItemJudge]
) -> dict[str, dict[str, str]]:
    """Call -> item -> answer."""
    scoring, knowledge = Scoring([card], judges), needed_knowledge(company, [card])
    found: dict[str, dict[str, str]] = {}
    for each in calls:
        as_of: datetime = each.call.started_at + _LATER
        material = material_of(company, each.call, each.turns, each.tasks, as_of=as_of)
        material = replace(material, measures=measure(each.heard, material.turns))
        if knowledge is not None:
            material = with_knowledge(material, knowledge)
        (scored,) = scoring.score(material)
        found[each.call.id] = {verdict.item: verdict.answer for verdict in scored.result.verdicts}
    return found


def figures(calls: Sequence[LabelledCall], found: Mapping[str, Mapping[str, str]]) -> Figures:
    names = dict.fromkeys(item for call in calls for item in call.labels)
    pairs = {
        name: [(found[call.call.id][name], call.labels[name]) for call in calls if name in call.labels]
        for name in names
    }
    everything = [pair for each in pairs.values() for pair in each]
    whole = _item(everything)
    return Figures(
        calls=len(calls),
        kappa=whole.kappa,
        kappa_interval=whole.kappa_interval,
        precision=whole.precision,
        recall=whole.recall,
        undecided=whole.undecided / max(1, whole.labelled),
        items={name: _item(each) for name, each in pairs.items()},
    )


def _item(pairs: Sequence[Pair]) -> ItemFigures:
    counts = table(pairs)
    said = sum(machine == "fail" for machine, _ in pairs)
    meant = sum(label == "fail" for _, label in pairs)
    both = sum(pair == ("fail", "fail") for pair in pairs)
    return ItemFigures(
        labelled=len(pairs),
        fails=meant,
        undecided=sum(machine == "unsure" for machine, _ in pairs),
        precision=both / said if said else None,
        recall=both / meant if meant else None,
        kappa=weighted_kappa(counts),
        kappa_interval=kappa_interval(counts),
    )
