"""One item of a call's score: its verdict, why, the evidence one click away, and what people said about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from nicegui import ui

from voicebot.console.components.parts import Tone, badge, box, tag
from voicebot.console.names import Names, minutes
from voicebot.console.pages.decided_how import decided_how
from voicebot.console.scorecard_words.rule_words import RuleWords
from voicebot.console.texts import Texts
from voicebot.qa.material import Answer, Evidence, Verdict
from voicebot.qa.review.reading import ReviewedItem
from voicebot.qa.review.review import Appeal, AppealStatus, Review

ANSWERS: Final[dict[str, tuple[str, Tone]]] = {
    "fail": ("close", "bad"),
    "unsure": ("help_outline", "warn"),
    "pass": ("check", "good"),
    "not_applicable": ("remove", ""),
}
"""Answer -> sign and tone, in the order in which the items are shown: what wants attention comes first."""
APPEAL_TONES: Final[dict[AppealStatus, Tone]] = {"open": "warn", "upheld": "good", "rejected": ""}
MOST_EVIDENCE: Final = 6


class ScoredItem:
    """Shows items for one reader."""

    def __init__(self, t: Texts, names: Names, people: Mapping[str, str], quote: Callable[[Evidence], str]) -> None:
        """people: account -> name. quote: the words of a piece of evidence, as the reader may see them."""
        self._t = t
        self._names = names
        self._people = people
        self._quote = quote

    @contextmanager
    def shown(self, each: ReviewedItem, words: RuleWords) -> Iterator[None]:
        """Holds what can be done about it. words: of the scorecard as it was then."""
        with box("vb-item"):
            self._head(each)
            self._why(each)
            self._evidence(each.verdict)
            with ui.element("details").classes("vb-folded vb-item-how"):
                tag("summary", self._t("rule.how"))
                decided_how(self._t, words, each.item)
            self._said(each)
            yield

    def _head(self, each: ReviewedItem) -> None:
        verdict, item = each.final, each.item
        sign, tone = ANSWERS[verdict.answer]
        with box("vb-row"):
            with box(f"vb-item-sign vb-tone-{tone}" if tone else "vb-item-sign"):
                ui.icon(sign).props("aria-hidden=true")
            tag("span", item.title, "vb-strong vb-grow")
            if item.fatal:
                badge(self._t("score.fatal"), "bad" if verdict.answer == "fail" else "")
            points = f"{verdict.points:g}/{item.weight:g}"
            tag("span", points if verdict.answer in ("pass", "fail") else "", "vb-faint vb-figures")

    def _why(self, each: ReviewedItem) -> None:
        said = self._names.reason(each.verdict.reason)
        if each.reviews:
            said = self._t("reviewing.machine", answer=self._t(f"answer.{each.verdict.answer}"), reason=said)
        tag("div", said, "vb-item-reason vb-text")
        if each.final.answer == "fail" and each.item.advice:
            tag("div", each.item.advice, "vb-item-reason vb-faint")

    def _evidence(self, verdict: Verdict) -> None:
        places: dict[str, Evidence] = {}
        for evidence in verdict.evidence:
            places.setdefault(self._place(evidence), evidence)
        if places:
            with box("vb-row vb-wrap vb-item-evidence"):
                for place, evidence in list(places.items())[:MOST_EVIDENCE]:
                    _piece(place, evidence)

    def _place(self, evidence: Evidence) -> str:
        """Time and words, by which a place that several conditions found is told from others."""
        return f"{minutes(evidence.started_ms / 1000)} {self._quote(evidence) or self._t('score.here')}"

    def _said(self, each: ReviewedItem) -> None:
        """In order of time: an answer follows the appeal that it was given to."""
        stood = each.verdict.answer
        appeals = list(each.appeals)
        for review in each.reviews:
            while appeals and appeals[0].appealed_at <= review.reviewed_at:
                self._appeal(appeals.pop(0))
            self._review(review, stood)
            stood = review.answer
        for appeal in appeals:
            self._appeal(appeal)

    def _review(self, review: Review, stood: Answer) -> None:
        """stood: what was answered before."""
        changed = "reviewing.restored" if review.confirms else "reviewing.overruled"
        what = "reviewing.confirmed" if review.answer == stood else changed
        who = self._people.get(review.reviewer, review.reviewer)
        with box("vb-item-said"):
            answer = self._t(f"answer.{review.answer}")
            tag("div", self._t(what, who=who, at=self._names.time(review.reviewed_at), answer=answer), "vb-text")
            self._words(review.comment)

    def _appeal(self, appeal: Appeal) -> None:
        who = self._names.agent(appeal.agent_id)
        with box("vb-item-said"):
            with box("vb-row vb-wrap"):
                tag("span", self._t("reviewing.appealed", who=who, at=self._names.time(appeal.appealed_at)), "vb-text")
                badge(self._t(f"appeal_status.{appeal.status}"), APPEAL_TONES[appeal.status])
            self._words(appeal.reason)
            if appeal.status == "rejected":  # one that was upheld has become a review
                by = self._people.get(appeal.answered_by or "", appeal.answered_by or "")
                at = self._names.time(appeal.answered_at)
                tag("div", self._t("reviewing.rejected", who=by, at=at), "vb-text")
                self._words(appeal.comment or "")

    def _words(self, words: str) -> None:
        if words:
            tag("div", self._names.said(words), "vb-text vb-soft")


def _piece(place: str, evidence: Evidence) -> None:
    """A click plays the place and shows the turn, within the browser."""
    start_s = evidence.started_ms / 1000
    button = tag("button", place, "vb-evidence")
    button.props["type"] = "button"
    told = [("vb-seek", f"{start_s:.3f}")]
    if evidence.seq is not None:
        told.append(("vb-show-line", f"{evidence.seq:d}"))
    events = " ".join(f"window.dispatchEvent(new CustomEvent('{name}', {{detail: {at}}}));" for name, at in told)
    button.on("click", js_handler=f"() => {{ {events} }}")
