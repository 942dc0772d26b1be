"""Promised callbacks, kept: who takes one keeps the place in the queue, hung up. When an agent becomes free for that
place, the agent is rung and told, then the caller, and the two are joined.

The store is what remembers them, so a restart forgets none. One that is tried in vain often enough, or whose number may
not be dialled, is left to people: its task stays open, as it does for every callback where there is no trunk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import structlog

from dialect_router.callbacks import CallbackPolicy, Unreached
from dialect_router.queue import WaitingCall
from voicebot.assist.packet import HandoverPacket, Hop, PacketError, packet_from_fields, packet_to_json
from voicebot.floor.dialling import opened
from voicebot.floor.floor import NOT_TAKEN, Floor
from voicebot.floor.guest import Guest
from voicebot.floor.outgoing import MakeOutgoing, NotReached, Outgoing, OutsideLine
from voicebot.floor.services import FloorServices
from voicebot.floor.visitor import Visitor
from voicebot.store.callbacks import CallbackRecord, CallbackStore, DueCallback
from voicebot.store.floor_records import Fate
from voicebot.store.store import Store, StoreError
from voicebot.trunk.dialling import NotDialable

log = structlog.get_logger(__name__)

LOOK_EVERY_S: Final = 5.0
"""How soon it is seen that a callback is due again, or that a person has settled one."""
_STAYS: Final = NOT_TAKEN | {"left_in_whisper"}
"""Fates of an agent's part after which the next agent is rung."""


