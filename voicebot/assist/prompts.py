"""Live prompts to the agent while talking: few, relevant, each once, each with its source; and warnings at once.

After every turn there is at most one prompt that is not a warning: the one that is most likely to help, by its
relevance to what was said and by what agents made of prompts from the same source so far.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from voicebot.assist.cautions import Cautions, CautionWords
from voicebot.assist.forbidden import forbidden_phrases
from voicebot.assist.handover import Saying, Stage, said_by
from voicebot.assist.helpfulness import Helpfulness
from voicebot.assist.packet import Mood
from voicebot.assist.promises import Promise, promise_words
from voicebot.assist.prompt_wording import PromptWording, prompt_wording
from voicebot.assist.steps import Step, steps_of
from voicebot.assist.suggestions import CallerSaid, Suggestions
from voicebot.assist.summary import summary_wording
from voicebot.assist.whisper_prompt import Draft, WhisperPrompt
from voicebot.company import Company
from voicebot.dialogue.flows import FlowRun
from voicebot.dialogue.types import KnownCaller
from voicebot.privacy.words import personal_words
from voicebot.store.records import CustomerRecord

LEAST_SCORE: Final = 0.35
"""Relevance, after what agents made of the source, below which nothing is shown."""
_MOST: Final = 500
"""Of anything that is remembered of one call."""


@dataclass(frozen=True, slots=True)
class PromptTexts:
    """Word lists and wording: the package's own, or a company's."""

    words: CautionWords
    wording: PromptWording


@cache
def prompt_texts() -> PromptTexts:
    """Those that ship with the package."""
    return PromptTexts(CautionWords(forbidden_phrases(), promise_words(), personal_words()), prompt_wording())


@dataclass(frozen=True, slots=True)
class AssistedCall:
    """What is known when an agent joins a call."""

    call_id: str
    agent: str
    """The agent's id."""
    answered_at: datetime
    """Where `at_s` counts from; aware, in the company's time zone."""
    caller: KnownCaller
    customer: CustomerRecord | None = None
    run: FlowRun | None = None
    """The flow that the assistant had begun and not ended."""


class LivePrompts:
    """The prompts of one agent in one call. Fed with what both parties say; takes no longer than a millisecond."""

    def __init__(self, company: Company, call: AssistedCall, helpfulness: Helpfulness, texts: PromptTexts) -> None:
        """`helpfulness` is shared by all calls."""
        self._call = call
        self._helpfulness = helpfulness
        self._cautions = Cautions(texts.words, texts.wording, company.profile.hours.closes)
        self._suggestions = Suggestions(
            company,
            call.caller,
            texts.wording,
            call.answered_at.date(),
            customer=call.customer,
            run=call.run,
        )
        self._shown: set[tuple[str, str]] = set()
        """Source and subject of every prompt that is not to come again."""
        self._sure = company.profile.confidence.accept
        self._unanswered: dict[str, WhisperPrompt] = {}
        self._count = 0
        self._sayings: list[Saying] = []
        self._moods: list[Mood] = []

    def on_joined(self, at_s: float) -> tuple[WhisperPrompt, ...]:
        """The agent is on the line."""
        return self._published([], self._suggestions.joined(), at_s)

    def on_caller(self, said: CallerSaid) -> tuple[WhisperPrompt, ...]:
        """Warnings first; then at most one other prompt."""
        if said.intent.confidence >= self._sure:
            self._sayings = [*self._sayings, Saying(said.intent.name, said.text)][-_MOST:]
        self._moods = [*self._moods, Mood(said.at_s, said.emotion)][-_MOST:]
        warnings = self._cautions.caller_said(said.text, said.emotion, said.at_s)
        return self._published(warnings, self._suggestions.caller_said(said), said.at_s)

    def on_agent(self, text: str, at_s: float) -> tuple[WhisperPrompt, ...]:
        """Warnings only: who is talking has no time to read more."""
        self._suggestions.agent_said(text)
        now = self._call.answered_at + timedelta(seconds=at_s)
        return self._published(self._cautions.agent_said(text, at_s, now), (), at_s)

    def on_feedback(self, prompt_id: str, *, helped: bool) -> bool:
        """The agent accepted or dismissed a prompt; the first word counts. False for one that is not waiting."""
        prompt = self._unanswered.pop(prompt_id, None)
        if prompt is None:
            return False
        self._helpfulness.learn(prompt.kind, prompt.source, helped=helped)
        return True

    @property
    def promises(self) -> tuple[Promise, ...]:
        """What the agent promised so far."""
        return tuple(self._cautions.promises)

    def procedure(self) -> tuple[str, tuple[Step, ...]] | None:
        """The flow of what the caller wants, and its steps; None where no procedure is going on."""
        going_on = self._suggestions.procedure.going_on
        if going_on is None:
            return None
        run, asked = going_on
        return run.flow.name, steps_of(run, asked, self._call.caller.orders, summary_wording())

    def stage(self) -> Stage:
        """The agent's part of the call, for the packet of the next agent or for the wrap-up."""
        return Stage(
            by=self._call.agent,
            sayings=tuple(self._sayings),
            runs=tuple(run.copied() for run in self._suggestions.procedure.runs),
            promises=said_by(self._call.agent, self._cautions.promises),
            moods=tuple(self._moods),
        )

    def _published(self, warnings: Iterable[Draft], others: Iterable[Draft], at_s: float) -> tuple[WhisperPrompt, ...]:
        best = self._best(others)
        if best:
            self._shown.add((best.source, best.about))
        return tuple(self._prompt(draft, at_s) for draft in (*warnings, *([best] if best else [])))

    def _best(self, drafts: Iterable[Draft]) -> Draft | None:
        """The draft most likely to help among those not shown yet; None when none is good enough."""
        weighed = [
            replace(draft, score=self._helpfulness.weighed(draft.kind, draft.source, draft.score))
            for draft in drafts
            if (draft.source, draft.about) not in self._shown
        ]
        best = max(weighed, key=lambda draft: draft.score, default=None)
        return best if best and best.score >= LEAST_SCORE else None

    def _prompt(self, draft: Draft, at_s: float) -> WhisperPrompt:
        self._count += 1
        prompt = WhisperPrompt(
            f"{self._call.call_id}-{self._call.agent}-{self._count}",
            draft.kind,
            draft.text,
            draft.source,
            at_s,
            round(draft.score, 3),
        )
        self._unanswered[prompt.id] = prompt
        if len(self._unanswered) > _MOST:
            del self._unanswered[next(iter(self._unanswered))]
        return prompt
