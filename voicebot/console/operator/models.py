"""The models: what is on this machine, what is in use, and fetching one with its progress."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from models.bundle import ModelError, is_installed, verify
from models.catalogue import Model, catalogue
from voicebot.chosen_models import chosen_asr
from voicebot.console.attempting import attempted
from voicebot.console.components.parts import badge, box, facts, panel, tag
from voicebot.console.operator.frame import operators_page
from voicebot.console.visit import Visit
from voicebot.privacy.audit import Audit

EVERY_S = 0.5


async def models_page(visit: Visit) -> None:
    t, settings = visit.t, visit.sources.settings
    there = await asyncio.to_thread(
        lambda: {name: is_installed(model, dir=settings.models_dir) for name, model in catalogue().items()}
    )
    used = {chosen_asr(settings)}
    with operators_page(visit, "models"):
        tag("p", t("operator.models_about", folder=settings.models_dir, hub=settings.models.hub_endpoint), "vb-plain")
        for name, model in catalogue().items():
            _model(visit, model, installed=there[name], used=name in used)


def _model(visit: Visit, model: Model, *, installed: bool, used: bool) -> None:
    t = visit.t
    with panel(model.name) as tools:
        with tools:
            if used:
                badge(t("operator.in_use"), "accent")
            badge(t("operator.installed" if installed else "operator.not_installed"), "good" if installed else "")
        tag("p", t.said("finding", model.about), "vb-plain")
        facts(
            [
                (t("operator.kind"), t.named("model_kind", model.kind)),
                (t("operator.size"), f"{model.size_mb:.0f} MB"),
                (t("operator.licence"), t.said("finding", model.licence)),
                (t("operator.limits"), t.said("finding", model.limits)),
                (t("operator.comes_from"), t(f"operator.comes_from_{model.source}", location=model.location)),
            ]
        )
        if installed:
            _verification(visit, model)
        elif model.source == "hub":
            _download(visit, model)


def _verification(visit: Visit, model: Model) -> None:
    async def check() -> None:
        told.clear()
        try:
            files = await asyncio.to_thread(verify, model.name, dir=visit.sources.settings.models_dir)
            text, classes = visit.t("operator.sound", count=len(files)), "vb-good vb-plain"
        except ModelError as error:
            text, classes = visit.t.said("refusal", str(error)), "vb-bad vb-text vb-plain"
        with told:
            tag("p", text, classes)

    with box("vb-row vb-above"):
        button = ui.button(visit.t("operator.verify"), icon="verified", on_click=check).props("outline no-caps")
        button.props["aria-label"] = f"{visit.t('operator.verify')} {model.name}"
        told = box().props("aria-live=polite")


def _download(visit: Visit, model: Model) -> None:
    t, downloads = visit.t, visit.sources.downloads

    async def begin() -> None:
        noted = Audit(visit.sources.store).record(visit.viewer.actor.id, "model.downloaded", f"model:{model.name}")
        if await attempted(t, noted):
            downloads.begin(model.name)
            show()

    with box("vb-above"):
        button = ui.button(t("operator.download"), icon="download", on_click=begin).props("unelevated no-caps")
        button.props["aria-label"] = t("operator.download_one", name=model.name)
        bar = ui.linear_progress(0, show_value=False, size="8px").props("rounded")
        bar.props["aria-label"] = t("operator.download_one", name=model.name)
        told = tag("p", "", "vb-plain vb-text vb-one-line").props("aria-live=polite")
    show = _shower(visit, model.name, button, bar, told)
    show()
    ui.timer(EVERY_S, show)


def _shower(
    visit: Visit, name: str, button: ui.button, bar: ui.linear_progress, told: TextElement
) -> Callable[[], None]:
    t, downloads = visit.t, visit.sources.downloads

    def show() -> None:
        state = downloads.states.get(name)
        going_on = state is not None and not state.done and not state.error
        bar.classes(remove="vb-unseen") if going_on else bar.classes("vb-unseen")
        button.set_enabled(not going_on)
        if state is None:
            return
        told.classes(remove="vb-bad vb-good")
        if state.error:
            told.classes("vb-bad")
            told.set_text(t.said("refusal", state.error))
        elif state.done:
            told.classes("vb-good")
            told.set_text(t("operator.downloaded", name=name))
        elif state.size:
            bar.set_value(round(state.there / state.size, 3))
            megabytes = {"there": f"{state.there / 1e6:.0f}", "size": f"{state.size / 1e6:.0f}"}
            told.set_text(t("operator.coming", file=state.file, **megabytes))
        else:
            told.set_text(t("operator.connecting"))

    return show
