"""What one call leaves behind: its row, its turns and the events about them, written as they happen."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from voicebot.call.party import Said
from voicebot.dialogue.types import Reply, Understood
from voicebot.events import (
    CallAnswered,
    CallEnded,
    CallStarted,
    RecordingPaused,
    RecordingResumed,
    ReplyStarted,
    TurnFinished,
)
from voicebot.privacy.redaction import CallRedaction, is_kept, shown
from voicebot.store.ordered_writes import OrderedWrites, Write
from voicebot.store.recording_gaps import RecordingGaps
from voicebot.store.records import CallRecord, TurnRecord, TurnRole
from voicebot.store.store import Store

SOON_S: Final = 0.5
"""A caller hears nothing meanwhile."""


@dataclass(frozen=True, slots=True)
class CallerTurn:
    """A finished turn of the caller. Times in seconds since the answer."""

    seq: int
    """Its place in the call, taken with `next_place` before anything is said to it."""
    understood: Understood
    raw_text: str
    language: str
    started_s: float
    ended_s: float
    dialect: Mapping[str, Any] = field(default_factory=dict)
    """What is believed after it; see `caller_dialect.kept`."""


def now() -> datetime:
    return datetime.now(UTC)


class CallLog:
    """Writes one call's record, in order. Every method returns once its row is committed.

    When the store is away (restarted, locked, disk full), the caller waits for it `SOON_S` once and then no more: what
    could not be written waits here until the store is back. The end of the call waits for all of it.
    """

    def __init__(self, store: Store, call: CallRecord) -> None:
        self._store = store
        self._writes = OrderedWrites()
        self._late = False
        """Whether the store was away when last it was waited for."""
        self._call = call
        self._answered_at: datetime | None = None
        self._next_place = 0
        self._redaction = CallRedaction()
        self._gaps = RecordingGaps(store)
        self._pauses: list[tuple[int, int | None]] = []
        """When nothing that was said is kept, in milliseconds since the answer; the last one may be going on."""

    @property
    def call(self) -> CallRecord:
        return self._call

    async def opened(self) -> None:
        """Raises StoreError: without a store no call is taken."""
        call = self._call
        started = CallStarted(
            call.id,
            call.started_at,
            call.direction,
            call.caller_number,
            call.called_number,
            call.caller_label,
            call.region_province,
            call.region_city,
            call.dialect_prior,
        )
        await self._store.open_call(call, events=[started])

    async def answered(self, recording_path: str | None) -> None:
        self._answered_at = now()
        self._call = replace(self._call, answered_at=self._answered_at, recording_path=recording_path)
        event = CallAnswered(self._call.id, self._answered_at)
        write = self._store.answer_call
        await self._write(
            partial(write, self._call.id, self._answered_at, recording_path=recording_path, events=[event])
        )

    def next_place(self) -> int:
        """The number of the next turn; each call takes one."""
        place = self._next_place
        self._next_place += 1
        return place

    def caller_turn(self, turn: CallerTurn, reply: Reply) -> TurnRecord:
        """What the caller said, with what was understood; to be stored with the reply to it, before that is spoken."""
        said = turn.understood
        return TurnRecord(
            call_id=self._call.id,
            seq=turn.seq,
            role="caller",
            text=said.text,
            raw_text=turn.raw_text,
            started_ms=round(turn.started_s * 1000),
            ended_ms=round(turn.ended_s * 1000),
            language=turn.language,
            intent=reply.intent or said.intent.name,
            intent_confidence=said.intent.confidence,
            emotion=said.emotion,
            slots=dict(reply.slots),
            asr_confidence=said.asr_confidence,
            detail={
                "classified": said.intent.name,
                "actions": [f"{action.tool}: {action.outcome}" for action in reply.actions],
                **({"routing": reply.routing} if reply.routing else {}),
                **({"dialect": dict(turn.dialect)} if turn.dialect else {}),
            },
        )

    def caller_keys(self, digits: str, reply: Reply, *, at_s: float) -> TurnRecord:
        """A number pressed on the keypad; to be stored with the reply to it."""
        at_ms = round(at_s * 1000)
        return TurnRecord(
            call_id=self._call.id,
            seq=self.next_place(),
            role="caller",
            text=digits,
            started_ms=at_ms,
            ended_ms=at_ms,
            intent=reply.intent or None,
            slots=dict(reply.slots),
            detail={"keypad": True},
        )

    async def said_to_a_human(self, said: Said, role: TurnRole, dialect: Mapping[str, Any] | None = None) -> None:
        """A turn of the caller's or of an agent's, while the two talk. dialect: as in `CallerTurn`."""
        heard = said.heard
        if (understood := heard.understood) is None:
            return
        turn = TurnRecord(
            call_id=self._call.id,
            seq=self.next_place(),
            role=role,
            text=understood.text,
            raw_text=heard.raw_text,
            started_ms=round(said.started_s * 1000),
            ended_ms=round(said.ended_s * 1000),
            language=heard.language,
            intent=understood.intent.name,
            intent_confidence=understood.intent.confidence,
            emotion=understood.emotion,
            asr_confidence=understood.asr_confidence,
            detail={"dialect": dict(dialect)} if dialect else {},
        )
        await self._add(turn)

    async def said(self, turn: TurnRecord) -> None:
        """A turn of the caller that nobody will answer any more."""
        await self._add(turn)

    async def reply(self, reply: Reply, *, to: TurnRecord | None, at_s: float) -> TurnRecord:
        """What the assistant is about to say, together with what it answers."""
        at_ms = round(at_s * 1000)
        record = TurnRecord(
            call_id=self._call.id,
            seq=self.next_place(),
            role="assistant",
            text=reply.text,
            started_ms=at_ms,
            ended_ms=at_ms,
            language=reply.language,
            intent=reply.intent or None,
            slots=dict(reply.slots),
        )
        return (await self._add(*([to] if to else []), record))[-1]

    async def reply_started(self, turn: TurnRecord, *, at_s: float, latency_ms: int | None) -> TurnRecord:
        """Its first sample was sent. latency_ms: since the end of the caller's speech."""
        turn = replace(turn, started_ms=round(at_s * 1000), reply_latency_ms=latency_ms)
        event = ReplyStarted(turn.call_id, now(), turn.seq, shown(turn).text, latency_ms)
        await self._write(partial(self._store.update_turn, turn, events=[event]))
        return turn

    async def reply_ended(self, turn: TurnRecord, *, at_s: float, heard: str) -> TurnRecord:
        """It was played to its end, or the caller cut it short."""
        turn = replace(turn, ended_ms=round(at_s * 1000), heard_text=self._redaction.part(turn, heard))
        await self._write(partial(self._store.update_turn, turn))
        return turn

    async def ended(self, *, outcome: str, end_reason: str, language: str | None, quality: Mapping[str, Any]) -> None:
        ended_at = now()
        since = self._answered_at or self._call.started_at
        ended = CallEnded(
            self._call.id,
            ended_at,
            outcome,
            end_reason,
            round((ended_at - since).total_seconds(), 3),
            self._call.recording_path,
        )
        await self._writes.put(
            partial(
                self._store.end_call,
                self._call.id,
                ended_at,
                outcome=outcome,
                end_reason=end_reason,
                language=language,
                quality=dict(quality),
                events=[ended],
            )
        )

    def so_far(self, stable: str, unstable: str) -> tuple[str, str]:
        """What the caller has said so far, as it may be told while they are speaking."""
        paused = bool(self._pauses) and self._pauses[-1][1] is None
        return ("", "") if paused else self._redaction.partial(stable, unstable)

    def is_off_the_record(self, said: Said) -> bool:
        """Whether some of it was said while nothing is kept: by whoever helps the agent, neither."""
        return self._in_a_pause(round(said.started_s * 1000), round(said.ended_s * 1000))

    async def recording_paused(self, by: str, *, at_s: float) -> None:
        """Nothing that is said from here on is kept. by: "flow", or an agent's id."""
        at_ms = round(at_s * 1000)
        self._pauses.append((at_ms, None))
        event = RecordingPaused(self._call.id, now(), by, at_ms)
        await self._write(partial(self._gaps.begin, self._call.id, at_ms, by, events=[event]))

    async def recording_resumed(self, by: str, *, at_s: float) -> None:
        at_ms = round(at_s * 1000)
        self._pauses[-1] = (self._pauses[-1][0], at_ms)
        event = RecordingResumed(self._call.id, now(), by, at_ms)
        await self._write(partial(self._gaps.end, self._call.id, at_ms, events=[event]))

    async def _add(self, *turns: TurnRecord) -> list[TurnRecord]:
        """Stores turns without what may never be kept; returns them as they were stored."""
        stored: list[TurnRecord] = []
        for turn in turns:
            kept, earlier = self._redaction.stored(turn, private=self._is_private(turn))
            stored.append(kept)
            await asyncio.sleep(0)  # looking through a turn takes a millisecond: other calls come in between
            for before in earlier:
                await self._write(partial(self._store.update_turn, before))
        events = [_finished(shown(turn)) for turn in stored]
        believed = [turn.detail["dialect"]["likeliest"] for turn in stored if "dialect" in turn.detail]
        dialects = believed[-1] if believed else None
        await self._write(partial(self._store.add_turn, *stored, events=events, dialects=dialects))
        return stored

    def _is_private(self, turn: TurnRecord) -> bool:
        """Whether some of it was said while nothing is kept. Our own questions are no secret."""
        return turn.role != "assistant" and self._in_a_pause(turn.started_ms, turn.ended_ms)

    def _in_a_pause(self, started_ms: int, ended_ms: int) -> bool:
        return any(begin < ended_ms and (end is None or started_ms <= end) for begin, end in self._pauses)

    async def _write(self, write: Write) -> None:
        late = self._late and len(self._writes) > 0
        done = self._writes.put(write)
        if late:
            return
        await asyncio.wait({done}, timeout=SOON_S)
        self._late = not done.done()
        if not self._late:
            done.result()


def _finished(turn: TurnRecord) -> TurnFinished:
    """turn: as people see it by default, for who listens to events is not known here."""
    believed = turn.detail.get("dialect", {})
    return TurnFinished(
        turn.call_id,
        now(),
        turn.seq,
        turn.role,
        turn.text,
        turn.language,
        turn.intent,
        turn.intent_confidence,
        turn.emotion,
        turn.slots,
        believed.get("likeliest", {}),
        believed.get("requested"),
        tuple(believed.get("reasons", ())),
        turn.started_ms,
        is_kept(turn),
    )
