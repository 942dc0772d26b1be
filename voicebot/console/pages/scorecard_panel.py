"""What a call was scored: total and dimensions, and each item with its verdict and the evidence one click away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

import structlog
from nicegui import ui

from voicebot.company.problems import CompanyError
from voicebot.console.components.parts import Tone, badge, box, empty, panel, tag
from voicebot.console.names import Names, minutes
from voicebot.console.texts import Texts
from voicebot.console.visit import Visit
from voicebot.qa.material import Evidence, Verdict
from voicebot.qa.reading import scored_turn
from voicebot.qa.result import ScoreResult
from voicebot.qa.scorecard.files import parse_scorecard
from voicebot.qa.scorecard.model import Item, Scorecard
from voicebot.qa.scores import KeptScore, ScoreStore
from voicebot.store.records import CallRecord, TurnRecord

log = structlog.get_logger(__name__)

ANSWERS: Final[dict[str, tuple[str, Tone]]] = {
    "fail": ("close", "bad"),
    "unsure": ("help_outline", "warn"),
    "pass": ("check", "good"),
    "not_applicable": ("remove", ""),
}
"""Answer -> sign and tone, in the order in which the items are shown: what wants attention comes first."""
MOST_EVIDENCE: Final = 6
Quote = Callable[[Evidence], str]


async def scorecard_panel(visit: Visit, names: Names, call: CallRecord, turns: Sequence[TurnRecord]) -> None:
    t = visit.t
    book = ScoreStore(visit.sources.store)
    heard = [scored for turn in turns if (scored := scored_turn(turn)) is not None]
    quote = partial(_quote, names, {turn.seq: turn.text for turn in heard})
    kept = [score for score in await book.of_call(call.id, heard) if score.current]
    if not kept:
        with panel(t("score.title")), empty("grading", t("score.none.title"), t("score.none.what_to_do")):
            return
    for score in kept:
        card = await _card(book, score)
        title = card.title if card else t("score.title")
        with panel(title, flush=True, classes="vb-scorecard") as tools:
            with tools:
                tag("span", t("score.version", version=score.result.version), "vb-faint vb-small")
            _totals(t, score.result)
            if card is not None:
                _items(t, names, quote, score.result, card)


async def _card(book: ScoreStore, score: KeptScore) -> Scorecard | None:
    """The scorecard as it was then."""
    text = await book.scorecard_text(score.result.scorecard_hash) if score.result.scorecard_hash else None
    try:
        return parse_scorecard(text, score.result.scorecard) if text is not None else None
    except CompanyError as error:
        log.warning("scorecard_not_readable", scorecard=score.result.scorecard, reason=str(error))
        return None


def _totals(t: Texts, result: ScoreResult) -> None:
    with box("vb-score-head"):
        with box(f"vb-score-total vb-tone-{score_tone(result.total)}"):
            tag("span", "–" if result.total is None else f"{result.total:.0f}")
        with box("vb-grow"):
            if result.not_scorable:
                tag("div", result.not_scorable, "vb-strong")
            elif result.fatal:
                without = "–" if result.without_veto is None else f"{result.without_veto:.0f}"
                tag("div", t("score.vetoed", without=without), "vb-strong")
            tag("div", t("score.decided", share=f"{result.decided:.0%}"), "vb-faint vb-small")
    with box("vb-dimensions"):
        for dimension in result.dimensions:
            tag("span", dimension.title, "vb-soft")
            with box("vb-bar"), box() as bar:
                bar.style(f"width: {dimension.score or 0:.0f}%")
            tag("span", "–" if dimension.score is None else f"{dimension.score:.0f}", "vb-figures vb-number")


def _items(t: Texts, names: Names, quote: Quote, result: ScoreResult, card: Scorecard) -> None:
    known: Mapping[str, Item] = {item.name: item for item in card.items}
    by_answer: defaultdict[str, list[Verdict]] = defaultdict(list)
    for verdict in result.verdicts:
        by_answer[verdict.answer].append(verdict)
    for answer in ANSWERS:
        found = by_answer[answer]
        if not found:
            continue
        open_at_first = answer in ("fail", "unsure")
        with ui.expansion(f"{t(f'answer.{answer}')} {len(found)}", value=open_at_first).classes("vb-items"):
            for verdict in found:
                if item := known.get(verdict.item):
                    _item(t, names, quote, verdict, item)


def _item(t: Texts, names: Names, quote: Quote, verdict: Verdict, item: Item) -> None:
    sign, tone = ANSWERS[verdict.answer]
    with box("vb-item"):
        with box("vb-row"):
            with box(f"vb-item-sign vb-tone-{tone}" if tone else "vb-item-sign"):
                ui.icon(sign).props("aria-hidden=true")
            tag("span", item.title, "vb-strong vb-grow")
            if item.fatal:
                badge(t("score.fatal"), "bad" if verdict.answer == "fail" else "")
            points = f"{verdict.points:g}/{item.weight:g}"
            tag("span", points if verdict.answer in ("pass", "fail") else "", "vb-faint vb-figures")
        tag("div", names.said(verdict.reason), "vb-item-reason vb-text")
        if verdict.answer == "fail" and item.advice:
            tag("div", item.advice, "vb-item-reason vb-faint")
        if verdict.evidence:
            with box("vb-row vb-wrap vb-item-evidence"):
                for evidence in verdict.evidence[:MOST_EVIDENCE]:
                    _evidence(quote(evidence) or t("score.here"), evidence)


def _evidence(words: str, evidence: Evidence) -> None:
    """A click plays the place and shows the turn, within the browser."""
    start_s = evidence.started_ms / 1000
    button = tag("button", f"{minutes(start_s)} {words}", "vb-evidence")
    button.props["type"] = "button"
    told = [("vb-seek", f"{start_s:.3f}")]
    if evidence.seq is not None:
        told.append(("vb-show-line", f"{evidence.seq:d}"))
    events = " ".join(f"window.dispatchEvent(new CustomEvent('{name}', {{detail: {at}}}));" for name, at in told)
    button.on("click", js_handler=f"() => {{ {events} }}")


def _quote(names: Names, texts: Mapping[int, str], evidence: Evidence) -> str:
    """Its words, with what is personal in the whole turn masked: half a number would not be known for one."""
    text = texts.get(evidence.seq, "") if evidence.seq is not None else ""
    shown = names.said(text)
    return shown[evidence.start : evidence.end] if len(shown) == len(text) else names.said(evidence.words)


def score_tone(total: float | None) -> Tone:
    if total is None:
        return ""
    return "good" if total >= 80 else "warn" if total >= 60 else "bad"
