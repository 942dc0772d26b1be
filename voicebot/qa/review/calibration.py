"""How far an item of a scorecard can be trusted, by what people answered who did not see its verdicts. Pure.

An item whose kappa lies under its threshold only assists: its answers are for a person, and in no score, until the
scorecard or its judge is mended and the same calls show a better one. Where people nearly always give the same answer,
kappa says little (Feinstein and Cicchetti 1990); then the agreement decides, as kappa at even prevalence would (Byrt,
Bishop and Carlin 1993).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from voicebot.qa.reasons import why
from voicebot.qa.review.agreement import (
    Interval,
    Table,
    agreement,
    agreement_interval,
    kappa_interval,
    table,
    weighted_kappa,
)

LEAST_CALLS: Final = 20
"""Calls with an answer from which an item is judged at all."""
LEAST_RARE: Final = 3
"""Answers that differ from the commonest one, from which kappa means something."""
_DECIDED: Final = ("pass", "fail")


@dataclass(frozen=True, slots=True)
class BlindAnswer:
    """What one person answered about an item of a call without having seen the verdict."""

    call_id: str
    item: str
    rater: str
    answer: str


@dataclass(frozen=True, slots=True)
class ItemCalibration:
    item: str
    n: int
    """Calls with an answer of people's and a verdict that is not unsure."""
    unsure: int
    """Calls that the item left to people."""
    disputed: int
    """Calls about which people disagree, and that nobody has settled; they are not counted."""
    agreement: float | None
    agreement_interval: Interval | None
    kappa: float | None
    kappa_interval: Interval | None
    people_kappa: float | None
    """Of people among each other: no item can be shown to be better."""
    bias: float | None
    """Share of passes less that of people, where both decided; above 0 is too lenient."""
    prevalence: float | None
    """Share of fails among people's passes and fails."""
    recall: float | None
    """Share of people's fails that failed."""
    precision: float | None
    """Share of fails that are people's."""
    assist_only: bool
    why: str
    """Why the item only assists; "" where it does not."""


def calibrate(
    item: str,
    verdicts: Mapping[str, str],
    answers: Iterable[BlindAnswer],
    settled: Mapping[str, str],
    *,
    least_kappa: float,
) -> ItemCalibration:
    """verdicts: call -> answer of the item as it is now. settled: call -> what was decided where people disagreed."""
    given = defaultdict[str, dict[str, str]](dict)
    for each in answers:
        if each.item == item:
            given[each.call_id][each.rater] = each.answer
    labels = {call: label for call, by in given.items() if (label := _label(by, settled.get(call)))}
    pairs = [(verdicts[call], label) for call, label in labels.items() if call in verdicts]
    counts = table(pairs)
    kappa, n = weighted_kappa(counts), int(counts.sum())
    reason = _doubt(counts, kappa, least_kappa)
    decided = [(machine, person) for machine, person in pairs if machine in _DECIDED and person in _DECIDED]
    both = [pair for pair in decided if pair == ("fail", "fail")]
    return ItemCalibration(
        item=item,
        n=n,
        unsure=sum(machine == "unsure" for machine, _ in pairs),
        disputed=len(given) - len(labels),
        agreement=agreement(counts),
        agreement_interval=agreement_interval(counts),
        kappa=kappa,
        kappa_interval=kappa_interval(counts),
        people_kappa=_people_kappa(given.values()),
        bias=_mean([(machine == "pass") - (person == "pass") for machine, person in decided]),
        prevalence=_mean([person == "fail" for _, person in pairs if person in _DECIDED]),
        recall=_ratio(len(both), sum(person == "fail" for _, person in decided)),
        precision=_ratio(len(both), sum(machine == "fail" for machine, _ in decided)),
        assist_only=bool(reason),
        why=reason,
    )


def _label(by: Mapping[str, str], settled: str | None) -> str | None:
    """What people say; None where they disagree and nobody has settled it, or none of them can tell."""
    told = {answer for answer in by.values() if answer != "unsure"}
    return told.pop() if len(told) == 1 else settled if told else None


def _doubt(counts: Table, kappa: float | None, least_kappa: float) -> str:
    """Why the item may only assist, in words; "" where it may score."""
    n = int(counts.sum())
    if n < LEAST_CALLS:
        return ""
    rare = n - int(counts.sum(axis=0).max())
    if rare >= LEAST_RARE and kappa is not None:
        return why("low_kappa", kappa=f"{kappa:.2f}", least=f"{least_kappa:.2f}", n=n) if kappa < least_kappa else ""
    share, least = agreement(counts), (1 + least_kappa) / 2
    if share is not None and share < least:
        return why("low_agreement", percent=round(100 * share), least=round(100 * least), n=n)
    return ""


def _people_kappa(given: Iterable[Mapping[str, str]]) -> float | None:
    """Over every two people who answered for the same call."""
    return weighted_kappa(table(pair for by in given for pair in combinations([by[name] for name in sorted(by)], 2)))


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
