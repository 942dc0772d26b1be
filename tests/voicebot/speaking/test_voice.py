"""A fixed sentence is synthesised once; what is kept can be said even while the model host is away."""

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest
from numpy.typing import NDArray

from models.address import InferenceError
from models.asr import Priority
from voicebot.dialogue.types import Segment
from voicebot.speaking.voice import Voice


class Models:
    """A model host that counts, and can be away."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.priorities: list[Priority] = []
        self.promoted: list[str] = []
        self.away = False
        self.busy = asyncio.Event()
        self.busy.set()

    async def promote_speech(self, key: str) -> None:
        self.promoted.append(key)
        self.busy.set()

    async def speak(
        self, text: str, *, language: str, priority: Priority = Priority.FINAL, key: str = "", fixed: bool = False
    ) -> AsyncIterator[NDArray[np.int16]]:
        if self.away:
            raise InferenceError("away")
        self.asked.append(text)
        self.priorities.append(priority)
        await self.busy.wait()
        yield np.full(80, len(text), np.int16)
        yield np.full(80, len(text), np.int16)


async def said(voice: Voice, text: str, *, keep: bool) -> int:
    return sum([chunk.size async for chunk in voice.speak(text, "cmn", keep=keep)])


async def test_a_kept_sentence_is_synthesised_once_and_outlives_the_model_host() -> None:
    models = Models()
    voice = Voice(models)  # type: ignore[arg-type]
    await voice.prepare([("您好。", "cmn")])
    models.away = True
    assert await said(voice, "您好。", keep=True) == 160
    assert models.asked == ["您好。"]


async def test_what_a_caller_was_told_is_not_kept() -> None:
    models = Models()
    voice = Voice(models)  # type: ignore[arg-type]
    await said(voice, "您尾号1742的订单到了。", keep=False)
    models.away = True
    with pytest.raises(InferenceError):
        await said(voice, "您尾号1742的订单到了。", keep=False)


async def test_a_reply_that_is_being_made_on_suspicion_is_hurried_and_not_made_twice() -> None:
    models = Models()
    models.busy.clear()
    voice = Voice(models)  # type: ignore[arg-type]
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(voice.prepare_segment(Segment("明天到。", "明天到。"), "cmn"))
        await asyncio.sleep(0)
        assert await said(voice, "明天到。", keep=False) == 160
    assert models.asked == ["明天到。"] and len(models.promoted) == 1
    assert models.priorities == [Priority.SPECULATIVE]


async def test_the_sentence_not_heard_for_longest_makes_room() -> None:
    models = Models()
    voice = Voice(models, kept=2)  # type: ignore[arg-type]
    await voice.prepare([("一", "cmn"), ("二", "cmn"), ("一", "cmn"), ("三", "cmn"), ("一", "cmn"), ("二", "cmn")])
    assert models.asked == ["一", "二", "三", "二"]
