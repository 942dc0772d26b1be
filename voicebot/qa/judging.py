"""How items that no rule can decide are judged: by a trained model or a language model, behind one protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from voicebot.qa.material import Answer, CallMaterial, Evidence, VerdictSource


@dataclass(frozen=True, slots=True)
class JudgedItem:
    """An item of a scorecard that is judged."""

    name: str
    """The item's name in the scorecard."""
    title: str
    judge: str
    """What is to be judged: empathy, resolution, correctness, emotion_course, ..."""
    question: str = ""
    """The item's own question, for a judge that can read."""


@dataclass(frozen=True, slots=True)
class Judgement:
    answer: Answer
    confidence: float
    """0..1. Under the item's threshold the answer is for a person, and is not scored."""
    evidence: tuple[Evidence, ...] = ()
    source: VerdictSource = "model"
    reason: str = ""


class ItemJudge(Protocol):
    """Judges items of a call. Blocking: it runs on a thread or in a process of its own."""

    def can_judge(self, item: JudgedItem) -> bool: ...

    def judge(self, material: CallMaterial, items: Sequence[JudgedItem]) -> Mapping[str, Judgement]:
        """By the items' names. What it cannot tell is missing or `unsure`; it does not raise for what a call holds."""
