"""The choice of the file that a new entry of the knowledge goes to: each with what it is about, or one of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from nicegui import ui

from voicebot.company_changes.book import ChangeBook
from voicebot.company_changes.fitting_file import fitting_file
from voicebot.console.visit import Visit

NEW: Final = ""
MOST_WORDINGS: Final = 10
LONGEST_NAME: Final = 40
LONGEST_SHOWN: Final = 16
"""Characters of the question by which a file is known."""


async def file_for(visit: Visit, files: Sequence[str], places: Mapping[str, str]) -> str:
    """The one that was asked for; else the one that fits the question; else the one that was changed last."""
    wordings = [visit.asked("question"), *visit.asked("variants").splitlines()][:MOST_WORDINGS]
    knowledge = visit.sources.company.current.knowledge
    if (asked := visit.asked("file")) in files:
        return asked
    if fits := await asyncio.to_thread(fitting_file, wordings, knowledge, places):
        return fits
    changed = await ChangeBook(visit.sources.store).latest(kind="knowledge", limit=1)
    return next((change.file for change in changed if change.file in files), files[0] if files else own_file("general"))


def own_file(name: str) -> str:
    """The file of this name; what may be none is refused when it is written."""
    return f"knowledge/{name.strip().removesuffix('.toml')}.toml"


class EntryFile:
    """Tells `move` where the entry goes to from now on."""

    def __init__(
        self,
        visit: Visit,
        files: Sequence[str],
        places: Mapping[str, str],
        chosen: str,
        move: Callable[[str], Awaitable[None]],
    ) -> None:
        """places: entry's id -> its file."""
        t = visit.t
        self._move = move
        about: dict[str, str] = {}
        for entry in visit.sources.company.current.knowledge:
            about.setdefault(places.get(entry.id, ""), entry.question[:LONGEST_SHOWN])
        named = {
            file: t("entry.file_about", file=file, question=about[file]) if file in about else file for file in files
        }
        known = chosen if chosen in files else NEW
        self._choice = ui.select({**named, NEW: t("entry.own_file")}, label=t("entry.into_file"), value=known)
        self._choice.props("outlined dense").on_value_change(self._go)
        self._name = ui.input(t("entry.own_file_name"), value="general").props(
            f"outlined dense maxlength={LONGEST_NAME}"
        )
        self._name.props["hint"] = t("entry.own_file_hint")
        self._name.on_value_change(self._go).bind_visibility_from(self._choice, "value", value=NEW)

    async def _go(self) -> None:
        await self._move(str(self._choice.value) or own_file(str(self._name.value or "")))
