"""All that changes in the course of one call's dialogue, in one place, so that it can be copied for a rehearsal."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from voicebot.dialogue.flows import FlowRun
from voicebot.dialogue.language import SpokenLanguage
from voicebot.dialogue.listened import Listened
from voicebot.dialogue.moves import OpenQuestion, Question
from voicebot.dialogue.types import ActionDone, Segment

PHONE_TAIL_TRIES = 2
"""Guesses at the last four digits in a whole call: more would let a stranger try them out."""


@dataclass(slots=True)
class Memory:
    language: SpokenLanguage
    question: Question = field(default_factory=OpenQuestion)
    """The one that stands."""
    said: tuple[Segment, ...] = ()
    """The last reply."""
    listened: Listened = field(default_factory=Listened)
    """How much of it was heard."""
    intent: str = "none"
    """Name of the intent that this turn is about."""
    outcome: str = "abandoned"

    flows: list[FlowRun] = field(default_factory=list)
    """Going on; the last one is being served, the others were interrupted by it."""
    last_flow: FlowRun | None = None
    """The one that ended last."""
    phone_tails_left: int = PHONE_TAIL_TRIES
    sent_back: int = 0
    """Times that outcomes sent the caller back to a slot."""

    turns: int = 0
    failures: int = 0
    """Turns in a row without progress."""
    repeats: int = 0
    """Requests in a row to say it again."""
    callback_tries: int = 0
    comforted: bool = False
    tool_has_failed: bool = False

    prompts: Counter[str] = field(default_factory=Counter)
    """How often each prompt was said: its variants take turns."""
    actions: list[ActionDone] = field(default_factory=list)
    """Tools that ran for the reply being made."""
    done: list[str] = field(default_factory=list)
    """What the call was about, a line for each errand: for whoever takes it over."""

    def copied(self) -> Memory:
        return replace(
            self,
            flows=[run.copied() for run in self.flows],
            last_flow=self.last_flow.copied() if self.last_flow else None,
            prompts=self.prompts.copy(),
            actions=[],
            done=list(self.done),
        )
