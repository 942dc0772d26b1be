"""Nothing is answered to strangers, to other sites' pages, or for longer than a session lasts."""

import asyncio
import ssl
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from structlog.testing import capture_logs
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.clients.certificates import certificate
from tests.voicebot.web.running import PASSWORD, Server, serving
from voicebot.sparing_log import MOST_OF_ONE
from voicebot.web.guard import CLOSE_SIGNED_OUT, LARGEST_FROM_STRANGERS, MOST_SOCKETS


@pytest.fixture
async def cookie(server: Server) -> str:
    """Of somebody who signed in."""
    await server.add("boss")
    async with server.signed_in() as browser:
        return f"{server.web.cookie}={browser.cookies[server.web.cookie]}"


def live(server: Server) -> str:
    return server.url.replace("http", "ws") + "/live"


@pytest.mark.parametrize("path", ["/", "/live", "/account", "/sign-out", "/nowhere", "/sign-inx", "/healthz2"])
async def test_strangers_see_nothing(server: Server, path: str) -> None:
    async with server.browser(Accept="*/*") as browser:
        assert (await browser.get(path)).status_code == 401
        assert (await browser.post(path)).status_code == 401


async def test_health_is_told_to_everybody(server: Server) -> None:
    async with server.browser() as browser:
        assert (await browser.get("/healthz")).json() == {"status": "ok"}


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", None])
async def test_what_another_sites_page_sends_is_refused(server: Server, cookie: str, origin: str | None) -> None:
    async with httpx2.AsyncClient(base_url=server.url, headers={"Cookie": cookie}, timeout=30) as browser:
        given = {} if origin is None else {"Origin": origin}
        assert (await browser.post("/change", headers=given)).status_code == 403
        assert (await browser.post("/change", headers={"Origin": server.url})).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
async def test_a_foreign_page_opens_no_websocket(server: Server, cookie: str, origin: str | None) -> None:
    given = {"Cookie": cookie} if origin is None else {"Cookie": cookie, "Origin": origin}
    with pytest.raises(InvalidStatus) as refused:
        async with connect(live(server), additional_headers=given):
            pass
    assert refused.value.response.status_code == 403


async def test_strangers_open_no_websocket(server: Server) -> None:
    for headers in ({}, {"Cookie": f"{server.web.cookie}=forged"}):
        with pytest.raises(InvalidStatus) as refused:
            async with connect(live(server), origin=server.url, additional_headers=headers):  # type: ignore[arg-type]
                pass
        assert refused.value.response.status_code == 401


async def test_an_open_page_is_closed_when_its_session_ends(server: Server, cookie: str) -> None:
    async with connect(live(server), origin=server.url, additional_headers={"Cookie": cookie}) as socket:  # type: ignore[arg-type]
        await socket.send("still there?")
        assert await socket.recv() == "still there?"
        await server.add("other")  # the last administrator cannot be disabled
        account = await server.web.sign_in.book.by_name("boss")
        assert account
        await server.web.sign_in.book.set_disabled(account.id, True)
        with pytest.raises(ConnectionClosed) as closed:
            async with asyncio.timeout(30):
                await socket.recv()
        assert closed.value.rcvd and closed.value.rcvd.code == CLOSE_SIGNED_OUT


@pytest.mark.parametrize("how", ["signed out", "disabled", "new role", "new password"])
async def test_what_ends_a_session_here_closes_its_pages_at_once_and_no_others(tmp_path: Path, how: str) -> None:
    async with serving(tmp_path, check_every_s=3600) as server:
        sign_in = server.web.sign_in
        for name in ("boss", "other"):
            await server.add(name)

        async def opened(name: str) -> tuple[str, ClientConnection]:
            async with server.signed_in(name) as browser:
                token = browser.cookies[server.web.cookie]
            cookie = {"Cookie": f"{server.web.cookie}={token}"}
            return token, await connect(live(server), origin=server.url, additional_headers=cookie)  # type: ignore[arg-type]

        token, socket = await opened("boss")
        _, others = await opened("other")
        account = await sign_in.book.by_name("boss")
        assert account
        match how:
            case "signed out":
                await sign_in.out(token)
            case "disabled":
                await sign_in.book.set_disabled(account.id, True)
            case "new role":
                changed = replace(account, role="supervisor", teams=("售后",))
                await sign_in.book.change_standing(changed, by="account:1", at=server.clock())
            case _:
                await sign_in.change_password(account, PASSWORD[::-1])
        async with asyncio.timeout(30):
            await socket.wait_closed()
        assert socket.close_code == CLOSE_SIGNED_OUT
        await others.send("still there?")
        assert await others.recv() == "still there?"
        await others.close()


