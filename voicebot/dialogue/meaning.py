"""What an utterance asks for, whatever was asked before: a human, goodbye, one of the company's matters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from voicebot.company import Company
from voicebot.company.schema import Intent, Role
from voicebot.dialogue.lexicon import first_in, lexicon
from voicebot.dialogue.types import IntentGuess, Understood

_LONGEST_REPEAT = 10
"""Characters up to which a sentence with 再说一遍 in it means just that."""
_NONE = "none"
_HINT = 0.15
"""Confidence of the best intent below which the talk is about something else altogether."""
_ENDINGS = " ,，。.!！~啊哈呀了啦哦吧"
"""What may follow 再见."""
_NEGATION_REACH = 3


@dataclass(frozen=True, slots=True)
class Meaning:
    """One utterance as the policy sees it."""

    text: str
    intent: Intent | None
    """The company's intent, when the classifier is sure enough to ask back; never the "none" intent."""
    confidence: float
    """Of the intent, 0..1."""
    accepted: bool
    """Sure enough to act on it."""
    role: Role | None
    """A request that counts at every turn."""
    off_topic: bool
    """Surely none of the company's business."""
    emotion: str
    """calm, annoyed or angry."""
    wishes_change: bool
    """算了, 我想问: begins something else."""
    abandons: bool
    """算了, 不查了: ends what was begun."""
    wishes_language: bool = False
    """Asks to be spoken to in a language that the assistant speaks, and for nothing else."""

    @property
    def upset(self) -> bool:
        return self.emotion in ("annoyed", "angry")

    @property
    def intent_flow(self) -> str | None:
        return self.intent.flow if self.intent else None

    @property
    def intent_leads_on(self) -> bool:
        """Whether the intent is a matter of its own, not just a role in the talk."""
        return self.intent is not None and self.intent.role is None


def meaning_of(utterance: Understood, text: str, company: Company, *, names_own_order: bool) -> Meaning:
    """`names_own_order`: the text says which of the caller's orders it is about, so that less else need be sure."""
    confidence = company.profile.confidence
    name, certainty = _best_guess(utterance.intent)
    intent = company.intents.get(name)
    known = intent if intent and intent.role != "none" and certainty >= confidence.confirm else None
    enough = confidence.confirm if names_own_order and _is_about_an_order(known, company) else confidence.accept
    accepted = known is not None and certainty >= enough
    words = lexicon()
    role = _said_role(text) or (known.role if known and accepted else None)
    if (asked := utterance.requested_dialect) is not None and asked not in company.profile.languages:
        role = "handover"  # only a human can speak it
    leads_on = known is not None and accepted and known.role is None
    return Meaning(
        text=text,
        intent=known,
        confidence=certainty,
        accepted=accepted,
        role=role,
        off_topic=_is_off_topic(utterance.intent, certainty, confidence.accept) and bool(text),
        emotion=utterance.emotion,
        wishes_change=first_in(text, words.switch) is not None,
        abandons=first_in(text, words.abandon) is not None,
        wishes_language=asked in company.profile.languages and role != "handover" and not leads_on,
    )


def _best_guess(guess: IntentGuess) -> tuple[str, float]:
    """The likeliest intent besides "none": what "none" only just outdid may still be asked back."""
    ranked = ((guess.name, guess.confidence), *guess.alternatives)
    return next((one for one in ranked if one[0] != _NONE), (_NONE, 0.0))


def _is_off_topic(guess: IntentGuess, best_certainty: float, accept: float) -> bool:
    return guess.name == _NONE and guess.confidence >= accept and best_certainty < _HINT


def _is_about_an_order(intent: Intent | None, company: Company) -> bool:
    flow = company.flows.get(intent.flow or "") if intent else None
    return flow is not None and any(slot.type == "order_number" for slot in flow.slots)


def _said_role(text: str) -> Literal["handover", "goodbye", "repeat"] | None:
    """Roles that plain words give away, whatever the classifier thinks."""
    words = lexicon()
    if (human := first_in(text, words.human)) and not _negated(text, human):
        return "handover"
    if text.rstrip(_ENDINGS).endswith(words.goodbye):
        return "goodbye"
    return "repeat" if len(text) <= _LONGEST_REPEAT and first_in(text, words.repeat) else None


def _negated(text: str, word: str) -> bool:
    before = text[: text.index(word)][-_NEGATION_REACH:]
    return any(before.endswith(negation) for negation in lexicon().negation)
