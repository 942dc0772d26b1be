"""A judge that is asked once about each item of a call, as long as neither the item nor the call is changed.

For calibration, which looks at the same calls again after every blind answer: a language model takes seconds and money
for each of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from voicebot.qa.judging import ItemJudge, JudgedItem, Judgement
from voicebot.qa.material import CallMaterial

MOST: Final = 20_000
"""Judgements; the oldest are forgotten, and asked for again."""


class RememberedJudge:
    """An ItemJudge around another one. Used by one thread at a time."""

    def __init__(self, judge: ItemJudge) -> None:
        self._judge = judge
        self._known: dict[tuple[str, JudgedItem], tuple[CallMaterial, Judgement]] = {}

    def can_judge(self, item: JudgedItem) -> bool:
        return self._judge.can_judge(item)

    def judge(self, material: CallMaterial, items: Sequence[JudgedItem]) -> Mapping[str, Judgement]:
        """What the judge gave no answer to is asked again the next time."""
        known = {item: judgement for item in items if (judgement := self._of(material, item)) is not None}
        new = [item for item in items if item not in known]
        given = self._judge.judge(material, new) if new else {}
        for item in new:
            if item.name in given:
                self._keep(material, item, given[item.name])
        return {**{item.name: judgement for item, judgement in known.items()}, **given}

    def _of(self, material: CallMaterial, item: JudgedItem) -> Judgement | None:
        looked_at, judgement = self._known.get((material.call_id, item), (None, None))
        return judgement if looked_at == material else None

    def _keep(self, material: CallMaterial, item: JudgedItem, judgement: Judgement) -> None:
        self._known.pop((material.call_id, item), None)
        self._known[material.call_id, item] = material, judgement
        if len(self._known) > MOST:
            del self._known[next(iter(self._known))]
