"""Records for tests, each with only what a test cares about spelled out."""

from datetime import UTC, datetime

from voicebot.store.records import CallRecord, TurnRecord

NOON = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)


def a_call(call_id: str = "call-1", **fields: object) -> CallRecord:
    given = {
        "leg_id": f"leg-{call_id}",
        "direction": "inbound",
        "caller_number": "+8613800138000",
        "called_number": "4008008820",
        "started_at": NOON,
    }
    return CallRecord(id=call_id, **(given | fields))  # type: ignore[arg-type]


def a_turn(seq: int = 0, call_id: str = "call-1", **fields: object) -> TurnRecord:
    given = {
        "role": "caller",
        "text": "我想查一下订单",
        "started_ms": 1000 * seq,
        "ended_ms": 1000 * seq + 900,
    }
    return TurnRecord(call_id=call_id, seq=seq, **(given | fields))  # type: ignore[arg-type]
