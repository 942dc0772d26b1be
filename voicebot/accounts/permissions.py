"""Who may do what: one table of roles and actions, and whose things an action is about. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Final

from voicebot.accounts.account import Account, Role


class Action(Enum):
    """What can be done. Reading a list counts as reading each of its entries."""

    VIEW_CALL = "view_call"
    LISTEN_TO_CALL = "listen_to_call"
    """A recording."""
    MONITOR_CALL = "monitor_call"
    """Listen to, whisper into or join a call that is going on."""
    EXPORT_CALLS = "export_calls"
    SEE_NUMBERS = "see_numbers"
    """Phone, identity and card numbers unmasked."""
    VIEW_SCORE = "view_score"
    REVIEW_SCORE = "review_score"
    """Override a score, decide an appeal, calibrate."""
    APPEAL_SCORE = "appeal_score"
    VIEW_CUSTOMER = "view_customer"
    VIEW_TASKS = "view_tasks"
    WORK_ON_TASKS = "work_on_tasks"
    VIEW_AGENT = "view_agent"
    """Name, skills and presence, as colleagues need them to transfer a call."""
    SET_PRESENCE = "set_presence"
    VIEW_KNOWLEDGE = "view_knowledge"
    VIEW_COMPANY = "view_company"
    """All that the company says and does on the phone, with its versions."""
    EDIT_COMPANY = "edit_company"
    """Knowledge, intents, flows, prompts, scorecards, agents, routing."""
    DIAL = "dial"
    OPERATE = "operate"
    """Health, settings, models, logs."""
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_API = "manage_api"
    """API keys and webhooks."""
    READ_AUDIT = "read_audit"


class Reach(IntEnum):
    """Whose things a role reaches with an action."""

    NONE = 0
    OWN = 1
    TEAM = 2
    """The team's, and what belongs to nobody, such as a call that the assistant settled by itself."""
    ALL = 3


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose the thing is that an action is about: the agents that took part, and their teams."""

    agents: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()


NOBODYS: Final = Subject()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: a person who signed in, or a program with an API key."""

    id: str
    """As the audit log names it: `account:ID` or `key:ID`."""
    name: str
    role: Role
    agent_id: str | None = None
    teams: frozenset[str] = frozenset()
    actions: frozenset[Action] | None = None
    """Where not None, nothing but these: what an API key was given."""


def actor_of(account: Account) -> Actor:
    return Actor(f"account:{account.id}", account.name, account.role, account.agent_id, frozenset(account.teams))


_NONE, _OWN, _TEAM, _ALL = Reach

REACH: Final[Mapping[Action, tuple[Reach, Reach, Reach]]] = {
    #                        agent  supervisor  admin
    Action.VIEW_CALL:       (_OWN,  _TEAM, _ALL),
    Action.LISTEN_TO_CALL:  (_OWN,  _TEAM, _ALL),
    Action.MONITOR_CALL:    (_NONE, _TEAM, _ALL),
    Action.EXPORT_CALLS:    (_NONE, _TEAM, _ALL),
    Action.SEE_NUMBERS:     (_NONE, _TEAM, _ALL),
    Action.VIEW_SCORE:      (_OWN,  _TEAM, _ALL),
    Action.REVIEW_SCORE:    (_NONE, _TEAM, _ALL),
    Action.APPEAL_SCORE:    (_OWN,  _NONE, _NONE),
    Action.VIEW_CUSTOMER:   (_ALL,  _ALL,  _ALL),
    Action.VIEW_TASKS:      (_ALL,  _ALL,  _ALL),
    Action.WORK_ON_TASKS:   (_ALL,  _ALL,  _ALL),
    Action.VIEW_AGENT:      (_ALL,  _ALL,  _ALL),
    Action.SET_PRESENCE:    (_OWN,  _TEAM, _ALL),
    Action.VIEW_KNOWLEDGE:  (_ALL,  _ALL,  _ALL),
    Action.VIEW_COMPANY:    (_NONE, _TEAM, _ALL),
    Action.EDIT_COMPANY:    (_NONE, _NONE, _ALL),
    Action.DIAL:            (_OWN,  _TEAM, _ALL),
    Action.OPERATE:         (_NONE, _NONE, _ALL),
    Action.MANAGE_ACCOUNTS: (_NONE, _NONE, _ALL),
    Action.MANAGE_API:      (_NONE, _NONE, _ALL),
    Action.READ_AUDIT:      (_NONE, _NONE, _ALL),
}  # fmt: skip
_COLUMN: Final[Mapping[Role, int]] = {"agent": 0, "supervisor": 1, "admin": 2}


def reach(actor: Actor, action: Action) -> Reach:
    """Whose things `actor` reaches with `action`: what a list is filtered by."""
    if actor.actions is not None and action not in actor.actions:
        return Reach.NONE
    return REACH[action][_COLUMN[actor.role]]


def may(actor: Actor, action: Action, subject: Subject = NOBODYS) -> bool:
    """Whether `actor` may do `action` to what belongs to `subject`."""
    match reach(actor, action):
        case Reach.ALL:
            return True
        case Reach.TEAM:
            nobodys = not subject.agents and not subject.teams
            return nobodys or bool(actor.teams & subject.teams)
        case Reach.OWN:
            return actor.agent_id is not None and actor.agent_id in subject.agents
        case Reach.NONE:
            return False
