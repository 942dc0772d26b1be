"""Guards what crosses between calls and models: every field arrives as it was sent, the newest audio is kept when there
is too much, and a malformed request is refused before a model sees it."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.asr import Priority, Transcript, Utterance
from models.batch_stats import BatchStats
from models.dialect_guess import DialectGuess, read_dialect_request, write_dialect_guess
from models.inference import ModelClient, ModelHost
from models.speech_client import (
    SpeechModels,
    read_key,
    read_speak_request,
    read_transcribe_request,
    transcribe_request,
    write_transcript,
    write_understanding,
)
from models.understanding import Emotion, Intent, Understanding
from tests.models.patient import patient

MEANING = Understanding(Intent("order_status", 0.9, (("none", 0.06), ("return", 0.04))), Emotion("annoyed", 0.7))
HEARD = Transcript("20241105", "二零二四一一零五", "zh", 0.93, 12.5, "test", {"zh": 0.97, "yue": 0.03})
GUESS = DialectGuess({"cmn": 0.2, "wuu": 0.8}, accuracy=0.7)
STATS = BatchStats(
    waiting=3, batches=40, mean_batch=1.5, mean_wait_ms=2.0, p95_wait_ms=9.0, mean_run_ms=20.0, p95_run_ms=45.0
)


class Services:
    """A host's services that remember what they were asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    async def asr(self, payload: dict[str, Any]) -> dict[str, Any]:
        self.asked.append((*read_transcribe_request(payload), read_key(payload)))
        return write_transcript(HEARD)

    async def load(self, _payload: dict[str, Any]) -> dict[str, Any]:
        return {"asr": asdict(STATS)}

    async def promote(self, payload: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(payload["key"])
        return {}

    async def tts(self, payload: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        self.asked.append(read_speak_request(payload))
        for length in (3, 5):
            yield {"samples": np.arange(length, dtype=np.int16)}

    async def dialect(self, payload: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(read_dialect_request(payload))
        return write_dialect_guess(GUESS)

    async def understand(self, payload: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(payload)
        return write_understanding(MEANING)


@pytest.fixture
def services() -> Services:
    return Services()


@pytest.fixture
async def models(services: Services, tmp_path: Path) -> AsyncIterator[SpeechModels]:
    address = f"unix:{tmp_path}/models.sock"
    host = ModelHost(
        address,
        {
            "asr": services.asr,
            "asr_promote": services.promote,
            "load": services.load,
            "tts": services.tts,
            "understand": services.understand,
            "dialect": services.dialect,
        },
    )
    serving = asyncio.ensure_future(host.serve())
    await asyncio.wait_for(host.ready.wait(), 30)
    async with ModelClient(address) as client:
        yield patient(client)
    serving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await serving


async def test_an_utterance_and_its_transcript_arrive_whole(models: SpeechModels, services: Services) -> None:
    samples = np.arange(-500, 500, dtype=np.int16)
    transcript = await models.transcribe(
        samples, language="yue", hotwords="云杉优选", priority=Priority.PARTIAL, key="c/1"
    )
    assert transcript == HEARD
    utterance, priority, key = services.asked[0]
    assert np.array_equal(utterance.samples, samples)
    assert (utterance.language, utterance.hotwords, priority, key) == ("yue", "云杉优选", Priority.PARTIAL, "c/1")


async def test_too_much_audio_loses_its_beginning(models: SpeechModels, services: Services) -> None:
    samples = np.zeros(40 * 8000, np.int16)
    samples[-1] = 7
    await models.transcribe(samples)
    utterance, *_ = services.asked[0]
    assert utterance.samples.size == 30 * 8000
    assert utterance.samples[-1] == 7


async def test_speech_comes_sentence_by_sentence(models: SpeechModels, services: Services) -> None:
    pieces = [piece.tolist() async for piece in models.speak("你好。再见。", language="yue")]
    assert pieces == [[0, 1, 2], [0, 1, 2, 3, 4]]
    (asked,) = services.asked
    assert (asked.text, asked.language, asked.priority, asked.fixed) == ("你好。再见。", "yue", Priority.FINAL, False)


async def test_no_two_requests_to_speak_have_the_same_name(models: SpeechModels, services: Services) -> None:
    for key in (None, None, "reply"):
        async for _ in models.speak("好。", language="cmn", key=key):
            pass
    assert len({asked.key for asked in services.asked}) == 3 and services.asked[2].key == "reply"


async def test_meaning_arrives_whole(models: SpeechModels) -> None:
    assert await models.understand("我的订单呢", loudness_dbov=-20.0) == MEANING


async def test_what_a_voice_sounds_like_arrives_whole(models: SpeechModels, services: Services) -> None:
    samples = np.arange(-500, 500, dtype=np.int16)
    assert await models.dialect(samples) == GUESS
    assert np.array_equal(services.asked[0], samples)


async def test_how_busy_the_models_are_arrives_whole(models: SpeechModels) -> None:
    assert await models.load() == {"asr": STATS}


async def test_an_utterance_is_promoted_by_its_key(models: SpeechModels, services: Services) -> None:
    await models.promote("c/1")
    assert services.asked == ["c/1"]


@pytest.mark.parametrize(
    "change",
    [
        {"samples": np.zeros(10, np.float32)},
        {"samples": np.zeros((2, 10), np.int16)},
        {"samples": b"123"},
        {"rate_hz": 44_100},
        {"language": "klingon"},
        {"priority": 9},
    ],
)
def test_a_malformed_request_is_refused(change: dict[str, Any]) -> None:
    payload = transcribe_request(Utterance(np.zeros(10, np.int16), 8_000), Priority.FINAL) | change
    with pytest.raises((TypeError, ValueError)):
        read_transcribe_request(payload)


def test_a_key_that_is_no_text_is_refused() -> None:
    payload = transcribe_request(Utterance(np.zeros(10, np.int16), 8_000), Priority.FINAL)
    assert read_key(payload) is None
    with pytest.raises(TypeError):
        read_key(payload | {"key": ["a", "b"]})
