"""One person in front of a page does not keep the others from theirs, whatever they or their scripts ask for."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from tests.browser.console import Console
from tests.browser.test_own_pages import person
from voicebot.console.company.listening import AT_ONCE
from voicebot.console.visit import PAGES_AT_ONCE

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def answers(somebody: httpx2.AsyncClient, path: str, count: int) -> list[httpx2.Response]:
    somebody.timeout = httpx2.Timeout(120)
    return await asyncio.gather(*(somebody.get(path) for _ in range(count)))


async def test_pages_have_a_bound_for_each_person(console: Console) -> None:
    agent, lead = await person(console, "agent"), await person(console, "lead")
    found = await answers(agent, "/company/knowledge", PAGES_AT_ONCE * 2)  # which an agent may not see
    assert sum(each.status_code == 403 for each in found) >= PAGES_AT_ONCE / 2
    refused = next(each for each in found if each.status_code == 429)
    assert refused.text == "请求太频繁，请过一会儿再试。"
    assert int(refused.headers["retry-after"]) >= 1
    assert (await lead.get("/board")).status_code == 200
    await asyncio.sleep(5)  # other tests open the desk
    assert (await agent.get("/desk")).status_code == 200


async def test_listening_to_the_voice_has_one_too(console: Console) -> None:
    boss = await person(console, "boss")
    found = await answers(boss, "/company/listen?text=您好&language=cmn", AT_ONCE * 3)
    assert sum(each.status_code == 429 for each in found) >= AT_ONCE  # the others come by and by on a busy machine
