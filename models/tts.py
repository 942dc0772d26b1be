"""Text to speech: a reply is cut into sentences, put into spoken words and synthesised one sentence at a time."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from models import espeak, sichuan
from models.espeak import Espeak
from models.mastering import master
from models.spoken import say

Language = Literal["cmn", "yue", "cmn-sichuan"]
"""Mandarin, Cantonese, Mandarin in the tones of Sichuan."""

LONGEST_SENTENCE: Final = 40
"""Characters after which a sentence is also cut at a comma: the caller is not to wait for all of it."""
LONGEST_TEXT: Final = 2_000
"""Characters of one reply that are spoken; nobody listens to more, and a runaway text must not block the voice."""

_SENTENCE: Final = re.compile(r".+?(?:[。！？!?；;…\n]+[”’」』）)]*|\.(?=\s|$)|$)", re.DOTALL)
_CLAUSE: Final = re.compile(r".+?(?:[，,、：:](?![0-9])|$)", re.DOTALL)
_UNSPEAKABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\[\]{}<>|\\^`~*_#\ufffd\ud800-\udfff]+")
"""Control characters, and marks that voices take for phoneme or mark-up syntax."""
_HAS_WORDS: Final = re.compile(r"\w")


class TtsEngine(Protocol):
    """A voice. May be called from any thread, one sentence a call."""

    @property
    def name(self) -> str:
        """For logs and for the cache: changes whenever the sound changes."""
        ...

    def synthesize(self, sentence: str, *, language: Language) -> NDArray[np.int16]:
        """A sentence in spoken words -> [n] int16 at 8,000 Hz, ready for the line; empty when nothing is to be said."""
        ...


class EspeakEngine:
    """espeak-ng: small, instant, robotic; needs no download and knows all three languages."""

    def __init__(self, *, variant: str = "f4", rate: int = 195, pitch: int = 50) -> None:
        """variant: voice of espeak-ng's !v folder. rate: nominal words a minute. pitch: 0 to 100."""
        self._variant, self._rate, self._pitch = variant, rate, pitch
        self._espeak = Espeak()

    @property
    def name(self) -> str:
        return f"espeak-ng-{self._variant}-{self._rate}-{self._pitch}"

    def synthesize(self, sentence: str, *, language: Language) -> NDArray[np.int16]:
        text = speakable(sentence)
        if not text:
            return np.zeros(0, np.int16)
        voice: str = language
        if language == "cmn-sichuan":
            voice, text = sichuan.VOICE, sichuan.sichuan_pinyin(text)
        samples = self._espeak.synthesize(text, f"{voice}+{self._variant}", rate=self._rate, pitch=self._pitch)
        return master(samples, espeak.SAMPLE_RATE)


def speak(
    engine: TtsEngine, text: str, *, language: Language, today: date | None = None
) -> Iterator[NDArray[np.int16]]:
    """Speech for a written reply, sentence by sentence as it is ready; [n] int16 at 8,000 Hz each."""
    for sentence in sentences(text):
        samples = engine.synthesize(say(sentence, language=language, today=today), language=language)
        if samples.size:
            yield samples


def sentences(text: str) -> list[str]:
    """The sentences of a text, at most 2,000 characters of it; long ones are cut at their commas."""
    found: list[str] = []
    for sentence in _SENTENCE.findall(text[:LONGEST_TEXT]):
        found.extend(_clauses(sentence.strip()))
    return [sentence for sentence in found if _HAS_WORDS.search(sentence)]


def speakable(sentence: str) -> str:
    """The sentence without what a voice would stumble over; "" when no word is left."""
    text = _UNSPEAKABLE.sub(" ", sentence).strip()
    return text if _HAS_WORDS.search(text) else ""


def _clauses(sentence: str) -> list[str]:
    """A sentence that is too long, cut at commas into parts as long as allowed."""
    if len(sentence) <= LONGEST_SENTENCE:
        return [sentence]
    parts = [""]
    for clause in _CLAUSE.findall(sentence):
        if parts[-1] and len(parts[-1]) + len(clause) > LONGEST_SENTENCE:
            parts.append("")
        parts[-1] += clause
    return parts
