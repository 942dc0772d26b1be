"""Guards that calls can be scored, reported and exported on the command line, with nothing personal in the clear."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.voicebot.store.samples import NOON, a_call, a_turn
from voicebot.commands.qa import app
from voicebot.config import ConfigError
from voicebot.demo import SAMPLE_COMPANY
from voicebot.privacy.audit import Audit
from voicebot.qa.scorecard.files import load_scorecards
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


def scored(config: str) -> None:
    code, _ = run("rescore", "--since", "2026-11-01", "--workers", "1", "--json", config=config)
    assert code == 0


def rows(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"))))


def test_a_report_adds_up_by_agent_team_intent_and_item(config: str, tmp_path: Path) -> None:
    scored(config)
    _, output = run("report", "--since", "2026-11-01", "--json", config=config)
    figures = json.loads(output)
    assert figures["whole"]["calls"] == 2 and figures["whole"]["fatal"] == 1
    assert {group["name"] for group in figures["groups"]["agent"]} == {"8000", "8001"}
    assert {group["name"]: group["total"] for group in figures["groups"]["agent"]}["8001"] == 0
    assert [group["name"] for group in figures["groups"]["day"]] == ["2026-11-05"]
    (abuse,) = [item for item in figures["items"] if item["item"] == "abuse"]
    assert (abuse["passed"], abuse["failed"], abuse["pass_rate"]) == (1, 1, 0.5)
    assert sum(figures["bands"]) == figures["whole"]["scored"]
    _, output = run("report", "--since", "2026-11-06", "--json", config=config)
    assert json.loads(output)["whole"]["calls"] == 0
    code, shown = run("report", "--since", "2026-11-01", config=config)
    assert code == 0 and "罗雪梅" in shown and "开场白" in shown


def test_no_cell_of_a_report_is_a_formula_and_no_page_runs_anything(config: str, tmp_path: Path) -> None:
    scored(config)
    page, table = tmp_path / "report.html", tmp_path / "report.csv"
    code, _ = run("report", "--since", "2026-11-01", "--html", str(page), "--csv", str(table), config=config)
    assert code == 0
    assert {row["name"] for row in rows(table) if row["by"] == "team"} == {"售后组", "'=1+1"}
    assert {row["title"] for row in rows(tmp_path / "report-items.csv")} > {"开场白", "辱骂客户"}
    html = page.read_text(encoding="utf-8")
    assert "<svg" in html and "default-src 'none'" in html and "罗雪梅" in html
    assert "<script" not in html and "http://" not in html and "https://" not in html


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_every_verdict_is_exported_masked_and_the_audit_log_knows(config: str, tmp_path: Path, form: str) -> None:
    scored(config)
    out = tmp_path / f"verdicts.{form}"
    code, _ = run("export", "--since", "2026-11-01", "--out", str(out), "--format", form, config=config)
    assert code == 0
    text = out.read_text(encoding="utf-8-sig")
    assert PHONE not in text and "+8613800138000" not in text
    found = rows(out) if form == "csv" else [json.loads(line) for line in text.splitlines()]
    (abuse,) = [row for row in found if row["call_id"] == "call-1" and row["item"] == "abuse"]
    assert abuse["answer"] == "fail" and abuse["words"] == "神经病"
    assert len(found) == 2 * len(load_scorecards(SAMPLE_COMPANY)[0].items)

    async def audited() -> list[str]:
        async with Store(f"sqlite:///{tmp_path / 'voicebot.db'}") as store:
            return [entry.object for entry in await Audit(store).entries(action="scores.exported")]

    assert asyncio.run(audited()) == ["calls:2026-11-01.."]


def test_what_cannot_be_written_is_said(config: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="name another file"):
        run("report", "--since", "2026-11-01", "--html", str(tmp_path / "no" / "folder.html"), config=config)


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
