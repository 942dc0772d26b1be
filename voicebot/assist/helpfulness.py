"""What agents made of prompts so far: how likely one from this source is to help again.

Each source's share of accepted prompts is drawn towards that of its kind, and the kind's towards one half, so that
one click decides nothing and many do (the mean of a beta distribution at both levels).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from voicebot.assist.whisper_prompt import PromptKind

KIND_PRIOR: Final = 20.0
"""Clicks on prompts of a kind that weigh as much as the assumption that every other one helps."""
SOURCE_PRIOR: Final = 4.0
"""The same for one source against its kind."""
SUREST: Final = 0.95
"""No relevance is taken for surer than this: the best match of words is no proof that it helps, and many agents who
dismissed it have the last word."""


@dataclass(frozen=True, slots=True)
class HelpCount:
    """How often prompts from one source were accepted and dismissed. A row to be stored."""

    kind: PromptKind
    source: str
    accepted: float = 0.0
    dismissed: float = 0.0


class Helpfulness:
    """Learns from agents' clicks; shared by all calls of a process. What nobody clicked on says nothing."""

    def __init__(self, counts: Iterable[HelpCount] = ()) -> None:
        self._sources: dict[tuple[PromptKind, str], HelpCount] = {}
        self._kinds: dict[PromptKind, HelpCount] = {}
        for count in counts:
            self._add(count)

    def learn(self, kind: PromptKind, source: str, *, helped: bool) -> None:
        self._add(HelpCount(kind, source, float(helped), float(not helped)))

    def of(self, kind: PromptKind, source: str) -> float:
        """Probability, strictly between 0 and 1, that the next prompt from `source` helps."""
        usual = _mean(self._kinds.get(kind), 0.5, KIND_PRIOR)
        return _mean(self._sources.get((kind, source)), usual, SOURCE_PRIOR)

    def weighed(self, kind: PromptKind, source: str, score: float) -> float:
        """A relevance score with what is known of its source: unchanged at one half, by Bayes' rule otherwise."""
        score = min(max(score, 1 - SUREST), SUREST)
        return 1 / (1 + math.exp(-_logit(score) - _logit(self.of(kind, source))))

    def counts(self) -> tuple[HelpCount, ...]:
        """To be stored, and handed to the next process."""
        return tuple(self._sources.values())

    def _add(self, count: HelpCount) -> None:
        key = count.kind, count.source
        self._sources[key] = _sum(self._sources.get(key, HelpCount(*key)), count)
        self._kinds[count.kind] = _sum(self._kinds.get(count.kind, HelpCount(count.kind, "")), count)


def _sum(one: HelpCount, other: HelpCount) -> HelpCount:
    return HelpCount(one.kind, one.source, one.accepted + other.accepted, one.dismissed + other.dismissed)


def _mean(count: HelpCount | None, usual: float, prior: float) -> float:
    accepted, dismissed = (count.accepted, count.dismissed) if count else (0.0, 0.0)
    return (prior * usual + accepted) / (prior + accepted + dismissed)


def _logit(probability: float) -> float:
    return math.log(probability / (1 - probability))
