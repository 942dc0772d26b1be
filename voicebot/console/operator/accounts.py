"""Who may use the console: accounts made, changed, disabled, and given a new password by an administrator."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from nicegui import ui

from voicebot.accounts.account import Account
from voicebot.console.components.parts import badge, box, panel, tag
from voicebot.console.operator.account_dialogs import ChangeDialog, NewAccountDialog, NewPasswordDialog
from voicebot.console.operator.dialogs import tried
from voicebot.console.operator.frame import operators_page
from voicebot.console.visit import Visit
from voicebot.privacy.audit import Audit


async def accounts_page(visit: Visit) -> None:
    listed = _Accounts(visit)
    with operators_page(visit, "accounts") as tools:
        with tools:
            add = ui.button(visit.t("accounts.add"), icon="person_add", on_click=listed.ask_for_one)
            add.props("unelevated no-caps")
        tag("p", visit.t("accounts.about"), "vb-plain")
        listed.place()
    await listed.show()


class _Accounts:
    """Reads itself again after each change."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._book = visit.sources.sign_in.book

    def place(self) -> None:
        with panel(self._visit.t("nav.accounts")):
            self._place = box()

    async def show(self) -> None:
        found: Sequence[Account] = await self._book.all()
        self._place.clear()
        with self._place:
            for account in found:
                self._one(account)

    def ask_for_one(self) -> None:
        NewAccountDialog(self._visit, self._add)

    def _one(self, account: Account) -> None:
        t, names = self._visit.t, self._visit.names
        with box("vb-task vb-task-with-tools"):
            with box("vb-grow"):
                with box("vb-row vb-wrap"):
                    tag("span", account.shown_name, "vb-strong")
                    badge(t(f"role.{account.role}"), "accent")
                    if account.disabled:
                        badge(t("accounts.disabled"), "bad")
                whose = [names.agent(account.agent_id), *account.teams]
                told = [account.name, t.listed(filter(None, whose)), t(f"accounts.by_{_way(account)}")]
                since = t("accounts.since", at=names.time(account.created_at, "day"))
                tag("div", " · ".join(filter(None, [*told, since])), "vb-faint vb-small")
            with box("vb-row"):
                self._tools(account)

    def _tools(self, account: Account) -> None:
        """One's own password is changed on the page /account. Nobody shuts themselves out, or takes another role."""
        if account.id == self._visit.viewer.actor.id.removeprefix("account:"):
            tag("span", self._visit.t("accounts.own"), "vb-faint vb-small")
            return
        self._button("change", partial(ChangeDialog, self._visit, account, self._change))
        if account.password_hash:
            self._button("new_password", partial(NewPasswordDialog, self._visit, account, self._change_password))
        self._button("enable" if account.disabled else "disable", partial(self._set_disabled, account))

    def _button(self, what: str, act: Callable[[], object]) -> None:
        ui.button(self._visit.t(f"accounts.{what}"), on_click=act).props("outline no-caps")

    async def _add(self, account: Account, password: str) -> None:
        await self._done("added", account, self._visit.sources.sign_in.new_account(account, password))

    async def _change(self, account: Account) -> None:
        await self._book.change_standing(account, by=self._visit.viewer.actor.id, at=datetime.now(UTC))
        await self.show()

    async def _change_password(self, account: Account, password: str) -> None:
        change = self._visit.sources.sign_in.change_password(account, password)
        await self._done("password_changed", account, change)

    async def _set_disabled(self, account: Account) -> None:
        what = "enabled" if account.disabled else "disabled"
        change = self._book.set_disabled(account.id, not account.disabled)
        if why := await tried(self._visit.t, self._done(what, account, change)):
            ui.notify(why, type="negative", multi_line=True)

    async def _done(self, what: str, account: Account, work: Awaitable[object]) -> None:
        """Does it, notes it in the audit log, and shows it."""
        visit = self._visit
        await work
        await Audit(visit.sources.store).record(visit.viewer.actor.id, f"account.{what}", f"account:{account.name}")
        await self.show()


def _way(account: Account) -> str:
    """How the person signs in."""
    if account.password_hash and account.oidc_subject:
        return "both"
    return "provider" if account.oidc_subject else "password"
