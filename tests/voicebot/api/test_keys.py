"""A key opens the API and nothing else, until it is revoked or old; nobody can read it a second time."""

import json
from pathlib import Path

import httpx2
import pytest
from typer.testing import CliRunner

from tests.voicebot.api.programs import program
from tests.voicebot.web.running import Server
from voicebot.accounts.api_keys import ApiKeyError
from voicebot.api.app import PATH
from voicebot.commands import api_keys


@pytest.mark.parametrize("given", ["vbk", "vbk__", "vbk_a_b", "Basic x", "‮", "vbk_" + "x" * 10_000])
async def test_what_is_no_key_opens_nothing(server: Server, given: str) -> None:
    async with httpx2.AsyncClient(base_url=server.url + PATH, timeout=30) as stranger:
        answer = await stranger.get("/me", headers=[("Authorization", f"Bearer {given}".encode())])  # type: ignore[list-item]
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_changed_secret_opens_nothing(server: Server) -> None:
    async with await program(server, "calls:read") as crm:
        assert (await crm.get("/me")).status_code == 200
        key = crm.headers["Authorization"]
        changed = key[:-1] + ("a" if key[-1] != "a" else "b")
        assert (await crm.get("/me", headers={"Authorization": changed})).status_code == 401


async def test_a_revoked_and_an_old_key_open_nothing(server: Server) -> None:
    async with await program(server, "calls:read", minutes=10) as old, await program(server, "calls:read") as revoked:
        assert (await old.get("/me")).status_code == (await revoked.get("/me")).status_code == 200
        server.clock.forward(minutes=11)
        assert (await old.get("/me")).status_code == 401
        assert (await revoked.get("/me")).status_code == 200
        for key in await server.web.api_keys.all():
            await server.web.api_keys.revoke(key.id, by="os:test", at=server.clock())
        assert (await revoked.get("/me")).status_code == 401


async def test_a_key_opens_no_pages(server: Server) -> None:
    async with await program(server, "calls:read") as crm:
        for path in ("/", "/account", "/docs"):
            assert (await crm.get(server.url + path)).status_code == 401


async def test_a_bad_key_is_not_made_good_by_a_session(server: Server) -> None:
    async with server.signed_in("boss") as browser:
        assert (await browser.get(f"{PATH}/me")).status_code == 200
        assert (await browser.get(f"{PATH}/me", headers={"Authorization": "Bearer vbk_a_b"})).status_code == 401


async def test_a_key_tells_what_it_may(server: Server) -> None:
    async with await program(server, "calls:read", "numbers:read", teams=("售后",)) as crm:
        assert (await crm.get("/me")).json()["may"] == {"view_call": "team", "see_numbers": "team"}


def test_keys_are_made_listed_and_revoked_at_the_command_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VOICEBOT_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke
    made = run(api_keys.app, ["add", "crm", "--scope", "calls:read", "--scope", "tasks:write", "--days", "30"])
    secret = made.stdout.strip().split("_", 2)[2]
    (key,) = json.loads(run(api_keys.app, ["list", "--json"]).stdout)
    assert (key["name"], key["scopes"], key["revoked_at"]) == ("crm", ["calls:read", "tasks:write"], None)
    kept = run(api_keys.app, ["list"]).stdout.encode() + (tmp_path / "voicebot.db").read_bytes()
    assert secret.encode() not in kept
    assert run(api_keys.app, ["revoke", key["id"]]).exit_code == 0
    assert json.loads(run(api_keys.app, ["list", "--json"]).stdout)[0]["revoked_at"]
    assert isinstance(run(api_keys.app, ["revoke", "nothing"]).exception, ApiKeyError)
    assert isinstance(run(api_keys.app, ["add", "crm", "--scope", "everything"]).exception, ApiKeyError)
