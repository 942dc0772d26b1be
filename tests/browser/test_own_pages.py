"""A page is its session's: nobody else's socket sees it or acts in it, and no browser writes into the log."""

from __future__ import annotations

import ast
import asyncio
import json
import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import urlencode

import httpx2
import pytest
import socketio
from socketio.exceptions import ConnectionError as NotConnected

from tests.browser.console import PASSWORD, Console
from voicebot.accounts.book import AccountBook
from voicebot.bench.console.open_page import signed_in
from voicebot.store.saved_views import SavedViews

pytestmark = pytest.mark.asyncio(loop_scope="session")

_QUERY: Final = re.compile(r"query: (\{.*?\}),")


async def page_of(person: httpx2.AsyncClient, path: str, html: str = "") -> dict[str, Any]:
    """What a page's own script tells its socket. html: of the page, if it is there already."""
    found = _QUERY.search(html or (await person.get(path)).text)
    assert found
    query: dict[str, Any] = ast.literal_eval(found[1])
    return query | {"tab_id": str(uuid.uuid4()), "document_id": str(uuid.uuid4())}


@asynccontextmanager
async def socket_of(
    person: httpx2.AsyncClient, query: dict[str, Any], **headers: str
) -> AsyncIterator[socketio.AsyncClient]:
    url = str(person.base_url).rstrip("/")
    socket = socketio.AsyncClient(reconnection=False)
    cookies = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
    told = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in query.items()}
    await socket.connect(
        f"{url}?{urlencode(told)}",
        headers={"Cookie": cookies, "Origin": url, **headers},
        transports=["websocket"],
        socketio_path="/_nicegui_ws/socket.io",
        wait_timeout=60,
    )
    try:
        yield socket
    finally:
        await socket.disconnect()


async def person(console: Console, name: str) -> httpx2.AsyncClient:
    return await signed_in(console.url, name, PASSWORD)


async def test_a_page_goes_on_in_the_session_that_asked_for_it_only(console: Console) -> None:
    boss, agent, boss_elsewhere = [await person(console, name) for name in ("boss", "agent", "boss")]
    page = await page_of(boss, "/operator/settings")
    plain = {name: value for name, value in page.items() if name != "implicit_handshake"}
    for thief in (agent, boss_elsewhere):  # the account alone does not do: one of its sessions may have been ended
        async with socket_of(thief, {}) as socket:
            assert await socket.call("handshake", plain) is False
        with pytest.raises(NotConnected):
            async with socket_of(thief, plain | {"implicit_handshake": True}):
                pass
    async with socket_of(boss, {"client_id": page["client_id"]}) as socket:
        assert await socket.call("handshake", plain) is True


def parts_of(html: str) -> dict[str, Any]:
    """The page's elements by number."""
    found = re.search(r"elements = String\.raw`(.*?)`|String\.raw`(.*?)`", html, re.DOTALL)
    assert found
    text = found[1] or found[2]
    for escaped, plain in (("&#36;", "$"), ("&#96;", "`"), ("&gt;", ">"), ("&lt;", "<"), ("&amp;", "&")):
        text = text.replace(escaped, plain)
    parts: dict[str, Any] = json.loads(text)
    return parts


def event(parts: dict[str, Any], prop: str, shown: str, kind: str, *args: str) -> dict[str, Any]:
    """As the browser tells of an event at the part that has this property and such a listener."""
    ((number, part),) = [
        (number, part)
        for number, part in parts.items()
        if part.get("props", {}).get(prop) == shown and any(each["type"] == kind for each in part.get("events", ()))
    ]
    (listener,) = [each["listener_id"] for each in part["events"] if each["type"] == kind]
    return {"id": int(number), "listener_id": listener, "args": list(args)}


async def test_who_has_not_shaken_hands_for_a_page_does_nothing_in_it(console: Console) -> None:
    boss, agent = await person(console, "boss"), await person(console, "agent")
    account = await AccountBook(console.store).by_name("boss")
    assert account
    html = (await boss.get("/calls")).text
    page = await page_of(boss, "/calls", html)
    parts = parts_of(html)
    views, owner = SavedViews(console.store), f"account:{account.id}"

    async def save(socket: socketio.AsyncClient) -> None:
        typed = event(parts, "label", "给当前筛选起个名字", "update:value", '"of somebody"')
        await socket.emit("event", {**typed, "client_id": page["client_id"]})
        await socket.emit("event", {**event(parts, "label", "保存", "click", "{}"), "client_id": page["client_id"]})

    async with socket_of(boss, {"client_id": page["client_id"]}) as own, socket_of(agent, {}) as foreign:
        assert await own.call("handshake", {**page, "implicit_handshake": False}) is True
        await save(foreign)
        await foreign.sleep(1)
        assert not await views.of(owner)
        await save(own)
        async with asyncio.timeout(30):
            while not (saved := await views.of(owner)):  # noqa: ASYNC110 - the console writes
                await asyncio.sleep(0.1)
    assert len(saved) == 1


async def test_a_browser_writes_nothing_into_the_log(console: Console) -> None:
    boss = await person(console, "boss")
    page = await page_of(boss, "/operator/settings")
    async with socket_of(boss, {"client_id": page["client_id"]}) as socket:
        assert await socket.call("handshake", {**page, "implicit_handshake": False}) is True
        await socket.emit("log", {"client_id": page["client_id"], "level": "error", "message": "made up"})
        await socket.sleep(0.5)
    assert "made up" not in (console.folder / "console.log").read_text()


async def test_pages_are_told_things_by_websockets_alone(console: Console) -> None:
    """Each is watched for as long as its session lasts; a chain of single requests could change hands."""
    boss = await person(console, "boss")
    answer = await boss.get("/_nicegui_ws/socket.io/?EIO=4&transport=polling")
    assert answer.status_code == 400


@pytest.mark.parametrize("told", [None, [], "x", {}, {"client_id": None}, {"client_id": "x"}, {"client_id": ["x"]}])
async def test_a_handshake_about_nothing_is_refused(console: Console, told: object) -> None:
    boss = await person(console, "boss")
    async with socket_of(boss, {}) as socket:
        assert await socket.call("handshake", told) is False
