"""Finds calls for the people who look through them: by date, place, dialect, intent, mood, end and words spoken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final, Literal, get_args

import sqlalchemy as sa

from voicebot.store import rows
from voicebot.store.place import Place
from voicebot.store.records import CallRecord
from voicebot.store.scores_in_force import scores_in_force as scores
from voicebot.store.scores_in_force import verdicts_in_force as verdicts
from voicebot.store.store import Store
from voicebot.store.tables import calls, turns
from voicebot.store.word_search import said, words_of

SCORES: Final = ("fatal", "below_60", "60_to_80", "from_80", "for_a_person", "none")
"""By a call's current scores after review: with a failed fatal item, by total, with an item for a person, or none."""
LIKELY: Final = 0.5
"""A call counts as of the dialect that its number, its caller's history and everything said in it make at least this
probable."""
Mood = Literal["angry", "annoyed", "calm"]
MOODS: Final[tuple[Mood, ...]] = get_args(Mood)
"""From the worst to the best."""
Incoming = Literal["open", "resolved", "agent", "callback", "voicemail", "abandoned", "interrupted", "turned_away"]
Outgoing = Literal["no_answer", "busy", "declined", "wrong_number", "unreachable", "not_dialled"]
Outcome = Literal[Incoming, Outgoing]
"""How calls end, those that went out also in the second way; "open" where one is going on."""
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
NO_AGENT: Final = "-"
"""In place of an agent's id, as which it would not do: calls that the assistant had alone."""
MOST_COUNTED: Final = 10_000
"""Above it a total is not exact: nobody reads on so far, and counting all of them takes time."""


@dataclass(frozen=True, slots=True)
class CallFilter:
    """What calls are wanted; what is empty or None does not matter."""

    since: datetime | None = None
    until: datetime | None = None
    """Not including this moment."""
    number: str = ""
    """Part of the caller's number."""
    words: str = ""
    """Every one of these, cut at spaces, was said by somebody in the call."""
    intent: str = ""
    province: str = ""
    dialect: str = ""
    outcome: str = ""
    """"open" for calls that are going on."""
    emotion: str = ""
    language: str = ""
    agent: str = ""
    """The id of the human who had the call last, or NO_AGENT."""
    score: str = ""
    """One of SCORES."""
    failed_item: str = ""
    """An item of a scorecard that the call failed."""
    blind_to: Collection[str] = ()
    """Calls whose scores the reader is not to know: neither of the last two finds them."""


@dataclass(frozen=True, slots=True)
class FoundCall:
    """A call as a list shows it."""

    call: CallRecord
    intents: tuple[str, ...] = ()
    """Of the caller's turns, in order, each once."""
    mood: str = ""
    """The caller's worst."""
    turns: int = 0
    score: float | None = None
    """The lowest total of its current scores."""
    snippet: str = ""
    """A turn in which the first of the wanted words was said."""


def had_by(agent: str) -> sa.ColumnElement[bool]:
    """Condition on `calls`: those that this agent had last, or that the assistant had alone, for NO_AGENT."""
    return calls.c.agent_id.is_(None) if agent == NO_AGENT else calls.c.agent_id == agent