async def _used_now(server: Server, cookie: str) -> None:
    """Returns when the server has noted that this session is in use."""
    async with asyncio.timeout(30):
        while True:
            found = await server.web.sign_in.book.session(cookie.partition("=")[2])
            if found and found[0].seen_at == server.clock():
                return
            await asyncio.sleep(0.02)


async def test_an_open_page_keeps_its_session_alive_until_the_absolute_end(server: Server, cookie: str) -> None:
    async with connect(live(server), origin=server.url, additional_headers={"Cookie": cookie}) as socket:  # type: ignore[arg-type]
        for _ in range(14):
            server.clock.forward(minutes=50)
            await _used_now(server, cookie)
            await socket.send("x")
            assert await socket.recv() == "x"
        server.clock.forward(minutes=50)
        with pytest.raises(ConnectionClosed):
            async with asyncio.timeout(30):
                await socket.recv()


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example"])
async def test_a_name_that_was_pointed_at_this_machine_is_not_answered(server: Server, host: str) -> None:
    async with server.browser(Host=host) as browser:
        assert (await browser.get("/sign-in")).status_code == 421


async def test_every_answer_carries_the_headers(server: Server, cookie: str) -> None:
    async with server.browser() as stranger, server.browser(Cookie=cookie) as person:
        for answer in (await stranger.get("/"), await stranger.get("/sign-in"), await person.get("/")):
            policy = answer.headers["content-security-policy"]
            assert "frame-ancestors 'none'" in policy and "http:" not in policy and "https:" not in policy
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cache-control"] == "no-store"
            assert "strict-transport-security" not in answer.headers


async def test_large_bodies_are_not_read(server: Server, cookie: str) -> None:
    async with server.browser() as stranger, server.browser(Cookie=cookie) as person:
        body = b"x" * (LARGEST_FROM_STRANGERS + 1)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        assert (await stranger.post("/sign-in", content=body, headers=form)).status_code == 413
        assert (await person.post("/change", content=body)).json() == {"bytes": len(body)}


async def test_behind_encryption_the_cookie_never_travels_without(tmp_path: Path) -> None:
    async with serving(tmp_path, url="https://voice.example.com") as server:
        await server.add("boss")
        local = f"http://127.0.0.1:{server.web.settings.console.port}"
        headers = {"Host": "voice.example.com", "Origin": "https://voice.example.com"}
        async with httpx2.AsyncClient(base_url=local, headers=headers, timeout=30) as browser:
            answer = await browser.post("/sign-in", data={"name": "boss", "password": "correct horse battery"})
            assert answer.headers["set-cookie"].startswith("__Host-voicebot=")
            assert "secure" in answer.headers["set-cookie"].lower()
            assert answer.headers["strict-transport-security"]


async def test_the_console_encrypts_by_itself_with_a_certificate(tmp_path: Path) -> None:
    file, key = certificate(tmp_path, "127.0.0.1")
    async with serving(tmp_path, certificate=file, key=key) as server:
        await server.add("boss")
        trusted = ssl.create_default_context(cafile=file)
        headers = {"Origin": server.url, "Accept": "text/html"}
        async with httpx2.AsyncClient(base_url=server.url, verify=trusted, headers=headers, timeout=30) as browser:
            answer = await browser.post("/sign-in", data={"name": "boss", "password": "correct horse battery"})
            assert server.url.startswith("https://") and answer.headers["set-cookie"].startswith("__Host-")
            assert (await browser.get("/")).json() == {"name": "boss"}
        cookie = f"{server.web.cookie}={answer.cookies[server.web.cookie]}"
        opened = connect(live(server), origin=server.url, additional_headers={"Cookie": cookie}, ssl=trusted)  # type: ignore[arg-type]
        async with opened as socket:
            await socket.send("x")
            assert await socket.recv() == "x"


