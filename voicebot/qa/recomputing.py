"""Makes a score again from what is stored, to show that it follows from it."""

from __future__ import annotations

from voicebot.qa.engine import Scorer
from voicebot.qa.facts import as_it_was
from voicebot.qa.material import CallMaterial
from voicebot.qa.result import ScoreResult
from voicebot.qa.scorecard.files import parse_scorecard
from voicebot.qa.scores import KeptScore, ScoreStore


async def recomputed(book: ScoreStore, kept: KeptScore, material: CallMaterial) -> ScoreResult | None:
    """The result with the words and measures of today and everything else of then; None where no scorecard was used.

    It differs from the kept one only when turns were changed since, for example by an erasure.
    """
    text = await book.scorecard_text(kept.result.scorecard_hash) if kept.result.scorecard_hash else None
    if text is None:
        return None
    scorer = Scorer(parse_scorecard(text, kept.result.scorecard))
    return scorer.score(
        as_it_was(material, kept.facts), judgements=kept.facts.judgements, assist_only=kept.facts.assist_only
    )
