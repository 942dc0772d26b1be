"""Whose calls a person reaches, as a subject for one call and as a condition for many."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from voicebot.accounts.permissions import Action, Actor, Reach, Subject, may, reach
from voicebot.privacy.said_digits import runs
from voicebot.store.records import CallRecord
from voicebot.store.tables import calls

FEWEST_DIGITS: Final = 2
"""Said in a row: from here on a search finds out what stands beside what in a number that is shown masked."""


def subject_of(call: CallRecord) -> Subject:
    """Whose the call is; nobody's while the assistant alone has it."""
    return Subject(
        agents=frozenset({call.agent_id} if call.agent_id else ()), teams=frozenset({call.team} if call.team else ())
    )


def may_with_call(actor: Actor, action: Action, call: CallRecord) -> bool:
    return may(actor, action, subject_of(call))


def reached_calls(actor: Actor, action: Action) -> sa.ColumnElement[bool]:
    """Condition on rows of `calls`: those for which `may_with_call` is true."""
    match reach(actor, action):
        case Reach.ALL:
            return sa.true()
        case Reach.TEAM:
            nobodys = calls.c.agent_id.is_(None) & calls.c.team.is_(None)
            return nobodys | calls.c.team.in_(sorted(actor.teams))
        case Reach.OWN:
            return calls.c.agent_id == actor.agent_id if actor.agent_id is not None else sa.false()
        case Reach.NONE:
            return sa.false()


def looks_for_numbers(*, number: str, words: str) -> bool:
    """Whether a search among calls is one for numbers, which only those may make who see them in full: digit by digit
    it would tell what the mask hides. Digits count however they are written or were said."""
    return bool(number) or any(sum(len(piece.digits) for piece in run) >= FEWEST_DIGITS for run in runs(words))
