"""All that changes in the course of one call's dialogue, in one place, so that it can be copied for a rehearsal."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from dialect_router.routing import OffersSoFar
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

    offers: OffersSoFar = field(default_factory=OffersSoFar)
    """What was decided about humans so far."""
    routing: str = ""
    """Why a human was brought up in this turn."""
    matter: str = ""
    """Name of the last intent that was a matter of its own."""
    message_task: str | None = None
    """Id of the task that holds the message which the caller leaves."""
    in_queue: bool = False
    """Waits for a human, whatever is being talked about meanwhile."""
    begun: list[FlowRun] = field(default_factory=list)
    """Every flow that was begun, in order: for whoever takes the call over."""

    prompts: Counter[str] = field(default_factory=Counter)
    """How often each prompt was said: its variants take turns."""
    actions: list[ActionDone] = field(default_factory=list)
    """Tools that ran for the reply being made."""
    carried_out: list[ActionDone] = field(default_factory=list)
    """Tools that ran in the whole call."""
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
            carried_out=list(self.carried_out),
            begun=list(self.begun),
        )
