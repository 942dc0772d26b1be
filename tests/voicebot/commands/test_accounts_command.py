"""Accounts are kept at the command line; passwords come from standard input and are shown nowhere."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from voicebot.accounts.account import AccountError
from voicebot.accounts.passwords import PasswordTooWeak
from voicebot.commands import accounts
from voicebot.privacy.audit import Audit
from voicebot.store.store import Store


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VOICEBOT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)


def run(*arguments: str, password: str = "correct horse battery") -> Result:
    return CliRunner().invoke(accounts.app, arguments, input=password + "\n")


def listed() -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(run("list", "--json").stdout)
    return found


def test_people_are_added_listed_and_disabled() -> None:
    assert run("add", "boss", "--role", "admin", "--display-name", "周经理").exit_code == 0
    assert run("add", "sso", "--role", "admin", "--oidc", "s-1", password="").exit_code == 0
    assert run("disable", "boss").exit_code == 0
    boss, sso = listed()
    assert (boss["name"], boss["display_name"], boss["disabled"], boss["signs_in_by"]) == (
        "boss",
        "周经理",
        True,
        "password",
    )
    assert (sso["name"], sso["disabled"], sso["signs_in_by"]) == ("sso", False, "OpenID")
    assert run("enable", "boss").exit_code == 0 and not listed()[0]["disabled"]
    assert "周经理" in run("list").stdout


def test_who_changed_accounts_is_in_the_audit_log(tmp_path: Path) -> None:
    run("add", "other", "--role", "admin")
    for arguments in (("add", "boss", "--role", "admin"), ("disable", "boss"), ("enable", "boss"), ("passwd", "boss")):
        assert run(*arguments, password="another good password").exit_code == 0

    async def read() -> list[tuple[str, str]]:
        async with Store(f"sqlite:///{tmp_path / 'voicebot.db'}") as store:
            return [(entry.action, entry.object) for entry in await Audit(store).entries(object="account:boss")]

    actions = ("password_changed", "enabled", "disabled", "added")
    assert asyncio.run(read()) == [(f"account.{action}", "account:boss") for action in actions]


def test_no_output_holds_a_password_or_its_hash() -> None:
    shown = [run("add", "boss", "--role", "admin"), run("passwd", "boss", password="another good password")]
    shown += [run("list"), run("list", "--json")]
    for result in shown:
        assert result.exit_code == 0
        assert "horse" not in result.output and "another" not in result.output and "argon2" not in result.output


def test_a_supervisor_is_linked_to_a_phone_and_an_agent_is_never_without_one() -> None:
    run("add", "lead", "--role", "supervisor", "--team", "订单组")
    assert run("agent", "lead", "8006").exit_code == 0 and listed()[0]["agent"] == "8006"
    assert isinstance(run("agent", "lead", "no-such-agent").exception, AccountError)
    assert run("agent", "lead").exit_code == 0 and not listed()[0]["agent"]
    run("add", "lin", "--role", "agent", "--agent", "8001")
    assert isinstance(run("agent", "lin").exception, AccountError)


def test_a_role_is_given_with_what_it_needs_and_told_to_the_audit_log(tmp_path: Path) -> None:
    run("add", "boss", "--role", "admin")
    run("add", "lin", "--role", "agent", "--agent", "8001")
    assert isinstance(run("role", "lin", "supervisor").exception, AccountError)
    assert isinstance(run("role", "lin", "supervisor", "--team", "no such team").exception, AccountError)
    assert run("role", "lin", "supervisor", "--team", "订单组").exit_code == 0
    (lin,) = [each for each in listed() if each["name"] == "lin"]
    assert (lin["role"], lin["teams"], lin["agent"]) == ("supervisor", ["订单组"], "8001")
    assert isinstance(run("role", "lin", "supervisor").exception, AccountError)  # it is that already
    assert run("role", "lin", "admin").exit_code == 0 and listed()[1]["teams"] == []

    async def read() -> list[str]:
        async with Store(f"sqlite:///{tmp_path / 'voicebot.db'}") as store:
            return [entry.detail for entry in await Audit(store).entries(action="account.changed")]

    last, first = map(json.loads, asyncio.run(read()))
    assert first == {"role": "agent → supervisor", "teams": "- → 订单组"}
    assert last == {"role": "supervisor → admin", "teams": "订单组 → -"}


def test_the_last_administrator_remains_one() -> None:
    run("add", "boss", "--role", "admin")
    run("add", "other", "--role", "admin")
    assert run("role", "other", "agent", "--agent", "8001").exit_code == 0
    for arguments in (("disable", "boss"), ("role", "boss", "agent", "--agent", "8002")):
        assert isinstance(run(*arguments).exception, AccountError)
    assert (listed()[0]["role"], listed()[0]["disabled"]) == ("admin", False)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("add", "boss", "--role", "king"), AccountError),
        (("add", "lin", "--role", "agent"), AccountError),
        (("add", "lin", "--role", "agent", "--agent", "nobody"), AccountError),
        (("add", "lin", "--role", "supervisor", "--team", "no such team"), AccountError),
        (("passwd", "nobody"), AccountError),
        (("disable", "nobody"), AccountError),
    ],
)
def test_what_cannot_be_is_said_with_a_remedy(arguments: tuple[str, ...], error: type[Exception]) -> None:
    assert isinstance(run(*arguments).exception, error)


def test_a_weak_password_is_refused() -> None:
    assert isinstance(run("add", "boss", "--role", "admin", password="boss").exception, PasswordTooWeak)
    assert listed() == []
