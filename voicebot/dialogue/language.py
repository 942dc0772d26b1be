"""Which language the assistant speaks: the caller's, once it is clear."""

from __future__ import annotations

from dataclasses import dataclass, replace

from voicebot.dialogue.types import Language, Understood

_CLEAR = 0.5
"""Recognition confidence from which an utterance by itself says something about the caller's language."""
_SHORTEST = 3
"""Characters; shorter ones (好, 系) are recognised as either language."""
_BACK_TO_MANDARIN = 2
"""Clear Mandarin turns in a row: one alone is often a Cantonese speaker reading out digits."""


@dataclass(frozen=True, slots=True)
class SpokenLanguage:
    """Switches to Cantonese after one clear turn and back to Mandarin after two; a wish of the caller's is for good.

    A Cantonese turn of whoever is believed to speak it is clear, however little the recogniser believes its words.
    """

    current: Language
    mandarin_turns: int = 0
    wished: bool = False

    def after(self, utterance: Understood, offered: frozenset[Language]) -> SpokenLanguage:
        """What is spoken once `utterance` was heard. offered: what the company speaks."""
        if (wish := wished_language(utterance, offered)) is not None:
            return replace(self, current=wish, mandarin_turns=0, wished=True)
        if self.wished:
            return self
        clear = utterance.asr_confidence >= _CLEAR or utterance.language == utterance.likely_dialect == "yue"
        if not clear or len(utterance.text.strip()) < _SHORTEST:
            return self
        if utterance.language == "yue":
            return replace(self, current="yue" if "yue" in offered else self.current, mandarin_turns=0)
        turns = self.mandarin_turns + 1
        return replace(self, current="cmn" if turns >= _BACK_TO_MANDARIN else self.current, mandarin_turns=turns)


def wished_language(utterance: Understood, offered: frozenset[Language]) -> Language | None:
    """The offered language that the caller asks for in this utterance."""
    return next((language for language in offered if language == utterance.requested_dialect), None)