class CallSearch:
    """Reads the calls of a store. Every method may raise StoreError."""

    def __init__(self, store: Store, *, reached: sa.ColumnElement[bool] | None = None) -> None:
        """reached: condition on `calls`; without it all of them are found."""
        self._store = store
        self._reached = reached

    def within(self, reached: sa.ColumnElement[bool]) -> CallSearch:
        """The same search among fewer calls."""
        return CallSearch(self._store, reached=reached)

    async def find(
        self, wanted: CallFilter, *, limit: int = 50, offset: int = 0, after: Place | None = None
    ) -> list[FoundCall]:
        """Newest first. after: only those behind it."""
        behind = () if after is None else (after.behind(calls.c.started_at, calls.c.id),)
        query = sa.select(calls).where(*self._conditions(wanted, _each_asked), *behind)
        query = query.order_by(calls.c.started_at.desc(), calls.c.id).limit(limit).offset(offset)
        found = [rows.record(CallRecord, row) for row in await self._store.read(query)]
        return await self._described(found, words_of(wanted.words)) if found else []

    async def count(self, wanted: CallFilter) -> int:
        """How many there are, up to MOST_COUNTED."""
        some = sa.select(calls.c.id).where(*self._conditions(wanted, _all_gathered)).limit(MOST_COUNTED).subquery()
        (row,) = await self._store.read(sa.select(sa.func.count().label("count")).select_from(some))
        return int(row["count"])

    async def ids(self, wanted: CallFilter, *, limit: int) -> list[str]:
        """Of all of them, newest first, to be read on in parts by `described`."""
        query = sa.select(calls.c.id).where(*self._conditions(wanted, _all_gathered))
        query = query.order_by(calls.c.started_at.desc(), calls.c.id).limit(limit)
        return [str(row["id"]) for row in await self._store.read(query)]

    async def described(self, ids: Sequence[str]) -> list[FoundCall]:
        """Those that are still there, and reached, in this order."""
        found = await self.those_of(ids)
        return await self._described([found[each] for each in ids if each in found], ())

    async def those_of(self, ids: Collection[str]) -> dict[str, CallRecord]:
        """By id, the calls of these that are there, and reached."""
        reached = () if self._reached is None else (self._reached,)
        found = await self._store.read(sa.select(calls).where(calls.c.id.in_(ids), *reached)) if ids else ()
        return {str(row["id"]): rows.record(CallRecord, row) for row in found}

    async def going_on(self) -> list[FoundCall]:
        """Calls that have not ended, newest first."""
        return await self.find(CallFilter(outcome="open"), limit=500)

    def _conditions(self, wanted: CallFilter, has: _Has) -> list[sa.ColumnElement[bool]]:
        conditions = [] if self._reached is None else [self._reached]
        if wanted.since:
            conditions.append(calls.c.started_at >= wanted.since)
        if wanted.until:
            conditions.append(calls.c.started_at < wanted.until)
        if wanted.number:
            conditions.append(calls.c.caller_number.contains(wanted.number, autoescape=True))
        if wanted.outcome:
            conditions.append(
                calls.c.ended_at.is_(None) if wanted.outcome == "open" else calls.c.outcome == wanted.outcome
            )
        if wanted.dialect:
            conditions.append(calls.c.dialects[wanted.dialect].as_float() >= LIKELY)
        for column, value in (
            (calls.c.region_province, wanted.province),
            (calls.c.language, wanted.language),
        ):
            if value:
                conditions.append(column == value)
        if wanted.agent:
            conditions.append(had_by(wanted.agent))
        for turn_column, value in ((turns.c.intent, wanted.intent), (turns.c.emotion, wanted.emotion)):
            if value:
                conditions.append(has(turns.c.call_id, turns.c.role == "caller", turn_column == value))
        if wanted.score:
            conditions.append(_scored_as(has, wanted.score))
        if wanted.failed_item:
            failed = _with_verdict("fail", verdicts.c.item == wanted.failed_item)
            conditions.append(has(scores.c.call_id, *failed))
        if wanted.blind_to and (wanted.score or wanted.failed_item):
            conditions.append(calls.c.id.not_in(wanted.blind_to))
        is_sqlite = self._store.is_sqlite
        conditions += [has(turns.c.call_id, said(word, is_sqlite=is_sqlite)) for word in words_of(wanted.words)]
        return conditions

    async def _described(self, found: Sequence[CallRecord], words: Sequence[str]) -> list[FoundCall]:
        ids = [call.id for call in found]
        columns = (turns.c.call_id, turns.c.role, turns.c.intent, turns.c.emotion, turns.c.text)
        query = sa.select(*columns).where(turns.c.call_id.in_(ids)).order_by(turns.c.call_id, turns.c.seq)
        by_call: defaultdict[str, list[sa.RowMapping]] = defaultdict(list)
        for row in await self._store.read(query):
            by_call[row["call_id"]].append(row)
        totals = await self._totals(ids)
        return [replace(_described(call, by_call[call.id], words), score=totals.get(call.id)) for call in found]

    async def _totals(self, ids: Sequence[str]) -> dict[str, float]:
        lowest = sa.func.min(scores.c.total).label("lowest")
        query = sa.select(scores.c.call_id, lowest).where(scores.c.call_id.in_(ids), scores.c.current)
        found = await self._store.read(query.group_by(scores.c.call_id))
        return {row["call_id"]: row["lowest"] for row in found if row["lowest"] is not None}


_Has = Callable[..., sa.ColumnElement[bool]]
"""Condition on `calls`: there is a row with this id of a call for which these conditions hold."""


def _each_asked(call_id: sa.ColumnElement[str], *conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """For a page of calls: SQLite asks one after the other until it is full, and that is soon where many have it."""
    return sa.exists().where(call_id == calls.c.id, *conditions)


def _all_gathered(call_id: sa.ColumnElement[str], *conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """For as many calls as there are: SQLite looks through the rows once."""
    return calls.c.id.in_(sa.select(call_id).where(*conditions))


def _scored_as(has: _Has, wanted: str) -> sa.ColumnElement[bool]:
    """One of SCORES; anything else finds nothing."""
    total = scores.c.total
    has_score = partial(has, scores.c.call_id, scores.c.current)
    match wanted:
        case "fatal":
            return has_score(sa.cast(scores.c.fatal, sa.Text) != "[]")
        case "below_60":
            return has_score(total < 60)
        case "60_to_80":
            return has_score(total >= 60, total < 80)
        case "from_80":
            return has_score(total >= 80)
        case "for_a_person":
            return has(scores.c.call_id, *_with_verdict("unsure"))
        case "none":
            return ~has_score(total.is_not(None))
    return sa.false()


def _with_verdict(answer: str, *conditions: sa.ColumnElement[bool]) -> Sequence[sa.ColumnElement[bool]]:
    return (scores.c.current, verdicts.c.score_id == scores.c.id, verdicts.c.answer == answer, *conditions)


def _described(call: CallRecord, said_in_it: Sequence[sa.RowMapping], words: Sequence[str]) -> FoundCall:
    caller = [row for row in said_in_it if row["role"] == "caller"]
    moods = {row["emotion"] for row in caller}
    return FoundCall(
        call,
        intents=tuple(dict.fromkeys(row["intent"] for row in caller if row["intent"])),
        mood=next((mood for mood in MOODS if mood in moods), ""),
        turns=len(said_in_it),
        snippet=next((row["text"] for row in said_in_it if words and words[0] in row["text"].lower()), ""),
    )
