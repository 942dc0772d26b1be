"""The end of every form that changes a file: a comment, a check, and publishing; what is wrong stands below it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from types import MappingProxyType
from typing import Final

import structlog
from nicegui import ui
from tomlkit.exceptions import TOMLKitError

from voicebot.company.problems import CompanyError, Problem
from voicebot.company_changes.book import LONGEST_COMMENT
from voicebot.company_changes.files import NotChangeable
from voicebot.company_changes.publishing import ChangedMeanwhile, ChangeWrong, Draft
from voicebot.console.company.difference import difference
from voicebot.console.company.mistakes import mistakes, place
from voicebot.console.company.room import may_edit
from voicebot.console.components.parts import box, link, tag
from voicebot.console.visit import Visit
from voicebot.store.database import StoreError

log = structlog.get_logger(__name__)

Make = Callable[[str | None], str | None]
"""From what is in the file (None: there is none) to what it is to be (None: it is taken away)."""
EMPTY: Final[Mapping[str, str]] = MappingProxyType({})


class PublishBar:
    """Shown to those who may edit; for the others the form above it is for reading."""

    def __init__(
        self,
        visit: Visit,
        file: str,
        base: str | None,
        make: Make,
        *,
        then: str,
        labels: Mapping[str, str] = EMPTY,
        go_to: Callable[[int], None] | None = None,
    ) -> None:
        """base: what was in the file when the page was made. make: what the form makes of what is in the file.

        then: the page to go to afterwards. labels: key in the file -> what the form calls it. go_to: shows a line.
        """
        self._visit, self._file, self._base, self._make, self._then = visit, file, base, make, then
        self._labels, self._go_to = labels, go_to
        t = visit.t
        if not may_edit(visit):
            return
        with box("vb-publish"):
            self._comment = ui.input(t("company.comment"), placeholder=t("company.comment_hint"))
            self._comment.props(f"outlined dense maxlength={LONGEST_COMMENT}").classes("vb-grow")
            self._check = ui.button(t("company.check"), on_click=self.check).props("outline no-caps")
            self._publish = ui.button(t("company.publish"), icon="publish", on_click=self.publish)
            self._publish.props("unelevated no-caps")
        self._told = box().props("aria-live=polite")

    def move(self, file: str, base: str | None) -> None:
        """From now on the form is for another file."""
        self._file, self._base = file, base
        self._told.clear()

    async def check(self) -> None:
        """Says what would be wrong; changes nothing."""
        try:
            draft = self._draft(self._make(self._base))
            problems = await self._visit.sources.publisher.problems(draft)
        except (TOMLKitError, NotChangeable, CompanyError) as error:
            self._tell(mistakes(self._visit.t, error))
            return
        if problems:
            self._show(problems)
            return
        with self._telling():
            tag("p", self._visit.t("company.nothing_wrong"), "vb-good")
            difference(self._visit.t, self._base, draft.text)

    async def publish(self) -> None:
        await self.publish_as(self._make)

    async def publish_as(self, make: Make) -> None:
        """Publishes something else than the form says: None takes the file away."""
        try:
            await self._do(make(self._base))
        except (TOMLKitError, NotChangeable) as error:
            self._tell(mistakes(self._visit.t, error))
        except StoreError as error:
            log.error("not_published", file=self._file, reason=str(error))
            self._tell(self._visit.t("company.store_away"))

    async def _do(self, text: str | None) -> None:
        visit = self._visit
        self._publish.props("loading")
        try:
            number = await visit.sources.publisher.publish(
                self._draft(text), visit.viewer.actor, visit.viewer.shown_name
            )
        except ChangeWrong as wrong:
            self._show(wrong.problems)
        except ChangedMeanwhile as other:
            self._conflict(other.current)
        except (NotChangeable, CompanyError) as error:
            self._tell(mistakes(self._visit.t, error))
        else:
            await visit.sources.company.live.look()
            ui.navigate.to(f"{self._then}{'&' if '?' in self._then else '?'}published={number}")
        finally:
            self._publish.props(remove="loading")

    def _draft(self, text: str | None) -> Draft:
        return Draft(self._file, self._base, text, self._comment.value or "")

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Holds what is said now, in sight."""
        self._told.clear()
        with self._told:
            yield
        self._told.run_method("scrollIntoView", {"block": "nearest"})

    def _tell(self, text: str) -> None:
        with self._telling():
            tag("p", text, "vb-bad vb-text")

    def _show(self, problems: Sequence[Problem]) -> None:
        t = self._visit.t
        with self._telling():
            tag("p", t("company.wrong", count=len(problems)), "vb-bad")
            with ui.element("ul").classes("vb-problems"):
                for problem in problems:
                    with tag("li"):
                        self._place(problem)
                        tag("div", labelled(t.said("problem", problem.message), self._labels), "vb-text")
                        tag("div", t.said("problem", problem.remedy), "vb-text vb-soft")

    def _place(self, problem: Problem) -> None:
        if self._go_to is None or problem.line is None or problem.file != self._file:
            tag("span", place(problem), "vb-mono vb-strong")
            return
        button = tag("button", place(problem), "vb-link vb-mono vb-strong")
        button.props["aria-label"] = self._visit.t("company.go_to_line", line=problem.line)
        button.on("click", partial(self._go_to, problem.line))

    def _conflict(self, current: str | None) -> None:
        t = self._visit.t

        async def keep_mine() -> None:
            self._base = current
            await self.check()

        with self._telling():
            tag("p", t("company.changed_meanwhile"), "vb-bad")
            difference(t, self._base, current)
            with box("vb-row vb-above"):
                ui.button(t("company.keep_mine"), on_click=keep_mine).props("outline no-caps")
                link(t("company.start_again"), str(self._visit.request.url.include_query_params(published="")))


def labelled(message: str, labels: Mapping[str, str]) -> str:
    """With the form's words in the place of the file's keys."""
    for key, label in labels.items():
        message = re.sub(rf"^{key}(?=\b[ .=])|'{key}'", f"“{label}”", message)
    return message
