"""What the floor remembers: waits, offers, packets, prompts, presence and wrap-up, written as they happen."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from voicebot.events import Event
from voicebot.store import floor_tables as tables
from voicebot.store import rows
from voicebot.store.floor_records import OfferRecord, PromptRecord, QueueVisit, WrapUpRecord
from voicebot.store.records import CallRecord
from voicebot.store.store import Store
from voicebot.store.tables import calls

_NOTE: Final = sa.func.coalesce(tables.note_drafts.c.text, tables.wrap_ups.c.note).label("note")
_WRAP_UPS: Final = sa.select(*(column for column in tables.wrap_ups.c if column.name != "note"), _NOTE).outerjoin_from(
    tables.wrap_ups,
    tables.note_drafts,
    sa.and_(
        tables.note_drafts.c.call_id == tables.wrap_ups.c.call_id,
        tables.note_drafts.c.agent_id == tables.wrap_ups.c.agent_id,
    ),
)


class FloorStore:
    """The floor's tables in a `Store`; every method may raise StoreError."""

    def __init__(self, store: Store, node: str) -> None:
        self._store = store
        self._node = node

    # Waiting

    async def entered(self, visit: QueueVisit, *, events: Sequence[Event]) -> None:
        await self._write(tables.queue_visits.insert().values(asdict(visit)), events)

    async def left(self, visit_id: str, to: str, at: datetime, *, events: Sequence[Event]) -> None:
        table = tables.queue_visits
        await self._write(sa.update(table).where(table.c.id == visit_id).values(left_at=at, left_to=to), events)

    async def visits(self, call_id: str) -> list[QueueVisit]:
        table = tables.queue_visits
        query = sa.select(table).where(table.c.call_id == call_id).order_by(table.c.entered_at)
        return [rows.record(QueueVisit, row) for row in await self._store.read(query)]

    # Offers

    async def offered(self, offer: OfferRecord, *, events: Sequence[Event]) -> None:
        await self._write(tables.offers.insert().values(asdict(offer)), events)

    async def offer_went_on(self, offer_id: str, changes: Mapping[str, Any], *, events: Sequence[Event] = ()) -> None:
        """changes: of answered_at, joined_at, ended_at, fate, whisper."""
        table = tables.offers
        await self._write(sa.update(table).where(table.c.id == offer_id).values(dict(changes)), events)

    async def offers(self, call_id: str) -> list[OfferRecord]:
        table = tables.offers
        query = sa.select(table).where(table.c.call_id == call_id).order_by(table.c.offered_at)
        return [rows.record(OfferRecord, row) for row in await self._store.read(query)]

    async def joined(self, call_id: str, agent_id: str, team: str) -> None:
        """The call is this agent's from now on."""
        changes = {"agent_id": agent_id, "team": team}
        await self._write(sa.update(calls).where(calls.c.id == call_id).values(changes), ())

    async def last_agent(self, caller_number: str) -> str | None:
        """Who talked to this caller last."""
        query = (
            sa.select(calls.c.agent_id)
            .where(calls.c.caller_number == caller_number, calls.c.agent_id.is_not(None))
            .order_by(calls.c.started_at.desc())
            .limit(1)
        )
        found = await self._store.read(query)
        return str(found[0]["agent_id"]) if found else None

    async def earlier_calls(self, caller_number: str, before: datetime, limit: int) -> list[CallRecord]:
        """The caller's former calls, newest first."""
        query = (
            sa.select(calls)
            .where(calls.c.caller_number == caller_number, calls.c.started_at < before)
            .order_by(calls.c.started_at.desc())
            .limit(limit)
        )
        return [rows.record(CallRecord, row) for row in await self._store.read(query)]

    # For the agent

    async def packet_handed(self, call_id: str, to_agent: str, at: datetime, packet: str) -> None:
        """packet: as JSON."""
        values = {"call_id": call_id, "to_agent": to_agent, "at": at, "packet": json.loads(packet)}
        await self._write(tables.handover_packets.insert().values(values), ())

    async def packets(self, call_id: str) -> list[Mapping[str, Any]]:
        """Newest last."""
        table = tables.handover_packets
        query = sa.select(table.c.packet).where(table.c.call_id == call_id).order_by(table.c.id)
        return [row["packet"] for row in await self._store.read(query)]

    async def prompts_shown(self, prompts: Sequence[PromptRecord]) -> None:
        await self._write(tables.whisper_prompts.insert().values([asdict(prompt) for prompt in prompts]), ())

    async def prompt_judged(self, prompt_id: str, *, helped: bool) -> None:
        table = tables.whisper_prompts
        await self._write(sa.update(table).where(table.c.id == prompt_id).values(helped=helped), ())

    async def prompts(self, call_id: str) -> list[PromptRecord]:
        table = tables.whisper_prompts
        query = sa.select(table).where(table.c.call_id == call_id).order_by(table.c.at_ms, table.c.id)
        return [rows.record(PromptRecord, row) for row in await self._store.read(query)]

    async def judged_prompts(self, limit: int) -> list[PromptRecord]:
        """Those that agents accepted or dismissed, oldest first."""
        table = tables.whisper_prompts
        latest = sa.select(table).where(table.c.helped.is_not(None)).order_by(table.c.id.desc()).limit(limit)
        return [rows.record(PromptRecord, row) for row in reversed(await self._store.read(latest))]

    async def wrapped_up(self, wrap_up: WrapUpRecord) -> None:
        """Stores the suggestion, or the agent's word in its place, whose note the draft has become."""
        table = tables.wrap_ups
        which = _of(table, wrap_up.call_id, wrap_up.agent_id)
        drafted = _of(tables.note_drafts, wrap_up.call_id, wrap_up.agent_id)
        closing = sa.update(calls).where(calls.c.id == wrap_up.call_id).values(disposition=wrap_up.disposition)

        def work(connection: Connection) -> None:
            connection.execute(sa.delete(table).where(which))
            connection.execute(table.insert().values(asdict(wrap_up)))
            connection.execute(closing)
            if wrap_up.confirmed:
                connection.execute(sa.delete(tables.note_drafts).where(drafted))

        await self._store.transact(work)

    async def wrap_ups(self, call_id: str) -> list[WrapUpRecord]:
        """With what the agent had noted down where nothing was confirmed."""
        table = tables.wrap_ups
        found = await self._store.read(_WRAP_UPS.where(table.c.call_id == call_id).order_by(table.c.at))
        return [rows.record(WrapUpRecord, row) for row in found]

    async def unconfirmed_wrap_up(self, agent_id: str) -> WrapUpRecord | None:
        """The agent's latest, unless they have confirmed it."""
        table = tables.wrap_ups
        found = await self._store.read(
            _WRAP_UPS.where(table.c.agent_id == agent_id).order_by(table.c.at.desc()).limit(1)
        )
        latest = [rows.record(WrapUpRecord, row) for row in found]
        return latest[0] if latest and not latest[0].confirmed else None

    async def note_draft(self, call_id: str, agent_id: str) -> str:
        """What the agent has begun to note down; empty where that is nothing."""
        query = sa.select(tables.note_drafts.c.text).where(_of(tables.note_drafts, call_id, agent_id))
        return next((str(row["text"]) for row in await self._store.read(query)), "")

    async def keep_note_draft(self, call_id: str, agent_id: str, text: str, at: datetime) -> None:
        """In place of what was there before."""
        values = {"call_id": call_id, "agent_id": agent_id, "at": at, "text": text}

        def work(connection: Connection) -> None:
            connection.execute(sa.delete(tables.note_drafts).where(_of(tables.note_drafts, call_id, agent_id)))
            connection.execute(tables.note_drafts.insert().values(values))

        await self._store.transact(work)

    # Agents

    async def presence_changed(self, agent_id: str, at: datetime, presence: str, cause: str) -> None:
        values = {"node": self._node, "agent_id": agent_id, "at": at, "presence": presence, "cause": cause}
        await self._write(tables.presence_log.insert().values(values), ())

    async def presences(self) -> Mapping[str, str]:
        """Agent id -> the presence last known on this node."""
        table = tables.presence_log
        latest = sa.select(sa.func.max(table.c.id)).where(table.c.node == self._node).group_by(table.c.agent_id)
        found = await self._store.read(sa.select(table).where(table.c.id.in_(latest)))
        return {row["agent_id"]: row["presence"] for row in found}

    async def shadow_differed(
        self, call_id: str, at: datetime, live: str | None, shadow: str | None, reasons: Sequence[str]
    ) -> None:
        values = {"call_id": call_id, "at": at, "live_agent": live, "shadow_agent": shadow, "reasons": list(reasons)}
        await self._write(tables.shadow_differences.insert().values(values), ())

    async def _write(self, statement: sa.UpdateBase, events: Sequence[Event]) -> None:
        await self._store.write(statement, events)


def _of(table: sa.Table, call_id: str, agent_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.call_id == call_id, table.c.agent_id == agent_id)
