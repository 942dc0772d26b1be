"""The people who take calls, with what they can settle and speak; the list is read again while calls go on."""

from __future__ import annotations

from collections.abc import Mapping

from dialect_router.agents import Agent
from voicebot.console.company.file_page import edit_link
from voicebot.console.company.room import room
from voicebot.console.company.versions import versions_panel
from voicebot.console.components.data_table import Cell, Column, DataTable, Row
from voicebot.console.components.parts import empty, panel, tag
from voicebot.console.texts import Texts
from voicebot.console.visit import Visit


async def agents(visit: Visit) -> None:
    t, known = visit.t, visit.sources.company.current.agents
    with room(visit, "rules", t("company.tab.agents"), tab="agents") as tools:
        with tools:
            edit_link(visit, "agents.csv")
        tag("p", t("staff.about"), "vb-soft vb-plain")
        with panel(t("staff.all", count=len(known)), flush=True, classes="vb-whole-cells"):
            if not known:
                with empty("groups", t("staff.none.title"), t("staff.none.what_to_do")):
                    return
            columns = [
                Column(t("call.agent"), "9rem"),
                Column(t("call.team"), "7rem"),
                Column(t("staff.skills")),
                Column(t("staff.dialects")),
                Column(t("staff.seniority"), "5rem", "right"),
                Column(t("staff.phone"), "12rem"),
            ]
            DataTable(columns, [_row(visit, each) for each in known], name=t("company.tab.agents"))
        await versions_panel(visit, "agents.csv")


def _row(visit: Visit, agent: Agent) -> Row:
    names, company = visit.names, visit.sources.company.current
    return Row(
        [
            Cell(agent.name, second=agent.id),
            agent.team,
            _levels(visit.t, {company.routing.title_of(name): level for name, level in agent.skills.items()}),
            _levels(visit.t, {names.dialect(tag): level for tag, level in agent.dialects.items()}),
            str(agent.seniority),
            names.said(agent.phone) or visit.t("staff.registers"),
        ],
        id=agent.id,
    )


def _levels(t: Texts, found: Mapping[str, int]) -> str:
    return t.listed(f"{name} {level}" for name, level in sorted(found.items(), key=lambda item: -item[1]))
