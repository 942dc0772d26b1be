"""What a visitor may do about the items of a call's score: confirm, overrule, appeal, answer an appeal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Final

from nicegui import ui

from voicebot.accounts.call_access import may_with_call
from voicebot.accounts.permissions import Action
from voicebot.console.attempting import attempted
from voicebot.console.components.answer_dialog import AnswerDialog, Submit
from voicebot.console.components.parts import box, tag
from voicebot.console.once import once
from voicebot.console.visit import Visit
from voicebot.qa.material import Answer
from voicebot.qa.review.reading import ReviewedItem
from voicebot.qa.review.review import Appeal
from voicebot.qa.review.reviews import LONGEST_COMMENT, CannotReview, ReviewedMeanwhile, Reviewing, ReviewStore
from voicebot.store.database import StoreError
from voicebot.store.records import CallRecord

GIVEN: Final[tuple[Answer, ...]] = ("pass", "fail", "not_applicable")
"""What a person may answer in place of a verdict."""
STANDS: Final = "stands"
"""The verdict was right: the appeal is rejected."""


class ReviewActions:
    """For one call and one visitor. Every act is checked and audited where it is written."""

    def __init__(self, visit: Visit, call: CallRecord, on_done: Callable[[], Awaitable[None]]) -> None:
        """on_done: the score has changed, or what people say about it."""
        self._visit = visit
        self._t = visit.t
        self._call = call
        self._on_done = on_done
        self._store = ReviewStore(visit.sources.store)
        self._may_review = may_with_call(visit.viewer.actor, Action.REVIEW_SCORE, call)
        self._may_appeal = may_with_call(visit.viewer.actor, Action.APPEAL_SCORE, call)

    def buttons(self, scorecard: str, each: ReviewedItem) -> None:
        """Those that make sense for the item as it stands; none for who may do nothing."""
        offered = list(self._offered(scorecard, each))
        if offered:
            with box("vb-row vb-wrap vb-item-actions"):
                for text, act in offered:
                    button = tag("button", self._t(text), "vb-small-button")
                    button.props["type"] = "button"
                    button.props["aria-label"] = f"{self._t(text)}：{each.item.title}"
                    button.on("click", act)

    def _offered(self, scorecard: str, each: ReviewedItem) -> list[tuple[str, Callable[[], object]]]:
        appeal = each.open_appeal
        if self._may_review and appeal is not None:
            return [("reviewing.answer", partial(self._answer, each, appeal))]
        if self._may_review:
            confirm = ("reviewing.confirm", once(partial(self._confirm, scorecard, each)))
            overrule = partial(self._overrule, scorecard, each)
            if each.final.answer == "unsure":
                return [("reviewing.decide", overrule)]
            again = ("reviewing.overrule", overrule)
            return [again] if each.reviews else [confirm, again]
        if self._may_appeal and appeal is None and each.final.answer not in ("pass", "unsure"):
            return [("reviewing.appeal", partial(self._appeal, scorecard, each))]
        return []

    async def _confirm(self, scorecard: str, each: ReviewedItem) -> bool:
        stands = each.final.answer
        return await self._write(self._review(scorecard, each, stands, "", instead_of=stands))

    async def _review(
        self, scorecard: str, each: ReviewedItem, answer: Answer, words: str, *, instead_of: Answer
    ) -> None:
        actor = self._visit.viewer.actor
        reviewing = Reviewing(
            self._call.id, scorecard, each.item.name, answer, actor.name, words, instead_of=instead_of
        )
        await self._store.review(reviewing, actor=actor.id, at=datetime.now(UTC))

    def _overrule(self, scorecard: str, each: ReviewedItem) -> None:
        """Whose answer comes after a colleague's is told of that, and may overrule it."""
        stands = each.final.answer

        def refused(why: CannotReview) -> None:
            nonlocal stands
            if not isinstance(why, ReviewedMeanwhile):
                dialog.close()
                return
            stands = why.stands
            told = self._t("reviewing.meanwhile", answer=self._t(f"answer.{stands}"))
            dialog.ask_again(told, self._other_answers(stands))

        async def submit(answer: str, words: str) -> bool:
            write = self._review(scorecard, each, _given(answer), words, instead_of=stands)
            return await self._write(write, on_refused=refused)

        title = "reviewing.decide_title" if stands == "unsure" else "reviewing.overrule_title"
        dialog = self._ask(title, "reviewing.comment", each, submit, self._other_answers(stands))

    def _appeal(self, scorecard: str, each: ReviewedItem) -> None:
        async def submit(_: str, words: str) -> bool:
            actor, item = self._visit.viewer.actor, each.item.name
            write = self._store.appeal(
                self._call.id,
                scorecard,
                item,
                agent_id=actor.agent_id or "",
                reason=words,
                actor=actor.id,
                at=datetime.now(UTC),
            )
            return await self._write(write, on_refused=lambda _: dialog.close())

        dialog = self._ask("reviewing.appeal_title", "reviewing.reason", each, submit)

    def _answer(self, each: ReviewedItem, appeal: Appeal) -> None:
        async def submit(answer: str, words: str) -> bool:
            actor = self._visit.viewer.actor
            write = self._store.answer_appeal(
                appeal.id,
                answer=None if answer == STANDS else _given(answer),
                reviewer=actor.name,
                comment=words,
                actor=actor.id,
                at=datetime.now(UTC),
            )
            return await self._write(write, on_refused=lambda _: dialog.close())

        answers = {STANDS: self._t("reviewing.stands"), **self._other_answers(each.final.answer)}
        dialog = self._ask("reviewing.answer_title", "reviewing.reply", each, submit, answers)

    def _other_answers(self, stands: Answer) -> dict[str, str]:
        return {given: self._t(f"answer.{given}") for given in GIVEN if given != stands}

    def _ask(
        self, title: str, words: str, each: ReviewedItem, submit: Submit, answers: Mapping[str, str] | None = None
    ) -> AnswerDialog:
        t = self._t
        with ui.context.client.content:  # not within what is drawn anew
            shown = t(title, item=each.item.title)
            return AnswerDialog(t, shown, submit, words=t(words), longest=LONGEST_COMMENT, answers=answers)

    async def _write(
        self, write: Awaitable[object], *, on_refused: Callable[[CannotReview], None] | None = None
    ) -> bool:
        done = await attempted(self._t, write, on_refused=on_refused)
        with suppress(StoreError):  # which has been told
            await self._on_done()  # what was refused may have been changed by a colleague
        return done


def _given(answer: str) -> Answer:
    """Only these are offered."""
    return next(given for given in GIVEN if given == answer)
