"""The flows as pictures: what is asked, what is done, what callers hear then."""

from __future__ import annotations

from typing import Final

from voicebot.company.flows import Flow, Slot
from voicebot.console.company.file_page import edit_link
from voicebot.console.company.flow_layout import picture_of
from voicebot.console.company.room import room
from voicebot.console.components.flow_picture import FlowPicture
from voicebot.console.components.parts import box, empty, facts, link, panel, tag
from voicebot.console.visit import Visit

THEN: Final = ("more", "close", "handover", "ask")


async def flows(visit: Visit) -> None:
    t, known = visit.t, visit.sources.company.current.flows
    chosen = known.get(visit.asked("flow")) or next(iter(known.values()), None)
    with room(visit, "flows", t("nav.flows")) as tools:
        if chosen is None:
            with empty("account_tree", t("flow.none.title"), t("flow.none.what_to_do")):
                return
        with tools:
            edit_link(visit, f"flows/{chosen.name}.toml")
        with box("vb-columns vb-columns-list"):
            with panel(t("flow.all"), flush=True), box("vb-list"):
                for flow in known.values():
                    element = link("", f"/company/flows?flow={flow.name}", "vb-list-entry")
                    if flow is chosen:
                        element.props["aria-current"] = "true"
                    with element:
                        tag("div", flow.title, "vb-strong")
                        tag("div", flow.name, "vb-faint vb-small")
            with box("vb-stack"):
                with panel(chosen.title):
                    then = {what: t(f"flow.then_{what}") for what in THEN}
                    names = {name: t.named("tool_outcome", name) for name in chosen.outcomes}
                    names[chosen.action.tool] = t.named("tool", chosen.action.tool)
                    FlowPicture(picture_of(chosen, then, names), name=chosen.title)
                _facts(visit, chosen)


def _facts(visit: Visit, flow: Flow) -> None:
    t, names = visit.t, visit.names
    begins = [name for name, intent in visit.sources.company.current.intents.items() if intent.flow == flow.name]
    prefilled = [f"{names.slot(slot.name)}：{_prefill(visit, slot)}" for slot in flow.slots if slot.prefill != "none"]
    with panel(t("flow.about")):
        facts(
            [
                (t("flow.begun_by"), t.listed(map(names.intent, begins)) or t("flow.nobody_begins_it")),
                (t("flow.prefilled"), "\n".join(prefilled)),
                (t("flow.silent"), t.listed(names.slot(slot.name) for slot in flow.slots if slot.is_private)),
                (t("flow.tool"), t.named("tool", flow.action.tool)),
            ]
        )


def _prefill(visit: Visit, slot: Slot) -> str:
    return visit.t.named("prefill", slot.prefill.replace(".", "_"))
