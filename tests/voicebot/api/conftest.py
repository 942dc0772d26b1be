"""A server with calls of two teams, customers and follow-ups."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from scipy.io import wavfile

from tests.voicebot.api.programs import NUMBER
from tests.voicebot.web.running import Server, serving
from voicebot.store.records import CallRecord, CustomerRecord, TaskRecord, TurnRecord


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with serving(tmp_path) as running:
        await fill(running, tmp_path)
        yield running


async def fill(server: Server, folder: Path) -> None:
    """ours: of 售后's agent 8001; theirs: of 销售's 8009; bots: the assistant's alone."""
    store = server.web.store
    recording = folder / "ours.wav"
    wavfile.write(recording, 8000, np.zeros((8000, 2), np.int16))
    for position, (call_id, agent, team) in enumerate(
        (("ours", "8001", "售后"), ("theirs", "8009", "销售"), ("bots", None, None))
    ):
        at = server.clock() + timedelta(minutes=position)
        call = CallRecord(
            call_id, "leg", "inbound", NUMBER, "4008008820", at, caller_label="王女士", region_province="广东",
            dialect_prior={"yue": 0.6}, dialects={"yue": 0.6}, customer_number=NUMBER, agent_id=agent, team=team,
        )  # fmt: skip
        await store.open_call(call)
        await store.answer_call(call_id, at, recording_path=str(recording) if call_id == "ours" else None)
        await store.add_turn(
            TurnRecord(call_id, 0, "caller", "我的电话是13800138000", 0, 2000, intent="callback", slots={"n": 1})
        )
        await store.add_task(TaskRecord(f"task-{call_id}", call_id, "callback", NUMBER, f"回电 {NUMBER}", at))
        await store.end_call(call_id, at + timedelta(minutes=1), outcome="callback", end_reason="remote_hangup")
    await store.import_company([CustomerRecord(NUMBER, "王芳", note=f"备用 {NUMBER}")], [])
    await server.add("boss")
    await server.add("zhou", "supervisor", teams=("售后",))
    await server.add("lin", "agent", agent_id="8001")
