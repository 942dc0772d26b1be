"""The model host's speech services, typed: what a call asks of the models, over a ModelClient.

The payload builders and readers are used by both ends, so that the host's services and this client cannot disagree.
"""

import secrets
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from models.address import InferenceError
from models.asr import Language, Priority, Transcript, Utterance
from models.batch_stats import BatchStats
from models.dialect_guess import DialectGuess, dialect_request, read_dialect_guess
from models.inference import ModelClient
from models.understanding import Emotion, Intent, Understanding

SpokenLanguage = Literal["cmn", "yue", "cmn-sichuan"]
"""What a voice can speak."""

MAX_UTTERANCE_S: Final = 30.0
"""Whisper's window: longer utterances are cut at the start, for what was said last counts."""
END_OF_TURN_S: Final = 8.0
"""What an end-of-turn model listens to."""


class SpeechModels:
    """Recognition, synthesis and understanding for calls. Audio is mono int16 at 8,000 Hz both ways."""

    def __init__(
        self,
        client: ModelClient,
        *,
        transcribe_timeout_s: float = 10.0,
        speak_timeout_s: float = 5.0,
        understand_timeout_s: float = 2.0,
        end_of_turn_timeout_s: float = 0.3,
        dialect_timeout_s: float = 5.0,
    ) -> None:
        self._client = client
        self._transcribe_timeout_s = transcribe_timeout_s
        self._speak_timeout_s = speak_timeout_s
        self._understand_timeout_s = understand_timeout_s
        self._end_of_turn_timeout_s = end_of_turn_timeout_s
        self._dialect_timeout_s = dialect_timeout_s
        self._services: frozenset[str] | None = None

    async def transcribe(
        self,
        samples: NDArray[np.int16],
        *,
        language: Language | None = None,
        hotwords: str = "",
        priority: Priority = Priority.FINAL,
        key: str | None = None,
    ) -> Transcript:
        """Words of one utterance. samples: [n] at 8,000 Hz.

        key: names the utterance. A newer request under it drops those that still wait (ModelCallFailed, "Superseded"),
        unless they are more urgent; `promote` makes them more urgent.
        """
        utterance = Utterance(samples[-int(MAX_UTTERANCE_S * 8_000) :], 8_000, hotwords, language)
        request = transcribe_request(utterance, priority, key)
        return Transcript(**await self._client.call("asr", request, timeout_s=self._transcribe_timeout_s))

    async def promote(self, key: str) -> None:
        """The caller has finished and waits: what still waits for the recogniser under this key goes first."""
        await self._client.call("asr_promote", {"key": key}, timeout_s=self._understand_timeout_s)

    async def load(self) -> dict[str, BatchStats]:
        """How busy each of the host's models is, by service."""
        answer = await self._client.call("load", {}, timeout_s=self._understand_timeout_s)
        return {str(service): BatchStats(**figures) for service, figures in answer.items()}

    async def speak(
        self,
        text: str,
        *,
        language: SpokenLanguage,
        priority: Priority = Priority.FINAL,
        key: str | None = None,
        fixed: bool = False,
    ) -> AsyncGenerator[NDArray[np.int16], None]:
        """Speech for a text, sentence by sentence as it is ready: [n] at 8,000 Hz each.

        key: names this request for `promote_speech`; no other may have it. fixed: a prompt of the company's, whose
        audio may be kept on disk.
        """
        request = asdict(SpeakRequest(text, language, priority, key or secrets.token_hex(8), fixed))
        async with aclosing(self._client.stream("tts", request, timeout_s=self._speak_timeout_s)) as answers:
            async for answer in answers:
                yield answer["samples"]

    async def promote_speech(self, key: str) -> None:
        """What is being said on suspicion under this key is the reply, and somebody waits for it."""
        await self._client.call("tts_promote", {"key": key}, timeout_s=self._understand_timeout_s)

    async def understand(self, text: str, *, loudness_dbov: float | None = None) -> Understanding:
        """Intent and emotion of what was said. loudness_dbov: level of the utterance, where known."""
        request = {"text": text, "loudness_dbov": loudness_dbov}
        answer = await self._client.call("understand", request, timeout_s=self._understand_timeout_s)
        return read_understanding(answer)

    async def end_probability(self, samples: NDArray[np.int16]) -> float | None:
        """That the caller's turn is over, from the sound of it. samples: [n] at 8,000 Hz.

        None where no such model is installed, and where the answer came too late or not at all: the pause goes on
        meanwhile, and words and pause decide without it.
        """
        try:
            if not await self._serves("end_of_turn"):
                return None
            request = end_of_turn_request(samples)
            answer = await self._client.call("end_of_turn", request, timeout_s=self._end_of_turn_timeout_s)
        except InferenceError:
            return None
        return float(answer["probability"])

    async def dialect(self, samples: NDArray[np.int16]) -> DialectGuess | None:
        """Which dialect the voice speaks, from the sound of it. samples: [n] at 8,000 Hz.

        None where no such model is installed, too little was said, or no answer came: number and words decide then.
        """
        try:
            if not await self._serves("dialect"):
                return None
            answer = await self._client.call("dialect", dialect_request(samples), timeout_s=self._dialect_timeout_s)
        except InferenceError:
            return None
        return read_dialect_guess(answer)

    async def _serves(self, service: str) -> bool:
        """Whether the host has this service, which depends on what is installed."""
        if self._services is None:
            health = await self._client.call("health", {}, timeout_s=self._end_of_turn_timeout_s)
            self._services = frozenset(health["services"])
        return service in self._services


