"""Which words a caller has heard of a sentence that was cut: Chinese is spoken a character a syllable, evenly but for
the pauses, so the share of the speech that was played is the share of the characters that were heard."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from telephony.audio import SAMPLE_RATE_HZ, Samples

_FRAME: Final = SAMPLE_RATE_HZ // 100
_QUIET: Final = 0.06
"""Level against the sentence's loudest 10 ms from which on there is speech, not pause."""
_CHARACTERS_PER_S: Final = 4.5
"""Speed of the voices, for sentences of which the end is not synthesised yet."""


def words_heard(text: str, audio: Sequence[Samples], played: int, *, complete: bool) -> str:
    """The beginning of `text` that was heard when `played` samples of its audio were sent.

    audio: what was synthesised so far, in order; complete: whether that is all. A character that was cut counts as
    heard when more than half of it was; punctuation goes with the character before it.
    """
    sound = np.concatenate(audio) if audio else np.zeros(0, np.int16)
    if complete and played >= sound.size:
        return text
    spoken = [place for place, character in enumerate(text) if character.isalnum()]
    speech = _speech_frames(sound)
    heard = int(speech[: max(0, played) // _FRAME].sum())
    if complete:
        count = round(len(spoken) * heard / max(int(speech.sum()), 1))
    else:
        count = round(heard * _FRAME / SAMPLE_RATE_HZ * _CHARACTERS_PER_S)
    if count >= len(spoken):
        return text
    return text[: spoken[count]]


def _speech_frames(sound: Samples) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which 10 ms hold speech."""
    frames = sound[: sound.size // _FRAME * _FRAME].reshape(-1, _FRAME).astype(np.float32)
    levels = np.sqrt((frames**2).mean(axis=1)) if frames.size else np.zeros(0, np.float32)
    loud: np.ndarray[tuple[int], np.dtype[np.bool_]] = levels > _QUIET * max(float(levels.max(initial=0.0)), 1.0)
    return loud
