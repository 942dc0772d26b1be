"""The assistant's part: prompts of an exact length, and a dialogue that gives them and notes what it was asked."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from telephony.audio import SAMPLE_RATE_HZ, Samples
from voicebot.dialogue.types import Expecting, Language, Reply, Segment, Understood

_CHARACTER_MS: Final = 20
_CHARACTER: Final = "话"
_CLOSING_MS: Final = 800
_TWO_SENTENCES_MS: Final = 2000
"""A longer prompt has two sentences, like those of a real reply."""


def tone(text: str) -> Samples:
    """What the voice says for a prompt's text: 20 ms a character of a tone that is never silent."""
    samples = np.arange(len(text) * _CHARACTER_MS * SAMPLE_RATE_HZ // 1000)
    return np.asarray(3000 * np.sin(samples * 0.5), dtype=np.int16)


def prompt(ms: int) -> Reply:
    """A reply that is heard for so long."""
    characters = ms // _CHARACTER_MS
    parts = (characters,) if ms <= _TWO_SENTENCES_MS else (characters // 2, characters - characters // 2)
    return Reply(tuple(Segment(_CHARACTER * n, _CHARACTER * n) for n in parts), "cmn")


@dataclass(frozen=True, slots=True)
class Asked:
    """One turn as the session handed it to the dialogue."""

    at_s: float
    text: str


@dataclass(slots=True)
class ScriptedDialogue:
    """Stands for Dialogue: the next prompt to every turn, whatever was said."""

    expecting: Expecting
    prompt_ms: int
    turns: int
    """How often a prompt is to be answered; then the call is closed with a short one."""
    now_s: Callable[[], float]
    asked: list[Asked] = field(default_factory=list)
    outcome: str = "resolved"
    language: Language = "cmn"
    private: bool = False
    waiting: bool = False

    def opening(self) -> Reply:
        return prompt(self.prompt_ms)

    async def on_utterance(self, utterance: Understood) -> Reply:
        self.asked.append(Asked(self.now_s(), utterance.text))
        return self._next(len(self.asked))

    async def rehearse(self, utterance: Understood) -> Reply | None:
        return self._next(len(self.asked) + 1)

    async def on_digits(self, digits: str) -> Reply:
        return prompt(_CLOSING_MS)

    async def on_no_input(self, count: int) -> Reply:
        return prompt(_CLOSING_MS)

    def on_models_away(self) -> Reply:
        self.asked.append(Asked(self.now_s(), ""))
        return prompt(_CLOSING_MS)

    def filler(self) -> Segment:
        return prompt(_CLOSING_MS).segments[0]

    def _next(self, turn: int) -> Reply:
        return prompt(self.prompt_ms if turn < self.turns else _CLOSING_MS)
