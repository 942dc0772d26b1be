"""Nothing is erased or deleted by a slip: erasing takes the number twice, and says what it could not erase."""

import asyncio
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from voicebot.commands import audit, privacy
from voicebot.demo import SAMPLE_COMPANY
from voicebot.store.records import CallRecord
from voicebot.store.store import Store

NUMBER = "+8613800138000"
OLD = datetime.now(UTC) - timedelta(days=40)


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    company = Path(shutil.copytree(SAMPLE_COMPANY, tmp_path / "company"))
    monkeypatch.setenv("VOICEBOT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("VOICEBOT_COMPANY__DIR", str(company))
    monkeypatch.setenv("VOICEBOT_EVENTS__NODE", "local")
    monkeypatch.chdir(tmp_path)

    async def fill() -> None:
        async with Store(f"sqlite:///{tmp_path / 'voicebot.db'}", node="local") as store:
            await store.open_call(CallRecord("call-1", "leg", "inbound", NUMBER, "400", OLD))
            await store.end_call("call-1", OLD, outcome="resolved", end_reason="hangup")

    asyncio.run(fill())
    return tmp_path


def run(*arguments: str, exit_code: int = 0, app: object = privacy.app) -> str:
    done = CliRunner().invoke(app, arguments)  # type: ignore[arg-type]
    assert done.exit_code == exit_code, done.output
    return done.output


def test_erasing_shows_what_would_go_and_does_nothing_before_it_is_confirmed() -> None:
    assert "Nothing was changed" in run("erase", NUMBER)
    run("erase", NUMBER, "--confirm", "+8613800138001", exit_code=2)
    run("erase", "13800138000", exit_code=2)
    assert json.loads(run("erase", NUMBER, "--json"))["rows"] == {"calls": 1}
    receipt = json.loads(run("erase", NUMBER, "--confirm", NUMBER, "--json"))
    assert receipt["erased"] and receipt["number"] == "+86138******00" and receipt["remaining"] == []
    assert json.loads(run("erase", NUMBER, "--json"))["rows"] == {}
    entries = json.loads(run("list", "--json", app=audit.app))
    assert [entry["action"] for entry in entries] == ["customer.erased"]


def test_what_a_person_has_to_see_to_is_named_and_the_exit_code_says_so(folder: Path) -> None:
    customers = folder / "company" / "customers.csv"
    customers.write_text(customers.read_text("utf-8") + f"{NUMBER},王测试,,,,,,\n", "utf-8")
    run("hold", "call-1", "--reason", "诉讼")
    output = run("erase", NUMBER, "--confirm", NUMBER, exit_code=1)
    assert "call call-1 is held" in output and "customers.csv" in output


def test_old_calls_are_swept_when_the_settings_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "nothing is older" in run("sweep")
    monkeypatch.setenv("VOICEBOT_RETENTION__CALLS_DAYS", "30")
    assert "calls: 1 would be deleted" in run("sweep", "--dry-run")
    assert json.loads(run("sweep", "--json"))["calls"] == 1
    assert "nothing is older" in run("sweep")


def test_a_sweep_names_what_it_could_not_delete_and_its_exit_code_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICEBOT_RETENTION__CALLS_DAYS", "30")
    stuck = folder / "stuck.wav"
    stuck.mkdir()

    async def another() -> None:
        async with Store(f"sqlite:///{folder / 'voicebot.db'}", node="local") as store:
            await store.open_call(CallRecord("call-2", "leg", "inbound", NUMBER, "400", OLD))
            await store.answer_call("call-2", OLD, recording_path=str(stuck))
            await store.end_call("call-2", OLD, outcome="resolved", end_reason="hangup")

    asyncio.run(another())
    output = run("sweep", exit_code=1)
    assert "calls: 1 deleted" in output and f"not deleted: {stuck}: " in output and "2/2" in output
    assert list(json.loads(run("sweep", "--json", exit_code=1))["not_deleted"]) == [str(stuck)]
    stuck.rmdir()
    assert "calls: 1 deleted" in run("sweep")


def test_a_held_call_is_listed_and_kept_until_released(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEBOT_RETENTION__CALLS_DAYS", "30")
    run("hold", "call-1", "--reason", "诉讼")
    run("hold", "nothing", "--reason", "诉讼", exit_code=1)
    assert json.loads(run("holds", "--json"))[0]["reason"] == "诉讼"
    assert "nothing is older" in run("sweep")
    run("release", "call-1")
    run("release", "call-1", exit_code=1)
    assert "calls: 1 deleted" in run("sweep")
