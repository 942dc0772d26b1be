"""The scoring itself: a pure function of a call's material, a scorecard, and what judges said."""

from __future__ import annotations

from collections.abc import Mapping

from voicebot.qa.deciding import Deciding
from voicebot.qa.judging import JudgedItem, Judgement
from voicebot.qa.material import CallMaterial
from voicebot.qa.reasons import why_not_scorable
from voicebot.qa.result import ScoreResult
from voicebot.qa.rules.searches import Findings, Searches
from voicebot.qa.rules.talk import Talk
from voicebot.qa.scorecard.model import Scorecard
from voicebot.qa.totalling import no_total, totalled


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
            return no_total(self.card, material.call_id, obstacle)
        talk = Talk(material)
        deciding = Deciding(
            self.card,
            Findings(self._searches, talk),
            talk,
            judgements=judgements or {},
            assist_only=assist_only or {},
        )
        verdicts = tuple(deciding.verdict(item) for item in self.card.items)
        return totalled(self.card, material.call_id, verdicts)

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
