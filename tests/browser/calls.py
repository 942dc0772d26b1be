"""Calls for people to look at: an ordinary one with its recording, those of two teams, and hostile ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np

from tests.browser.console import Console
from tests.wav import write_wav
from voicebot.demo import SAMPLE_COMPANY
from voicebot.qa.worker import Reviewer
from voicebot.store.records import CallRecord, TaskRecord, TurnRecord

SCRIPT: Final = '<script>window.hacked = 1</script><img src=x onerror="window.hacked = 2">'
TEMPLATE: Final = "{{ constructor.constructor('window.hacked = 3')() }} ${window.hacked = 4}"
RIGHT_TO_LEFT: Final = "\u202e下单\u2066反着写\u2067 abc"
ENDLESS: Final = "很" * 10_000
SECONDS: Final = 12
RECORDED_S: Final = 40
"""So long that a busy browser still plays it when somebody gets around to the pause."""
NUMBER: Final = "+8613800138000"


async def some_calls(console: Console) -> None:
    """All of them a few minutes ago."""
    now = datetime.now(UTC)
    ordinary = _call("ordinary", now - timedelta(minutes=5), "王芳", province="四川", city="成都")
    recording = _recording(console.settings.recordings_dir / "ordinary.wav")
    await _write(
        console,
        replace(ordinary, recording_path=str(recording), dialects={"cmn-sichuan": 0.72, "cmn": 0.2}),
        [
            ("assistant", "您好，这里是云杉优选。", {}),
            ("caller", "我想查一下订单到哪里了", {"intent": "order_status", "emotion": "calm"}),
            (
                "assistant",
                "您的订单已经发货，明天送到。",
                {"reply_latency_ms": 480, "heard_text": "您的订单已经发货，"},
            ),
            ("caller", f"太慢了，我要投诉，打我电话{NUMBER}", {"intent": "complaint", "emotion": "angry"}),
        ],
    )
    task = TaskRecord("task-1", "ordinary", "callback", NUMBER, f"回电 {NUMBER}", now, due_at=now + timedelta(hours=2))
    await console.store.add_task(task)
    for call_id, agent, team in (("order-team", "8002", "订单组"), ("sales-team", "8003", "销售组")):
        call = _call(call_id, now - timedelta(minutes=9), f"{team}的客户")
        await _write(
            console, replace(call, agent_id=agent, team=team), [("caller", "我要开发票", {"intent": "invoice"})]
        )
    hostile = (("script", SCRIPT), ("template", TEMPLATE), ("right-to-left", RIGHT_TO_LEFT), ("endless", ENDLESS))
    for minutes, (call_id, text) in enumerate(hostile, 10):
        call = _call(call_id, now - timedelta(minutes=minutes), text[:200], city=text[:60], province=text[:60])
        await _write(console, call, [("caller", text, {"intent": text[:40], "slots": {text[:20]: text[:50]}})])


def _call(call_id: str, at: datetime, label: str, *, province: str = "广东", city: str = "广州") -> CallRecord:
    return CallRecord(
        call_id, f"leg-{call_id}", "inbound", NUMBER, "4008207788", at,
        caller_label=label, region_province=province, region_city=city, language="cmn",
    )  # fmt: skip


async def _write(console: Console, call: CallRecord, said: list[tuple[str, str, dict[str, object]]]) -> None:
    store, answered = console.store, call.started_at + timedelta(seconds=2)
    await store.open_call(call)
    await store.answer_call(call.id, answered, recording_path=call.recording_path)
    for seq, (role, text, more) in enumerate(said):
        turn = TurnRecord(call.id, seq, role, text, 3000 * seq, 3000 * seq + 2500)  # type: ignore[arg-type]
        await store.add_turn(replace(turn, **more))  # type: ignore[arg-type]
    ended = answered + timedelta(seconds=SECONDS)
    await store.end_call(call.id, ended, outcome="resolved", end_reason="remote_hangup")


def _recording(path: Path) -> Path:
    """Two channels that take turns."""
    rate = 8000
    at = np.arange(RECORDED_S * rate) / rate
    tone = 9000 * np.sin(2 * np.pi * 300 * at)
    caller_speaks = (at // 3) % 2 == 1
    tone[SECONDS * rate :] = 0
    return write_wav(path, np.stack([tone * caller_speaks, tone * ~caller_speaks], axis=1))


SAID: Final = (
    ("agent", "您好，云杉优选客服，请问有什么可以帮您？"),
    ("caller", "我想查一下耳机什么时候到"),
    ("agent", "我帮您查一下，明天送到。"),
    ("caller", f"好的，那就这样，{TEMPLATE}"),
    ("agent", "好的。"),
)


async def an_agent_s_call(console: Console, call_id: str, label: str, *, ago: timedelta = timedelta(minutes=3)) -> None:
    """Taken by agent 8002 of the team 订单组 without a closing, and scored."""
    began = datetime.now(UTC) - ago
    call = CallRecord(
        call_id, f"leg-{call_id}", "inbound", NUMBER, "400", began,
        caller_label=label, region_province="浙江", region_city="杭州", agent_id="8002", team="订单组",
    )  # fmt: skip
    await console.store.open_call(call)
    await console.store.answer_call(call_id, began + timedelta(seconds=2))
    for seq, (role, text) in enumerate(SAID):
        turn = TurnRecord(call_id, seq, role, text, 3000 * seq, 3000 * seq + 2500)  # type: ignore[arg-type]
        await console.store.add_turn(turn)
    await console.store.end_call(call_id, began + timedelta(seconds=40), outcome="resolved", end_reason="remote_hangup")
    await Reviewer(console.store, SAMPLE_COMPANY).score(call_id, announce=False)
