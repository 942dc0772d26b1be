"""What the verdicts of a call add up to by its scorecard. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from voicebot.qa.material import Verdict
from voicebot.qa.reasons import why_not_scorable
from voicebot.qa.result import DimensionScore, ScoreResult
from voicebot.qa.scorecard.model import Item, Scorecard

_DECIDED: Final = ("pass", "fail")
_DIGITS: Final = 2


def totalled(card: Scorecard, call_id: str, verdicts: tuple[Verdict, ...]) -> ScoreResult:
    """verdicts: one for each item of the scorecard, in its order."""
    pairs = list(zip(card.items, verdicts, strict=True))
    applicable = sum(item.weight for item, verdict in pairs if verdict.answer != "not_applicable")
    if not applicable:
        return no_total(card, call_id, why_not_scorable("nothing_applies"), verdicts)
    decided = sum(item.weight for item, verdict in pairs if verdict.answer in _DECIDED) / applicable
    fatal = tuple(item.name for item, verdict in pairs if item.fatal and verdict.answer == "fail")
    apart = {name for name, dimension in card.dimensions.items() if dimension.apart}
    without_veto = _share([pair for pair in pairs if pair[0].dimension not in apart])
    reason = ""
    if not fatal and (decided < card.least_decided or without_veto is None):
        reason = why_not_scorable("too_little_decided", percent=round(100 * decided))
        without_veto = None
    return ScoreResult(
        call_id,
        card.name,
        card.version,
        card.hash,
        total=0.0 if fatal else without_veto,
        without_veto=without_veto,
        compliance=_share([pair for pair in pairs if pair[0].dimension in apart]),
        fatal=fatal,
        decided=round(decided, 4),
        dimensions=_dimensions(card, pairs),
        verdicts=verdicts,
        not_scorable=reason,
    )


def no_total(card: Scorecard, call_id: str, reason: str, verdicts: tuple[Verdict, ...] = ()) -> ScoreResult:
    """For a call that cannot be scored, and why not."""
    return ScoreResult(
        call_id,
        card.name,
        card.version,
        card.hash,
        total=None,
        without_veto=None,
        compliance=None,
        verdicts=verdicts,
        not_scorable=reason,
    )


def _dimensions(card: Scorecard, pairs: Sequence[tuple[Item, Verdict]]) -> tuple[DimensionScore, ...]:
    return tuple(
        DimensionScore(name, each.title, _share([pair for pair in pairs if pair[0].dimension == name]), each.apart)
        for name, each in card.dimensions.items()
    )


def _share(pairs: Sequence[tuple[Item, Verdict]]) -> float | None:
    """Points of the weight of decided items, in percent."""
    decided = [(item, verdict) for item, verdict in pairs if verdict.answer in _DECIDED]
    weight = sum(item.weight for item, _ in decided)
    return round(100 * sum(verdict.points for _, verdict in decided) / weight, _DIGITS) if weight else None
