"""The demo's summary pairs what each caller said with what the system made of it, turn by turn, and hides nothing."""

from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from voicebot.company import load_company
from voicebot.company.scripts import CallerScript, CallerTurn
from voicebot.demo import SAMPLE_COMPANY
from voicebot.demo.report import ReportedCall, as_json, as_table, median_latency_ms, report_call, share_right
from voicebot.store.records import CallRecord, TurnRecord

SCRIPT = CallerScript(
    script="wang",
    number="+8613880080426",
    name="王芳",
    turns=(
        CallerTurn(say="耳机到哪里了", expect_intent="order_status"),
        CallerTurn(say="再见", expect_intent="goodbye"),
    ),
)
CALL = CallRecord("id", "leg", "inbound", "+8613880080426", "service", datetime.now(UTC), outcome="resolved")


def turn(seq: int, role: str, text: str, intent: str | None = None) -> TurnRecord:
    return TurnRecord("id", seq, role, text, 0, 0, intent=intent)  # type: ignore[arg-type]


def reported(*turns: TurnRecord) -> ReportedCall:
    return report_call(SCRIPT, CALL, turns, [700, None], Path("heard.wav"))


def test_each_turn_has_its_reference_what_was_recognised_and_the_reply() -> None:
    call = reported(
        turn(0, "assistant", "您好"),
        turn(1, "caller", "耳机到哪了", "order_status"),
        turn(2, "assistant", "在路上"),
        turn(3, "caller", "再见", "goodbye"),
        turn(4, "assistant", "再见"),
    )
    first, second = call.turns
    assert (first.reference, first.recognised, first.reply) == ("耳机到哪里了", "耳机到哪了", "在路上")
    assert (first.reply_latency_ms, second.reply_latency_ms) == (700, None)
    assert share_right([call]) == 1.0
    assert median_latency_ms([call]) == 700


def test_a_turn_that_never_reached_the_system_counts_as_not_understood() -> None:
    call = reported(turn(0, "assistant", "您好"), turn(1, "caller", "耳机到哪了", "order_status"))
    assert call.turns[1].recognised == ""
    assert share_right([call]) == 0.5


def test_the_table_shows_a_wrong_intent_as_wrong() -> None:
    call = reported(turn(0, "caller", "二级到哪里了", "return_refund"), turn(1, "assistant", "好的"))
    console = Console(width=80, record=True, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    console.print(as_table([call], load_company(SAMPLE_COMPANY)))
    shown = console.export_text()
    assert "退货退款 ✗" in shown
    assert "→ 二级到哪里了" in shown


def test_the_json_names_number_region_prior_recording_and_outcome() -> None:
    summary = as_json([reported()], Path("folder"))
    (call,) = summary["calls"]
    assert {"number", "region", "dialect_prior", "turns", "recording", "outcome"} <= set(call)
    assert {"reference", "recognised", "intent", "reply", "reply_latency_ms"} <= set(call["turns"][0])
