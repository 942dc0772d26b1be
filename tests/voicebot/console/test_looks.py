"""A list is drawn when something changed, and an overtaken look never puts back what has gone."""

from __future__ import annotations

import asyncio

import pytest

from voicebot.console.looks import Looks


async def found(*tasks: str) -> list[str]:
    return list(tasks)


async def test_what_stands_there_already_is_no_news() -> None:
    looks = Looks[list[str]]()
    assert await looks.news(found()) == []  # nothing there is news too, the first time
    assert await looks.news(found()) is None
    assert await looks.news(found("a")) == ["a"]
    assert await looks.news(found("a")) is None
    assert await looks.news(found()) == []


async def test_a_look_that_was_overtaken_shows_nothing() -> None:
    looks, goes_on = Looks[list[str]](), asyncio.Event()

    async def slow() -> list[str]:
        await goes_on.wait()
        return ["done already"]

    overtaken = asyncio.create_task(looks.news(slow()))
    await asyncio.sleep(0)
    assert await looks.news(found("a")) == ["a"]
    goes_on.set()
    assert await overtaken is None
    assert await looks.news(found("a")) is None


async def test_a_look_that_failed_leaves_what_was_shown() -> None:
    looks = Looks[list[str]]()

    async def fails() -> list[str]:
        raise ConnectionError

    assert await looks.news(found("a")) == ["a"]
    with pytest.raises(ConnectionError):
        await looks.news(fails())
    assert await looks.news(found("a")) is None
