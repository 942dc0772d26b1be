"""What a click does happens once, however often the button is clicked meanwhile; what failed may be tried again."""

import asyncio

import pytest

from voicebot.console.once import once


async def test_clicks_while_it_is_at_work_and_after_it_was_done_do_nothing() -> None:
    done: list[str] = []

    async def act() -> bool:
        await asyncio.sleep(0)
        done.append("drawn")
        return True

    clicked = once(act)
    await asyncio.gather(clicked(), clicked())
    await clicked()
    assert done == ["drawn"]


async def test_what_was_not_done_may_be_tried_again() -> None:
    answers = iter((False, RuntimeError("no store"), True))
    tried: list[bool] = []

    async def act() -> bool:
        answer = next(answers)
        if isinstance(answer, RuntimeError):
            raise answer
        tried.append(answer)
        return answer

    clicked = once(act)
    await clicked()
    with pytest.raises(RuntimeError):
        await clicked()
    await clicked()
    await clicked()
    assert tried == [False, True]
