"""The next call of a sample, scored by a person who does not see what the system says until they have answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from nicegui import ui

from voicebot.accounts.call_access import may_with_call
from voicebot.accounts.permissions import Action
from voicebot.console.attempting import attempted
from voicebot.console.auditing import SEEN
from voicebot.console.components.native_choice import native_choice
from voicebot.console.components.parts import box, empty, link, panel, tag
from voicebot.console.once import once
from voicebot.console.pages.call_parts import recording_panel, recording_peaks, transcript_panel
from voicebot.console.shell import framed
from voicebot.console.visit import Visit, not_found
from voicebot.privacy.audit import Audit
from voicebot.qa.material import Answer
from voicebot.qa.reading import read_material
from voicebot.qa.review.reading import reviewed_scores
from voicebot.qa.review.reviews import Reviewing
from voicebot.qa.review.samples import Sample, SampleStore
from voicebot.qa.scorecard.model import Item
from voicebot.store.records import CallRecord, TurnRecord

ANSWERS: Final[tuple[Answer, ...]] = ("pass", "fail", "not_applicable", "unsure")


@dataclass(frozen=True, slots=True)
class _Task:
    """A call to be scored."""

    call: CallRecord
    turns: Sequence[TurnRecord]
    items: Sequence[Item]
    """Those that apply to it."""


async def blind(visit: Visit) -> None:
    t, rater = visit.t, visit.viewer.actor.name
    book = SampleStore(visit.sources.store)
    sample = await book.sample(visit.asked("sample_id"))
    if sample is None or rater not in sample.raters:
        not_found(visit)
        return
    left = await book.left(sample, rater)
    task = await _first_task(visit, sample, left)
    done = len(sample.call_ids) - len(left)
    with framed(visit.viewer, "reviews", t("blind.title")) as tools:
        with tools:
            tag("span", t("blind.progress", done=done, all=len(sample.call_ids)), "vb-faint vb-figures")
            if (before := visit.asked("after")) in sample.call_ids and before not in left:
                link(t("blind.compare"), f"/calls/{quote(before, safe='')}", "vb-button")
        if task is None:
            with empty("task_alt", t("blind.all_done.title"), t("blind.all_done.what_to_do")):
                link(t("nav.calibration"), "/calibration")
            return
        await Audit(visit.sources.store).record(visit.viewer.actor.id, SEEN, f"call:{task.call.id}")
        peaks = await recording_peaks(visit, task.call)
        with box("vb-stack"):
            recording_panel(visit, task.call, task.turns, None, peaks)
            with box("vb-columns vb-columns-wide-left"):
                transcript_panel(visit, visit.names, task.call, task.turns, seekable=peaks is not None)
                _Form(visit, sample, task).build()


async def _first_task(visit: Visit, sample: Sample, left: Sequence[str]) -> _Task | None:
    """The first call that is left, may be looked at, and has a score of the sample's scorecard to compare with."""
    store = visit.sources.store
    for call_id in left:
        call = await store.call(call_id)
        if call is None or not may_with_call(visit.viewer.actor, Action.REVIEW_SCORE, call):
            continue
        company = visit.sources.company.current
        material = await read_material(store, company, call_id, as_of=datetime.now(UTC))
        if material is None:
            continue
        for score in await reviewed_scores(store, call_id, material.turns):
            items = [each.item for each in score.items if each.item.applies.to(material)]
            if score.kept.result.scorecard == sample.scorecard and items:
                turns = [replace(turn, emotion=None) for turn in await store.turns(call_id)]  # heard by a model: a hint
                return _Task(call, turns, items)
    return None


class _Form:
    """One question for each item; sent when all are answered."""

    def __init__(self, visit: Visit, sample: Sample, task: _Task) -> None:
        self._visit = visit
        self._sample = sample
        self._task = task
        self._given: dict[str, Answer] = {}

    def build(self) -> None:
        t = self._visit.t
        with panel(t("blind.your_answers"), flush=True, classes="vb-blind"):
            for item in self._task.items:
                with box("vb-item"):
                    native_choice(item.title, self._choices(), self._answer_to(item), name=item.name)
                    if item.question:
                        tag("div", item.question, "vb-faint vb-small vb-text")
            with box("vb-row vb-wrap vb-blind-send"):
                self._left = tag("span", "", "vb-soft")
                self._left.props["role"] = "status"
                tag("span", classes="vb-grow")
                self._send_button = ui.button(t("blind.send"), on_click=once(self._send)).props("unelevated no-caps")
        self._count()

    def _choices(self) -> dict[str, str]:
        return {answer: self._visit.t(f"blind_answer.{answer}") for answer in ANSWERS}

    def _answer_to(self, item: Item) -> Callable[[str], None]:
        def given(answer: str) -> None:
            self._given[item.name] = next(each for each in ANSWERS if each == answer)
            self._count()

        return given

    def _count(self) -> None:
        left = len(self._task.items) - len(self._given)
        self._left.set_text(self._visit.t("blind.left", count=left) if left else self._visit.t("blind.ready"))
        self._send_button.set_enabled(left == 0)

    async def _send(self) -> bool:
        if len(self._given) < len(self._task.items):
            return False
        actor, call_id = self._visit.viewer.actor, self._task.call.id
        answers = [
            Reviewing(call_id, self._sample.scorecard, item, answer, actor.name) for item, answer in self._given.items()
        ]
        book = SampleStore(self._visit.sources.store)
        rate = book.rate(self._sample, call_id, answers, rater=actor.name, actor=actor.id, at=datetime.now(UTC))
        if done := await attempted(self._visit.t, rate):
            ui.navigate.to(f"/reviews/blind/{quote(self._sample.id, safe='')}?after={quote(call_id, safe='')}")
        return done
