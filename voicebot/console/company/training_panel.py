"""Training the intents again with one click: how well the classifier at work tells them apart, and the new one."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing
from typing import Any, Final

from nicegui import ui

from models.address import InferenceError
from voicebot.console.company.room import may_edit
from voicebot.console.components.data_table import Cell, Column, DataTable, Row
from voicebot.console.components.parts import Tone, badge, box, panel, tag
from voicebot.console.visit import Visit
from voicebot.privacy.audit import Audit

TRAINED: Final = "intents.trained"
STATE_S: Final = 2.0
TRAINING_S: Final = 300.0
"""Longest time for one step."""
FIGURES: Final = ("accuracy", "none_recall", "wrongly_none")
Measured = Mapping[str, Any] | None


class TrainingPanel:
    def __init__(self, visit: Visit, state: Mapping[str, Any] | None) -> None:
        """state: as the model host tells it; None where it does not answer."""
        self._visit = visit
        t = visit.t
        with panel(t("training.title")) as tools:
            if state is None:
                tag("p", t("company.models_away"), "vb-bad vb-plain")
                return
            with tools:
                badge(t("training.current" if state["current"] else "training.old"), _tone(state))
                if state["trainable"] and may_edit(visit):
                    self._button = ui.button(t("training.train"), icon="model_training", on_click=self._train)
                    self._button.props("unelevated no-caps")
            tag("p", t("training.explained"), "vb-soft vb-plain")
            self._progress = ui.linear_progress(0, show_value=False, size="8px").props("rounded")
            self._progress.props["aria-label"] = t("training.title")
            self._progress.set_visibility(False)
            self._told = box().props("aria-live=polite")
            self._figures = box("vb-above")
            self._show(None, state["evaluation"])

    async def _train(self) -> None:
        visit = self._visit
        await Audit(visit.sources.store).record(visit.viewer.actor.id, TRAINED, "intents")
        self._told.clear()
        self._button.props("loading")
        self._progress.set_visibility(True)
        try:
            async with aclosing(visit.sources.models.stream("train_intents", {}, timeout_s=TRAINING_S)) as steps:
                async for step in steps:
                    if "done" in step:
                        self._progress.set_value(step["done"] / step["of"])
                    else:
                        self._show(step["before"], step["after"])
                        with self._told:
                            tag("p", visit.t("training.done"), "vb-good vb-plain")
        except InferenceError as error:
            with self._told:
                reason = visit.t.said("refusal", str(error))
                tag("p", visit.t("training.failed", reason=reason), "vb-bad vb-text vb-plain")
        finally:
            self._progress.set_visibility(False)
            self._button.props(remove="loading")

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
            rows = [
                _row(t(f"training.{name}"), before[name] if before else None, now[name], before) for name in FIGURES
            ]
            rows += [
                _row(self._visit.names.intent(name), before["f1"].get(name) if before else None, f1, before, f1=True)
                for name, f1 in sorted(now["f1"].items(), key=lambda item: float(item[1]))
            ]
            with ui.expansion(t("training.measured", count=now["examples"], accuracy=f"{now['accuracy']:.1%}")) as all_:
                DataTable(columns, rows, name=t("training.title"))
            all_.classes("vb-items").set_value(before is not None)


def _row(name: str, before: float | None, now: float, both: Measured, *, f1: bool = False) -> Row:
    def shown(value: float | None) -> str:
        return "–" if value is None or value != value else f"{value:.2f}" if f1 else f"{value:.1%}"

    change = (now - before) if before is not None else 0.0
    tone: Tone | None = None if abs(change) < 0.005 else "good" if change > 0 else "warn"
    cells: list[Cell | str] = [Cell(name, second="F1" if f1 else "")]
    return Row([*cells, *([shown(before)] if both else []), Cell(shown(now), tone=tone)])


def _tone(state: Mapping[str, Any]) -> Tone:
    return "good" if state["current"] else "warn"


async def training_state(visit: Visit) -> Mapping[str, Any] | None:
    try:
        return await visit.sources.models.call("intents_state", {}, timeout_s=STATE_S)
    except InferenceError:
        return None
