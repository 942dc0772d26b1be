"""What a call was scored with one scorecard: a total or why there is none, and every item's verdict."""

from __future__ import annotations

from dataclasses import dataclass

from voicebot.qa.material import Verdict


@dataclass(frozen=True, slots=True)
class DimensionScore:
    name: str
    title: str
    score: float | None
    """0..100; None where no item of it was decided."""
    apart: bool


@dataclass(frozen=True, slots=True)
class ScoreResult:
    """Scores are 0..100 and count decided items only, by their weights."""

    call_id: str
    scorecard: str
    version: str
    scorecard_hash: str
    total: float | None
    """0 when a fatal item failed; None when the call is not scorable."""
    without_veto: float | None
    """The total as if no item were fatal."""
    compliance: float | None
    """Of the dimensions that are kept apart."""
    fatal: tuple[str, ...] = ()
    """Fatal items that failed."""
    decided: float = 0.0
    """Share of the weight of all applicable items that could be decided, 0..1."""
    dimensions: tuple[DimensionScore, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    not_scorable: str = ""
    """Why there is no total; "" where there is one."""

    @property
    def for_a_person(self) -> tuple[str, ...]:
        """Items that a person has to decide."""
        return tuple(verdict.item for verdict in self.verdicts if verdict.answer == "unsure")
