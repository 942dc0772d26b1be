"""Warnings to the agent: an angry caller, a promise made, a forbidden phrase, a number that must not get about.

They are shown at once and whatever else is, so each says its thing once and not again until there is new cause.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

from models.understanding import EmotionLabel
from voicebot.assist.forbidden import Forbidden, ForbiddenPhrases, find_forbidden
from voicebot.assist.promises import Promise, PromiseWords, find_promises
from voicebot.assist.prompt_wording import PromptWording
from voicebot.assist.whisper_prompt import Draft
from voicebot.masking import hidden, mask
from voicebot.privacy.party_numbers import PartyNumbers
from voicebot.privacy.spans import NEVER_KEPT
from voicebot.privacy.words import PersonalWords

_AGAIN_S: Final = 60.0
"""Until then the same phrase is not held against the agent again."""
_STILL_ANGRY_S: Final = 120.0
"""After so long the agent is reminded that the caller has not calmed down."""
_SURE: Final = 1.0
_SENSITIVE: Final = NEVER_KEPT | {"identity_card"}
"""Nobody may repeat these or write them down."""


@dataclass(frozen=True, slots=True)
class CautionWords:
    """The word lists: the package's own, or a company's."""

    forbidden: ForbiddenPhrases
    promises: PromiseWords
    personal: PersonalWords


class Cautions:
    """Listens to both parties of one call. `day_ends`: when a promise for a day is overdue."""

    def __init__(self, words: CautionWords, wording: PromptWording, day_ends: time) -> None:
        self._words = words
        self._wording = wording
        self._day_ends = day_ends
        self.promises: list[Promise] = []
        """All that the agent promised so far."""
        self._caller_numbers = PartyNumbers(words.personal)
        self._agent_numbers = PartyNumbers(words.personal)
        self._mood: EmotionLabel = "calm"
        self._warned_of_mood: tuple[EmotionLabel, float] | None = None
        self._said_at: dict[str, float] = {}
        """Forbidden phrase -> when it was last warned of."""

    def caller_said(self, text: str, emotion: EmotionLabel, at_s: float) -> list[Draft]:
        numbers = self._sensitive(self._caller_numbers, text, "sensitive_caller")
        return [*numbers, *self._about_mood(emotion, at_s)]

    def agent_said(self, text: str, at_s: float, now: datetime) -> list[Draft]:
        return [*self._about_numbers(text), *self._about_phrases(text, at_s), *self._about_promises(text, now)]

    def _about_mood(self, emotion: EmotionLabel, at_s: float) -> Iterator[Draft]:
        """Anger at once, annoyance the second time in a row."""
        before, self._mood = self._mood, emotion
        if emotion == "calm":
            self._warned_of_mood = None
            return
        cause = emotion == "angry" or before != "calm"
        warned, warned_at = self._warned_of_mood or ("calm", -_STILL_ANGRY_S)
        if cause and (at_s - warned_at >= _STILL_ANGRY_S or (emotion == "angry" and warned != "angry")):
            self._warned_of_mood = emotion, at_s
            yield self._warning(f"emotion/{emotion}", emotion)

    def _about_numbers(self, text: str) -> Iterator[Draft]:
        asked = self._caller_numbers.other_said(text)
        if asked and asked.kind in _SENSITIVE:
            yield self._warning(f"asking/{asked.kind}", "asking", title=asked.title)
        yield from self._sensitive(self._agent_numbers, text, "sensitive_agent")

    def _sensitive(self, party: PartyNumbers, text: str, key: str) -> Iterator[Draft]:
        titles = self._words.personal.titles
        for number in party.heard(0, text):
            if number.kind in _SENSITIVE:
                shown = hidden(number.number, number.kind)
                yield self._warning(f"sensitive/{number.kind}", key, title=titles[number.kind], masked=shown)

    def _about_phrases(self, text: str, at_s: float) -> Iterator[Draft]:
        for said in find_forbidden(text, self._words.forbidden):
            if at_s - self._said_at.get(said.phrase, -_AGAIN_S) >= _AGAIN_S:
                self._said_at[said.phrase] = at_s
                yield self._about_phrase(said)

    def _about_phrase(self, said: Forbidden) -> Draft:
        group = said.group
        return self._warning(
            f"forbidden/{group.name}", "forbidden", phrase=said.phrase, title=group.title, instead=group.instead
        )

    def _about_promises(self, text: str, now: datetime) -> Iterator[Draft]:
        for promise in find_promises(text, now, words=self._words.promises, day_ends=self._day_ends):
            same = [one for one in self.promises if one.kind == promise.kind]
            if any(promise.due_at in (None, one.due_at) for one in same):
                continue  # said again, perhaps in other words
            self.promises = [one for one in self.promises if one not in same or one.due_at] + [promise]
            what, due = mask(promise.text), promise.due_at
            yield (
                self._warning(f"promise/{promise.kind}", "promise", what=what, due=self._wording.moment(due))
                if due
                else self._warning(f"promise/{promise.kind}", "promise_open", what=what)
            )

    def _warning(self, source: str, key: str, **values: str) -> Draft:
        return Draft("warning", source, self._wording.warn(key, **values), _SURE)
