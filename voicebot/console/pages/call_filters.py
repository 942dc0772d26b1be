"""What calls are looked for by: words, number, date, place, dialect, intent, mood, end, agent, score, failed item."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from dialect_router.dialects import dialects
from dialect_router.regions import provinces
from voicebot.accounts.permissions import Action
from voicebot.console.call_query import SPANS, CallQuery, day_in
from voicebot.console.components.parts import box
from voicebot.console.texts import Texts
from voicebot.console.visit import Visit
from voicebot.store.call_search import MOODS, NO_AGENT, OUTCOMES, SCORES


class _Typed:
    """The fields that are typed in. Whatever else is chosen, what stands in them is looked for, too."""

    def __init__(self, query: CallQuery) -> None:
        self._query = query
        self._fields: dict[str, ui.input] = {}

    def field(self, name: str, label: str, *, hint: str = "", icon: str) -> ui.input:
        typed = ui.input(label, value=getattr(self._query, name), placeholder=hint)
        typed.props("outlined dense clearable").on("keydown.enter", lambda: self.go())
        typed.on("clear", lambda: self.go(**{name: ""}))
        with typed.add_slot("prepend"):
            ui.icon(icon)
        self._fields[name] = typed
        return typed

    def go(self, **changed: str) -> None:
        typed = {name: str(field.value or "") for name, field in self._fields.items()}
        query = self._query.changed(**{**typed, **changed})
        ui.navigate.to(f"/calls?{query.address()}")


def call_filters(visit: Visit, query: CallQuery) -> None:
    """Each choice opens the list anew, with what was found by it."""
    t, names = visit.t, visit.names
    company = visit.sources.company.current
    typed = _Typed(query)

    def change(field: str) -> Callable[[Any], None]:
        return lambda event: typed.go(**{field: event.value or ""})

    with box("vb-panel vb-filters"):
        typed.field("words", t("calls.words"), hint=t("calls.words_hint"), icon="search").classes("vb-filter-words")
        if visit.viewer.may(Action.SEE_NUMBERS):
            typed.field("number", t("call.number"), icon="call")
        _select(t("calls.span"), {span: t(f"span.{span}") for span in SPANS}, query.span, change("span"), empty=False)
        if query.span == "dates":
            for field in ("first", "last"):
                _day(t(f"calls.{field}"), getattr(query, field), typed, field)
        _select(
            t("call.intent"), {name: names.intent(name) for name in company.intents}, query.intent, change("intent")
        )
        _select(t("call.outcome"), _named(t, "outcome", OUTCOMES), query.outcome, change("outcome"))
        _select(t("call.mood"), _named(t, "mood", MOODS), query.emotion, change("emotion"))
        places = {name: names.province(name) for name in provinces()}
        _select(t("call.province"), places, query.province, change("province"))
        spoken = {tag: names.dialect(tag) for tag in dialects()}
        _select(t("call.dialect"), spoken, query.dialect, change("dialect"))
        if company.agents:
            agent_filter(visit, query.agent, change("agent"))
        _select(t("call.score"), _named(t, "scores", SCORES), query.score, change("score"))
        if items := visit.sources.company.scorecard_items:
            _select(t("call.failed_item"), items, query.failed_item, change("failed_item"))


def agent_filter(visit: Visit, chosen: str, on_change: Callable[[Any], None]) -> None:
    """Whose calls, or those of the assistant alone."""
    agents = visit.sources.company.current.agents
    staff = {NO_AGENT: visit.t("who.assistant"), **{agent.id: agent.name for agent in agents}}
    _select(visit.t("call.agent"), staff, chosen, on_change)


def _named(t: Texts, group: str, values: tuple[str, ...]) -> dict[str, str]:
    return {value: t.named(group, value) for value in values}


def _select(
    label: str, options: Mapping[str, str], value: str, on_change: Callable[[Any], None], *, empty: bool = True
) -> None:
    known = {**options, value: options.get(value, value)} if value else dict(options)
    select = ui.select(known, label=label, value=value or None, clearable=empty, on_change=on_change)
    select.props("outlined dense options-dense").classes("vb-filter")


def _day(label: str, value: date | None, typed: _Typed, field: str) -> None:
    picker = ui.input(label, value=value.isoformat() if value else "")
    picker.props("outlined dense type=date stack-label").classes("vb-filter")

    def go(event: GenericEventArguments) -> None:
        day = str(event.args)
        if not day or day_in(day):  # some browsers tell of each digit of the year
            typed.go(**{field: day})

    # The event brings the day: Firefox tells of the change before the field has its value.
    picker.on("change", go)
