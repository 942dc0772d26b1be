"""Which language the assistant speaks: the caller's, once it is clear."""

from __future__ import annotations

from collections.abc import Collection

from voicebot.dialogue.types import Language, Understood

_CLEAR = 0.5
"""Recognition confidence from which an utterance says something about the caller's language."""
_SHORTEST = 3
"""Characters; shorter ones (好, 系) are recognised as either language."""
_BACK_TO_MANDARIN = 2
"""Clear Mandarin turns in a row: one alone is often a Cantonese speaker reading out digits."""


class SpokenLanguage:
    """Switches to Cantonese after one clear turn and back to Mandarin after two."""

    def __init__(self, first: Language, offered: Collection[Language]) -> None:
        self.current: Language = first if first in offered else "cmn"
        self._offered = offered
        self._mandarin_turns = 0

    def hear(self, utterance: Understood) -> Language:
        clear = utterance.asr_confidence >= _CLEAR and len(utterance.text.strip()) >= _SHORTEST
        if not clear:
            return self.current
        if utterance.language == "yue":
            self._mandarin_turns = 0
            if "yue" in self._offered:
                self.current = "yue"
        else:
            self._mandarin_turns += 1
            if self._mandarin_turns >= _BACK_TO_MANDARIN:
                self.current = "cmn"
        return self.current
