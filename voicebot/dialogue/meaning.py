"""What an utterance asks for, whatever was asked before: a human, goodbye, one of the company's matters."""

from __future__ import annotations

from dataclasses import dataclass

from voicebot.company import Company
from voicebot.company.schema import Intent, Role
from voicebot.dialogue.lexicon import first_in, lexicon
from voicebot.dialogue.types import Understood

_LONGEST_WORD = 8
"""Characters up to which a sentence with 再见 or 再说一遍 in it means just that."""
_NEGATION_REACH = 3


@dataclass(frozen=True, slots=True)
class Meaning:
    """One utterance as the policy sees it."""

    text: str
    intent: Intent | None
    """The company's intent, when the classifier is sure enough to ask back; never the "none" intent."""
    accepted: bool
    """Sure enough to act on it."""
    role: Role | None
    """A request that counts at every turn."""
    off_topic: bool
    """Surely none of the company's business."""
    upset: bool
    wishes_change: bool
    """算了, 我想问: begins something else."""
    abandons: bool
    """算了, 不查了: ends what was begun."""

    @property
    def intent_flow(self) -> str | None:
        return self.intent.flow if self.intent else None

    @property
    def intent_leads_on(self) -> bool:
        """Whether the intent is a matter of its own, not just a role in the talk."""
        return self.intent is not None and self.intent.role is None


def meaning_of(utterance: Understood, text: str, company: Company) -> Meaning:
    guess, confidence = utterance.intent, company.profile.confidence
    intent = company.intents.get(guess.name)
    known = intent if intent and intent.role != "none" and guess.confidence >= confidence.confirm else None
    accepted = known is not None and guess.confidence >= confidence.accept
    words = lexicon()
    return Meaning(
        text=text,
        intent=known,
        accepted=accepted,
        role=_said_role(text) or (known.role if known and accepted else None),
        off_topic=bool(text) and known is None and guess.name == "none" and guess.confidence >= confidence.accept,
        upset=utterance.emotion in ("annoyed", "angry"),
        wishes_change=first_in(text, words.switch) is not None,
        abandons=first_in(text, words.abandon) is not None,
    )


def _said_role(text: str) -> Role | None:
    """Roles that plain words give away, whatever the classifier thinks."""
    words = lexicon()
    if (human := first_in(text, words.human)) and not _negated(text, human):
        return "handover"
    if len(text) > _LONGEST_WORD:
        return None
    if first_in(text, words.repeat):
        return "repeat"
    return "goodbye" if first_in(text, words.goodbye) else None


def _negated(text: str, word: str) -> bool:
    before = text[: text.index(word)][-_NEGATION_REACH:]
    return any(before.endswith(negation) for negation in lexicon().negation)