async def test_a_proxys_word_about_the_browsers_address_counts_only_where_it_is_trusted(tmp_path: Path) -> None:
    for trusted, expected in ((("127.0.0.1/32",), "203.0.113.9"), ((), "127.0.0.1")):
        async with serving(tmp_path / expected, trusted_proxies=trusted) as server:
            await server.add("boss")
            async with server.browser(**{"X-Forwarded-For": "203.0.113.9"}) as browser:
                await browser.post("/sign-in", data={"name": "boss", "password": "correct horse battery"})
                found = await server.web.sign_in.book.session(browser.cookies[server.web.cookie])
            assert found and found[0].address == expected


@pytest.mark.parametrize(
    "path", ["/healthz/x", "/sign-in/x", "/set-up/x", "/sign-in/provider/", "/sign-in/provider/back"]
)
async def test_below_what_strangers_may_ask_for_there_is_nothing_for_them(server: Server, path: str) -> None:
    async with server.browser() as browser:
        assert (await browser.get(path)).headers["location"].startswith("/sign-in?")


@pytest.mark.parametrize("path", ["/healthz", "/sign-in", "/web-static/icon.svg"])
async def test_strangers_open_no_websocket_where_they_may_read(server: Server, path: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connect(server.url.replace("http", "ws") + path, origin=server.url):  # type: ignore[arg-type]
            pass
    assert refused.value.response.status_code == 401


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
async def test_another_sites_page_reads_nothing_either(server: Server, cookie: str, origin: str) -> None:
    async with httpx2.AsyncClient(base_url=server.url, headers={"Cookie": cookie}, timeout=30) as browser:
        answer = await browser.get("/", headers={"Origin": origin})
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers
        assert (await browser.get("/", headers={"Origin": server.url})).status_code == 200


@pytest.mark.parametrize("path", ["/%00", "/x?a=%00", "/api/v1/calls?words=%00", "/sign-in?next=%00"])
async def test_the_character_nul_gets_nowhere(server: Server, cookie: str, path: str) -> None:
    async with server.browser(Cookie=cookie) as browser:
        assert (await browser.get(path)).status_code == 400


async def test_nobody_has_more_open_pages_than_they_could_look_at(tmp_path: Path) -> None:
    async with serving(tmp_path, check_every_s=3600) as server:
        await server.add("boss")
        async with server.signed_in() as browser:
            cookie = {"Cookie": f"{server.web.cookie}={browser.cookies[server.web.cookie]}"}

        def another() -> connect:
            return connect(live(server), origin=server.url, additional_headers=cookie)  # type: ignore[arg-type]

        async with AsyncExitStack() as stack:
            for _ in range(MOST_SOCKETS):
                await stack.enter_async_context(another())
            with pytest.raises(InvalidStatus) as refused:
                await stack.enter_async_context(another())
            assert refused.value.response.status_code == 429
        async with asyncio.timeout(30):
            while True:
                with suppress(InvalidStatus):  # until the server has noticed that they are closed
                    async with another() as socket:
                        await socket.send("x")
                        assert await socket.recv() == "x"
                        return
                await asyncio.sleep(0.05)


async def test_refused_origins_do_not_fill_the_log(server: Server) -> None:
    with capture_logs() as lines:
        async with server.browser(Origin="https://evil.example") as browser:
            for _ in range(50):
                assert (await browser.get("/")).status_code == 403
    told = [line for line in lines if line["event"] == "foreign_origin_refused"]
    assert len(told) == MOST_OF_ONE and told[0]["address"] == "127.0.0.1"


@pytest.mark.parametrize("path", ["/healthz", "/sign-in", "/set-up"])
async def test_without_its_store_the_console_says_so(tmp_path: Path, path: str) -> None:
    """Whoever watches it with /healthz is told, and no trace is logged."""
    async with serving(tmp_path) as server, server.browser() as browser:
        await asyncio.to_thread((tmp_path / "voicebot.db").write_bytes, b"no database" * 1000)
        answer = await browser.get(path)
    assert answer.status_code == 503 and answer.headers["retry-after"] and "store" in answer.text
