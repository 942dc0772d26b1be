"""A dialog that asks for an answer and the words that go with it; it closes when they were taken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from nicegui import ui

from voicebot.console.components.native_choice import native_choice
from voicebot.console.components.parts import box, tag
from voicebot.console.once import once
from voicebot.console.texts import Texts

Submit = Callable[[str, str], Awaitable[bool]]
"""Is given the chosen answer and the words, and says whether they were taken."""


class AnswerDialog:
    """Made and opened at once; gone when it is closed."""

    def __init__(
        self,
        t: Texts,
        title: str,
        submit: Submit,
        *,
        words: str,
        longest: int,
        answers: Mapping[str, str] | None = None,
    ) -> None:
        """answers: value -> what is shown; without them only words are asked for. words: what they are."""
        self._t = t
        self._submit = submit
        with ui.dialog(value=True) as self._dialog, ui.card().classes("vb-dialog"):
            self._dialog.props["aria-label"] = title
            tag("h2", title, "vb-text")
            self._choices = box()
            self._choose_from(answers or {})
            self._words = ui.textarea(words).props(f"outlined autogrow maxlength={longest}").classes("vb-wide")
            self._words.props["autofocus"] = not answers
            self._missing = tag("p", "", "vb-missing")
            self._missing.props["role"] = "alert"
            with box("vb-row vb-end"):
                ui.button(t("cancel"), on_click=self._dialog.close).props("flat no-caps")
                ui.button(t("reviewing.send"), on_click=once(self._send)).props("unelevated no-caps")
        self._dialog.on("hide", self._dialog.delete)

    def ask_again(self, told: str, answers: Mapping[str, str]) -> None:
        """What was chosen makes no sense any more, as is told; the words stay."""
        self._choices.clear()
        self._choose_from(answers)
        self._missing.set_text(told)

    def close(self) -> None:
        self._dialog.close()

    def _choose_from(self, answers: Mapping[str, str]) -> None:
        self._answers = answers
        self._answer = ""
        with self._choices:
            if answers:
                native_choice(self._t("reviewing.new_answer"), answers, self._choose, name="answer")

    def _choose(self, answer: str) -> None:
        self._answer = answer

    async def _send(self) -> bool:
        words = (self._words.value or "").strip()
        if self._answers and not self._answer:
            self._missing.set_text(self._t("reviewing.needs_answer"))
        elif not words:
            self._missing.set_text(self._t("reviewing.needs_words"))
        elif await self._submit(self._answer, words):
            self.close()
            return True
        return False
