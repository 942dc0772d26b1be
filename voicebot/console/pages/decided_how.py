"""How an item of a scorecard is decided: in sentences, and behind a quiet line as it is written in the file."""

from __future__ import annotations

from nicegui import ui

from voicebot.console.components.parts import box, tag
from voicebot.console.scorecard_words.rule_words import RuleWords
from voicebot.console.texts import Texts
from voicebot.qa.scorecard.model import Item


def decided_how(t: Texts, words: RuleWords, item: Item) -> None:
    with box("vb-decided"):
        for sentence in (words.decided_by(item), *words.counts(item)):
            tag("p", sentence, "vb-text")
        if conditions := words.conditions(item):
            tag("p", t("rule.conditions"), "vb-faint")
            with tag("dl"):
                for title, what in conditions.items():
                    tag("dt", title, "vb-text")
                    tag("dd", what, "vb-text")
        if item.rules:
            with ui.element("details").classes("vb-folded"):
                tag("summary", t("rule.expression"))
                for line in words.written(item):
                    tag("code", line, "vb-text")
