"""What became of a call: why it was made, what was done and promised, and how the agents closed it."""

from __future__ import annotations

from collections.abc import Sequence

from voicebot.console.components.parts import badge, box, panel, tag
from voicebot.console.names import Names
from voicebot.console.texts import Texts
from voicebot.qa.summary import CallSummary, Sentence
from voicebot.store.floor_records import WrapUpRecord


def summary_panel(t: Texts, names: Names, summary: CallSummary | None, wrap_ups: Sequence[WrapUpRecord]) -> None:
    """Nothing until the one or the other is there, seconds after the call."""
    if summary is None and not wrap_ups:
        return
    with panel(t("summary.title")), box("vb-stack"):
        for what, sentences in _sentences(summary) if summary else ():
            with box():
                tag("div", t(f"summary.{what}"), "vb-strong")
                for sentence in sentences:
                    _sentence(t, names, sentence)
        for wrap_up in wrap_ups:
            _wrap_up(t, names, wrap_up)


def _sentences(summary: CallSummary) -> Sequence[tuple[str, Sequence[Sentence]]]:
    """Promises stand with the follow-ups that they have become."""
    parts = (
        ("reason", (summary.reason,)),
        ("done", summary.done),
        ("next", (summary.next_step,) if summary.next_step else ()),
    )
    return [(what, sentences) for what, sentences in parts if sentences]


def _sentence(t: Texts, names: Names, sentence: Sentence) -> None:
    """A click shows the turn that says so, within the browser."""
    with box("vb-row vb-wrap"):
        tag("span", names.reason(sentence.text), "vb-text vb-soft")
        for seq in sentence.turns[:1]:
            button = tag("button", t("summary.show"), "vb-evidence")
            button.props["type"] = "button"
            button.props["aria-label"] = f"{t('summary.show')}：{names.said(sentence.text)}"
            shows = f"window.dispatchEvent(new CustomEvent('vb-show-line', {{detail: {seq:d}}}))"
            button.on("click", js_handler=f"() => {{ {shows} }}")


def _wrap_up(t: Texts, names: Names, wrap_up: WrapUpRecord) -> None:
    with box():
        tag("div", t("summary.closed_by", who=names.agent(wrap_up.agent_id)), "vb-strong")
        with box("vb-row vb-wrap"):
            badge(wrap_up.title, "accent")
            tag("span", t("summary.confirmed" if wrap_up.confirmed else "summary.suggested"), "vb-faint vb-small")
        tag("div", names.said(wrap_up.summary), "vb-text vb-soft")
        if wrap_up.note:
            tag("div", f"{t('desk.own_note')}：{names.said(wrap_up.note)}", "vb-text")