def transcribe_request(utterance: Utterance, priority: Priority, key: str | None = None) -> dict[str, Any]:
    """Payload of the "asr" service."""
    return {
        "samples": utterance.samples,
        "rate_hz": utterance.rate_hz,
        "hotwords": utterance.hotwords,
        "language": utterance.language,
        "priority": int(priority),
        "key": key,
    }


def read_transcribe_request(payload: dict[str, Any]) -> tuple[Utterance, Priority]:
    """What the "asr" service was asked. Raises KeyError, TypeError or ValueError on a malformed payload."""
    samples = _one_channel(payload["samples"])
    rate_hz, language = payload["rate_hz"], payload["language"]
    if rate_hz not in (8_000, 16_000):
        raise ValueError(f"rate_hz must be 8000 or 16000, not {rate_hz!r}")
    if language not in ("zh", "yue", "en", None):
        raise ValueError(f"language must be zh, yue, en or absent, not {language!r}")
    samples = samples[-int(MAX_UTTERANCE_S * rate_hz) :]
    return Utterance(samples, rate_hz, str(payload["hotwords"]), language), Priority(payload["priority"])


def read_key(payload: dict[str, Any]) -> str | None:
    """The utterance's name in a request of "asr" or "asr_promote". Raises KeyError or TypeError."""
    key = payload["key"]
    if not isinstance(key, str | None):
        raise TypeError("key must be text or absent")
    return key


@dataclass(frozen=True, slots=True)
class SpeakRequest:
    """What the "tts" service is asked: see SpeechModels.speak."""

    text: str
    language: SpokenLanguage
    priority: Priority
    key: str
    fixed: bool


def read_speak_request(payload: dict[str, Any]) -> SpeakRequest:
    """What the "tts" service was asked. Raises KeyError or ValueError on a malformed payload."""
    language = payload["language"]
    if language not in get_args(SpokenLanguage):
        raise ValueError(f"language must be cmn, yue or cmn-sichuan, not {language!r}")
    priority, key = Priority(payload["priority"]), str(payload["key"])
    return SpeakRequest(str(payload["text"]), language, priority, key, bool(payload["fixed"]))


def end_of_turn_request(samples: NDArray[np.int16]) -> dict[str, Any]:
    """Payload of the "end_of_turn" service; only the last seconds matter."""
    return {"samples": samples[-int(END_OF_TURN_S * 8_000) :]}


def read_end_of_turn_request(payload: dict[str, Any]) -> NDArray[np.int16]:
    """What the "end_of_turn" service was asked: [n] at 8,000 Hz. Raises KeyError or TypeError."""
    return _one_channel(payload["samples"])[-int(END_OF_TURN_S * 8_000) :]


def _one_channel(samples: object) -> NDArray[np.int16]:
    if not isinstance(samples, np.ndarray) or samples.dtype != np.int16 or samples.ndim != 1:
        raise TypeError("samples must be one channel of int16")
    return samples


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
