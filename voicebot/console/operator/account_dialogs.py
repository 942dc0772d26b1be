"""The dialogs in which an account is made, changed, and given a new password."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime

from nicegui import ui

from voicebot.accounts.account import ROLES, Account, Role
from voicebot.accounts.passwords import LONGEST
from voicebot.console.components.native_choice import native_choice
from voicebot.console.operator.dialogs import FormDialog
from voicebot.console.texts import Texts
from voicebot.console.visit import Visit

Submit = Callable[[Account, str], Awaitable[object]]
"""Is given the account and a password. Raises AccountError and PasswordTooWeak."""
Change = Callable[[Account], Awaitable[object]]
"""Is given the account as it is to be. Raises AccountError."""


class NewPasswordDialog(FormDialog):
    """For somebody who has forgotten theirs; ends all their sessions."""

    def __init__(self, visit: Visit, account: Account, submit: Submit) -> None:
        super().__init__(visit.t, visit.t("accounts.new_password_for", name=account.shown_name))
        with self.card:
            password = _password(self.t)
        self.end(lambda: submit(account, password.value or ""))


class NewAccountDialog(FormDialog):
    def __init__(self, visit: Visit, submit: Submit) -> None:
        super().__init__(visit.t, visit.t("accounts.add"))
        self._submit = submit
        with self.card:
            self._name = self.field(self.t("accounts.name"), hint=self.t("accounts.name_hint"))
            self._name.props("autofocus")
            self._shown = self.field(self.t("accounts.shown_name"))
            self._standing = _Standing(visit, Account(name="", role=ROLES[0], created_at=datetime.now(UTC)))
            self._password = _password(self.t)
        self.end(self._send)

    async def _send(self) -> None:
        account = Account(
            name=self._name.value or "",
            role=self._standing.role,
            created_at=datetime.now(UTC),
            display_name=(self._shown.value or "").strip(),
        )
        await self._submit(self._standing.given_to(account), self._password.value or "")


class ChangeDialog(FormDialog):
    """Gives somebody another role, other teams, another agent's id; ends their sessions."""

    def __init__(self, visit: Visit, account: Account, change: Change) -> None:
        t = visit.t
        super().__init__(t, t("accounts.change_one", name=account.shown_name), t("accounts.change_about"))
        with self.card:
            standing = _Standing(visit, account)
        self.end(lambda: change(standing.given_to(account)))


class _Standing:
    """Asks for the role and for what it needs: an agent's id, a supervisor's teams."""

    def __init__(self, visit: Visit, account: Account) -> None:
        """account: what it has is chosen, also where the company no longer knows it."""
        t, agents = visit.t, visit.sources.company.current.agents
        self.role: Role = account.role
        ids = {each.id: f"{each.name} {each.id}" for each in agents}
        if account.agent_id:
            ids.setdefault(account.agent_id, account.agent_id)
        teams = sorted({each.team for each in agents}.union(account.teams))
        roles: dict[str, str] = {role: t(f"role.{role}") for role in ROLES}
        native_choice(t("accounts.role"), roles, self._choose, name="role", chosen=self.role)
        self._agent = ui.select(ids, label=t("accounts.agent"), value=account.agent_id)
        self._teams = ui.select(teams, label=t("accounts.teams"), multiple=True, value=list(account.teams))
        for chosen in (self._agent, self._teams):
            chosen.props("outlined dense clearable").classes("vb-wide")
        self._show_what_the_role_needs()

    def given_to(self, account: Account) -> Account:
        teams = tuple(self._teams.value or ()) if self.role == "supervisor" else ()
        return replace(account, role=self.role, agent_id=self._agent.value or None, teams=teams)

    def _choose(self, role: str) -> None:
        self.role = next(each for each in ROLES if each == role)
        self._show_what_the_role_needs()

    def _show_what_the_role_needs(self) -> None:
        self._teams.set_visibility(self.role == "supervisor")


def _password(t: Texts) -> ui.input:
    made = ui.input(t("accounts.password"), password=True, password_toggle_button=True).classes("vb-wide")
    made.props(f"outlined dense maxlength={LONGEST} autocomplete=new-password")
    made.props["hint"] = t("accounts.password_hint")
    return made
