"""A fixed sentence is synthesised once; what is kept can be said even while the model host is away."""

from collections.abc import AsyncIterator

import numpy as np
import pytest
from numpy.typing import NDArray

from models.address import InferenceError
from voicebot.voice import Voice


class Models:
    """A model host that counts, and can be away."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.away = False

    async def speak(self, text: str, *, language: str) -> AsyncIterator[NDArray[np.int16]]:
        if self.away:
            raise InferenceError("away")
        self.asked.append(text)
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


async def test_the_sentence_not_heard_for_longest_makes_room() -> None:
    models = Models()
    voice = Voice(models, kept=2)  # type: ignore[arg-type]
    await voice.prepare([("一", "cmn"), ("二", "cmn"), ("一", "cmn"), ("三", "cmn"), ("一", "cmn"), ("二", "cmn")])
    assert models.asked == ["一", "二", "三", "二"]
