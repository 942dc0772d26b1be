"""Publishing a change: checked first, then kept in the store, then in the folder, where the next call finds it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from voicebot.accounts.permissions import Action, Actor, may
from voicebot.company.problems import Problem
from voicebot.company_changes.book import LONGEST_COMMENT, Change, ChangeBook, NewerChange
from voicebot.company_changes.carrying import Carrier
from voicebot.company_changes.checking import problems_with
from voicebot.company_changes.files import NotChangeable, changeable, read_file, require_writable
from voicebot.config import Settings
from voicebot.demo import SAMPLE_COMPANY
from voicebot.store.store import Store


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants a file to be."""

    file: str
    base: str | None
    """What was in it when they began; None for a new file."""
    text: str | None
    """None takes the file away."""
    comment: str = ""
    restores: int | None = None


class ChangeWrong(Exception):
    """The company would not be right with it. Nothing was written."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


class ChangedMeanwhile(Exception):
    """Somebody else, or an editor, has changed the file since. `current` is what is in it now."""

    def __init__(self, file: str, current: str | None) -> None:
        super().__init__(f"{file} was changed meanwhile: compare, and apply your change to what is there now")
        self.current = current


class Publisher:
    """One for a process. Every method may raise StoreError."""

    def __init__(
        self, store: Store, settings: Settings, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.book = ChangeBook(store)
        self._directory = settings.company.dir
        self._passwords = settings.agents.passwords_file
        self._carrier = Carrier(store, settings)
        self._one_at_a_time = asyncio.Lock()
        self._now = now

    @property
    def read_only(self) -> bool:
        """The sample company that ships with the program is not for changing."""
        return self._directory.resolve() == SAMPLE_COMPANY.resolve()

    async def current(self, file: str) -> str | None:
        """What is in the file. Raises NotChangeable, CompanyError."""
        return await asyncio.to_thread(read_file, self._directory, file)

    async def problems(self, draft: Draft) -> Sequence[Problem]:
        """What would be wrong with it. Raises NotChangeable."""
        changeable(draft.file)
        return await asyncio.to_thread(problems_with, self._directory, draft.file, draft.text, self._passwords)

    async def publish(self, draft: Draft, actor: Actor, shown_name: str) -> int:
        """Returns the change's id; the next call goes by it.

        Raises ChangeWrong, ChangedMeanwhile, NotChangeable: nothing has changed then.
        """
        if not may(actor, Action.EDIT_COMPANY):
            raise NotChangeable("this account may not change the company: ask an administrator")
        if self.read_only:
            raise NotChangeable(
                "the sample company stays as it is: run `voicebot company init FOLDER`, set company.dir to that folder "
                "and start again"
            )
        async with self._one_at_a_time:
            seen = await self._carrier.carry()
            require_writable(self._directory, changeable(draft.file))
            await self._require_unchanged(draft)
            if problems := await self.problems(draft):
                raise ChangeWrong(problems)
            await self._require_unchanged(draft)  # checking took a while
            number = await self._add(draft, actor, shown_name, seen)
            await self._carrier.carry()
            return number

    async def restore(
        self, change: Change, which: Literal["before", "after"], base: str | None, actor: Actor, shown_name: str
    ) -> int:
        """Publishes the file as it was before or after an earlier change. base: what was seen of what this replaces."""
        text = change.before if which == "before" else change.after
        return await self.publish(Draft(change.file, base, text, restores=change.id), actor, shown_name)

    async def _require_unchanged(self, draft: Draft) -> None:
        current = await self.current(draft.file)
        if current != draft.base:
            raise ChangedMeanwhile(draft.file, current)
        if current == draft.text:
            raise NotChangeable("nothing was changed")

    async def _add(self, draft: Draft, actor: Actor, shown_name: str, seen: int) -> int:
        comment = " ".join(draft.comment.split())[:LONGEST_COMMENT]
        change = Change(
            0, self._now(), actor.id, shown_name, comment, draft.file, draft.base, draft.text, draft.restores
        )
        try:
            return await self.book.add(change, seen=seen)
        except NewerChange:
            await self._carrier.carry()
            raise ChangedMeanwhile(draft.file, await self.current(draft.file)) from None
