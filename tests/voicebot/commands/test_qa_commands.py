"""Guards that calls can be scored, reported and exported on the command line, with nothing personal in the clear."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.voicebot.store.samples import NOON, a_call, a_turn
from voicebot.commands.qa import app
from voicebot.demo import SAMPLE_COMPANY
from voicebot.store.store import Store

PHONE = "13912345678"


@pytest.fixture
def config(tmp_path: Path) -> str:
    file = tmp_path / "voicebot.toml"
    file.write_text(f'data_dir = "{tmp_path}"\n', encoding="utf-8")

    async def fill() -> None:
        async with Store(f"sqlite:///{tmp_path / 'voicebot.db'}") as store:
            for number, team in enumerate(("售后组", "=1+1")):
                call_id = f"call-{number}"
                await store.open_call(a_call(call_id, answered_at=NOON, agent_id=f"800{number}", team=team))
                await store.add_turn(
                    a_turn(0, call_id, role="agent", text=f"您好，我是客服，请说手机号{PHONE}。{'神经病' * number}"),
                    a_turn(1, call_id, text="我要退货", intent="return_refund"),
                )
                await store.end_call(call_id, NOON + timedelta(minutes=1), outcome="resolved", end_reason="caller")

    asyncio.run(fill())
    return str(file)


def run(*arguments: str, config: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*arguments, "--config", config])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_one_call_is_scored_and_its_score_can_be_made_again(config: str) -> None:
    code, output = run("score", "call-1", "--json", config=config)
    (result,) = json.loads(output)
    assert code == 0 and result["total"] == 0 and result["fatal"] == ["abuse"]
    assert PHONE not in output
    code, again = run("score", "call-1", "--kept", "--json", config=config)
    assert code == 0 and json.loads(again) == [result]
    code, shown = run("score", "call-0", config=config)
    assert code == 0 and "规范" in shown
    code, missing = run("score", "no-such-call", config=config)
    assert code == 1 and "there is no" in missing


def test_past_calls_are_scored_again_with_a_scorecard_of_ones_own(config: str, tmp_path: Path) -> None:
    text = (SAMPLE_COMPANY / "scorecards" / "service.toml").read_text(encoding="utf-8")
    own = tmp_path / "strict.toml"
    own.write_text(text.replace('version = "1"', 'version = "2"'), encoding="utf-8")
    arguments = ("rescore", "--since", "2026-11-01", "--scorecard", str(own), "--workers", "1", "--json")
    code, output = run(*arguments, config=config)
    assert code == 0 and json.loads(output) == {"calls": 2}
    _, kept = run("score", "call-0", "--kept", "--json", config=config)
    assert [(each["scorecard"], each["version"]) for each in json.loads(kept)] == [("strict", "2")]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--since", "yesterday"), "write a day as"),
        (("--since", "2026-11-01", "--scorecard", "nice"), "it has service"),
    ],
)
def test_a_wrong_option_is_named_with_what_is_right(config: str, arguments: tuple[str, ...], message: str) -> None:
    result = CliRunner().invoke(app, ["rescore", *arguments, "--config", config])
    assert message in str(result.exception)
