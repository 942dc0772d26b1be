"""`voicebot api-keys`: a key's teams are the company's; what is typed to revoke a key stands in one piece in a list."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from voicebot.accounts.api_keys import ApiKeyError
from voicebot.accounts.scopes import SCOPES
from voicebot.commands import api_keys


def test_ids_and_scopes_stay_whole_in_eighty_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    config = tmp_path / "voicebot.toml"
    config.write_text(f"data_dir = {json.dumps(str(tmp_path))}\n")
    scopes = [part for scope in SCOPES for part in ("--scope", scope)]
    made = CliRunner().invoke(api_keys.app, ["add", "客户系统", *scopes, "--team", "订单组", "--config", str(config)])
    assert made.exit_code == 0, made.output
    listed = CliRunner().invoke(api_keys.app, ["list", "--config", str(config)]).output
    words = {word for line in listed.splitlines() for word in line.replace("│", " ").split()}
    assert {made.output.split("_")[1], *SCOPES} <= words, listed
    assert max(map(len, listed.splitlines())) <= 80


def test_a_team_that_is_misspelt_gets_no_key_and_the_known_teams_are_named(tmp_path: Path) -> None:
    config = tmp_path / "voicebot.toml"
    config.write_text(f"data_dir = {json.dumps(str(tmp_path))}\n")
    more = ("--scope", "calls:read", "--config", str(config))
    refused = CliRunner().invoke(api_keys.app, ["add", "客户系统", "--team", "订单组", "--team", "定单组", *more])
    assert isinstance(refused.exception, ApiKeyError)
    assert "there is no team 定单组 in agents.csv; there are " in str(refused.exception)
    assert "订单组" in str(refused.exception)
    assert json.loads(CliRunner().invoke(api_keys.app, ["list", "--json", "--config", str(config)]).output) == []
