"""Takes the time: calls a second through the whole of `qa rescore`, and what more phrases cost."""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy.engine import Connection

from voicebot.company import Company
from voicebot.config import JudgeSection
from voicebot.qa.batches import on_this_machine, recipe
from voicebot.qa.bench.made_up_calls import MadeUpCall, made_up_calls
from voicebot.qa.judges.correctness import needed_knowledge, with_knowledge
from voicebot.qa.judges.small import SmallJudges
from voicebot.qa.material import CallMaterial, CallMeasures
from voicebot.qa.periods import Period
from voicebot.qa.reading import material_of
from voicebot.qa.rescoring import Rescoring
from voicebot.qa.scorecard.conditions import Words
from voicebot.qa.scorecard.model import Scorecard
from voicebot.qa.scoring import Scoring
from voicebot.store import rows, tables
from voicebot.store.measure_tables import call_measures
from voicebot.store.store import Store

_MEASURES: Final = TypeAdapter(CallMeasures)
_WRITTEN_AT_ONCE: Final = 200
_TIMED_CALLS: Final = 100
"""Calls on which the phrases' cost is measured."""
_ROUNDS: Final = 5
_FEW: Final = 10
_MANY: Final = 1000
_CONDITIONS: Final = 10
"""Over which the phrases are spread."""
LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Speed:
    calls: int
    turns_per_call: float
    characters_per_call: float
    calls_per_second_one_core: float
    calls_per_second: float
    """On two cores, where the machine has them."""
    cores: int
    scoring_ms: float
    """Of one processor for one call: the scoring alone, without reading and writing."""
    cost_ratio_1000_to_10_phrases: float


async def measure(
    company: Company, cards: Sequence[Scorecard], folder: Path, *, calls: int, done: Callable[[int], None]
) -> Speed:
    """folder: where the store is made; done: told of every batch that was scored, for each of the two runs."""
    async with Store(f"sqlite:///{folder / 'calls.db'}") as store:
        turns, characters = await _fill(store, company, calls)
        cores = sorted(os.sched_getaffinity(0))[:2]
        one = await _calls_per_second(store, company, cards, cores[:1], done)
        both = await _calls_per_second(store, company, cards, cores, done)
    sample = list(_materials(company, cards, min(calls, _TIMED_CALLS)))
    return Speed(
        calls,
        turns / calls,
        characters / calls,
        one,
        both,
        len(cores),
        1000 * _scoring_s(cards[0], sample) / len(sample),
        _cost_ratio(cards[0], sample),
    )


async def _calls_per_second(
    store: Store, company: Company, cards: Sequence[Scorecard], cores: Sequence[int], done: Callable[[int], None]
) -> float:
    """This process reads and writes; on one core it scores as well, on two there is another process for each."""
    rescoring = Rescoring(store, company, cards)
    with _only_on(cores):
        async with on_this_machine(recipe(company, cards, JudgeSection()), len(cores)) as batches:
            await batches.score([], {})  # processes start and load before the clock does
            started = time.perf_counter()
            scored = await rescoring.run(Period(LONG_AGO), batches, as_of=datetime.now(UTC), done=done)
            return scored / (time.perf_counter() - started)


@contextmanager
def _only_on(cores: Sequence[int]) -> Iterator[None]:
    """This process, its threads and those that it starts."""
    before = os.sched_getaffinity(0)
    try:
        _pin(cores)
        yield
    finally:
        _pin(sorted(before))


def _pin(cores: Sequence[int]) -> None:
    for thread in Path("/proc/self/task").iterdir():
        os.sched_setaffinity(int(thread.name), cores)


async def _fill(store: Store, company: Company, count: int) -> tuple[int, int]:
    """Returns how many turns and characters were written."""
    turns = characters = 0
    calls = made_up_calls(company, count)
    while batch := list(islice(calls, _WRITTEN_AT_ONCE)):
        await store.transact(lambda connection, batch=batch: _write(connection, batch))  # type: ignore[misc]
        turns += sum(len(made.turns) for made in batch)
        characters += sum(len(turn.text) for made in batch for turn in made.turns)
    return turns, characters


def _write(connection: Connection, batch: Sequence[MadeUpCall]) -> None:
    at = datetime.now(UTC)
    insert: list[tuple[Any, list[dict[str, Any]]]] = [
        (tables.calls, [{"node": "bench", **rows.values(made.call)} for made in batch]),
        (tables.turns, [rows.values(turn) for made in batch for turn in made.turns]),
        (tables.tasks, [rows.values(made.task) for made in batch if made.task]),
        (call_measures, [_measures_values(made, at) for made in batch]),
    ]
    for table, values in insert:
        if values:
            connection.execute(table.insert(), values)


def _measures_values(made: MadeUpCall, at: datetime) -> dict[str, Any]:
    return {
        "call_id": made.call.id,
        "measured_at": at,
        "measures": _MEASURES.dump_python(made.measures, mode="json"),
    }


def _materials(company: Company, cards: Sequence[Scorecard], count: int) -> Iterator[CallMaterial]:
    knowledge = needed_knowledge(company, cards)
    for made in made_up_calls(company, count):
        tasks = [made.task] if made.task else []
        material = material_of(company, made.call, made.turns, tasks, as_of=datetime.now(UTC), measures=made.measures)
        yield with_knowledge(material, knowledge) if knowledge else material


# Phrases


def _cost_ratio(card: Scorecard, sample: Sequence[CallMaterial]) -> float:
    """Time for a scorecard with 1,000 more phrases against the same with 10 more; the better of several rounds each."""
    words = _words(_MANY)
    few, many = (_with_phrases(card, words[:count]) for count in (_FEW, _MANY))
    times = [(_scoring_s(few, sample), _scoring_s(many, sample)) for _ in range(_ROUNDS)]
    return statistics.median(long / short for short, long in times)


def _scoring_s(card: Scorecard, sample: Sequence[CallMaterial]) -> float:
    scoring = Scoring([card], [SmallJudges()])
    scoring.score(sample[0])
    started = time.process_time()
    for material in sample:
        scoring.score(material)
    return time.process_time() - started


def _with_phrases(card: Scorecard, words: Sequence[str]) -> Scorecard:
    """Ten more conditions, each in an item of its own."""
    spread = [words[start::_CONDITIONS] for start in range(_CONDITIONS)]
    conditions = {
        f"more_{number}": Words(find="words", phrases=tuple(phrases), by="anyone")
        for number, phrases in enumerate(spread)
    }
    template = card.items[0].model_dump(exclude={"requires", "forbids", "when", "unless", "judge"})
    items = [type(card.items[0]).model_validate({**template, "name": name, "forbids": name}) for name in conditions]
    return card.model_copy(update={"conditions": {**card.conditions, **conditions}, "items": (*card.items, *items)})


def _words(count: int) -> list[str]:
    """Words of three characters and more out of jieba's dictionary: as often in calls as such words are."""
    import jieba

    with jieba.get_dict_file() as file:
        words = [line.decode().split(" ")[0] for line in file]
    return random.Random(7).sample([word for word in words if len(word) >= 3], count)


def figures(speed: Speed) -> dict[str, object]:
    return asdict(speed)