class Callbacks:
    """Of one floor."""

    def __init__(
        self,
        floor: Floor,
        services: FloorServices,
        store: Store,
        callbacks: CallbackStore,
        make: MakeOutgoing,
        *,
        policy: Callable[[], CallbackPolicy],
        open_now: Callable[[], bool],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._policy = policy
        self._floor = floor
        self._services = services
        self._store = store
        self._callbacks = callbacks
        self._make = make
        self._open_now = open_now
        self._now = now
        self._line: OutsideLine | None = None
        self._waiting: dict[str, _CallBack] = {}
        """By task: those that are on the floor."""
        self._woken = asyncio.Event()

    @property
    def policy(self) -> CallbackPolicy:
        """As the company has it now."""
        return self._policy()

    def promised(self, task_id: str, guest: Guest, *, waited_s: float) -> None:
        """A caller takes a callback. waited_s: for how long they have waited, which is their place."""
        if self._line is None:
            return
        wish = guest.wish
        promise = CallbackRecord(
            task_id=task_id,
            skill=wish.skill,
            dialects=dict(wish.dialects),
            requested_dialect=wish.requested_dialect,
            value=wish.value,
            emotion=wish.emotion,
            waiting_since=self._now() - timedelta(seconds=waited_s),
        )
        self._services.log.put(partial(self._keep, promise, guest))

    async def run(self, line: OutsideLine) -> None:
        """Until cancelled."""
        self._line = line
        while True:
            self._woken.clear()
            try:
                await self._look()
            except StoreError as error:
                log.error("callbacks_not_read", reason=str(error))
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._woken.wait()

    async def _keep(self, promise: CallbackRecord, guest: Guest) -> None:
        now, call_id = self._now(), guest.log.call.id
        packet = await guest.packet(Hop(now, "assistant"))
        await self._services.store.packet_handed(call_id, "callback", now, packet_to_json(packet))
        await self._callbacks.promised(promise)
        self._woken.set()

    async def _look(self) -> None:
        """Into the queue with those that are due, out of it with those that a person has settled, or whose caller has
        rung again: nobody is called back who is on the line, or was put through. No agent is rung for one while the
        trunk takes no calls from us."""
        rung_in = await self._callbacks.rung_in()
        for task_id in [task_id for task_id, met in rung_in.items() if met and not self._under_way(task_id)]:
            log.info("callback_met", task=task_id)
            await self._settle(task_id)
        assert self._line is not None
        found = await self._callbacks.due(self._now()) if self._line.closed is None else []
        due = {each.promise.task_id: each for each in found if each.promise.task_id not in rung_in}
        for task_id, waiting in list(self._waiting.items()):
            if task_id not in due and not waiting.under_way:
                self._floor.dismiss(waiting.call_id, "callback")
        for task_id, each in due.items() if self._open_now() else ():
            if task_id not in self._waiting:
                await self._enter(each)

    def _under_way(self, task_id: str) -> bool:
        waiting = self._waiting.get(task_id)
        return waiting is not None and waiting.under_way

    async def _enter(self, due: DueCallback) -> None:
        assert self._line is not None
        try:
            number = self._line.checked(due.number)
        except NotDialable as why:
            log.warning("callback_left_to_people", task=due.promise.task_id, reason=str(why))
            await self._callbacks.left_to_people(due.promise.task_id)
            return
        guest = await self._make(number, self._line.caller_id)
        errand = _CallBack(self, due.promise, guest, self._line)
        hop = Hop(self._now(), "assistant", how="callback")
        packet = await self._packet(due, guest, hop)
        visitor = Visitor(guest, self._in_place(due.promise, errand.call_id), hop, packet=packet, errand=errand)
        if self._floor.enter_absent(errand.call_id, visitor):
            self._waiting[due.promise.task_id] = errand
            log.info("callback_waits", task=due.promise.task_id, call=errand.call_id, tries=due.promise.tries)

    async def _packet(self, due: DueCallback, guest: Outgoing, hop: Hop) -> HandoverPacket | None:
        """What was known when it was promised; None where that is nowhere to be read."""
        kept = await self._services.store.packets(due.call_id) if due.call_id else []
        try:
            packet = packet_from_fields(kept[-1]) if kept else None
        except PacketError as error:
            log.warning("packet_not_readable", call=due.call_id, reason=str(error))
            return None
        return packet and replace(packet, call_id=guest.log.call.id, at=hop.at, hops=(*packet.hops, hop))

    def _in_place(self, promise: CallbackRecord, call_id: str) -> WaitingCall:
        waited_s = (self._now() - promise.waiting_since).total_seconds()
        return WaitingCall(
            call_id=call_id,
            entered_at=asyncio.get_running_loop().time() - waited_s,
            skill=promise.skill,
            dialects=promise.dialects,
            requested_dialect=promise.requested_dialect,
            value=promise.value,
            emotion=promise.emotion,
            kind="callback",
        )

    # What an errand reports

    def tried(self, promise: CallbackRecord, tries: int) -> None:
        """Counted before the phone rings: a crash must not make it ring for ever."""
        again_at = self._now() + timedelta(seconds=self.policy.again_s)
        self._services.log.put(partial(self._callbacks.tried, promise.task_id, tries, again_at))

    def kept(self, task_id: str) -> None:
        """The two talk."""
        self._waiting.pop(task_id, None)
        self._services.log.put(partial(self._settle, task_id))

    def not_kept(self, promise: CallbackRecord, guest: Outgoing, tries: int, outcome: Unreached | None) -> None:
        """outcome: None where the phone never rang, so that nothing was tried."""
        self._waiting.pop(promise.task_id, None)
        self._services.log.put(partial(guest.over, outcome or "not_dialled"))
        if outcome is None:
            return
        again_s = self.policy.again_in_s(outcome, tries)
        log.info("callback_not_kept", task=promise.task_id, tries=tries, outcome=outcome, again_in_s=again_s)
        if again_s is None:
            self._services.log.put(partial(self._callbacks.left_to_people, promise.task_id))
        else:
            again_at = self._now() + timedelta(seconds=again_s)
            self._services.log.put(partial(self._callbacks.tried, promise.task_id, tries, again_at))

    async def _settle(self, task_id: str) -> None:
        await self._store.set_task_status(task_id, "done")
        await self._callbacks.left_to_people(task_id)


class _CallBack:
    """An `Errand`: one promise on the floor."""

    def __init__(self, callbacks: Callbacks, promise: CallbackRecord, guest: Outgoing, line: OutsideLine) -> None:
        self.call_id = guest.log.call.id
        self.under_way = False
        """An agent is being rung, or the caller."""
        self._callbacks = callbacks
        self._promise = promise
        self._guest = guest
        self._line = line
        self._tries = promise.tries
        self._outcome: Unreached | None = None

    async def prepare(self) -> bool:
        self.under_way = await opened(self._guest)
        return self.under_way

    async def reach(self) -> None:
        self._tries += 1
        self._outcome = "hung_up"
        self._callbacks.tried(self._promise, self._tries)
        try:
            await self._guest.reach(self._line)
        except NotReached as why:
            self._outcome = why.outcome
            raise

    def on_joined(self) -> None:
        self._callbacks.kept(self._promise.task_id)

    def on_not_joined(self, fate: Fate) -> bool:
        self.under_way = False
        if fate in _STAYS and self._tries < self._callbacks.policy.tries:
            return True
        self._callbacks.not_kept(self._promise, self._guest, self._tries, self._outcome)
        return False
