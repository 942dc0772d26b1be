"""The scoring itself: a pure function of a call's material, a scorecard, and what judges said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from voicebot.qa.deciding import Deciding
from voicebot.qa.judging import JudgedItem, Judgement
from voicebot.qa.material import CallMaterial, Verdict
from voicebot.qa.reasons import why_not_scorable
from voicebot.qa.result import DimensionScore, ScoreResult
from voicebot.qa.rules.searches import Findings, Searches
from voicebot.qa.rules.talk import Talk
from voicebot.qa.scorecard.model import Item, Scorecard

_DECIDED: Final = ("pass", "fail")
_DIGITS: Final = 2


class Scorer:
    """Scores calls with one scorecard. Made once, used for any number of calls; holds nothing of them."""

    def __init__(self, card: Scorecard) -> None:
        self.card = card
        self._searches = Searches(card)

    def judged_items(self, material: CallMaterial) -> tuple[JudgedItem, ...]:
        """What is to be asked of judges before `score`."""
        return tuple(
            JudgedItem(item.name, item.title, item.judge, item.question)
            for item in self.card.items
            if item.judge is not None and item.applies.to(material)
        )

    def score(
        self,
        material: CallMaterial,
        *,
        judgements: Mapping[str, Judgement] | None = None,
        assist_only: Mapping[str, str] | None = None,
    ) -> ScoreResult:
        """judgements: by item, for items with a judge; assist_only: items that may only advise a person, and why."""
        if (obstacle := self.obstacle(material)) is not None:
            return self._nothing(material, obstacle)
        talk = Talk(material)
        deciding = Deciding(
            self.card,
            Findings(self._searches, talk),
            talk,
            judgements=judgements or {},
            assist_only=assist_only or {},
        )
        verdicts = tuple(deciding.verdict(item) for item in self.card.items)
        return self.totalled(material, verdicts)

    def obstacle(self, material: CallMaterial) -> str | None:
        """Why the call as a whole cannot be scored, in words; None where it may be."""
        if material.ended_at is None:
            return why_not_scorable("not_ended")
        if not material.turns:
            return why_not_scorable("no_words")
        length_s = (material.ended_at - (material.answered_at or material.started_at)).total_seconds()
        if length_s < self.card.shortest_s:
            seconds, least = f"{max(0.0, length_s):.0f}", f"{self.card.shortest_s:.0f}"
            return why_not_scorable("too_short", seconds=seconds, least=least)
        if all(turn.role == "caller" for turn in material.turns):
            return why_not_scorable("nobody_of_ours")
        if all(turn.role != "caller" for turn in material.turns):
            return why_not_scorable("caller_silent")
        return None

    def _nothing(self, material: CallMaterial, reason: str, verdicts: tuple[Verdict, ...] = ()) -> ScoreResult:
        card = self.card
        return ScoreResult(
            material.call_id,
            card.name,
            card.version,
            card.hash,
            total=None,
            without_veto=None,
            compliance=None,
            verdicts=verdicts,
            not_scorable=reason,
        )

    def totalled(self, material: CallMaterial, verdicts: tuple[Verdict, ...]) -> ScoreResult:
        """What verdicts add up to. verdicts: one for each item of the scorecard, in its order."""
        card = self.card
        pairs = list(zip(card.items, verdicts, strict=True))
        applicable = sum(item.weight for item, verdict in pairs if verdict.answer != "not_applicable")
        if not applicable:
            return self._nothing(material, why_not_scorable("nothing_applies"), verdicts)
        decided = sum(item.weight for item, verdict in pairs if verdict.answer in _DECIDED) / applicable
        fatal = tuple(item.name for item, verdict in pairs if item.fatal and verdict.answer == "fail")
        apart = {name for name, dimension in card.dimensions.items() if dimension.apart}
        without_veto = _share([pair for pair in pairs if pair[0].dimension not in apart])
        reason = ""
        if not fatal and (decided < card.least_decided or without_veto is None):
            reason = why_not_scorable("too_little_decided", percent=round(100 * decided))
            without_veto = None
        return ScoreResult(
            material.call_id,
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
