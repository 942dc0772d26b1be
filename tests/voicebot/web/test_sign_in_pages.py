"""From the set-up code to signing out, over real HTTP: nobody gets further than they should."""

import asyncio
import re

import pytest

from tests.voicebot.web.running import PASSWORD, Server

SET_UP = {"name": "Boss", "password": PASSWORD, "again": PASSWORD}


def csrf(html: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', html)
    assert found
    return found[1]


async def test_whoever_has_the_code_makes_the_first_account_and_is_signed_in(server: Server) -> None:
    async with server.browser() as browser:
        assert (await browser.get("/")).headers["location"] == "/sign-in?next=%2F"
        assert (await browser.get("/sign-in")).headers["location"] == "/set-up"
        made = await browser.post("/set-up", data={**SET_UP, "code": server.setup_code.shown})
        assert (made.status_code, made.headers["location"]) == (303, "/")
        assert (await browser.get("/")).json() == {"name": "boss"}
    actions = [entry.action for entry in await server.web.audit.entries()]
    assert actions == ["account.signed_in", "account.set_up"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "aaaa-aaaa-aaaa"},
        {"code": ""},
        {"again": "something else"},
        {"name": "<b>"},
        {"password": "short", "again": "short"},
    ],
)
async def test_set_up_takes_nothing_that_is_wrong(server: Server, wrong: dict[str, str]) -> None:
    async with server.browser() as browser:
        answer = await browser.post("/set-up", data={**SET_UP, "code": server.setup_code.shown, **wrong})
        assert answer.status_code == 400 and 'role="alert"' in answer.text
        assert PASSWORD not in answer.text and "<b>" not in answer.text
    assert await server.web.sign_in.book.is_empty()


async def test_there_is_no_set_up_once_there_is_an_account(server: Server) -> None:
    await server.add("boss")
    async with server.browser() as browser:
        assert (await browser.get("/set-up")).headers["location"] == "/sign-in"
        again = await browser.post("/set-up", data={**SET_UP, "name": "other", "code": server.setup_code.shown})
        assert again.headers["location"] == "/sign-in"
    assert [account.name for account in await server.web.sign_in.book.all()] == ["boss"]


async def test_signing_in_leads_to_the_page_that_was_asked_for(server: Server) -> None:
    await server.add("boss")
    async with server.browser() as browser:
        page = await browser.get("/sign-in?next=/calls%3Fday%3D1")
        assert 'value="/calls?day=1"' in page.text
        answer = await browser.post("/sign-in", data={"name": "BOSS", "password": PASSWORD, "next": "/calls?day=1"})
        assert answer.headers["location"] == "/calls?day=1"


@pytest.mark.parametrize("foreign", ["https://evil.example", "//evil.example", "/\\evil.example", "/a\r\nX: y", ""])
async def test_signing_in_leads_nowhere_else(server: Server, foreign: str) -> None:
    await server.add("boss")
    async with server.browser() as browser:
        answer = await browser.post("/sign-in", data={"name": "boss", "password": PASSWORD, "next": foreign})
        assert answer.headers["location"] == "/"


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(server: Server) -> None:
    await server.add("boss")
    async with server.browser() as browser:
        answer = await browser.post("/sign-in", data={"name": "boss", "password": PASSWORD})
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie and "samesite=lax" in cookie and "path=/" in cookie


async def test_a_wrong_password_and_an_unknown_name_look_the_same(server: Server) -> None:
    await server.add("boss")
    async with server.browser() as browser:
        wrong = await browser.post("/sign-in", data={"name": "boss", "password": "wrong"})
        unknown = await browser.post("/sign-in", data={"name": "nobody", "password": "wrong"})
        assert wrong.status_code == unknown.status_code == 401
        assert wrong.text.replace("boss", "nobody") == unknown.text


async def test_guessing_is_slowed_down(server: Server) -> None:
    await server.add("boss")
    async with server.browser() as browser:
        for _ in range(6):
            answer = await browser.post("/sign-in", data={"name": "boss", "password": "wrong"})
        assert answer.status_code == 429 and "2 秒" in answer.text
        right = {"name": "boss", "password": PASSWORD}
        assert (await browser.post("/sign-in", data=right)).status_code == 429
        server.clock.forward(seconds=2)
        assert (await browser.post("/sign-in", data=right)).status_code == 303


async def test_what_was_typed_comes_back_as_text(server: Server) -> None:
    await server.add("boss")
    async with server.browser() as browser:
        hostile = '"><script>alert(1)</script>'
        answer = await browser.post("/sign-in", data={"name": hostile, "password": "x", "next": "/" + hostile})
        assert "<script" not in answer.text and "&lt;script&gt;" in answer.text


async def test_every_sign_in_gives_a_new_token_and_ends_the_old_session_of_the_browser(server: Server) -> None:
    await server.add("boss")
    async with server.signed_in() as browser, server.browser() as thief:
        old = browser.cookies[server.web.cookie]
        await browser.post("/sign-in", data={"name": "boss", "password": PASSWORD})
        assert browser.cookies[server.web.cookie] != old
        thief.cookies.set(server.web.cookie, old)
        assert (await thief.get("/")).status_code == 303


