"""The qa process: scores every call when it has ended, and at start those that a crash left unscored.

The store says what is to be done; events only wake it. So a call is scored whatever becomes of events and processes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog

from models.silero import SileroVad
from voicebot.background import background
from voicebot.company import Company, CompanyError, load_company
from voicebot.company.reader import CompanyReader
from voicebot.config import EventSection, Settings
from voicebot.dialogue.knowledge import KnowledgeIndex
from voicebot.eventbus import received_events
from voicebot.events import CallEnded
from voicebot.privacy.retention import Sweep
from voicebot.qa.after_calls import AfterCalls
from voicebot.qa.judges.chosen import chosen_judges
from voicebot.qa.judges.correctness import needed_knowledge
from voicebot.qa.judging import ItemJudge
from voicebot.qa.material import CallMaterial, CallMeasures
from voicebot.qa.measuring.kept import measured
from voicebot.qa.measuring.recording import RecordingUnreadable
from voicebot.qa.reading import read_material
from voicebot.qa.review.calibrating import assist_only
from voicebot.qa.review.in_force import catch_up
from voicebot.qa.review.recalibrating import Recalibration
from voicebot.qa.scorecard.files import fingerprint, load_scorecards
from voicebot.qa.scores import Scored, ScoreStore
from voicebot.qa.scoring import AssistOnly, Scoring, defective
from voicebot.store.store import Store, StoreError

log = structlog.get_logger(__name__)

LANES: Final = 2
"""Calls that are scored at a time: while a long recording is listened to, shorter calls are not kept waiting."""
POLL_S: Final = 2.0
"""How soon an ended call is found of which no event told."""


async def run(settings: Settings) -> None:
    """Scores calls until cancelled."""
    store = Store(settings.store_url, node=settings.events.node, patience_s=settings.store.lock_patience_s)
    with chosen_judges(settings.qa.judge) as judges:
        async with store:
            await catch_up(store)
            reviewer = Reviewer(store, settings.company.dir, judges)
            sweep = Sweep(store, settings.retention, node=settings.events.node, now=lambda: datetime.now(UTC))
            after_calls = AfterCalls(store, CompanyReader(settings.company.dir).current)
            recalibration = Recalibration(store, settings.company.dir, judges)
            async with background(
                reviewer.wake_on_events(settings.events), after_calls.run(), sweep.run_forever(), recalibration.run()
            ):
                await reviewer.run()


class Reviewer:
    """Scores the calls of a store with the scorecards of a company folder, as the folder is at the time."""

    def __init__(self, store: Store, folder: Path, judges: Sequence[ItemJudge] = ()) -> None:
        self._store = store
        self._book = ScoreStore(store)
        self._folder = folder
        self._judges = judges
        self._ear = SileroVad()
        self._wake = asyncio.Event()
        self._claimed: set[str] = set()
        self._read: frozenset[tuple[str, int]] | None = None
        self._loaded: _Loaded | None = None

    async def run(self) -> None:
        """Score what is unscored, and what comes, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for _ in range(LANES):
                tasks.create_task(self._lane())

    async def wake_on_events(self, settings: EventSection) -> None:
        async for event in received_events(settings):
            if isinstance(event, CallEnded):
                self._wake.set()

    async def score(self, call_id: str, *, announce: bool = True) -> list[Scored]:
        """Score one call now, and keep the result; nothing for a call that there is not.

        May raise StoreError and CompanyError.
        """
        loaded = self._loaded or self._load()
        scoring, as_of = loaded.scoring, datetime.now(UTC)
        material = await read_material(self._store, loaded.company, call_id, as_of=as_of, knowledge=loaded.knowledge)
        if material is None:
            return []
        material = replace(material, measures=await self._measures(material))
        scored = await _scored(scoring, material, await assist_only(self._store))
        await self._book.keep(scored, scoring.cards, at=datetime.now(UTC), announce=announce)
        return scored

    async def _lane(self) -> None:
        while True:
            self._wake.clear()
            try:
                call_id = await self._next()
                if call_id is not None:
                    await self._score_claimed(call_id)
                    continue
            except StoreError as error:
                log.warning("scoring_waits_for_the_store", reason=str(error))
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):  # wait_for loses cancellations before Python 3.12
                    await self._wake.wait()

    async def _next(self) -> str | None:
        """The call that ended last of those that nobody has scored or is scoring; it is claimed."""
        self._reload_if_changed()
        if self._loaded is None:
            return None
        for call_id in await self._book.unscored(LANES + 1):
            if call_id not in self._claimed:
                self._claimed.add(call_id)
                return call_id
        return None

    async def _score_claimed(self, call_id: str) -> None:
        try:
            scored = await self.score(call_id)
        finally:
            self._claimed.discard(call_id)
        for each in scored:
            result = each.result
            log.info(
                "call_scored",
                call=call_id,
                scorecard=result.scorecard,
                total=result.total,
                not_scorable=result.not_scorable,
            )

    async def _measures(self, material: CallMaterial) -> CallMeasures | None:
        """None where there is no recording, or it cannot be read."""
        if material.measures is not None or material.recording_path is None or material.ended_at is None:
            return material.measures
        path = Path(material.recording_path)
        try:
            return await measured(self._store, material.call_id, path, material.turns, self._ear, at=datetime.now(UTC))
        except RecordingUnreadable as error:
            log.warning("recording_not_measured", call=material.call_id, reason=str(error))
            return None

    def _load(self) -> _Loaded:
        company, cards = load_company(self._folder), load_scorecards(self._folder)
        self._loaded = _Loaded(company, Scoring(cards, self._judges), needed_knowledge(company, cards))
        return self._loaded

    def _reload_if_changed(self) -> None:
        """Scorecards that were changed hold from the next call on.

        Wrong ones do not, and are named in the log: what was read before stays, and where that is nothing, calls wait
        until the files are mended.
        """
        now = fingerprint(self._folder)
        if now == self._read:
            return
        self._read = now
        try:
            cards = self._load().scoring.cards
            log.info("scorecards_read", scorecards=[f"{card.name} {card.version}" for card in cards])
        except CompanyError as error:
            log.error("scorecards_not_read", reason=str(error))


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What was read from the company's folder."""

    company: Company
    scoring: Scoring
    knowledge: KnowledgeIndex | None


async def _scored(scoring: Scoring, material: CallMaterial, assisting: AssistOnly) -> list[Scored]:
    try:
        return list(await asyncio.to_thread(scoring.score, material, assist_only=assisting))
    except Exception as error:  # a defect on one call must not stop the others: logged with its trace, and kept
        log.exception("scoring_failed", call=material.call_id)
        return [defective(material, type(error).__name__)]
