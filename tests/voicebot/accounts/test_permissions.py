"""Every role, action and kind of subject: who may do what is written down a second time here, by hand."""

from datetime import UTC, datetime
from itertools import product

import pytest

from voicebot.accounts.account import Account, Role
from voicebot.accounts.permissions import REACH, Action, Actor, Subject, actor_of, may

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
ACTORS = {
    "agent": Actor("account:1", "lin", "agent", agent_id="8001"),
    "supervisor": Actor("account:2", "zhou", "supervisor", teams=frozenset({"售后", "投诉"})),
    "admin": Actor("account:3", "root", "admin"),
}
SUBJECTS = {
    "own": Subject(frozenset({"8001"}), frozenset({"售后"})),
    "the team's": Subject(frozenset({"8002"}), frozenset({"售后"})),
    "shared": Subject(frozenset({"8009", "8001"}), frozenset({"销售", "售后"})),
    "another team's": Subject(frozenset({"8009"}), frozenset({"销售"})),
    "nobody's": Subject(),
}
EVERYTHING = frozenset(SUBJECTS)
OWN = frozenset({"own", "shared"})
TEAM = EVERYTHING - {"another team's"}
NOTHING: frozenset[str] = frozenset()
WORK = {
    Action.VIEW_CALL, Action.LISTEN_TO_CALL, Action.VIEW_SCORE, Action.SET_PRESENCE, Action.DIAL,
}  # fmt: skip
LEADING = {
    Action.MONITOR_CALL, Action.EXPORT_CALLS, Action.SEE_NUMBERS, Action.REVIEW_SCORE, Action.VIEW_COMPANY,
}  # fmt: skip
COMMON = {
    Action.VIEW_CUSTOMER, Action.VIEW_TASKS, Action.WORK_ON_TASKS, Action.VIEW_AGENT, Action.VIEW_KNOWLEDGE,
}  # fmt: skip
RUNNING = {
    Action.EDIT_COMPANY, Action.OPERATE, Action.MANAGE_ACCOUNTS, Action.MANAGE_API, Action.READ_AUDIT,
}  # fmt: skip


def allowed(role: str, action: Action) -> frozenset[str]:
    if action is Action.APPEAL_SCORE:
        return OWN if role == "agent" else NOTHING
    if action in COMMON or role == "admin":
        return EVERYTHING
    if action in WORK:
        return OWN if role == "agent" else TEAM
    if action in LEADING:
        return NOTHING if role == "agent" else TEAM
    assert action in RUNNING
    return NOTHING


@pytest.mark.parametrize(("role", "action", "subject"), list(product(ACTORS, Action, SUBJECTS)))
def test_each_role_may_do_what_its_work_needs_and_nothing_else(role: str, action: Action, subject: str) -> None:
    assert may(ACTORS[role], action, SUBJECTS[subject]) == (subject in allowed(role, action))


def test_every_action_has_a_rule() -> None:
    assert set(REACH) == set(Action)


@pytest.mark.parametrize(("role", "given"), list(product(("agent", "supervisor", "admin"), Action)))
def test_a_key_does_what_it_was_given_and_nothing_beyond_its_role(role: Role, given: Action) -> None:
    person = ACTORS[role]
    key = Actor("key:1", "crm", role, person.agent_id, person.teams, actions=frozenset({given}))
    for action, subject in product(Action, SUBJECTS.values()):
        assert may(key, action, subject) == (action is given and may(person, action, subject))


def test_a_supervisor_without_teams_and_an_agent_without_id_reach_nobody() -> None:
    for actor in (Actor("account:1", "a", "agent"), Actor("account:2", "s", "supervisor")):
        assert not may(actor, Action.VIEW_CALL, SUBJECTS["own"])


def test_an_account_acts_with_its_own_role_agent_and_teams() -> None:
    account = Account(id="7", name="zhou", role="supervisor", created_at=NOON, teams=("售后",))
    assert actor_of(account) == Actor("account:7", "zhou", "supervisor", None, frozenset({"售后"}))
