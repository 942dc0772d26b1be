"""Measures the items anew whenever people have scored blind, a dispute was settled, or scorecards were changed.

So an item that people do not agree with turns itself to advice, and one that was mended counts again, without anybody
having to ask for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog

from voicebot.company import CompanyError, load_company
from voicebot.privacy.audit import Audit
from voicebot.qa.judges.correctness import needed_knowledge
from voicebot.qa.judges.remembered import RememberedJudge
from voicebot.qa.judging import ItemJudge
from voicebot.qa.review.calibrating import assist_only, calibrate_card
from voicebot.qa.review.samples import SampleStore
from voicebot.qa.scorecard.files import fingerprint, load_scorecards
from voicebot.store.store import Store, StoreError

log = structlog.get_logger(__name__)

POLL_S: Final = 3.0


class Recalibration:
    """Of the scorecards of one company folder."""

    def __init__(self, store: Store, folder: Path, judges: Sequence[ItemJudge]) -> None:
        self._store = store
        self._folder = folder
        self._judges = [RememberedJudge(judge) for judge in judges]
        self._done: object = None
        """What the last calibration went by."""

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.once()
            except StoreError as error:
                log.warning("calibration_waits_for_the_store", reason=str(error))
            await asyncio.sleep(POLL_S)

    async def once(self) -> None:
        """Calibrate if there is something new. May raise StoreError."""
        answers = await SampleStore(self._store).newest_answers()
        now = answers, fingerprint(self._folder)
        if not answers or now == self._done:
            return
        self._done = now
        try:
            await self._calibrate(answers)
        except CompanyError as error:
            log.error("scorecards_not_read", reason=str(error))

    async def _calibrate(self, scorecards: Sequence[tuple[str, int]]) -> None:
        company = load_company(self._folder)
        names = {name for name, _ in scorecards}
        cards = [card for card in load_scorecards(self._folder) if card.name in names]
        knowledge = needed_knowledge(company, cards)
        before = await assist_only(self._store)
        for card in cards:
            at = datetime.now(UTC)
            await calibrate_card(self._store, company, card, self._judges, knowledge, at=at)
        after = await assist_only(self._store)
        for card in cards:
            await self._tell(card.name, before.get(card.name, {}).keys(), after.get(card.name, {}).keys())

    async def _tell(self, card: str, before: Collection[str], after: Collection[str]) -> None:
        """What scores is changed by it: it belongs into the audit log."""
        for action, items in (
            ("item.assists_only", set(after) - set(before)),
            ("item.trusted", set(before) - set(after)),
        ):
            for item in sorted(items):
                log.warning(action, scorecard=card, item=item)
                await Audit(self._store).record("system", action, f"scorecard:{card}", {"item": item})
