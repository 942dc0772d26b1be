"""Scoring of many calls, away from the process that reads and writes them: in processes of this machine, or on a Ray
cluster. Both run `score_batch`; neither needs the database."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import structlog

from voicebot.company import Company
from voicebot.company.schema import KnowledgeEntry
from voicebot.config import JudgeSection
from voicebot.dialogue.knowledge import KnowledgeIndex
from voicebot.qa.cluster_errors import ClusterUnreachable, RayMissing
from voicebot.qa.judges.chosen import chosen_judges
from voicebot.qa.judges.correctness import needs_knowledge, with_knowledge
from voicebot.qa.material import CallMaterial
from voicebot.qa.scorecard.files import parse_scorecard
from voicebot.qa.scorecard.model import Scorecard
from voicebot.qa.scores import Scored
from voicebot.qa.scoring import AssistOnly, Scoring, defective

log = structlog.get_logger(__name__)
_JUDGES: Final = ExitStack()
_ANSWER_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a process needs to score as this one would: small, and the same for all batches."""

    cards: tuple[tuple[str, str], ...]
    """Name and text of each scorecard."""
    judge: JudgeSection
    knowledge: tuple[KnowledgeEntry, ...]
    """The company's; none where no item is judged by it."""
    dictionary: tuple[str, ...]


def recipe(company: Company, cards: Sequence[Scorecard], judge: JudgeSection) -> Recipe:
    texts = tuple((card.name, card.text) for card in cards)
    knowledge = company.knowledge if needs_knowledge(cards) else ()
    return Recipe(texts, judge, knowledge, company.dictionary)


def score_batch(recipe: Recipe, batch: Sequence[CallMaterial], assist_only: AssistOnly) -> list[Scored]:
    """Every result of every call; a call on which the scoring fails has one that says so."""
    scoring, knowledge = _prepared(recipe)
    results: list[Scored] = []
    for material in batch:
        try:
            known = with_knowledge(material, knowledge) if knowledge else material
            results += scoring.score(known, assist_only=assist_only)
        except Exception as error:  # one call must not take a million with it: logged with its trace, and kept
            log.exception("scoring_failed", call=material.call_id)
            results.append(defective(material, type(error).__name__))
    return results


@lru_cache(maxsize=2)
def _prepared(recipe: Recipe) -> tuple[Scoring, KnowledgeIndex | None]:
    """Made once in each process, whose end is also that of a judge's connection."""
    judges = _JUDGES.enter_context(chosen_judges(recipe.judge))
    scoring = Scoring([parse_scorecard(text, name) for name, text in recipe.cards], judges)
    knowledge = KnowledgeIndex(recipe.knowledge, dictionary=recipe.dictionary) if recipe.knowledge else None
    return scoring, knowledge


class Batches(Protocol):
    """Where batches are scored."""

    workers: int

    async def score(self, batch: Sequence[CallMaterial], assist_only: AssistOnly) -> list[Scored]: ...


class LocalBatches:
    def __init__(self, pool: Executor, recipe: Recipe, workers: int) -> None:
        self._pool = pool
        self._recipe = recipe
        self.workers = workers

    async def score(self, batch: Sequence[CallMaterial], assist_only: AssistOnly) -> list[Scored]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, score_batch, self._recipe, batch, assist_only)


class RayBatches:
    def __init__(self, remote: Any, recipe: Any, workers: int) -> None:
        """remote: `score_batch` as a task of the cluster; recipe: a reference to it there."""
        self._remote = remote
        self._recipe = recipe
        self.workers = workers

    async def score(self, batch: Sequence[CallMaterial], assist_only: AssistOnly) -> list[Scored]:
        scored: list[Scored] = await self._remote.remote(self._recipe, batch, assist_only)
        return scored


@asynccontextmanager
async def on_this_machine(recipe: Recipe, workers: int) -> AsyncIterator[Batches]:
    """One worker is a thread of this process; several are processes, which take some seconds to start."""
    if workers == 1:
        with ThreadPoolExecutor(1) as thread:
            yield LocalBatches(thread, recipe, workers)
        return
    context = multiprocessing.get_context("spawn")  # a fork would take this process's database connection along
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        yield LocalBatches(pool, recipe, workers)


@asynccontextmanager
async def on_ray(recipe: Recipe, address: str) -> AsyncIterator[Batches]:
    """address: as `ray start` prints it, ray://host:10001, or auto. Raises RayMissing and ClusterUnreachable."""
    try:
        import ray
    except ModuleNotFoundError as error:
        raise RayMissing from error
    await _answers(address)
    try:
        await asyncio.to_thread(ray.init, address=address, log_to_driver=False)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise ClusterUnreachable(address, str(error)) from error
    try:
        resources: Mapping[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
        workers = max(1, int(resources.get("CPU", 1)))
        yield RayBatches(ray.remote(score_batch), ray.put(recipe), workers)
    finally:
        await asyncio.to_thread(ray.shutdown)


async def _answers(address: str) -> None:
    """Raises ClusterUnreachable when nothing listens at host:port or ray://host:port: Ray itself tries for minutes."""
    place = urlsplit(address if "://" in address else f"ray://{address}")
    try:
        host, port = place.hostname, place.port
    except ValueError as error:
        raise ClusterUnreachable(address, str(error)) from error
    if host is None or port is None:
        return  # auto, local: found by Ray on this machine
    try:
        async with asyncio.timeout(_ANSWER_S):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError) as error:
        raise ClusterUnreachable(address, str(error) or "no answer") from error
    writer.close()
