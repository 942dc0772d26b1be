"""The model host's speech services, typed: what a call asks of the models, over a ModelClient.

The payload builders and readers are used by both ends, so that the host's services and this client cannot disagree.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from models.asr import Language, Priority, Transcript, Utterance
from models.inference import ModelClient
from models.understanding import Emotion, Intent, Understanding

SpokenLanguage = Literal["cmn", "yue", "cmn-sichuan"]
"""What a voice can speak."""

MAX_UTTERANCE_S: Final = 30.0
"""Whisper's window: longer utterances are cut at the start, for what was said last counts."""


class SpeechModels:
    """Recognition, synthesis and understanding for calls. Audio is mono int16 at 8,000 Hz both ways."""

    def __init__(
        self,
        client: ModelClient,
        *,
        transcribe_timeout_s: float = 10.0,
        speak_timeout_s: float = 5.0,
        understand_timeout_s: float = 2.0,
    ) -> None:
        self._client = client
        self._transcribe_timeout_s = transcribe_timeout_s
        self._speak_timeout_s = speak_timeout_s
        self._understand_timeout_s = understand_timeout_s

    async def transcribe(
        self,
        samples: NDArray[np.int16],
        *,
        language: Language | None = None,
        hotwords: str = "",
        priority: Priority = Priority.FINAL,
    ) -> Transcript:
        """Words of one utterance. samples: [n] at 8,000 Hz."""
        utterance = Utterance(samples[-int(MAX_UTTERANCE_S * 8_000) :], 8_000, hotwords, language)
        answer = await self._client.call(
            "asr", transcribe_request(utterance, priority), timeout_s=self._transcribe_timeout_s
        )
        return Transcript(**answer)

    async def speak(self, text: str, *, language: SpokenLanguage) -> AsyncGenerator[NDArray[np.int16], None]:
        """Speech for a text, sentence by sentence as it is ready: [n] at 8,000 Hz each."""
        request = {"text": text, "language": language}
        async with aclosing(self._client.stream("tts", request, timeout_s=self._speak_timeout_s)) as answers:
            async for answer in answers:
                yield answer["samples"]

    async def understand(self, text: str, *, loudness_dbov: float | None = None) -> Understanding:
        """Intent and emotion of what was said. loudness_dbov: level of the utterance, where known."""
        request = {"text": text, "loudness_dbov": loudness_dbov}
        answer = await self._client.call("understand", request, timeout_s=self._understand_timeout_s)
        return read_understanding(answer)


def transcribe_request(utterance: Utterance, priority: Priority) -> dict[str, Any]:
    """Payload of the "asr" service."""
    return {
        "samples": utterance.samples,
        "rate_hz": utterance.rate_hz,
        "hotwords": utterance.hotwords,
        "language": utterance.language,
        "priority": int(priority),
    }


def read_transcribe_request(payload: dict[str, Any]) -> tuple[Utterance, Priority]:
    """What the "asr" service was asked. Raises KeyError, TypeError or ValueError on a malformed payload."""
    samples = payload["samples"]
    if not isinstance(samples, np.ndarray) or samples.dtype != np.int16 or samples.ndim != 1:
        raise TypeError("samples must be one channel of int16")
    rate_hz, language = payload["rate_hz"], payload["language"]
    if rate_hz not in (8_000, 16_000):
        raise ValueError(f"rate_hz must be 8000 or 16000, not {rate_hz!r}")
    if language not in ("zh", "yue", "en", None):
        raise ValueError(f"language must be zh, yue, en or absent, not {language!r}")
    samples = samples[-int(MAX_UTTERANCE_S * rate_hz) :]
    return Utterance(samples, rate_hz, str(payload["hotwords"]), language), Priority(payload["priority"])


def write_transcript(transcript: Transcript) -> dict[str, Any]:
    """The "asr" service's answer."""
    return asdict(transcript)


def write_understanding(understanding: Understanding) -> dict[str, Any]:
    """The "understand" service's answer."""
    return asdict(understanding)


def read_understanding(answer: dict[str, Any]) -> Understanding:
    """The other way round."""
    intent = answer["intent"]
    alternatives = tuple((str(name), float(confidence)) for name, confidence in intent["alternatives"])
    return Understanding(Intent(intent["name"], intent["confidence"], alternatives), Emotion(**answer["emotion"]))
