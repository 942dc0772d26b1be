"""Past calls can be read on the terminal and as JSON, and no number is shown in full unless asked for."""

import asyncio
import getpass
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from voicebot.commands import audit, calls, tasks
from voicebot.config import ConfigError
from voicebot.store.floor import FloorStore
from voicebot.store.floor_records import OfferRecord
from voicebot.store.records import CallRecord, TaskRecord, TurnRecord
from voicebot.store.store import Store

NOON = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)
NUMBER = "+8613800138000"


@pytest.fixture(autouse=True)
def filled_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VOICEBOT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("VOICEBOT_PRIVACY__REVEAL_TO", getpass.getuser())
    monkeypatch.chdir(tmp_path)

    async def fill() -> None:
        async with Store(f"sqlite:///{tmp_path / 'voicebot.db'}") as store:
            for number in range(3):
                call = CallRecord(
                    f"call-{number}", "leg", "inbound", NUMBER, "4008008820", NOON + timedelta(hours=number),
                    caller_label="王女士", region_province="广东", region_city="广州", dialect_prior={"yue": 0.6},
                )  # fmt: skip
                await store.open_call(call)
            await store.answer_call("call-0", NOON)
            await store.add_turn(
                TurnRecord(
                    "call-0", 0, "caller", "我的电话是13800138000 [red]", 0, 2000, intent="callback", slots={"n": 1}
                )
            )
            reply = TurnRecord("call-0", 1, "assistant", "好的，马上给您回电。", 2600, 4000, reply_latency_ms=600)
            await store.add_turn(reply)
            spoke = {"dialect": {"likeliest": {"yue": 0.9}, "reasons": ["说了“啥子”"]}, "routing": "“投诉”由人工处理"}
            complaint = TurnRecord("call-0", 2, "caller", "我要投诉", 5000, 6000, detail=spoke)
            await store.add_turn(complaint, dialects={"yue": 0.9})
            await store.end_call("call-0", NOON + timedelta(seconds=65), outcome="callback", end_reason="remote_hangup")
            await store.add_task(TaskRecord("task-1", "call-0", "callback", NUMBER, f"回电 {NUMBER}", NOON))

    asyncio.run(fill())


def run(app: object, *arguments: str) -> str:
    done = CliRunner().invoke(app, arguments)  # type: ignore[arg-type]
    assert done.exit_code == 0, done.output
    return done.output


def test_the_list_shows_who_called_when_and_how_it_ended() -> None:
    lines = run(calls.app, "list").splitlines()
    assert [line.split("│")[1].strip() for line in lines if "call-" in line] == ["call-2", "call-1", "call-0"]
    ended = next(line for line in lines if "call-0" in line)
    assert all(part in ended for part in ("王女士", "广东 广州", "1:05", "callback"))
    assert "going on" in next(line for line in lines if "call-1" in line)


@pytest.mark.parametrize(
    ("option", "known"),
    [("--outcome", "callback"), ("--emotion", "annoyed"), ("--province", "四川"), ("--dialect", "yue")],
)
def test_a_value_that_there_is_not_is_refused_with_those_that_there_are(option: str, known: str) -> None:
    refused = CliRunner().invoke(calls.app, ("list", option, "angryy"))
    assert refused.exit_code == 2 and known in refused.output


@pytest.mark.parametrize(
    ("option", "right", "other"),
    [
        ("--words", "回电", "没有"),
        ("--outcome", "callback", "voicemail"),
        ("--intent", "callback", "没有"),
        ("--dialect", "yue", "wuu"),
    ],
)
def test_the_list_is_narrowed_by_what_was_said_and_understood(option: str, right: str, other: str) -> None:
    assert [call["id"] for call in json.loads(run(calls.app, "list", "--json", option, right))] == ["call-0"]
    assert json.loads(run(calls.app, "list", "--json", option, other)) == []


def test_one_call_is_shown_turn_by_turn() -> None:
    text = run(calls.app, "show", "call-0")
    assert all(part in text for part in ("好的，马上给您回电。", "600 ms", "yue 60%", "[red]"))


def test_a_decision_of_the_routing_is_shown_with_its_reasons_and_the_alternatives(tmp_path: Path) -> None:
    offer = OfferRecord(
        "o", "call-0", "8010", "complaint", "cmn-sichuan", True, NOON, 3.0, reasons=("会说西南官话", "投诉技能5级"),
        price={"dialect": 2.8, "seniority": 0.2}, alternatives=({"agent_id": "8012", "price": 58.36},), fate="talked",
    )  # fmt: skip

    async def decide() -> None:
        async with Store(f"sqlite:///{tmp_path / 'voicebot.db'}") as store:
            await FloorStore(store, "here").offered(offer, events=[])

    asyncio.run(decide())
    text = run(calls.app, "show", "call-0")
    assert "说了“啥子”" in text and "“投诉”由人工处理" in text
    assert all(part in text for part in ("8010", "会说西南官话；投诉技能5级", "3 s", "8012 58 s", "talked"))
    (decision,) = json.loads(run(calls.app, "show", "call-0", "--json"))["routing"]
    assert decision["alternatives"] == [{"agent_id": "8012", "price": 58.36}]


@pytest.mark.parametrize(
    ("app", "arguments"),
    [
        (calls.app, ["list"]),
        (calls.app, ["list", "--json"]),
        (calls.app, ["show", "call-0"]),
        (calls.app, ["show", "call-0", "--json"]),
        (tasks.app, ["list"]),
        (tasks.app, ["list", "--json"]),
    ],
)
def test_numbers_are_masked_unless_revealed(app: object, arguments: list[str]) -> None:
    masked, revealed = run(app, *arguments), run(app, *arguments, "--reveal")
    assert "13800138000" not in masked and "138******00" in masked
    assert "13800138000" in revealed


def test_only_who_may_sees_numbers_in_full_and_every_look_is_in_the_audit_log(monkeypatch: pytest.MonkeyPatch) -> None:
    run(calls.app, "show", "call-0")
    run(calls.app, "show", "call-0", "--reveal")
    monkeypatch.setenv("VOICEBOT_PRIVACY__REVEAL_TO", "somebody,else")
    refused = CliRunner().invoke(calls.app, ["show", "call-0", "--reveal"])
    assert isinstance(refused.exception, ConfigError) and "privacy.reveal_to" in str(refused.exception)
    looks = json.loads(run(audit.app, "list", "--json"))
    assert [(look["actor"], look["action"], look["object"]) for look in looks] == [
        (f"os:{getpass.getuser()}", "data.revealed", "call:call-0")
    ]
    assert "1 entries, all as they were written" in run(audit.app, "verify")


def test_json_holds_the_whole_call() -> None:
    call = json.loads(run(calls.app, "show", "call-0", "--json"))
    assert call["outcome"] == "callback" and [turn["seq"] for turn in call["turns"]] == [0, 1, 2]
    assert [each["id"] for each in json.loads(run(calls.app, "list", "--json", "-n", "2"))] == ["call-2", "call-1"]


def test_an_unknown_call_is_said_so_with_the_way_to_find_one() -> None:
    done = CliRunner().invoke(calls.app, ["show", "nothing"])
    assert done.exit_code == 1 and "calls list" in done.output


def test_a_task_is_listed_until_it_is_done() -> None:
    assert "task-1" in run(tasks.app, "list")
    run(tasks.app, "done", "task-1")
    assert "task-1" not in run(tasks.app, "list")
    assert "done" in run(tasks.app, "list", "--status", "all")
    assert CliRunner().invoke(tasks.app, ["done", "nothing"]).exit_code == 1