async def test_a_token_is_worth_nothing_after_signing_out(server: Server) -> None:
    await server.add("boss")
    async with server.signed_in() as browser, server.browser() as replay:
        replay.cookies.set(server.web.cookie, browser.cookies[server.web.cookie])
        assert (await replay.get("/")).status_code == 200
        page = await browser.get("/sign-out")
        assert (await browser.post("/sign-out", data={"csrf": csrf(page.text)})).status_code == 303
        assert (await replay.get("/")).status_code == 303


async def test_an_expired_session_has_to_sign_in_again(server: Server) -> None:
    await server.add("boss")
    async with server.signed_in() as browser:
        server.clock.forward(minutes=61)
        assert (await browser.get("/")).headers["location"].startswith("/sign-in")
        assert (await browser.get("/", headers={"Accept": "application/json"})).status_code == 401


async def test_a_new_password_needs_the_old_one_and_ends_other_sessions(server: Server) -> None:
    await server.add("boss")
    new = "another good password"
    async with server.signed_in() as browser, server.signed_in() as elsewhere:
        token = csrf((await browser.get("/account")).text)
        form = {"csrf": token, "current": PASSWORD, "new": new, "again": new}
        assert (await browser.post("/account", data={**form, "current": "wrong"})).status_code == 401
        assert (await browser.post("/account", data={**form, "again": "x"})).status_code == 400
        assert (await browser.post("/account", data={**form, "csrf": "0" * 64})).status_code == 403
        assert (await browser.post("/account", data={**form, "new": "boss", "again": "boss"})).status_code == 400
        assert "密码已修改" not in (await browser.get("/account")).text
        done = await browser.post("/account", data=form)
        assert done.status_code == 303
        assert "密码已修改" in (await browser.get(done.headers["location"])).text
        assert (await browser.get("/")).status_code == 200
        assert (await elsewhere.get("/")).status_code == 303


async def test_a_form_token_of_another_session_is_refused(server: Server) -> None:
    await server.add("boss")
    await server.add("eve")
    async with server.signed_in() as browser, server.signed_in("eve") as other:
        token = csrf((await other.get("/sign-out")).text)
        assert (await browser.post("/sign-out", data={"csrf": token})).status_code == 403
        assert (await browser.get("/")).status_code == 200


async def test_pages_speak_chinese_unless_asked_for_english(server: Server) -> None:
    await server.add("boss")
    async with server.browser() as browser:
        assert ">登录<" in (await browser.get("/sign-in")).text
        english = await browser.get("/sign-in?lang=en&next=/a")
        assert ">Sign in<" in english.text and "/sign-in?next=%2Fa&amp;lang=zh" in english.text
        assert ">Sign in<" in (await browser.get("/sign-in")).text, "the browser remembers"


async def test_many_who_guess_at_once_do_not_get_around_the_delay(server: Server) -> None:
    await server.add("boss")
    async with server.browser() as browser:
        guesses = [browser.post("/sign-in", data={"name": "boss", "password": f"guess {n}"}) for n in range(12)]
        answers = [answer.status_code for answer in await asyncio.gather(*guesses)]
        assert sorted(answers) == [401] * 5 + [429] * 7


async def test_who_guesses_elsewhere_keeps_nobody_out_of_their_own_browser(server: Server) -> None:
    await server.add("boss")
    right, wrong = {"name": "boss", "password": PASSWORD}, {"name": "boss", "password": "wrong"}
    async with server.browser() as own, server.browser() as stranger:
        assert (await own.post("/sign-in", data=right)).status_code == 303
        own.cookies.delete(server.web.cookie)
        for _ in range(25):  # the account's mistakes, and those of the address
            await stranger.post("/sign-in", data=wrong)
        assert (await stranger.post("/sign-in", data=right)).status_code == 429
        assert (await own.post("/sign-in", data=right)).status_code == 303
        own.cookies.delete(server.web.cookie)
        stolen = {server.web.mark_cookie: own.cookies[server.web.mark_cookie]}
        stranger.cookies.update(stolen)
        answers = [(await stranger.post("/sign-in", data=wrong)).status_code for _ in range(6)]
        assert answers == [401] * 5 + [429], "whoever has it guesses no faster"
        assert (await own.post("/sign-in", data=right)).status_code == 429


async def test_what_makes_a_browser_known_opens_nothing_and_goes_with_the_password(server: Server) -> None:
    await server.add("boss")
    async with server.browser() as own, server.browser() as stranger:
        answer = await own.post("/sign-in", data={"name": "boss", "password": PASSWORD})
        (cookie,) = [each for each in answer.headers.get_list("set-cookie") if each.startswith(server.web.mark_cookie)]
        assert "httponly" in cookie.lower() and "samesite=strict" in cookie.lower()
        stranger.cookies.set(server.web.mark_cookie, own.cookies[server.web.mark_cookie])
        assert (await stranger.get("/")).status_code == 303
        account = await server.web.sign_in.book.by_name("boss")
        assert account
        await server.web.sign_in.change_password(account, "another long one 7")
        for _ in range(6):
            refused = await server.browser().post("/sign-in", data={"name": "boss", "password": "wrong"})
        assert refused.status_code == 429
        assert (await own.post("/sign-in", data={"name": "boss", "password": "another long one 7"})).status_code == 429
