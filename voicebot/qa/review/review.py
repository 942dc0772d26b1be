"""What a person says about a score: an answer about one item, or an agent's appeal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from voicebot.qa.material import Answer

AppealStatus = Literal["open", "upheld", "rejected"]


@dataclass(frozen=True, slots=True)
class Review:
    """What a person answered about an item, with what the system had said."""

    id: int
    call_id: str
    scorecard: str
    item: str
    answer: Answer
    reviewer: str
    comment: str
    reviewed_at: datetime
    sample_id: str | None
    blind: bool
    """The reviewer had not seen the verdict; it counts for calibration and changes no score."""
    machine_answer: Answer
    machine_confidence: float
    scorecard_hash: str

    @property
    def confirms(self) -> bool:
        return self.answer == self.machine_answer


@dataclass(frozen=True, slots=True)
class Appeal:
    """An agent does not agree with a verdict."""

    id: int
    call_id: str
    scorecard: str
    item: str
    agent_id: str
    reason: str
    appealed_at: datetime
    status: AppealStatus
    answered_by: str | None
    answered_at: datetime | None
    comment: str | None
