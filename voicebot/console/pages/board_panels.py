"""What stands beside the calls of the board: who waits, who is at the desk, how busy the models are."""

from __future__ import annotations

from collections.abc import Sequence

from voicebot.accounts.permissions import Action, Subject, may
from voicebot.agent_events import PresenceChanged
from voicebot.console.components.data_table import Cell, Column, DataTable, Row
from voicebot.console.components.parts import box, empty, panel, tag
from voicebot.console.desk.presence_switch import TONES
from voicebot.console.live_calls import LiveCall
from voicebot.console.visit import Visit
from voicebot.console.vital_signs import VitalSigns


class QueuePanel:
    """Those of the calls that wait for a human, the one that came first on top."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        t = visit.t
        columns = [
            Column(t("call.caller")),
            Column(t("board.skill"), "8rem"),
            Column(t("call.dialect"), "9rem"),
            Column(t("board.waits"), "6rem", "right"),
        ]
        with panel(t("board.queue"), flush=True, classes="vb-board-queue"):
            self._table = DataTable(columns, name=t("board.queue"))
            self._nobody = tag("p", t("board.no_queue"), "vb-menu-note")

    def show(self, calls: Sequence[LiveCall]) -> None:
        waiting = sorted((call for call in calls if call.waiting_since), key=lambda call: call.started_at)
        self._nobody.set_visibility(not waiting)
        self._table.set_visibility(bool(waiting))
        self._table.show([self._row(call) for call in waiting])

    def _row(self, call: LiveCall) -> Row:
        names = self._visit.names
        return Row(
            [
                Cell(*names.labelled(call.label, call.number)),
                self._visit.sources.company.current.routing.title_of(call.skill),
                names.dialect(call.wanted_dialect),
                Cell("", since=(call.waiting_since or call.started_at).timestamp()),
            ],
            id=call.id,
        )


class AgentsPanel:
    """Those whom the viewer may supervise; who is away stands last."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        t = visit.t
        columns = [
            Column(t("call.agent")),
            Column(t("call.team"), "6rem"),
            Column(t("board.state"), "7rem"),
            Column(t("board.since"), "5rem", "right"),
        ]
        with panel(t("board.agents"), flush=True, classes="vb-board-agents"):
            self._table = DataTable(columns, name=t("board.agents"))
            self._nobody = tag("p", t("board.no_agents"), "vb-menu-note")

    def show(self) -> None:
        reached = [agent for agent in self._visit.sources.live_agents.all() if self._may_watch(agent)]
        self._nobody.set_visibility(not reached)
        self._table.set_visibility(bool(reached))
        self._table.show([self._row(each) for each in sorted(reached, key=lambda agent: agent.presence == "offline")])

    def _may_watch(self, agent: PresenceChanged) -> bool:
        subject = Subject(frozenset({agent.agent_id}), frozenset({agent.team}))
        return may(self._visit.viewer.actor, Action.MONITOR_CALL, subject)

    def _row(self, agent: PresenceChanged) -> Row:
        return Row(
            [
                agent.name or agent.agent_id,
                agent.team,
                Cell(self._visit.t.named("presence", agent.presence), tone=TONES.get(agent.presence, "")),
                Cell("", since=agent.at.timestamp()),
            ],
            id=agent.agent_id,
        )


class ModelsPanel:
    """How long each model lets its callers wait."""

    def __init__(self, visit: Visit) -> None:
        self._t = t = visit.t
        columns = [
            Column(t("board.model")),
            Column(t("board.waiting"), "5rem", "right"),
            Column(t("board.wait"), "6.5rem", "right"),
            Column(t("board.run"), "6.5rem", "right"),
        ]
        with panel(t("board.models"), flush=True, classes="vb-board-models"):
            self._table = DataTable(columns, name=t("board.models"))
            none = empty("speed", t("board.no_metrics.title"), t("board.no_metrics.what_to_do"))
            with box() as self._no_metrics, none:
                pass

    def show(self, signs: VitalSigns) -> None:
        self._table.set_visibility(bool(signs.models))
        self._no_metrics.set_visibility(not signs.models)
        self._table.show(
            [
                Row(
                    [self._t.named("model", name), str(load.waiting), f"{load.wait_ms:.0f} ms", f"{load.run_ms:.0f} ms"]
                )
                for name, load in sorted(signs.models.items())
            ]
        )
