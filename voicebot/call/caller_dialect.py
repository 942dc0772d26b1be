"""What one caller is believed to speak, turn by turn: number, record and earlier calls, words, language, sound, wishes.

The belief lives as long as the call. Whoever routes the call reads `belief`; every turn keeps what was believed after
it, with the reasons.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from dialect_router.dialects import prior
from dialect_router.evidence import DialectBelief, HeardDialect
from dialect_router.mandarin import to_mandarin
from dialect_router.regions import locate
from dialect_router.requests import requested_dialect
from dialect_router.speech import classifier_evidence, language_evidence
from dialect_router.words import words_evidence
from models.dialect_guess import DialectGuess
from telephony.audio import Samples

CLEAR: Final = 0.5
"""Recognition confidence from which words are taken for what was said. Below it they count the less, the less sure."""
HARDLY: Final = 0.15
"""Confidence below which words are as good as invented."""
SHORTEST: Final = 3
"""Characters from which the language of an utterance says anything: 好 and 系 are heard as either."""
KEPT_DIALECTS: Final = 3
KEPT_REASONS: Final = 5
"""With a turn: the likeliest, and the most telling."""

Listen = Callable[[Samples], Awaitable[DialectGuess | None]]
"""An acoustic classifier: [n] at 8,000 Hz -> its guess, None where it has none."""


async def _deaf(_samples: Samples) -> None:
    return None


class CallerDialect:
    """The belief about one caller. Told of every finished turn, in order; the sound may be told later."""

    def __init__(self, known: HeardDialect, listen: Listen = _deaf) -> None:
        """known: before the first word."""
        self._heard = known
        self._listen = listen

    @property
    def belief(self) -> DialectBelief:
        return self._heard.belief

    def on_turn(self, text: str, languages: Mapping[str, float], confidence: float) -> str | None:
        """A turn was recognised. Returns the tag of the dialect that the caller asked for in it, if any.

        languages: how likely the recogniser holds each; confidence: of its words, 0..1.
        """
        requested = requested_dialect(text, self.belief.probabilities)
        evidence = []
        if confidence >= HARDLY:
            trust = min(1.0, confidence / CLEAR)
            evidence.append(words_evidence(text, trust))
            if len(text.strip()) >= SHORTEST:
                evidence.append(language_evidence(languages, trust))
        self._heard = self._heard.after(evidence, requested)
        return requested

    async def on_voice(self, samples: Samples) -> None:
        """The sound of a turn, at the classifier's leisure: what it hears counts from the next turn on."""
        guess = await self._listen(samples)
        if guess is not None:
            self._heard = self._heard.after([classifier_evidence(guess.probabilities, 1 - guess.accuracy)])


def read_word_lists() -> None:
    """What the first caller shall not wait for: 50 ms of tables and patterns."""
    CallerDialect(HeardDialect(prior(locate("")))).on_turn("", {}, 1.0)
    to_mandarin("")


def kept(belief: DialectBelief) -> dict[str, Any]:
    """The belief as a turn keeps it, for `turns.detail`."""
    likeliest = list(belief.probabilities.items())[:KEPT_DIALECTS]
    return {
        "likeliest": {tag: round(share, 3) for tag, share in likeliest},
        "requested": belief.requested,
        "reasons": list(belief.reasons[:KEPT_REASONS]),
    }
