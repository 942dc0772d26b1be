"""A call's scores with all that people said about them: what a reviewer looks at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voicebot.qa.material import ScoredTurn, Verdict
from voicebot.qa.result import ScoreResult
from voicebot.qa.review.review import Appeal, Review
from voicebot.qa.review.reviewed import reviewed
from voicebot.qa.review.reviews import ReviewStore
from voicebot.qa.scorecard.kept import kept_scorecard
from voicebot.qa.scorecard.model import Item, Scorecard
from voicebot.qa.scores import KeptScore, ScoreStore
from voicebot.store.store import Store


@dataclass(frozen=True, slots=True)
class ReviewedItem:
    """One item of a scorecard, with what the system and people said about it."""

    item: Item
    verdict: Verdict
    """The system's."""
    final: Verdict
    """As it stands: what a person answered last, if anybody did."""
    reviews: tuple[Review, ...]
    """Without blind ones; in order of time."""
    appeals: tuple[Appeal, ...]
    """In order of time."""

    @property
    def open_appeal(self) -> Appeal | None:
        return next((appeal for appeal in self.appeals if appeal.status == "open"), None)


@dataclass(frozen=True, slots=True)
class ReviewedScore:
    kept: KeptScore
    """As the system scored the call."""
    final: ScoreResult
    card: Scorecard | None
    """As it was then; None where no scorecard applied, or this version cannot read it."""
    items: tuple[ReviewedItem, ...]
    """Empty without the scorecard, and where the call was not scorable."""


async def reviewed_scores(store: Store, call_id: str, turns: Sequence[ScoredTurn]) -> list[ReviewedScore]:
    """Of the call's current scores. May raise StoreError."""
    book, reviewing = ScoreStore(store), ReviewStore(store)
    reviews = [review for review in await reviewing.of_call(call_id) if not review.blind]
    appeals = await reviewing.appeals(status=None, call_id=call_id)
    current = [kept for kept in await book.of_call(call_id, turns) if kept.current]
    return [_with_people(kept, await _card(book, kept), reviews, appeals) for kept in current]


async def _card(book: ScoreStore, kept: KeptScore) -> Scorecard | None:
    result = kept.result
    text = await book.scorecard_text(result.scorecard_hash) if result.scorecard_hash else None
    return kept_scorecard(text, result.scorecard) if text is not None else None


def _with_people(
    kept: KeptScore, card: Scorecard | None, reviews: Sequence[Review], appeals: Sequence[Appeal]
) -> ReviewedScore:
    if card is None:
        return ReviewedScore(kept, kept.result, None, ())
    final = reviewed(card, kept.result, reviews)
    items = tuple(
        ReviewedItem(
            item,
            verdict,
            after,
            tuple(each for each in reviews if (each.scorecard, each.item) == (card.name, item.name)),
            tuple(each for each in appeals if (each.scorecard, each.item) == (card.name, item.name)),
        )
        for item, verdict, after in zip(card.items, kept.result.verdicts, final.verdicts, strict=False)
    )
    return ReviewedScore(kept, final, card, items)
