"""Simulated callers: who rings, with which voice, what they say in turns, and what the assistant should make of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from voicebot.company.model import E164, Model, Name, Sentence

Digits = Annotated[str, Field(pattern=r"^[0-9*#]{1,32}$")]


class CallerTurn(Model):
    """What the caller does after having heard the assistant out: says something or presses keys."""

    say: Sentence = ""
    dtmf: Digits | None = None
    expect_intent: Name | None = None
    expect_slots: Mapping[Name, str] = {}
    """Values the flow's slots hold after this turn."""
    expect_reply_contains: tuple[Sentence, ...] = ()
    """Pieces of the reply's text as displayed."""

    @model_validator(mode="after")
    def _one_of_two(self) -> CallerTurn:
        if bool(self.say) == bool(self.dtmf):
            raise PydanticCustomError(
                "voicebot",
                "a turn either says something or presses keys",
                {"remedy": "Give it either say or dtmf"},
            )
        return self


class CallerScript(Model):
    script: Name
    """The file's name without `.toml`."""
    number: E164
    name: str = Field(min_length=1, max_length=20)
    about: Sentence = ""
    language: Literal["cmn", "yue", "cmn-sichuan"] = "cmn"
    voice: Name = "linda"
    """espeak-ng voice variant."""
    rate: int = Field(default=160, ge=80, le=300)
    """Words per minute, as espeak-ng counts them."""
    turns: tuple[CallerTurn, ...] = Field(min_length=1, max_length=20)
