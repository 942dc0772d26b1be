"""Calls for tests, written as lines: who, what, and when where it matters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from voicebot.qa.material import CallMaterial, ScoredTurn, SpeakerRole

NOON = datetime(2026, 11, 5, 4, 0, tzinfo=UTC)
SMALL_CARD = """title = "小评分表"
version = "3"
dimensions = { norm = { title = "规范" }, law = { title = "合规", apart = true } }

[conditions.greets]
title = "问候"
find = "words"
where = "first 1 turn"
phrases = ["您好"]

[conditions.swears]
title = "骂人"
find = "words"
phrases = ["骗子"]

[conditions.fast]
find = "speed"
above = 300

[conditions.angry]
find = "words"
by = "caller"
phrases = ["投诉"]

[conditions.sorry]
find = "words"
phrases = ["抱歉"]
sounds_alike = true

[[items]]
name = "opening"
dimension = "norm"
title = "开场白"
weight = 4
requires = "greets"

[[items]]
name = "swearing"
dimension = "law"
title = "辱骂"
weight = 2
fatal = true
forbids = "swears"

[[items]]
name = "speed"
dimension = "norm"
title = "语速"
weight = 2
forbids = "fast"

[[items]]
name = "empathy"
dimension = "norm"
title = "安抚"
weight = 4
when = "angry"
requires = "sorry"

[[items]]
name = "settled"
dimension = "norm"
title = "解决"
weight = 6
judge = "resolution"
"""

_WHO: dict[str, SpeakerRole] = {"C": "caller", "A": "agent", "B": "assistant"}
_PER_CHARACTER_MS = 200


def a_call(*lines: str, **fields: Any) -> CallMaterial:
    """`a_call("A 您好", "C 我要投诉")`; a line may begin with its second: `"12 A 请稍等"`."""
    turns: list[ScoredTurn] = []
    at_ms = 0
    for seq, line in enumerate(lines):
        first, rest = line.split(" ", 1)
        if first.isdigit():
            at_ms = 1000 * int(first)
            first, rest = rest.split(" ", 1)
        end_ms = at_ms + _PER_CHARACTER_MS * len(rest)
        turns.append(ScoredTurn(seq, _WHO[first], rest, at_ms, end_ms))
        at_ms = end_ms + 500
    given: dict[str, Any] = {
        "call_id": "call-1",
        "started_at": NOON,
        "answered_at": NOON,
        "ended_at": NOON + timedelta(milliseconds=max(60_000, at_ms)),
        "as_of": NOON + timedelta(hours=1),
        "kind": "human" if any(turn.role == "agent" for turn in turns) else "bot",
        "turns": tuple(turns),
    }
    return CallMaterial(**(given | fields))
