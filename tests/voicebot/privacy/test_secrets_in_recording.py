"""Where a card number or code was said the recording is silent, whatever the pace, and whatever breaks on the way."""

import asyncio
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from models.espeak import Espeak
from telephony.audio import FRAME_SAMPLES
from telephony.recorder import Recorder
from tests.wav import read_wav
from voicebot.privacy.redaction import CallRedaction
from voicebot.privacy.said_when import secrets_ms
from voicebot.privacy.secrets_in_recording import silence_secrets
from voicebot.store.recording_gaps import RecordingGaps
from voicebot.store.records import CallRecord, TurnRecord
from voicebot.store.store import Store

CARD = "6222021234567894"
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


def turn(seq: int, text: str, started_ms: int, ended_ms: int, role: str = "caller") -> TurnRecord:
    return TurnRecord("call", seq, role, text, started_ms, ended_ms, detail={})  # type: ignore[arg-type]


@pytest.mark.parametrize("digits_rate", [100, 170, 260])
@pytest.mark.parametrize(
    ("before", "after"),
    [("", ""), ("好的我的卡号是", ""), ("", "就是这张卡麻烦帮我查一下到账没有"), ("嗯我看一下啊卡号是", "对没错")],
)
def test_the_number_lies_within_what_is_silenced_however_fast_it_is_dictated(
    before: str, after: str, digits_rate: int
) -> None:
    voice = Espeak()

    def seconds(text: str, rate: int) -> float:
        return len(voice.synthesize(text, "cmn+f2", rate=rate, pitch=50)) / 22_050 if text else 0.0

    start = 3.0 + seconds(before, 170)
    end = start + seconds("，".join(CARD[place : place + 4] for place in range(0, 16, 4)), digits_rate)
    whole = turn(0, before + CARD + after, 3000, round((end + seconds(after, 170)) * 1000))
    ((_, begin_ms, end_ms),) = secrets_ms(CallRedaction().stored(whole)[0])
    assert begin_ms <= start * 1000 and end * 1000 <= end_ms


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Ten seconds at full loudness."""
    recorder = Recorder(tmp_path / "call.wav", flush_s=0.01)
    for _ in range(500):
        recorder.write(np.full(FRAME_SAMPLES, 7, np.int16), np.full(FRAME_SAMPLES, 7, np.int16))
    recorder.close()
    assert recorder.join(5)
    return recorder.path


def silent_s(path: Path) -> list[int]:
    """Seconds of the recording that are wholly silent."""
    return [second for second, samples in enumerate(read_wav(path).reshape(10, -1)) if not samples.any()]


def checksum(path: Path) -> int:
    return zlib.crc32(path.read_bytes())


async def ended_call(store: Store, recording: Path | None, *turns: TurnRecord) -> CallRecord:
    await store.open_call(CallRecord("call", "leg", "inbound", "+8613800138000", "service", NOON))
    await store.answer_call("call", NOON, recording_path=str(recording) if recording else None)
    await store.add_turn(*turns)
    await store.end_call("call", NOON, outcome="resolved", end_reason="hangup")
    call = await store.call("call")
    assert call
    return call


async def test_number_and_code_are_taken_out_of_recording_and_transcript_alike(store: Store, recording: Path) -> None:
    call = await ended_call(
        store,
        recording,
        turn(0, "请说卡号和安全码", 0, 800, "assistant"),
        turn(1, CARD, 2000, 5000),
        turn(2, "好的，安全码呢，请说一下", 5400, 6400, "assistant"),
        turn(3, "123", 7300, 8700),
    )
    assert await silence_secrets(store, call, now=NOON) == 2
    assert silent_s(recording) == [2, 3, 4, 7, 8]
    assert [each.text for each in await store.turns("call")][1::2] == ["622***********94", "***"]
    gaps = await RecordingGaps(store).of("call")
    assert [(gap.cause, gap.by, gap.silenced_at) for gap in gaps] == [
        ("secret", "bank_card", NOON), ("secret", "cvv", NOON),
    ]  # fmt: skip
    once = checksum(recording)
    assert await silence_secrets(store, call, now=NOON) == 0
    assert checksum(recording) == once


async def test_what_broke_off_is_done_the_next_time(
    store: Store, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = await ended_call(store, recording, turn(0, CARD, 2000, 5000))
    with monkeypatch.context() as broken, pytest.raises(OSError, match="disk"):
        broken.setattr("os.fsync", _full)
        await silence_secrets(store, call, now=NOON)
    assert silent_s(recording) == []
    assert await silence_secrets(store, call, now=NOON) == 1
    assert silent_s(recording) == [2, 3, 4]


def _full(_descriptor: int) -> None:
    raise OSError("disk full")


async def test_a_call_without_secrets_is_left_alone_and_a_missing_recording_is_not_ticked_off(
    store: Store, recording: Path
) -> None:
    before = checksum(recording)
    call = await ended_call(store, recording, turn(0, "我的订单号是20241105，电话13800138000", 0, 3000))
    assert await silence_secrets(store, call, now=NOON) == 0
    assert checksum(recording) == before
    await asyncio.to_thread(recording.unlink)
    await store.add_turn(turn(1, CARD, 2000, 5000))
    with pytest.raises(FileNotFoundError):
        await silence_secrets(store, call, now=NOON)
    assert [gap.silenced_at for gap in await RecordingGaps(store).of("call")] == [None]
    assert await silence_secrets(store, replace(call, recording_path=None), now=NOON) == 1
