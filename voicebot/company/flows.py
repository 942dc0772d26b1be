"""A flow: what to find out from the caller (slots), what to do then (action), what to say about it (outcomes)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from voicebot.company.model import Model, Name, Sentence

SlotType = Literal["order_number", "phone", "amount", "date", "choice", "yes_no", "product", "text", "digits"]
Prefill = Literal["customer.only_open_order", "customer.latest_order", "customer.number", "utterance", "none"]


class Slot(Model):
    """One thing to find out."""

    name: Name
    title: Sentence = ""
    """What people read in its place: 订单号. Empty: its name."""
    type: SlotType
    ask: Sentence = ""
    ask_yue: Sentence = ""
    ask_prompt: Name | None = None
    """Prompt key, instead of `ask`."""
    reask: tuple[Sentence, ...] = ()
    """Said instead of `ask` after the first, second, ... answer that was not understood; the last one stays."""
    reask_yue: tuple[Sentence, ...] = ()
    prefill: Prefill = "none"
    """Where the value comes from without asking. `utterance` is the sentence with which the caller began the flow."""
    choices: Mapping[Name, tuple[Sentence, ...]] = {}
    """type = "choice": value -> words that mean it."""
    digits: tuple[int, int] | None = None
    """type = "digits": least and most digits of the number, said or keyed."""
    recording: Literal["on", "pause"] = "on"
    """pause: while this is asked and answered the recording is silent, and the answer is not kept in the transcript.
    The action gets the value; nothing else does."""
    optional: bool = False
    max_tries: int = Field(default=2, ge=1, le=5)

    @property
    def is_private(self) -> bool:
        """Whether its value is for the action alone."""
        return self.recording == "pause"

    @model_validator(mode="after")
    def _can_be_asked(self) -> Slot:
        if not self.optional and bool(self.ask) == bool(self.ask_prompt):
            raise PydanticCustomError(
                "voicebot", "slot {name} has no question, or two of them",
                {"name": self.name, "remedy": "Give it either ask or ask_prompt"},
            )  # fmt: skip
        if (self.type == "choice") != bool(self.choices):
            raise PydanticCustomError(
                "voicebot", "slot {name}: choices and type = \"choice\" belong together",
                {"name": self.name, "remedy": "Add the missing one or remove the other"},
            )  # fmt: skip
        if (self.type == "digits") != (self.digits is not None):
            raise PydanticCustomError(
                "voicebot", "slot {name}: digits and type = \"digits\" belong together",
                {"name": self.name, "remedy": "Write digits = [16, 19], least and most, or remove it"},
            )  # fmt: skip
        return self


class Action(Model):
    """What is done when the slots are filled."""

    tool: Name


Then = Annotated[str, Field(pattern=r"^(more|close|handover|ask:[a-z][a-z0-9_]*)$")]


class Outcome(Model):
    """What the caller hears about one outcome of the action, and what follows."""

    say: Sentence
    """May use the outcome's values and the flow's slots in braces: {order_tail}."""
    yue: Sentence = ""
    then: Then = "more"
    """more: ask whether there is anything else; close; handover; ask:SLOT: clear that slot and ask it again."""


class Flow(Model):
    name: Name
    """The file's name without `.toml`."""
    title: Sentence
    slots: tuple[Slot, ...] = ()
    action: Action
    outcomes: Mapping[Name, Outcome]
