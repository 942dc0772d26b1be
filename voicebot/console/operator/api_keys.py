"""Which programs may use the API: keys made, each shown once, and revoked by an administrator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

from nicegui import ui

from voicebot.accounts.api_keys import ApiKey, ApiKeys
from voicebot.console.components.parts import badge, box, empty, link, panel, tag
from voicebot.console.operator.dialogs import FormDialog, SecretDialog
from voicebot.console.operator.frame import operators_page
from voicebot.console.operator.new_key_dialog import NewKeyDialog, WantedKey
from voicebot.console.people import shown_actors
from voicebot.console.visit import Visit

DOCS = "/docs"


async def api_keys_page(visit: Visit) -> None:
    t = visit.t
    listed = _Keys(visit, await shown_actors(visit.sources.store))
    with operators_page(visit, "api_keys") as tools:
        with tools:
            add = ui.button(t("api_keys.add"), icon="key", on_click=listed.ask_for_one)
            add.props("unelevated no-caps")
        with tag("p", "", "vb-plain"):
            tag("span", t("api_keys.about"))
            link(t("api_keys.docs"), DOCS)
        listed.place()
    await listed.show()


class _Keys:
    """Reads itself again after each change."""

    def __init__(self, visit: Visit, people: Mapping[str, str]) -> None:
        self._visit = visit
        self._people = people
        self._keys = ApiKeys(visit.sources.store)

    def place(self) -> None:
        with panel(self._visit.t("nav.api_keys")):
            self._place = box()

    async def show(self) -> None:
        now = datetime.now(UTC)
        found: Sequence[ApiKey] = await self._keys.all()
        self._place.clear()
        with self._place:
            for key in sorted(found, key=lambda each: not each.is_good(now)):
                self._one(key, now)
            if not found:
                with empty("key", self._visit.t("api_keys.none.title"), self._visit.t("api_keys.none.what_to_do")):
                    link(self._visit.t("api_keys.docs"), DOCS)

    def ask_for_one(self) -> None:
        NewKeyDialog(self._visit, self._add)

    def _one(self, key: ApiKey, now: datetime) -> None:
        t = self._visit.t
        with box("vb-task vb-task-with-tools"):
            with box("vb-grow"):
                with box("vb-row vb-wrap"):
                    tag("span", key.name, "vb-strong vb-text")
                    if key.revoked_at:
                        badge(t("api_keys.revoked"), "bad")
                    elif not key.is_good(now):
                        badge(t("api_keys.expired"), "warn")
                may = t.listed(t.named("scope", scope.replace(":", "_")) for scope in key.scopes)
                tag("div", t("api_keys.of_teams", teams=t.listed(key.teams), may=may) if key.teams else may, "vb-text")
                tag("div", " · ".join(self._history(key)), "vb-faint vb-small")
            if key.is_good(now):
                ask = ui.button(t("api_keys.revoke"), on_click=partial(self._ask_whether, key))
                ask.props("outline no-caps").props["aria-label"] = t("api_keys.revoke_one", name=key.name)

    def _history(self, key: ApiKey) -> Iterator[str]:
        t, names = self._visit.t, self._visit.names
        made = names.time(key.created_at, "day")
        by = self._people.get(key.created_by) or key.created_by.removeprefix("os:")
        yield t("api_keys.made_by", at=made, by=by) if by else t("api_keys.made", at=made)
        used = names.time(key.used_at, "exact")
        yield t("api_keys.used", at=used) if used else t("api_keys.never_used")
        if key.revoked_at:
            yield t("api_keys.revoked_at", at=names.time(key.revoked_at, "exact"))
        elif key.expires_at:
            yield t("api_keys.good_until", at=names.time(key.expires_at, "exact"))

    async def _add(self, wanted: WantedKey) -> None:
        by, now = self._visit.viewer.actor.id, datetime.now(UTC)
        until = now + wanted.lasting if wanted.lasting else None
        made = self._keys.add(wanted.name, wanted.scopes, by=by, at=now, teams=wanted.teams, expires_at=until)
        secret = await made
        await self.show()
        SecretDialog(self._visit.t, self._visit.t("api_keys.made_one", name=wanted.name), secret)

    def _ask_whether(self, key: ApiKey) -> None:
        t = self._visit.t
        dialog = FormDialog(t, t("api_keys.revoke_one", name=key.name), t("api_keys.revoke_about"))
        dialog.end(partial(self._revoke, key), label=t("api_keys.revoke"))

    async def _revoke(self, key: ApiKey) -> None:
        await self._keys.revoke(key.id, by=self._visit.viewer.actor.id, at=datetime.now(UTC))
        await self.show()
