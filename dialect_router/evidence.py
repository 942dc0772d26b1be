"""Which dialect a caller speaks: the number's prior and what was heard since, added up in log-odds, with reasons.

Every piece of evidence says how many times likelier it is from a speaker of one dialect than from another. Pieces of
the same source are not independent (the same caller, the same recogniser), so what a source says ends at a limit;
only several sources together make certain. Everything is a sum over the whole call, so the order in which evidence
comes does not matter.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final

from dialect_router.dialects import DialectPrior, dialects
from dialect_router.tables import evidence_reasons

SURE: Final = 0.75
"""Probability from which a belief counts as settled: three callers in four."""

LIMITS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "words": math.log(300),  # several dialect words settle it against a number from another province
        "language": math.log(40),
        "classifier": math.log(20),  # hears one voice throughout, and errs about it in one way
        "record": math.log(10),
        "earlier_calls": math.log(8),
    }
)
"""Source -> the most that all its evidence of one call may say for one dialect, in log-odds. Judged, not measured:
there were no labelled calls of many dialects to measure it on."""
OTHER_LIMIT: Final = math.log(5)
"""For a source that is not in the table."""

NOBODY_EXCLUDED: Final = 0.002
"""Least prior of any dialect: one caller in five hundred speaks what no table expects from that number."""

MOST_REASONS: Final = 8
"""Reasons kept beside the number's and the request's, the strongest ones."""


@dataclass(frozen=True, slots=True)
class DialectEvidence:
    """One observation.

    log_odds: tag -> natural logarithm of how many times likelier the observation is from a speaker of that dialect
    than from a speaker of a dialect that is not named. reason: for people to read.
    """

    source: str
    log_odds: Mapping[str, float]
    reason: str

    @property
    def strength(self) -> float:
        """How far apart it puts the dialect it favours most from the one it favours least, in log-odds."""
        said = (0.0, *self.log_odds.values())
        return max(said) - min(said)


@dataclass(frozen=True, slots=True)
class DialectBelief:
    """What is believed about a caller's dialect now.

    probabilities: every dialect of the table, likeliest first, summing to 1: what the caller is believed to speak.
    requested: the dialect that the caller asked for. It is what the caller gets, whatever is believed.
    reasons: the request first, then the number, then what was heard, strongest first.
    """

    probabilities: Mapping[str, float]
    reasons: tuple[str, ...]
    requested: str | None = None

    def top(self) -> str:
        """The dialect to serve the caller in: the one asked for, else the likeliest."""
        return self.requested or next(iter(self.probabilities))

    def share(self, tag_or_group: str) -> float:
        """Probability of a dialect, or of all dialects of a group. 0 for a name that is neither."""
        named = dialects()
        if tag_or_group in named:
            return self.probabilities.get(tag_or_group, 0.0)
        return math.fsum(p for tag, p in self.probabilities.items() if named[tag].group == tag_or_group)

    def sure(self, tag_or_group: str, at_least: float = SURE) -> bool:
        """Whether the dialect or group is certain enough to act on without asking. A request is certain."""
        if self.requested is not None:
            return tag_or_group in (self.requested, dialects()[self.requested].group)
        return self.share(tag_or_group) >= at_least


def fuse(prior: DialectPrior, evidence: Sequence[DialectEvidence], requested: str | None = None) -> DialectBelief:
    """The belief from the number's prior and all evidence of the call, in any order.

    A source adds up until it reaches its limit; from there its sums are scaled down together, so that it goes on
    telling dialects apart. requested: tag that the caller asked for last; ValueError for one not in the table.
    """
    if requested is not None and requested not in dialects():
        raise ValueError(f"requested dialect {requested!r} is not in dialects.csv; use one of {', '.join(dialects())}")
    scores = {tag: math.log(max(prior.probabilities.get(tag, 0.0), NOBODY_EXCLUDED)) for tag in dialects()}
    for said in _by_source(evidence):
        scores = {tag: score + said.get(tag, 0.0) for tag, score in scores.items()}
    highest = max(scores.values())
    weights = {tag: math.exp(score - highest) for tag, score in scores.items()}
    total = math.fsum(weights.values())
    likeliest_first = sorted(weights, key=lambda tag: (-weights[tag], tag))
    probabilities = MappingProxyType({tag: weights[tag] / total for tag in likeliest_first})
    return DialectBelief(probabilities, _reasons(prior, evidence, requested), requested)


@dataclass(frozen=True)
class HeardDialect:
    """What is known of one caller's dialect so far in the call; a new one after each turn."""

    prior: DialectPrior
    evidence: tuple[DialectEvidence, ...] = ()
    requested: str | None = None

    def after(self, evidence: Iterable[DialectEvidence | None], requested: str | None = None) -> "HeardDialect":
        """With one turn's evidence (None: that source had nothing to say). A new request replaces an earlier one."""
        heard = tuple(piece for piece in evidence if piece is not None)
        return HeardDialect(self.prior, self.evidence + heard, requested or self.requested)

    @cached_property
    def belief(self) -> DialectBelief:
        """The posterior."""
        return fuse(self.prior, self.evidence, self.requested)


def names(tags: Iterable[str]) -> str:
    """Chinese names of dialects for a reason."""
    return "、".join(dialects()[tag].name_zh for tag in tags)


def limited(log_odds: Mapping[str, float], limit: float) -> Mapping[str, float]:
    """All scaled by one factor so that none lies beyond the limit on either side; unchanged where none does."""
    most = max((abs(said) for said in log_odds.values()), default=0.0)
    return log_odds if most <= limit else {tag: said * limit / most for tag, said in log_odds.items()}


def _by_source(evidence: Sequence[DialectEvidence]) -> list[Mapping[str, float]]:
    """What each source says over the whole call, in the order of the sources' names; exact sums, so in any order."""
    said: dict[str, dict[str, list[float]]] = {}
    for piece in evidence:
        for tag, log_odds in piece.log_odds.items():
            said.setdefault(piece.source, {}).setdefault(tag, []).append(log_odds)
    return [
        limited({tag: math.fsum(said[source][tag]) for tag in said[source]}, LIMITS.get(source, OTHER_LIMIT))
        for source in sorted(said)
    ]


def _subject(piece: DialectEvidence) -> tuple[str, str]:
    """What two sentences about the same have in common."""
    if piece.source == "words":
        return piece.source, piece.reason
    favoured = max(piece.log_odds, key=lambda tag: (piece.log_odds[tag], tag), default="")
    return piece.source, favoured if favoured and piece.log_odds[favoured] > 0 else ""


def _reasons(prior: DialectPrior, evidence: Sequence[DialectEvidence], requested: str | None) -> tuple[str, ...]:
    """In an order that does not depend on the order of the evidence. What a source said turn after turn is told once,
    as it said it most strongly; words are other ones each time."""
    strongest = {_subject(piece): piece for piece in sorted(evidence, key=lambda piece: (piece.strength, piece.reason))}
    ranked = sorted(strongest.values(), key=lambda piece: (-piece.strength, piece.reason))
    heard = list(dict.fromkeys(piece.reason for piece in ranked))[:MOST_REASONS]
    asked = () if requested is None else (evidence_reasons()["requested"].format(dialects=names([requested])),)
    return (*asked, prior.reason, *heard)
