"""Who the company's provider vouches for and has an account here is let in; nobody else is, whatever they replay."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr

from tests.voicebot.web.openid_provider import CLIENT_ID, CLIENT_SECRET, Provider, provider_running
from tests.voicebot.web.running import Server, serving
from voicebot.accounts.account import Account
from voicebot.web.provider import PATH
from voicebot.web_settings import OidcSection


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with provider_running() as running:
        yield running


@pytest.fixture
async def server(tmp_path: Path, provider: Provider) -> AsyncIterator[Server]:
    oidc = OidcSection(issuer=provider.issuer, client_id=CLIENT_ID, client_secret=SecretStr(CLIENT_SECRET))
    async with serving(tmp_path, oidc=oidc) as running:
        person = Account(name="wang", role="admin", created_at=running.clock(), oidc_subject="person-1")
        await running.web.sign_in.new_account(person, None)
        yield running


async def to_provider_and_back(browser: httpx2.AsyncClient, wanted: str = "/") -> str:
    """The address that the provider leads back to."""
    away = await browser.get(f"{PATH}/", params={"next": wanted})
    assert away.status_code == 302
    async with httpx2.AsyncClient(timeout=30) as elsewhere:
        back = await elsewhere.get(away.headers["location"])
    return back.headers["location"]


async def test_a_person_comes_in_through_the_provider(server: Server) -> None:
    async with server.browser() as browser:
        page = await browser.get("/sign-in?next=/calls")
        assert f'href="{PATH}/?next=/calls"' in page.text
        arrived = await browser.get(await to_provider_and_back(browser, "/calls?a=1"))
        assert (arrived.status_code, arrived.headers["location"]) == (303, "/calls?a=1")
        assert (await browser.get("/")).json() == {"name": "wang"}


async def test_no_way_back_is_good_twice_or_in_another_browser(server: Server) -> None:
    async with server.browser() as browser, server.browser() as thief:
        back = await to_provider_and_back(browser)
        assert (await thief.get(back)).status_code == 403
        back = await to_provider_and_back(browser)
        cookies = dict(browser.cookies)
        assert (await browser.get(back)).status_code == 303
        async with server.browser() as replay:
            replay.cookies.update(cookies)
            assert (await replay.get(back)).status_code == 403
            assert (await replay.get("/")).status_code == 303


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "person-2"},
        {"sub": ""},
        {"sub": ["person-1"]},
        {"nonce": "another"},
        {"aud": "another system"},
        {"iss": "https://evil.example"},
        {"exp": 1},
    ],
)
async def test_a_token_that_is_not_for_this_person_and_system_lets_nobody_in(
    server: Server, provider: Provider, claims: dict[str, object]
) -> None:
    provider.claims = claims
    async with server.browser() as browser:
        refused = await browser.get(await to_provider_and_back(browser))
        assert refused.status_code == 403 and 'role="alert"' in refused.text
        assert (await browser.get("/")).headers["location"].startswith("/sign-in")


async def test_a_forged_signature_lets_nobody_in(server: Server, provider: Provider) -> None:
    provider.forges = True
    async with server.browser() as browser:
        assert (await browser.get(await to_provider_and_back(browser))).status_code == 403


async def test_a_disabled_account_is_closed_to_the_provider_too(server: Server) -> None:
    await server.add("boss")  # the last administrator cannot be disabled
    account = await server.web.sign_in.book.by_name("wang")
    assert account
    await server.web.sign_in.book.set_disabled(account.id, True)
    async with server.browser() as browser:
        assert (await browser.get(await to_provider_and_back(browser))).status_code == 403


async def test_a_claim_that_a_person_may_choose_is_not_looked_at(server: Server, provider: Provider) -> None:
    provider.person = {"sub": "person-2", "preferred_username": "wang", "email": "person-1"}
    async with server.browser() as browser:
        assert (await browser.get(await to_provider_and_back(browser))).status_code == 403


async def test_without_the_setting_there_is_no_such_way(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await server.add("boss")
        async with server.browser() as browser:
            assert PATH not in (await browser.get("/sign-in")).text
            assert (await browser.get(f"{PATH}/")).headers["location"].startswith("/sign-in?")


async def test_a_provider_that_is_away_is_told(tmp_path: Path) -> None:
    oidc = OidcSection(issuer="http://127.0.0.1:1", client_id=CLIENT_ID)
    async with serving(tmp_path, oidc=oidc) as server, server.browser() as browser:
        assert (await browser.get(f"{PATH}/")).status_code == 502
