"""Why a call went to an agent, in sentences for supervisors (data/assignment_reasons.csv)."""

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from dialect_router.agents import Agent
from dialect_router.dialects import STANDARD, dialects
from dialect_router.queue import WaitingCall
from dialect_router.relaxation import Relaxation, Scope
from dialect_router.tables import read_rows

VALUED: Final = 0.7
"""Value of a customer from which it is worth a sentence; the same for emotion."""


def explain(
    call: WaitingCall, agent: Agent, at: float, relaxation: Relaxation, skill_titles: Mapping[str, str]
) -> tuple[str, ...]:
    """The reasons for a pair, the most telling first."""
    skill = skill_titles.get(call.skill, call.skill)
    return tuple(_reasons(call, agent, call.waited_s(at), relaxation, skill))


def _reasons(call: WaitingCall, agent: Agent, waited_s: float, relaxation: Relaxation, skill: str) -> Iterator[str]:
    if agent.id == call.last_agent:
        yield _say("last_agent")
    yield _of_dialect(call, agent, waited_s)
    if level := agent.skills.get(call.skill):
        yield _say("skill", skill=skill, level=level)
    elif agent.team in call.overflow_teams:
        yield _say("overflow", team=agent.team)
    if call.value >= VALUED:
        yield _say("value", value=call.value, seniority=agent.seniority)
    if call.emotion >= VALUED:
        yield _say("emotion")
    scope = relaxation.steps[relaxation.step(waited_s, requested=call.requested_dialect is not None)].scope
    if scope is not Scope.EXACT:
        yield _say(f"relaxed_{scope}", waited=waited_s)
    if call.kind == "callback":
        yield _say("callback")
    if agent.id in call.passed_over:
        yield _say("passed_over")


def _of_dialect(call: WaitingCall, agent: Agent, waited_s: float) -> str:
    requested = call.requested_dialect
    tag = requested or max(call.dialects, key=lambda tag: call.dialects[tag], default=STANDARD)
    facts = {"dialect": dialects()[tag].name_zh, "share": call.dialects.get(tag, 0.0), "fluency": agent.fluency(tag)}
    if agent.speaks(tag):
        return _say("requested" if requested else "standard" if tag == STANDARD else "exact", **facts)
    if requested:
        return _say("requested_unmatched", waited=waited_s, **facts)
    related = [other for other in agent.dialects if agent.speaks(other) and _same_group(other, tag)]
    if related:
        return _say("related", spoken="、".join(dialects()[other].name_zh for other in related), **facts)
    return _say("unmatched", **facts)


def _same_group(tag: str, other: str) -> bool:
    return dialects()[tag].group == dialects()[other].group


def _say(key: str, **facts: Any) -> str:
    return _texts()[key].format(**facts)


@cache
def _texts() -> Mapping[str, str]:
    return MappingProxyType({row["key"]: row["text"] for row in read_rows("assignment_reasons.csv")})
