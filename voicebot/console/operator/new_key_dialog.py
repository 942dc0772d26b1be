"""The dialog in which an API key is made: for which program, what it may, whose calls it reaches, for how long."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from nicegui import ui

from voicebot.accounts.scopes import SCOPES
from voicebot.console.components.native_boxes import NativeBoxes
from voicebot.console.components.native_choice import native_choice
from voicebot.console.operator.dialogs import FormDialog
from voicebot.console.visit import Visit

LASTING: Final = {
    "for_ever": None,
    "month": timedelta(days=30),
    "quarter": timedelta(days=90),
    "year": timedelta(days=365),
}


@dataclass(frozen=True, slots=True)
class WantedKey:
    """As it was asked for."""

    name: str
    scopes: tuple[str, ...]
    teams: tuple[str, ...]
    lasting: timedelta | None
    """None: for ever."""


class NewKeyDialog(FormDialog):
    def __init__(self, visit: Visit, submit: Callable[[WantedKey], Awaitable[object]]) -> None:
        """submit: raises ApiKeyError for what cannot be."""
        t = visit.t
        super().__init__(t, t("api_keys.add"))
        self._submit = submit
        self._lasting = "for_ever"
        named = {scope: scope.replace(":", "_") for scope in SCOPES}
        with self.card:
            self._name = self.field(t("api_keys.name"), hint=t("api_keys.name_hint"))
            self._name.props("autofocus")
            self._scopes = NativeBoxes(
                t("api_keys.scopes"),
                {scope: t(f"scope.{name}") for scope, name in named.items()},
                explained={scope: t(f"scope_meaning.{name}") for scope, name in named.items()},
            )
            teams = sorted({each.team for each in visit.sources.company.current.agents})
            self._teams = ui.select(teams, label=t("api_keys.teams"), multiple=True)
            self._teams.props("outlined dense clearable").classes("vb-wide")
            lasting = {name: t(f"api_keys.lasting_{name}") for name in LASTING}
            native_choice(t("api_keys.lasting"), lasting, self._choose, name="lasting", chosen=self._lasting)
        self.end(self._send, label=t("api_keys.make"))

    def _choose(self, lasting: str) -> None:
        self._lasting = lasting

    async def _send(self) -> None:
        teams = tuple(self._teams.value or ())
        await self._submit(WantedKey(self._name.value or "", self._scopes.chosen, teams, LASTING[self._lasting]))
