"""The dialogs in which an account is made, and given a new password."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog
from nicegui import ui

from voicebot.accounts.account import ROLES, Account, AccountError
from voicebot.accounts.passwords import LONGEST, PasswordTooWeak
from voicebot.console.components.native_choice import native_choice
from voicebot.console.components.parts import box, tag
from voicebot.console.texts import Texts
from voicebot.console.visit import Visit
from voicebot.store.database import StoreError

log = structlog.get_logger(__name__)

LONGEST_NAME = 64
Submit = Callable[[Account, str], Awaitable[str]]
"""Is given the account and a password; why that can't be, or nothing."""


async def tried(t: Texts, work: Awaitable[object]) -> str:
    """Why `work` could not be done, for people to read; empty when it was."""
    try:
        await work
    except (AccountError, PasswordTooWeak) as why:
        return t.said("refusal", str(why))
    except StoreError as error:
        log.error("account_not_written", reason=str(error))
        return t("store_away.title")
    return ""


class _Dialog:
    """Made and opened at once; gone when it is closed."""

    def __init__(self, visit: Visit, title: str) -> None:
        self.t = visit.t
        with ui.dialog(value=True) as self.dialog, ui.card().classes("vb-dialog") as self.card:
            self.dialog.props["aria-label"] = title
            tag("h2", title, "vb-text")
        self.dialog.on("hide", self.dialog.delete)

    def field(self, label: str, *, longest: int = LONGEST_NAME, hint: str = "") -> ui.input:
        made = ui.input(label).props(f"outlined dense maxlength={longest} autocomplete=off").classes("vb-wide")
        if hint:
            made.props["hint"] = hint
        return made

    def password(self) -> ui.input:
        made = ui.input(self.t("accounts.password"), password=True, password_toggle_button=True)
        made.props(f"outlined dense maxlength={LONGEST} autocomplete=new-password").classes("vb-wide")
        made.props["hint"] = self.t("accounts.password_hint")
        return made

    def end(self, submit: Callable[[], Awaitable[str]]) -> None:
        """The buttons, and why it could not be done."""

        async def send() -> None:
            if why := await submit():
                refused.set_text(why)
            else:
                self.dialog.close()

        refused = tag("p", "", "vb-missing")
        refused.props["role"] = "alert"
        with box("vb-row vb-end"):
            ui.button(self.t("cancel"), on_click=self.dialog.close).props("flat no-caps")
            ui.button(self.t("accounts.save"), on_click=send).props("unelevated no-caps")


class NewPasswordDialog(_Dialog):
    """For somebody who has forgotten theirs; ends all their sessions."""

    def __init__(self, visit: Visit, account: Account, submit: Submit) -> None:
        super().__init__(visit, visit.t("accounts.new_password_for", name=account.shown_name))
        with self.card:
            password = self.password()
            self.end(lambda: submit(account, password.value or ""))


class NewAccountDialog(_Dialog):
    """Asks for what the role needs: an agent's id, a supervisor's teams."""

    def __init__(self, visit: Visit, submit: Submit) -> None:
        super().__init__(visit, visit.t("accounts.add"))
        self._role = ROLES[0]
        self._submit = submit
        t, agents = visit.t, visit.sources.company.current.agents
        with self.card:
            self._name = self.field(t("accounts.name"), hint=t("accounts.name_hint"))
            self._name.props("autofocus")
            self._shown = self.field(t("accounts.shown_name"))
            roles: dict[str, str] = {role: t(f"role.{role}") for role in ROLES}
            native_choice(t("accounts.role"), roles, self._choose, name="role", chosen=self._role)
            self._agent = ui.select({each.id: f"{each.name} {each.id}" for each in agents}, label=t("accounts.agent"))
            self._teams = ui.select(sorted({each.team for each in agents}), label=t("accounts.teams"), multiple=True)
            for chosen in (self._agent, self._teams):
                chosen.props("outlined dense clearable").classes("vb-wide")
            self._password = self.password()
            self.end(self._send)
        self._show_what_the_role_needs()

    def _choose(self, role: str) -> None:
        self._role = next(each for each in ROLES if each == role)
        self._show_what_the_role_needs()

    def _show_what_the_role_needs(self) -> None:
        self._teams.set_visibility(self._role == "supervisor")

    async def _send(self) -> str:
        account = Account(
            name=self._name.value or "",
            role=self._role,
            created_at=datetime.now(UTC),
            display_name=(self._shown.value or "").strip(),
            agent_id=self._agent.value or None,
            teams=tuple(self._teams.value or ()) if self._role == "supervisor" else (),
        )
        return await self._submit(account, self._password.value or "")
