"""What a call was scored: total and dimensions, and each item with its verdict and the evidence one click away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial

from nicegui import ui
from nicegui.events import ValueChangeEventArguments

from voicebot.accounts.call_access import may_with_call
from voicebot.accounts.permissions import Action
from voicebot.console.components.parts import Tone, box, empty, link, panel, tag
from voicebot.console.names import Names
from voicebot.console.pages.review_actions import ReviewActions
from voicebot.console.pages.scored_item import ANSWERS, ScoredItem
from voicebot.console.people import shown_names
from voicebot.console.scorecard_words.rule_words import RuleWords
from voicebot.console.visit import Visit
from voicebot.qa.material import Evidence, ScoredTurn
from voicebot.qa.reading import scored_turn
from voicebot.qa.review.reading import ReviewedItem, ReviewedScore, reviewed_scores
from voicebot.qa.review.samples import Sample, SampleStore
from voicebot.store.records import CallRecord, TurnRecord


async def scorecard_panel(visit: Visit, names: Names, call: CallRecord, turns: Sequence[TurnRecord]) -> None:
    """Hidden from who is to score the call blind, until they have."""
    if may_with_call(visit.viewer.actor, Action.REVIEW_SCORE, call):
        owed = await SampleStore(visit.sources.store).owed(visit.viewer.actor.name)
        if sample := owed.get(call.id):
            _blind_first(visit, sample)
            return
    heard = [scored for turn in turns if (scored := scored_turn(turn)) is not None]
    await _Panel(visit, names, call, heard, await shown_names(visit.sources.store)).draw()


def _blind_first(visit: Visit, sample: Sample) -> None:
    t = visit.t
    with panel(t("score.title")), empty("visibility_off", t("blind.first.title"), t("blind.first.what_to_do")):
        link(t("blind.begin"), f"/reviews/blind/{sample.id}", "vb-button")


class _Panel:
    """Drawn anew after each thing that somebody says about the score."""

    def __init__(
        self, visit: Visit, names: Names, call: CallRecord, turns: Sequence[ScoredTurn], people: Mapping[str, str]
    ) -> None:
        self._visit = visit
        self._t = visit.t
        self._names = names
        self._call = call
        self._turns = turns
        self._open: dict[str, bool] = {}
        """Which groups of items the visitor has folded out or in."""
        self._actions = ReviewActions(visit, call, self.draw)
        self._item = ScoredItem(visit.t, names, people, partial(_quote, names, {turn.seq: turn.text for turn in turns}))
        self._place = box("vb-stack")

    async def draw(self) -> None:
        found = await reviewed_scores(self._visit.sources.store, self._call.id, self._turns)
        self._place.clear()
        with self._place:
            if not found:
                with (
                    panel(self._t("score.title")),
                    empty("grading", self._t("score.none.title"), self._t("score.none.what_to_do")),
                ):
                    pass
            for score in found:
                self._score(score)

    def _score(self, score: ReviewedScore) -> None:
        title = score.card.title if score.card else self._t("score.title")
        with panel(title, flush=True, classes="vb-scorecard") as tools:
            with tools:
                tag("span", self._t("score.version", version=score.kept.result.version), "vb-faint vb-small")
            self._totals(score)
            if score.card:
                self._items(score, RuleWords(self._t, self._names, score.card))

    def _totals(self, score: ReviewedScore) -> None:
        t, result, machine = self._t, score.final, score.kept.result
        with box("vb-score-head"):
            with box(f"vb-score-total vb-tone-{score_tone(result.total)}"):
                tag("span", _figure(result.total))
            with box("vb-grow"):
                if result.not_scorable:
                    tag("div", self._names.reason(result.not_scorable), "vb-strong")
                elif result.fatal:
                    tag("div", t("score.vetoed", without=_figure(result.without_veto)), "vb-strong")
                if result is not machine:
                    tag("div", t("score.after_review", total=_figure(machine.total)), "vb-soft")
                tag("div", t("score.decided", share=f"{result.decided:.0%}"), "vb-faint vb-small")
        with box("vb-dimensions"):
            for dimension in result.dimensions:
                tag("span", dimension.title, "vb-soft")
                with box("vb-bar"), box() as bar:
                    bar.style(f"width: {dimension.score or 0:.0f}%")
                tag("span", _figure(dimension.score), "vb-figures vb-number")

    def _items(self, score: ReviewedScore, words: RuleWords) -> None:
        by_answer: defaultdict[str, list[ReviewedItem]] = defaultdict(list)
        for each in score.items:
            by_answer[each.final.answer].append(each)
        for answer in ANSWERS:
            found = by_answer[answer]
            if not found:
                continue
            title = f"{self._t(f'answer.{answer}')} {len(found)}"
            of_interest = answer in ("fail", "unsure") or any(each.reviews or each.appeals for each in found)
            is_open = self._open.get(answer, of_interest)
            with ui.expansion(title, value=is_open).classes("vb-items") as group:
                for each in found:
                    with self._item.shown(each, words):
                        self._actions.buttons(score.kept.result.scorecard, each)
            group.on_value_change(partial(self._folded, answer))

    def _folded(self, answer: str, event: ValueChangeEventArguments[bool]) -> None:
        self._open[answer] = event.value


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"


def _quote(names: Names, texts: Mapping[int, str], evidence: Evidence) -> str:
    """Its words, with what is personal in the whole turn masked: half a number would not be known for one."""
    text = texts.get(evidence.seq, "") if evidence.seq is not None else ""
    shown = names.said(text)
    return shown[evidence.start : evidence.end] if len(shown) == len(text) else names.said(evidence.words)


def score_tone(total: float | None) -> Tone:
    if total is None:
        return ""
    return "good" if total >= 80 else "warn" if total >= 60 else "bad"
