"""The judges that need nothing but this package: small models, each with its limits in its own file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from voicebot.qa.judges.correctness import CORRECTNESS, judge_correctness
from voicebot.qa.judges.empathy import judge_empathy
from voicebot.qa.judges.mood import judge_mood
from voicebot.qa.judges.resolution import judge_resolution
from voicebot.qa.judging import JudgedItem, Judgement
from voicebot.qa.material import CallMaterial

_JUDGES: Final[Mapping[str, Callable[[CallMaterial], Judgement]]] = {
    "emotion_course": judge_mood,
    "empathy": judge_empathy,
    "resolution": judge_resolution,
    CORRECTNESS: judge_correctness,
}


class SmallJudges:
    """An ItemJudge. Some milliseconds a call."""

    def can_judge(self, item: JudgedItem) -> bool:
        return item.judge in _JUDGES

    def judge(self, material: CallMaterial, items: Sequence[JudgedItem]) -> Mapping[str, Judgement]:
        return {item.name: _JUDGES[item.judge](material) for item in items if self.can_judge(item)}
