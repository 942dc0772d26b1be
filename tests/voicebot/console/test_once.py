"""What a click does happens once, however often the button is clicked meanwhile; what failed may be tried again."""

import asyncio

import pytest

from tests.virtual_time import in_virtual_time
from voicebot.console.once import deliberate, once


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


@in_virtual_time
async def test_a_double_click_is_one_click_and_the_next_one_counts_again() -> None:
    done: list[float] = []

    async def act() -> None:
        done.append(asyncio.get_running_loop().time())

    clicked, began = deliberate(act), asyncio.get_running_loop().time()
    for at_s in (0.0, 0.2, 0.4, 1.5, 3.0):
        await asyncio.sleep(began + at_s - asyncio.get_running_loop().time())
        await clicked()
    assert [round(at_s - began, 1) for at_s in done] == [0.0, 1.5, 3.0]


async def test_what_was_refused_may_be_clicked_again_at_once() -> None:
    answers = [False, True, True]

    async def act() -> bool:
        return answers.pop(0)

    clicked = deliberate(act)
    for _ in range(3):
        await clicked()
    assert answers == [True]


async def test_clicks_while_it_is_at_work_wait_for_nothing_and_do_nothing() -> None:
    done: list[str] = []

    async def act() -> None:
        done.append("hung up")
        await asyncio.sleep(0)

    clicked = deliberate(act)
    await asyncio.gather(clicked(), clicked())
    assert done == ["hung up"]
