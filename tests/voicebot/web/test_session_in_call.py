"""A shift that is over ends no call: the page of who is in one stays open until it is written up."""

import asyncio

import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.voicebot.web.running import Server
from voicebot.accounts.sessions import SessionLimits
from voicebot.web.guard import CLOSE_SIGNED_OUT

AGENT = "1001"


async def page_of_the_agent(server: Server) -> tuple[str, ClientConnection]:
    """The token of somebody who signed in, and a page that is open in their browser."""
    await server.add("li", "agent", agent_id=AGENT)
    async with server.signed_in("li") as browser:
        token = browser.cookies[server.web.cookie]
    cookie = {"Cookie": f"{server.web.cookie}={token}"}
    address = server.url.replace("http", "ws") + "/live"
    return token, await connect(address, origin=server.url, additional_headers=cookie)  # type: ignore[arg-type]


async def let_pass(server: Server, token: str, *, hours: float) -> None:
    """Time, in which the open page is noticed again and again as use."""
    for _ in range(round(hours * 2)):
        server.clock.forward(minutes=30)
        async with asyncio.timeout(20):
            while True:
                found = await server.web.sign_in.book.session(token)
                if found is None or found[0].seen_at == server.clock():
                    break
                await asyncio.sleep(0.01)


async def still_open(socket: ClientConnection) -> bool:
    await socket.send("x")
    return await socket.recv() == "x"


async def test_a_call_is_talked_to_its_end(server: Server) -> None:
    token, socket = await page_of_the_agent(server)
    server.web.in_call.add(AGENT)
    await let_pass(server, token, hours=13)
    assert await still_open(socket)
    server.web.in_call.discard(AGENT)
    async with asyncio.timeout(20):
        await socket.wait_closed()
    assert socket.close_code == CLOSE_SIGNED_OUT


async def test_others_calls_prolong_nothing(server: Server) -> None:
    token, socket = await page_of_the_agent(server)
    server.web.in_call.add("1002")
    await let_pass(server, token, hours=12)
    server.clock.forward(minutes=1)
    async with asyncio.timeout(20):
        await socket.wait_closed()
    assert socket.close_code == CLOSE_SIGNED_OUT


async def test_nobody_is_let_in_anew_who_is_in_a_call(server: Server) -> None:
    token, socket = await page_of_the_agent(server)
    server.web.in_call.add(AGENT)
    await let_pass(server, token, hours=13)
    async with server.browser(Cookie=f"{server.web.cookie}={token}") as browser:
        assert (await browser.get("/")).status_code == 303
    await socket.close()


@pytest.mark.parametrize("how", ["disabled", "two hours"])
async def test_what_else_ends_a_session_ends_it_in_a_call_too(server: Server, how: str) -> None:
    token, socket = await page_of_the_agent(server)
    server.web.in_call.add(AGENT)
    if how == "disabled":
        account = await server.web.sign_in.book.by_name("li")
        assert account
        await server.web.sign_in.book.set_disabled(account.id, True)
    else:
        await let_pass(server, token, hours=SessionLimits().longest.total_seconds() / 3600)
        server.clock.forward(minutes=1)
    async with asyncio.timeout(20):
        await socket.wait_closed()
    assert socket.close_code == CLOSE_SIGNED_OUT
