"""After an agent's part of a call: how it could be closed, and the tasks that its promises become."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

from voicebot.agent_events import WrapUpSuggested
from voicebot.assist.packet import HandoverPacket
from voicebot.assist.promises import promise_words
from voicebot.assist.wrapup import dispositions, wrap_up
from voicebot.events import TaskCreated
from voicebot.floor.services import FloorServices
from voicebot.privacy.redaction import without_secrets
from voicebot.store.floor_records import WrapUpRecord
from voicebot.store.records import TaskRecord
from voicebot.store.store import Store


class Closing:
    """Suggests, stores, and takes the agent's own word instead."""

    def __init__(self, store: Store, services: FloorServices) -> None:
        self._store = store
        self._services = services

    def suggest(self, packet: HandoverPacket, agent_id: str, now: datetime) -> None:
        """packet: with this agent's part. What is suggested holds unless the agent says otherwise."""
        found = wrap_up(packet, "agent", now=now, choices=dispositions(), words=promise_words())
        record = WrapUpRecord(
            packet.call_id, agent_id, now, found.disposition, found.title, found.reason, found.summary
        )
        self._services.log.put(partial(self._services.store.wrapped_up, record))
        for task in found.follow_ups:
            self._services.log.put(partial(self._add_task, task, now))
        self._services.tell(
            WrapUpSuggested(
                agent_id=agent_id,
                at=now,
                call_id=packet.call_id,
                disposition=found.disposition,
                title=found.title,
                reason=found.reason,
                summary=found.summary,
                alternatives=found.alternatives,
                follow_ups=tuple(task.summary for task in found.follow_ups),
            )
        )

    async def confirm(
        self, call_id: str, agent_id: str, now: datetime, *, disposition: str, summary: str, note: str
    ) -> bool:
        """The agent's word. False when this agent did not have the call, or there is no such disposition."""
        suggested = next(
            (one for one in await self._services.store.wrap_ups(call_id) if one.agent_id == agent_id), None
        )
        chosen = next((one for one in dispositions().disposition if one.code == disposition), None)
        if suggested is None or chosen is None:
            return False
        record = replace(
            suggested,
            at=now,
            disposition=chosen.code,
            title=chosen.title,
            summary=without_secrets(summary) or suggested.summary,
            note=without_secrets(note),
            confirmed=True,
        )
        await self._services.store.wrapped_up(record)
        return True

    async def _add_task(self, task: TaskRecord, now: datetime) -> None:
        """Ids of promises are the same each time: a task that is there already is left alone."""
        if task.call_id is None or any(one.id == task.id for one in await self._store.tasks(call_id=task.call_id)):
            return
        event = TaskCreated(task.call_id, now, task.id, task.kind, task.summary, task.due_at)
        await self._store.add_task(task, events=[event])
