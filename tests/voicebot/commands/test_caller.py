"""`voicebot caller` says what is wrong with what it was given before it rings anybody."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from telephony.leg import EndReason, LegEnded, LegError
from voicebot.cli import app
from voicebot.commands import caller

ASSISTANT = "sip:service@127.0.0.1:9"


@pytest.mark.parametrize("options", [[], ["--say", "你好", "--wav", "x.wav"]])
def test_one_way_of_speaking_must_be_chosen(options: list[str]) -> None:
    result = CliRunner().invoke(app, ["caller", ASSISTANT, *options])
    assert result.exit_code == 2
    assert "--script" in result.output


def test_a_sound_file_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "no.wav").write_text("text")
    result = CliRunner().invoke(app, ["caller", ASSISTANT, "--wav", str(tmp_path / "no.wav")])
    assert result.exit_code == 2
    assert "no.wav" in result.output.replace("\n", "")


def test_a_refused_call_is_one_json_object_and_exit_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refused(*args: object, **options: object) -> None:
        raise LegError(LegEnded(EndReason.REJECTED, 503, "Service Unavailable"))

    monkeypatch.setattr(caller, "ring", refused)
    monkeypatch.setattr(caller, "prepare_process", lambda: None)  # not to make the test run itself urgent
    result = CliRunner().invoke(app, ["caller", ASSISTANT, "--say", "你好", "--json"])
    assert result.exit_code == 1
    ended = json.loads(result.stdout.strip().splitlines()[-1])["ended"]
    assert ended == {"reason": "rejected", "sip_code": 503, "text": "Service Unavailable"}
