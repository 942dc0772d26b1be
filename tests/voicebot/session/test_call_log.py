"""A store that is away in mid-call delays the call's record and loses nothing of it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from voicebot.call_log import CallerTurn, CallLog
from voicebot.dialogue.types import IntentGuess, Reply, Segment, Understood
from voicebot.store.records import CallRecord
from voicebot.store.store import Store


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Somebody else holds the database for writing."""
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def test_turns_of_a_locked_database_are_written_once_it_is_free(tmp_path: Path) -> None:
    database = tmp_path / "calls.db"
    reply = Reply((Segment("好的。", "好的。"),), "cmn", intent="invoice")
    async with Store(f"sqlite:///{database}", patience_s=0.2) as store:
        log = CallLog(store, CallRecord("call", "leg", "inbound", "+8613800138000", "service", datetime.now(UTC)))
        await log.opened()
        await log.answered(None)
        said = CallerTurn(log.next_place(), Understood("开发票", IntentGuess("invoice", 0.9)), "开发票", "zh", 1.0, 2.0)
        with locked(database):
            assistant = await log.reply(reply, to=log.caller_turn(said, reply), at_s=2.5)
        await log.reply_started(assistant, at_s=2.6, latency_ms=600)
        await log.ended(outcome="resolved", end_reason="remote_hangup", language="cmn", quality={})
        assert [(turn.seq, turn.text) for turn in await store.turns("call")] == [(0, "开发票"), (1, "好的。")]
        assert (await store.turns("call"))[1].reply_latency_ms == 600
        names = [event.topic.rsplit("/", 1)[1] for event in await store.pending_events()]
        assert names == [
            "call_started", "call_answered", "turn_finished", "turn_finished", "reply_started", "call_ended",
        ]  # fmt: skip
