"""What the model host has learned from the company: an index of its knowledge and a classifier of its intents.

Both follow the folder while calls go on. Knowledge does so by itself; intents once they are trained again, which
somebody asks for who then sees how well they are told apart. Until then the classifier of before answers.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog

from models.inference import Service
from models.intent import Evaluation, IntentClassifier, LinearIntentClassifier
from models.understanding import Intent
from voicebot.company import Company
from voicebot.company.examples import fingerprint
from voicebot.company.training import own_directory, stored_intents, trained_intents
from voicebot.config import Settings
from voicebot.dialogue.knowledge import KnowledgeIndex
from voicebot.dialogue.types import KnowledgeAnswer

log = structlog.get_logger(__name__)


class TrainingNotPossible(Exception):
    """The message says why, and what to do."""


class CompanyModels:
    """Blocks for a second or more when it is made."""

    def __init__(self, settings: Settings, company: Company) -> None:
        self._settings = settings
        self._company = company
        self._index = _index(company)
        self._classifier: IntentClassifier = trained_intents(company, settings)
        self._learned_from = fingerprint(company)
        self._training = False

    def classify(self, texts: Sequence[str]) -> list[Intent]:
        return self._classifier.classify(texts)

    async def search(self, question: str, *, product: str | None = None) -> KnowledgeAnswer | None:
        return self._index.search(question, product=product)

    async def take_over(self, company: Company) -> None:
        """What the folder says now."""
        if _knows(company) != _knows(self._company):
            self._index = await asyncio.to_thread(_index, company)
            log.info("knowledge_indexed", entries=len(company.knowledge))
        self._company = company
        if fingerprint(company) != self._learned_from and not await self._take_stored():
            log.warning("intents_await_training", remedy="train them in the console, or restart the model host")

    async def _take_stored(self) -> bool:
        """Takes over a classifier that was trained from the present examples; False where there is none."""
        company = self._company
        if self._settings.models.intent == "transformer":
            return False
        if (stored := await asyncio.to_thread(stored_intents, company, self._settings)) is None:
            return False
        self._classifier, self._learned_from = stored, fingerprint(company)
        log.info("intents_taken_over", intents=len(company.intents))
        return True

    # Services

    @property
    def services(self) -> Mapping[str, Service]:
        return {"intents_state": self._state, "train_intents": self._train}

    async def _state(self, _payload: dict[str, Any]) -> dict[str, Any]:
        """Whether the classifier at work knows the present examples, and how well it was measured to be."""
        return {
            "current": fingerprint(self._company) == self._learned_from,
            "training": self._training,
            "evaluation": _plain(self._evaluation),
            "trainable": self._settings.models.intent == "linear",
        }

    async def _train(self, _payload: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        """Trains in a process of its own, tells the steps, and lets the new classifier answer from then on."""
        if self._settings.models.intent != "linear":
            raise TrainingNotPossible("a transformer takes long: run `voicebot company train --transformer BASE`")
        if self._training:
            raise TrainingNotPossible("it is being trained already: wait until that is done")
        self._training = True
        try:
            before = _plain(self._evaluation)
            async for step in _trained(self._company.directory, own_directory(self._settings)):
                yield step
            if not await self._take_stored():
                raise TrainingNotPossible("the examples were changed meanwhile: train again")
            yield {"before": before, "after": _plain(self._evaluation)}
        finally:
            self._training = False

    @property
    def _evaluation(self) -> Evaluation | None:
        return self._classifier.evaluation if isinstance(self._classifier, LinearIntentClassifier) else None


async def _trained(company: Path, directory: Path) -> AsyncGenerator[dict[str, Any], None]:
    """Steps of `voicebot company train`, as they are done."""
    arguments = ("company", "train", str(company), "--model", str(directory), "--json", "--steps")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "voicebot", *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None and process.stderr is not None
    try:
        async for line in process.stdout:
            if line.startswith(b'{"done"'):
                yield json.loads(line)
        if await process.wait():
            said = (await process.stderr.read()).decode(errors="replace").strip()
            raise TrainingNotPossible(said.splitlines()[-1] if said else "the company's folder has an error")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _plain(evaluation: Evaluation | None) -> dict[str, Any] | None:
    return asdict(evaluation) if evaluation else None


def _knows(company: Company) -> tuple[object, ...]:
    """What the index is made from."""
    return company.knowledge, company.dictionary, company.profile.confidence.knowledge


def _index(company: Company) -> KnowledgeIndex:
    least_score = company.profile.confidence.knowledge
    return KnowledgeIndex(company.knowledge, dictionary=company.dictionary, least_score=least_score)
