"""A company's scorecards at work: which of them a call is scored with, what judges are asked, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from voicebot.qa.engine import Scorer
from voicebot.qa.facts import facts_of
from voicebot.qa.judging import ItemJudge, Judgement
from voicebot.qa.material import CallMaterial
from voicebot.qa.reasons import why_not_scorable
from voicebot.qa.result import ScoreResult
from voicebot.qa.scorecard.model import Scorecard
from voicebot.qa.scores import Scored

AssistOnly: TypeAlias = Mapping[str, Mapping[str, str]]
"""Scorecard -> item that may only advise -> why."""


class Scoring:
    """Scores calls with all scorecards that apply. Blocking, and free of I/O but for what judges do.

    judges: the first one that can judge an item is asked.
    """

    def __init__(
        self,
        cards: Sequence[Scorecard],
        judges: Sequence[ItemJudge] = (),
    ) -> None:
        self.cards = tuple(cards)
        self._scorers = [Scorer(card) for card in cards]
        self._judges = tuple(judges)

    def score(self, material: CallMaterial, *, assist_only: AssistOnly | None = None) -> tuple[Scored, ...]:
        """One result for each scorecard that applies; where none does, one that says so."""
        applying = [scorer for scorer in self._scorers if scorer.card.applies.to(material)]
        if not applying:
            return (_unscored(material, why_not_scorable("no_scorecard")),)
        assisting = assist_only or {}
        return tuple(self._with(scorer, material, assisting.get(scorer.card.name, {})) for scorer in applying)

    def _with(self, scorer: Scorer, material: CallMaterial, assist_only: Mapping[str, str]) -> Scored:
        judgements = self._judged(scorer, material)
        result = scorer.score(material, judgements=judgements, assist_only=assist_only)
        weights = {item.name: item.weight for item in scorer.card.items}
        return Scored(result, facts_of(material, judgements, assist_only), material.kind, weights)

    def _judged(self, scorer: Scorer, material: CallMaterial) -> Mapping[str, Judgement]:
        items = scorer.judged_items(material) if scorer.obstacle(material) is None else ()
        judgements: dict[str, Judgement] = {}
        for judge in self._judges:
            mine = [item for item in items if item.name not in judgements and judge.can_judge(item)]
            if mine:
                judgements |= judge.judge(material, mine)
        return judgements


def defective(material: CallMaterial, what: str) -> Scored:
    """The result for a call on which the scoring itself failed."""
    return _unscored(material, why_not_scorable("defect", what=what))


def _unscored(material: CallMaterial, reason: str) -> Scored:
    result = ScoreResult(
        material.call_id, "", "", "", total=None, without_veto=None, compliance=None, not_scorable=reason
    )
    return Scored(result, facts_of(material, {}, {}), material.kind, {})
