"""What a caller waits for is said before what is only prepared, and what nobody waits for is not said at all."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.asr import Priority
from models.inference import ModelCallFailed, ModelClient, ModelHost
from models.prompt_cache import PromptCache
from models.speech_client import SpeechModels
from models.synthesis import Synthesis
from tests.models.patient import patient

HELD = "请稍等。"


class Voice:
    """Says each character in 10 samples, in the order of `said`; the first sentence waits until it is let go."""

    name = "test"

    def __init__(self) -> None:
        self.said: list[str] = []
        self.begun = threading.Event()
        self.go_on = threading.Event()

    def synthesize(self, sentence: str, *, language: str) -> NDArray[np.int16]:
        self.said.append(sentence)
        if sentence == HELD:
            self.begun.set()
            assert self.go_on.wait(5)
        return np.ones(10 * len(sentence), np.int16)


@asynccontextmanager
async def host(voice: Voice, folder: Path) -> AsyncIterator[tuple[SpeechModels, Synthesis]]:
    synthesis = Synthesis(PromptCache(voice, directory=folder / "prompts"))
    address = f"unix:{folder}/models.sock"
    serving = asyncio.ensure_future(ModelHost(address, synthesis.services).serve())
    try:
        async with ModelClient(address) as client:
            yield patient(client), synthesis
    finally:
        voice.go_on.set()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        synthesis.queue.close()


async def say(models: SpeechModels, text: str, priority: Priority = Priority.FINAL, key: str | None = None) -> int:
    async with aclosing(models.speak(text, language="cmn", priority=priority, key=key)) as spoken:
        return sum([samples.size async for samples in spoken])


async def waiting(synthesis: Synthesis, count: int) -> None:
    async with asyncio.timeout(30):
        while synthesis.queue.stats().waiting != count:  # noqa: ASYNC110 - in another task of the host
            await asyncio.sleep(0.005)


async def test_a_reply_goes_before_what_is_only_prepared(tmp_path: Path) -> None:
    voice = Voice()
    async with host(voice, tmp_path) as (models, synthesis), asyncio.TaskGroup() as tasks:
        tasks.create_task(say(models, HELD))
        await asyncio.to_thread(voice.begun.wait, 5)
        tasks.create_task(say(models, "也许要说。", Priority.SPECULATIVE))
        await waiting(synthesis, 1)
        tasks.create_task(say(models, "现在要说。"))
        await waiting(synthesis, 2)
        voice.go_on.set()
    assert voice.said == [HELD, "现在要说。", "也许要说。"]


async def test_what_was_prepared_and_is_the_reply_is_hurried_to_its_last_sentence(tmp_path: Path) -> None:
    voice = Voice()
    async with host(voice, tmp_path) as (models, synthesis), asyncio.TaskGroup() as tasks:
        tasks.create_task(say(models, HELD))
        await asyncio.to_thread(voice.begun.wait, 5)
        for number, other in enumerate(("甲也许要说。", "乙也许要说。"), start=1):
            tasks.create_task(say(models, other, Priority.SPECULATIVE))
            await waiting(synthesis, number)
        tasks.create_task(say(models, "您的订单到了。请查收。", Priority.SPECULATIVE, "reply"))
        await waiting(synthesis, 3)
        await models.promote_speech("reply")
        voice.go_on.set()
    hurried = [HELD, "您的订单到了。", "甲也许要说。", "请查收。", "乙也许要说。"]
    assert voice.said == hurried  # its second sentence waits at most for one that was begun before


async def test_what_nobody_waits_for_any_more_is_not_said(tmp_path: Path) -> None:
    voice = Voice()
    async with host(voice, tmp_path) as (models, synthesis), asyncio.TaskGroup() as tasks:
        tasks.create_task(say(models, HELD))
        await asyncio.to_thread(voice.begun.wait, 5)
        dropped = tasks.create_task(say(models, "不用说了。", Priority.SPECULATIVE))
        await waiting(synthesis, 1)
        dropped.cancel()
        await waiting(synthesis, 0)
        voice.go_on.set()
    assert voice.said == [HELD]


async def test_only_the_companys_own_prompts_reach_the_disk(tmp_path: Path) -> None:
    voice = Voice()
    async with host(voice, tmp_path) as (models, _):
        await say(models, "王女士您好。")
        assert not (tmp_path / "prompts").exists()
        async with aclosing(models.speak("您好。", language="cmn", fixed=True)) as spoken:
            assert [samples.size async for samples in spoken] == [30]
    assert len(list((tmp_path / "prompts").iterdir())) == 1


async def test_a_language_that_no_voice_speaks_is_refused(tmp_path: Path) -> None:
    async with host(Voice(), tmp_path) as (models, _):
        with pytest.raises(ModelCallFailed, match="cmn-sichuan"):
            async for _ in models.speak("hello", language="en"):  # type: ignore[arg-type]
                pass
