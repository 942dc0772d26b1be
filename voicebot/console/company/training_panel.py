"""Training the intents again with one click: how well the classifier at work tells them apart, and the new one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import aclosing
from math import isnan
from typing import Any, Final

from nicegui import ui

from models.address import InferenceError
from voicebot.console.attempting import attempted
from voicebot.console.company.room import may_edit
from voicebot.console.components.data_table import Cell, Column, DataTable, Row
from voicebot.console.components.parts import Tone, badge, box, panel, tag
from voicebot.console.visit import Visit
from voicebot.privacy.audit import Audit

TRAINED: Final = "intents.trained"
EVERY_S: Final = 3.0
STATE_S: Final = 2.0
TRAINING_S: Final = 300.0
"""Longest time for one step."""
FIGURES: Final = ("accuracy", "none_recall", "wrongly_none")
LESS: Final = frozenset({"wrongly_none"})
"""Of these less is better."""
_BETTER: Final[Tone] = "good"
_WORSE: Final[Tone] = "warn"
Measured = Mapping[str, Any] | None


class TrainingPanel:
    def __init__(
        self, visit: Visit, state: Mapping[str, Any] | None, on_trained: Callable[[Mapping[str, Any]], None]
    ) -> None:
        """state: as the model host tells it; None where it does not answer. on_trained: told the new figures."""
        self._visit, self._on_trained = visit, on_trained
        self._is_current: bool | None = None
        t = visit.t
        with panel(t("training.title")) as tools:
            if state is None:
                tag("p", t("company.models_away"), "vb-bad vb-plain")
                return
            with tools:
                self._state = box()
                if state["trainable"] and may_edit(visit):
                    self._button = ui.button(t("training.train"), icon="model_training", on_click=self._train)
                    self._button.props("unelevated no-caps")
            tag("p", t("training.explained"), "vb-soft vb-plain")
            self._progress = ui.linear_progress(0, show_value=False, size="8px").props("rounded")
            self._progress.props["aria-label"] = t("training.title")
            self._run(going=False)
            self._told = box("vb-one-line").props("aria-live=polite")
            self._figures = box("vb-above")
            self._show(None, state["evaluation"])
            self._show_state(current=state["current"])
        ui.timer(EVERY_S, self._keep_up)

    async def _keep_up(self) -> None:
        """The model host reads examples that have just been published a moment later."""
        if (state := await training_state(self._visit)) is not None:
            self._show_state(current=state["current"])

    async def _train(self) -> None:
        visit = self._visit
        if not await attempted(visit.t, Audit(visit.sources.store).record(visit.viewer.actor.id, TRAINED, "intents")):
            return
        self._told.clear()
        self._button.props("loading")
        self._run(going=True)
        try:
            async with aclosing(visit.sources.models.stream("train_intents", {}, timeout_s=TRAINING_S)) as steps:
                async for step in steps:
                    if "done" in step:
                        self._progress.set_value(step["done"] / step["of"])
                    else:
                        self._show(step["before"], step["after"])
                        self._show_state(current=True)
                        self._on_trained(step["after"] or {})
                        with self._told:
                            tag("p", visit.t("training.done"), "vb-good vb-plain")
        except InferenceError as error:
            with self._told:
                reason = visit.t.said("refusal", str(error))
                tag("p", visit.t("training.failed", reason=reason), "vb-bad vb-text vb-plain")
        finally:
            self._run(going=False)
            self._button.props(remove="loading")

    def _run(self, *, going: bool) -> None:
        """The bar keeps its place while nothing runs."""
        self._progress.set_value(0)
        self._progress.classes(remove="vb-unseen") if going else self._progress.classes("vb-unseen")

    def _show_state(self, *, current: bool) -> None:
        if current is self._is_current:
            return
        self._is_current = current
        self._state.clear()
        with self._state:
            badge(self._visit.t("training.current" if current else "training.old"), "good" if current else "warn")

    def _show(self, before: Measured, now: Measured) -> None:
        """before: of the classifier that was replaced."""
        t = self._visit.t
        self._figures.clear()
        with self._figures:
            if now is None:
                tag("p", t("training.not_measured"), "vb-faint vb-plain")
                return
            columns = [Column(t("training.figure"))]
            columns += [Column(t("training.before"), "8rem", "right")] if before else []
            columns += [Column(t("training.after" if before else "training.now"), "8rem", "right")]
            was = before or {}
            rows = [
                _row(t(f"training.{name}"), figure(was.get(name), now[name], less_is_better=name in LESS), before, name)
                for name in FIGURES
            ]
            DataTable(columns, rows, name=t("training.title"))
            f1_was = was.get("f1", {})
            of_intents = [
                _row(self._visit.names.intent(name), figure(f1_was.get(name), f1, f1=True), before and f1_was, name)
                for name, f1 in sorted(now["f1"].items(), key=lambda item: float(item[1]))
            ]
            with ui.expansion(t("training.measured", count=now["examples"])) as all_:
                DataTable([Column(t("intent.title")), *columns[1:]], of_intents, name=t("training.of_intents"))
            all_.classes("vb-items")


def _row(title: str, now: Cell, before: Measured, name: str) -> Row:
    """before: None leaves its column out; what it lacks was not measured."""
    f1 = name not in FIGURES
    was = [_shown(before.get(name), f1=f1)] if before is not None else []
    return Row([Cell(title, second="F1" if f1 else ""), *was, now])


def figure(before: float | None, now: float, *, f1: bool = False, less_is_better: bool = False) -> Cell:
    """Coloured where the two as they are shown differ."""
    shown, tone = _shown(now, f1=f1), None
    if before is not None and shown != _shown(before, f1=f1):
        tone = _BETTER if (now < before) == less_is_better else _WORSE
    return Cell(shown, tone=tone)


def _shown(value: float | None, *, f1: bool) -> str:
    return "–" if value is None or isnan(value) else f"{value:.2f}" if f1 else f"{value:.1%}"


async def training_state(visit: Visit) -> Mapping[str, Any] | None:
    try:
        return await visit.sources.models.call("intents_state", {}, timeout_s=STATE_S)
    except InferenceError:
        return None
