"""Lays a dialogue out in time: turns with their milliseconds, and what an ear would hear on both channels."""

from __future__ import annotations

from dataclasses import dataclass, field

from voicebot.qa.material import Span
from voicebot.qa.measuring.ear import HeardSide
from voicebot.qa.measuring.measures import characters
from voicebot.qa.measuring.recording import Heard
from voicebot.qa.measuring.spans import joined
from voicebot.store.records import TurnRecord, TurnRole

_LEVEL_DBFS = -24.0
_LEAST_MS = 300


@dataclass(slots=True)
class Timeline:
    """Turns are added in order; each begins after, or within, the one before."""

    call_id: str
    pace: float = 230.0
    """Characters a minute of ours."""
    turns: list[TurnRecord] = field(default_factory=list)
    music: list[Span] = field(default_factory=list)
    _now_ms: int = 300

    def say(
        self,
        role: TurnRole,
        text: str,
        *,
        after_ms: int = 600,
        spoken_ms: int | None = None,
        intent: str | None = None,
        confidence: float = 0.95,
    ) -> TurnRecord:
        """after_ms: since the end of all that was said; below 0 it begins while the other still speaks."""
        pace = self.pace if role != "caller" else 230.0
        start = max(0, self._now_ms + after_ms)
        length = spoken_ms or max(_LEAST_MS, round(60_000 * characters(text) / pace))
        turn = TurnRecord(
            self.call_id,
            len(self.turns),
            role,
            text,
            start,
            start + length,
            intent=intent,
            intent_confidence=0.95 if intent else None,
            asr_confidence=confidence if role != "assistant" else None,
        )
        self.turns.append(turn)
        self._now_ms = max(self._now_ms, turn.ended_ms)
        return turn

    def play_music(self, length_ms: int) -> None:
        self.music.append(Span(self._now_ms + 200, self._now_ms + 200 + length_ms))
        self._now_ms += 200 + length_ms

    @property
    def length_ms(self) -> int:
        return self._now_ms + 1_000

    def heard(self) -> Heard:
        caller = joined(Span(turn.started_ms, turn.ended_ms) for turn in self.turns if turn.role == "caller")
        ours = joined(Span(turn.started_ms, turn.ended_ms) for turn in self.turns if turn.role != "caller")
        return Heard(
            self.length_ms,
            HeardSide(tuple(caller), (), _LEVEL_DBFS),
            HeardSide(tuple(ours), tuple(self.music), _LEVEL_DBFS),
        )
