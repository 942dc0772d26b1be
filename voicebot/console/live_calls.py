"""The calls that are going on, as the board shows them: from the store once, from then on from the events."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final, Literal

import structlog

from voicebot.console.feed import CallEvent, LiveFeed
from voicebot.events import (
    AgentJoined,
    CallAnswered,
    CallEnded,
    CallOffered,
    CallQueued,
    CallStarted,
    OfferEnded,
    PartialTranscript,
    QueueLeft,
    ReplyStarted,
    TurnFinished,
)
from voicebot.store.call_search import MOODS, CallSearch, FoundCall
from voicebot.store.database import StoreError

log = structlog.get_logger(__name__)

REFRESH_S: Final = 15.0
"""How often the store is read again: events that were missed while the broker was away are made good so."""


With = Literal["bot", "queue", "ringing", "agent"]
"""Whom the caller talks to or waits for."""


@dataclass(frozen=True, slots=True)
class LiveCall:
    """One call that is going on."""

    id: str
    number: str
    label: str
    province: str
    city: str
    dialect: str
    """The likeliest one's tag; empty where nothing is known."""
    started_at: datetime
    answered_at: datetime | None = None
    intents: tuple[str, ...] = ()
    """Of the caller's turns, the latest last, each once."""
    mood: str = ""
    latency_ms: int | None = None
    """Of the assistant's last reply."""
    last_text: str = ""
    with_whom: With = "bot"
    agent_id: str = ""
    """Who is rung, or talks to the caller."""
    skill: str = ""
    """What the caller waits for."""
    waiting_since: datetime | None = None
    wanted_dialect: str = ""
    """What the wait's caller speaks or asked for."""


class LiveCalls:
    """Keeps itself up to date from a feed's events."""

    def __init__(self, search: CallSearch) -> None:
        self._search = search
        self._calls: dict[str, LiveCall] = {}
        self._told_meanwhile: set[str] = set()
        """Calls of which a beginning or an end was told since the store was last asked."""

    def all(self) -> list[LiveCall]:
        """Newest first."""
        return sorted(self._calls.values(), key=lambda call: call.started_at, reverse=True)

    def get(self, call_id: str) -> LiveCall | None:
        return self._calls.get(call_id)

    async def run(self, feed: LiveFeed[CallEvent]) -> None:
        """Until cancelled."""
        with feed.subscribed(lambda event: not isinstance(event, PartialTranscript)) as events:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._refresh_again_and_again())
                async for event in events:
                    self.apply(event)

    def apply(self, event: CallEvent) -> None:
        match event:
            case CallStarted():
                self._told_meanwhile.add(event.call_id)
                self._calls.setdefault(event.call_id, _started(event))
            case CallEnded():
                self._told_meanwhile.add(event.call_id)
                self._calls.pop(event.call_id, None)
            case CallAnswered():
                self._change(event.call_id, lambda call: replace(call, answered_at=event.at))
            case TurnFinished():
                self._change(event.call_id, lambda call: _with_turn(call, event))
            case ReplyStarted():
                self._change(event.call_id, lambda call: replace(call, latency_ms=event.latency_ms))
            case CallQueued():
                self._change(event.call_id, partial(_waits, event))
            case CallOffered():
                self._change(event.call_id, partial(replace, with_whom="ringing", agent_id=event.agent_id))
            case AgentJoined():
                joined = partial(replace, with_whom="agent", agent_id=event.agent_id, waiting_since=None)
                self._change(event.call_id, joined)
            case OfferEnded():
                self._change(event.call_id, _offer_over)
            case QueueLeft() if event.to != "agent":
                self._change(event.call_id, partial(replace, with_whom="bot", waiting_since=None))
            case _:
                pass

    def _change(self, call_id: str, change: Callable[[LiveCall], LiveCall]) -> None:
        if call := self._calls.get(call_id):
            self._calls[call_id] = change(call)

    async def _refresh_again_and_again(self) -> None:
        while True:
            try:
                await self._refresh()
            except StoreError as error:
                log.warning("live_calls_not_read", reason=str(error))
            await asyncio.sleep(REFRESH_S)

    async def _refresh(self) -> None:
        """Of calls that began or ended while the store was read, it may not have known yet."""
        self._told_meanwhile.clear()
        found = {each.call.id: each for each in await self._search.going_on()}
        kept = {id_: call for id_, call in self._calls.items() if id_ in found or id_ in self._told_meanwhile}
        missed = {id_: _found(each) for id_, each in found.items() if id_ not in self._told_meanwhile}
        self._calls = {**missed, **kept}


def _started(event: CallStarted) -> LiveCall:
    return LiveCall(
        event.call_id,
        event.caller_number,
        event.caller_label,
        event.region_province or "",
        event.region_city or "",
        likeliest(event.dialect_prior),
        event.at,
    )


def _found(found: FoundCall) -> LiveCall:
    call = found.call
    return LiveCall(
        call.id,
        call.caller_number,
        call.caller_label,
        call.region_province or "",
        call.region_city or "",
        likeliest(call.dialects),
        call.started_at,
        answered_at=call.answered_at,
        intents=found.intents,
        mood=found.mood,
        with_whom="agent" if call.agent_id else "bot",
        agent_id=call.agent_id or "",
    )


def _waits(event: CallQueued, call: LiveCall) -> LiveCall:
    wanted = likeliest(event.dialects) or call.dialect
    return replace(call, with_whom="queue", skill=event.skill, waiting_since=event.at, wanted_dialect=wanted)


def _offer_over(call: LiveCall) -> LiveCall:
    """Back to waiting, or, where the wait was over, to the assistant."""
    return replace(call, with_whom="queue" if call.waiting_since else "bot", agent_id="")


def likeliest(dialects: Mapping[str, float]) -> str:
    """The dialect with the highest probability; empty where there is none."""
    return max(dialects, key=dialects.__getitem__) if dialects else ""


def _with_turn(call: LiveCall, turn: TurnFinished) -> LiveCall:
    call = replace(call, last_text=turn.text)
    if turn.role != "caller":
        return call
    moods = [mood for mood in MOODS if mood in (call.mood, turn.emotion)]
    intents = call.intents
    if turn.intent:
        intents = (*(intent for intent in intents if intent != turn.intent), turn.intent)
    return replace(call, intents=intents, mood=moods[0] if moods else call.mood)
