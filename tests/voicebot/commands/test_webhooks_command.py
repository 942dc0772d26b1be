"""Webhooks are kept at the command line; what the settings do not allow is not taken, and a secret is shown once."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from voicebot.commands import webhooks
from voicebot.webhooks.book import WebhookError
from voicebot.webhooks.targets import TargetRefused

URL = "https://crm.example.com/hook"


def test_webhooks_are_added_listed_and_removed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VOICEBOT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("VOICEBOT_WEBHOOKS__ALLOW", "crm.example.com")
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke
    hook, secret = run(webhooks.app, ["add", URL, "--event", "call_ended"]).stdout.split()
    (listed,) = json.loads(run(webhooks.app, ["list", "--json"]).stdout)
    assert (listed["id"], listed["url"], listed["events"]) == (hook, URL, ["call_ended"])
    assert secret not in run(webhooks.app, ["list"]).stdout
    assert json.loads(run(webhooks.app, ["deliveries", "--json"]).stdout) == []
    assert "0 deliveries" in run(webhooks.app, ["retry"]).stdout
    assert run(webhooks.app, ["remove", hook]).exit_code == 0
    assert isinstance(run(webhooks.app, ["remove", hook]).exception, WebhookError)
    refused = run(webhooks.app, ["add", "https://evil.example/", "--event", "call_ended"])
    assert isinstance(refused.exception, TargetRefused)
