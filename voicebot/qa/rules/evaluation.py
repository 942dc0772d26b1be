"""What an expression comes to, given what its conditions came to: "and" is as sure as its weakest part, "or" as its
strongest, and what cannot be told stays in the middle (Kleene's logic, by degrees)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from voicebot.qa.rules.hits import NO_TURN, UNKNOWN, Finding, Hit
from voicebot.qa.rules.talk import Talk
from voicebot.qa.scorecard.expressions import All, AnyOf, Distance, Expression, Name, Not, Relation


def evaluate(expression: Expression, finding_of: Callable[[str], Finding], talk: Talk) -> Finding:
    """finding_of: what a condition came to, by its name."""
    match expression:
        case Name(name):
            return finding_of(name)
        case Not(of):
            inner = evaluate(of, finding_of, talk)
            return replace(inner, degree=1 - inner.degree)
        case All(parts):
            found = [evaluate(part, finding_of, talk) for part in parts]
            return _together(found, min(found, key=lambda each: each.degree))
        case AnyOf(parts):
            found = [evaluate(part, finding_of, talk) for part in parts]
            return _together(found, max(found, key=lambda each: each.degree))
        case Relation():
            left, right = (evaluate(side, finding_of, talk) for side in (expression.left, expression.right))
            return _related(expression, left, right, talk)


def _together(findings: Sequence[Finding], decisive: Finding) -> Finding:
    same = [each for each in findings if each.holds == decisive.holds]
    hits = tuple(hit for each in same for hit in each.hits)
    partners = tuple(hit for each in same for hit in each.partners)
    return replace(decisive, hits=hits, partners=partners)


def _related(relation: Relation, left: Finding, right: Finding, talk: Talk) -> Finding:
    """The places of the left side that stand in the relation to one of the right, or to none."""
    if not left.holds or not left.hits:
        return left
    if not right.hits and right.degree == UNKNOWN:
        return replace(left, degree=UNKNOWN, reason=right.reason)
    partners = right.hits if right.holds else ()
    degrees = [_degree(relation, hit, partners, right.degree, talk) for hit in left.hits]
    best = max(degrees)
    if best <= UNKNOWN:
        return replace(left, degree=best)
    hits = tuple(hit for hit, degree in zip(left.hits, degrees, strict=True) if degree > UNKNOWN)
    with_them = () if relation.missing else _partners(relation, hits, partners, talk)
    return replace(left, degree=min(left.degree, best), hits=hits, partners=with_them)


def _partners(relation: Relation, hits: Sequence[Hit], others: Sequence[Hit], talk: Talk) -> tuple[Hit, ...]:
    """The first one of each hit."""
    firsts = (next((other for other in others if _stands(relation, hit, other, talk)), None) for hit in hits)
    return tuple(dict.fromkeys(other for other in firsts if other is not None))


def _degree(relation: Relation, hit: Hit, partners: Sequence[Hit], absence: float, talk: Talk) -> float:
    """absence: the degree to which a partner may be there though none was found."""
    there = max(
        (other.confidence for other in partners if _stands(relation, hit, other, talk)),
        default=min(absence, UNKNOWN) if not partners else 0.0,
    )
    return min(hit.confidence, 1 - there if relation.missing else there)


def _stands(relation: Relation, hit: Hit, other: Hit, talk: Talk) -> bool:
    if hit is other or (hit.turn, hit.start, hit.end, hit.started_ms) == (
        other.turn, other.start, other.end, other.started_ms,
    ):  # fmt: skip
        return False
    earlier = _is_before(hit, other)
    if relation.order == "before" and not earlier:
        return False
    if relation.order == "after" and not _is_before(other, hit):
        return False
    return relation.within is None or _distance(hit, other, relation.within, talk) <= relation.within.most


def _is_before(one: Hit, other: Hit) -> bool:
    """By the order of the turns where both are words, for clocks may be wrong; by time otherwise."""
    if NO_TURN not in (one.turn, other.turn):
        return (one.turn, one.end) <= (other.turn, other.start)
    return one.started_ms <= other.started_ms


def _distance(one: Hit, other: Hit, within: Distance, talk: Talk) -> float:
    if within.unit == "s":
        first, second = sorted((one, other), key=lambda hit: (hit.started_ms, hit.ended_ms))
        return max(0, second.started_ms - first.ended_ms) / 1000
    turns = [hit.turn if hit.turn != NO_TURN else talk.turn_at(hit.started_ms) for hit in (one, other)]
    if within.unit == "turns":
        return abs(turns[0] - turns[1])
    sentences = [talk.sentence_at(turn, hit.start) for turn, hit in zip(turns, (one, other), strict=True)]
    return abs(sentences[0] - sentences[1])
