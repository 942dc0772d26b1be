"""The simulated caller waits its turn like a person, and reports what the audio holds. All in virtual time."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from telephony.audio import FRAME_S, FRAME_SAMPLES, SILENCE, Frame, level_dbfs
from telephony.leg import CallLeg, EndReason, LegEnded, LegListener, Party
from telephony.playout import Playout
from telephony.rtp import MediaStats
from tests.wav import read_sides
from voicebot.caller.measure import exchanges
from voicebot.caller.script import PreparedTurn
from voicebot.caller.simulated_caller import CallResult, Patience, SimulatedCaller


def voice(seconds: float) -> np.ndarray:
    return np.random.default_rng(1).normal(0, 3000, int(seconds * 8000)).astype(np.int16)


class Line(CallLeg):
    """A call whose other end is a function: told each frame that the caller sends, gives the one to be heard."""

    def __init__(self) -> None:
        self.id, self.direction = "line", "outbound"
        self.remote = self.local = Party("10086")
        self.playout = Playout()
        self.keys = ""
        self.ended: LegEnded | None = None

    @property
    def stats(self) -> MediaStats:
        return MediaStats()

    def listen(self, listener: LegListener) -> None:
        self.listener = listener

    def ring(self) -> None: ...

    async def answer(self) -> None: ...

    def reject(self, code: int, reason: str) -> None: ...

    def send_dtmf(self, digits: str) -> None:
        self.keys += digits

    def hold(self) -> None: ...

    def resume(self) -> None: ...

    def hang_up(self) -> None:
        self.end(EndReason.LOCAL_HANGUP)

    def end(self, reason: EndReason) -> None:
        if self.ended is None:
            self.ended = LegEnded(reason)
            self.listener.on_ended(self.ended)

    def run(self, other_end: Callable[[Frame], Frame], seconds: float = 120) -> None:
        heard = SILENCE
        for _ in range(int(seconds / FRAME_S)):
            outbound = self.playout.next_frame()
            self.listener.on_frame(heard, outbound)
            if self.ended is not None:
                return
            heard = other_end(outbound)


class Assistant:
    """Greets, and replies so many seconds after the caller fell silent."""

    def __init__(self, *, greeting_s: float = 2.0, thinks_s: float = 0.6, replies_s: float = 1.5) -> None:
        self.speech = Playout()
        self.speech.write(voice(greeting_s))
        self._thinks_frames = round(thinks_s / FRAME_S)
        self._reply = voice(replies_s)
        self._silent_frames: int | None = None

    def __call__(self, heard: Frame) -> Frame:
        if level_dbfs(heard) > -40:
            self._silent_frames = 0
        elif self._silent_frames is not None:
            self._silent_frames += 1
            if self._silent_frames == self._thinks_frames:
                self.speech.write(self._reply)
                self._silent_frames = None
        return self.speech.next_frame()


def talk(
    *turns: PreparedTurn, other_end: Callable[[Frame], Frame], recording: Path | None = None, **patience: float
) -> tuple[CallResult, Line]:
    line = Line()
    caller = SimulatedCaller(line, turns, patience=Patience(**patience), recording=recording)
    line.listen(caller)
    line.run(other_end)
    line.end(EndReason.REMOTE_HANGUP)
    caller.close_recording(5)
    return caller.result(), line


def said(text: str, seconds: float = 1.0) -> PreparedTurn:
    return PreparedTurn(text, audio=voice(seconds))


async def test_each_turn_waits_for_the_end_of_the_greeting_and_of_every_reply() -> None:
    result, line = talk(said("one"), said("two"), other_end=Assistant())
    assert line.ended == LegEnded(EndReason.LOCAL_HANGUP)
    first, second = result.turns
    assert 2900 <= first.said_from_ms <= 2960  # 2 s of greeting, 0.9 s of settling
    reply_ends = first.reply_started_ms + 1500 if first.reply_started_ms else 0
    assert 900 <= second.said_from_ms - reply_ends <= 960
    assert result.seconds == pytest.approx((second.reply_started_ms or 0) / 1000 + 1.5 + 0.9, abs=0.1)
    assert result.greeting_started_ms is not None and result.greeting_started_ms <= 40


@pytest.mark.parametrize("thinks_s", [0.2, 0.64, 1.5, 4.0])
async def test_the_latency_is_that_of_the_assistant_whatever_the_silence_around_the_speech(thinks_s: float) -> None:
    padded = np.concatenate((np.zeros(2000, np.int16), voice(1.1), np.zeros(900, np.int16)))
    result, _ = talk(PreparedTurn("padded", audio=padded), other_end=Assistant(thinks_s=thinks_s))
    assert result.turns[0].reply_latency_ms == pytest.approx(thinks_s * 1000, abs=40)


async def test_a_pause_between_two_sentences_of_the_reply_is_not_its_end() -> None:
    pausing = np.concatenate((voice(1), np.zeros(4800, np.int16), voice(1)))
    assistant = Assistant()
    assistant._reply = pausing
    result, _ = talk(said("one"), said("two"), other_end=assistant)
    first, second = result.turns
    assert second.said_from_ms - (first.reply_started_ms or 0) >= 2600 + 900


async def test_without_any_reply_the_caller_goes_on_after_a_while_and_says_so() -> None:
    result, line = talk(said("one"), said("two"), other_end=lambda heard: SILENCE, without_reply=5)
    assert [turn.reply_latency_ms for turn in result.turns] == [None, None]
    assert result.turns[0].said_from_ms == pytest.approx(5000, abs=40)
    assert result.turns[1].said_from_ms == pytest.approx(11_000, abs=60)
    assert line.ended == LegEnded(EndReason.LOCAL_HANGUP)


async def test_an_assistant_that_never_stops_is_talked_over() -> None:
    endless = voice(200)
    speech = Playout()
    speech.write(endless)
    result, _ = talk(said("stop"), other_end=lambda heard: speech.next_frame(), longest_reply=8)
    assert result.turns[0].said_from_ms == pytest.approx(8000, abs=40)
    assert result.turns[0].reply_latency_ms is None


async def test_being_interrupted_is_noticed_and_is_no_latency() -> None:
    speech, frames = Playout(), [0]

    def butting_in(heard: Frame) -> Frame:
        frames[0] += 1
        if frames[0] == 1:
            speech.write(voice(1))
        if level_dbfs(heard) > -40:
            frames.append(1)
            if len(frames) == 20:
                speech.write(voice(5))
        return speech.next_frame()

    result, _ = talk(said("long story", 3), other_end=butting_in)
    assert result.turns[0].interrupted
    assert result.turns[0].reply_latency_ms is None


async def test_keys_are_pressed_in_their_turn_and_waited_for_from_the_last_one() -> None:
    line_time = [0]
    assistant = Assistant(greeting_s=1)

    def other_end(heard: Frame) -> Frame:
        line_time[0] += 1
        if line_time[0] == 200:
            assistant.speech.write(voice(1))
        return assistant(heard)

    result, line = talk(PreparedTurn("20241105#", dtmf="20241105#"), other_end=other_end)
    assert line.keys == "20241105#"
    turn = result.turns[0]
    assert turn.said_until_ms - turn.said_from_ms == 8 * 200
    assert turn.reply_started_ms == pytest.approx(4000, abs=40)


async def test_when_the_other_side_hangs_up_the_turns_not_said_are_not_reported() -> None:
    line = Line()
    caller = SimulatedCaller(line, [said("one"), said("two")])
    line.listen(caller)
    line.run(Assistant(), seconds=4.5)
    line.end(EndReason.REMOTE_HANGUP)
    result = caller.result()
    assert caller.over.is_set()
    assert [turn.said for turn in result.turns] == ["one"]
    assert result.ended.reason is EndReason.REMOTE_HANGUP


async def test_the_recording_holds_both_sides_and_measures_the_same(tmp_path: Path) -> None:
    result, _ = talk(said("one"), said("two"), other_end=Assistant(), recording=tmp_path / "call.wav")
    caller, assistant = read_sides(tmp_path / "call.wav")
    assert caller.size == assistant.size == round(result.seconds * 8000 / FRAME_SAMPLES) * FRAME_SAMPLES
    assert [exchange.reply_latency_ms for exchange in exchanges(caller, assistant)] == [
        turn.reply_latency_ms for turn in result.turns
    ]


async def test_a_result_before_the_end_is_refused() -> None:
    with pytest.raises(RuntimeError, match="not over"):
        SimulatedCaller(Line(), []).result()
