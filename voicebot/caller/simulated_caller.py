"""Someone who rings: waits until the assistant has finished, says the next thing, waits again, hangs up at the end."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from telephony.audio import FRAME_S, FRAME_SAMPLES, Frame, Samples, level_dbfs
from telephony.dtmf import KEY_FRAMES
from telephony.leg import CallLeg, LegEnded
from telephony.recorder import Recorder, RecordingThread
from voicebot.caller.measure import LOUD_DBFS, Span, reply_start, speech_spans
from voicebot.caller.script import PreparedTurn

_SPEECH_FRAMES: Final = 3
"""Loud frames in a row that count as somebody speaking."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How the caller takes turns. All times in seconds."""

    settled: float = 0.9
    """Silence after speech from which on the assistant has finished: longer than its pauses between sentences."""
    without_reply: float = 10.0
    """With nothing heard for so long, the caller goes on as if there had been a reply."""
    longest_reply: float = 40.0
    """After so long the caller talks, though the assistant does too."""


@dataclass(frozen=True, slots=True)
class SpokenTurn:
    """One turn as it went. Milliseconds from the answer; measured in the audio, to 10 ms."""

    said: str
    said_from_ms: int
    said_until_ms: int
    """End of the caller's speech itself, without the silence behind it; for keys the end of the last one."""
    reply_started_ms: int | None
    """None when no reply began between the end of this turn and the beginning of the next."""
    reply_latency_ms: int | None
    interrupted: bool
    """The assistant began to talk while the caller still did."""


@dataclass(frozen=True, slots=True)
class CallResult:
    """A call as its caller experienced it."""

    turns: tuple[SpokenTurn, ...]
    greeting_started_ms: int | None
    seconds: float
    ended: LegEnded
    recording: Path | None
    began_at: float
    """Loop time of the first frame: what is measured in the audio can be held against what happened elsewhere."""


class SimulatedCaller:
    """Hears one leg (a LegListener) and acts on it. Its time is the count of frames, so it runs in virtual time too."""

    def __init__(
        self,
        leg: CallLeg,
        turns: Sequence[PreparedTurn],
        *,
        patience: Patience = Patience(),
        recording: Path | None = None,
        recordings: RecordingThread | None = None,
    ) -> None:
        """recordings: the thread that writes the recordings of several callers; default: one of its own."""
        self.over = asyncio.Event()
        """Set when the call has ended, whoever ended it."""
        self._leg = leg
        self._turns = list(turns)
        self._patience = patience
        self._recording = recording
        self._recordings = recordings
        self._recorder: Recorder | None = None  # from the first frame on: an unanswered call has no recording
        self._heard: list[Frame] = []
        self._said: list[Frame] = []
        self._talks: list[tuple[int, int]] = []  # first and last frame of each turn so far
        self._talking = False
        self._keys_until = 0
        self._began_at = 0.0
        self._ended: LegEnded | None = None
        self._waiting_since = 0
        self._loud_frames = 0
        self._reply_heard_at: int | None = None

    @property
    def turns_begun(self) -> int:
        """How many of its turns the caller has begun to speak."""
        return len(self._talks)

    # What the leg reports

    def on_frame(self, inbound: Frame, outbound: Frame) -> None:
        if not self._heard:
            self._began_at = asyncio.get_running_loop().time()
        self._heard.append(inbound)
        self._said.append(outbound)
        if self._recording is not None:
            self._recorder = self._recorder or Recorder(self._recording, thread=self._recordings)
            self._recorder.write(outbound, inbound)
        if self._talking:
            self._go_on_talking()
        else:
            self._listen(inbound)

    def on_dtmf(self, digit: str) -> None:
        """The assistant presses no keys."""

    def on_hold(self, held: bool) -> None:
        """Put on hold, a caller waits like in any silence."""

    def on_ended(self, ended: LegEnded) -> None:
        self._ended = ended
        if self._talking:
            self._stop_talking()
        self.over.set()

    # Taking turns

    def _listen(self, inbound: Frame) -> None:
        self._loud_frames = self._loud_frames + 1 if level_dbfs(inbound) > LOUD_DBFS else 0
        if self._loud_frames >= _SPEECH_FRAMES:
            self._reply_heard_at = len(self._heard)
        if self._assistant_has_finished():
            self._take_turn()

    def _assistant_has_finished(self) -> bool:
        now, patience = len(self._heard), self._patience
        waited_s = (now - self._waiting_since) * FRAME_S
        if self._reply_heard_at is None:
            return waited_s >= patience.without_reply
        quiet_s = (now - self._reply_heard_at) * FRAME_S
        return quiet_s >= patience.settled or waited_s >= patience.longest_reply

    def _take_turn(self) -> None:
        if len(self._talks) == len(self._turns):
            self._leg.hang_up()
            return
        turn = self._turns[len(self._talks)]
        now = len(self._heard)
        self._talks.append((now, now))
        self._talking = True
        if turn.audio is not None:
            self._leg.playout.write(turn.audio)
        if turn.dtmf:
            self._leg.send_dtmf(turn.dtmf)
            self._keys_until = now + KEY_FRAMES * len(turn.dtmf)

    def _go_on_talking(self) -> None:
        if self._leg.playout.pending_samples == 0 and len(self._heard) >= self._keys_until:
            self._stop_talking()
            self._wait()

    def _stop_talking(self) -> None:
        self._talks[-1] = (self._talks[-1][0], len(self._heard))
        self._talking = False

    def _wait(self) -> None:
        self._waiting_since = len(self._heard)
        self._loud_frames = 0
        self._reply_heard_at = None

    # What came of it

    def close_recording(self, timeout_s: float) -> None:
        """Has the rest of the recording written; blocks."""
        if self._recorder is not None:
            self._recorder.close()
            self._recorder.join(timeout_s)

    def result(self) -> CallResult:
        """Once the call is over."""
        if self._ended is None:
            raise RuntimeError("the call is not over yet: wait for `over`")
        said, heard = _joined(self._said), _joined(self._heard)
        replies = speech_spans(heard)
        own = [
            _own_span(said, turn, first, last) for turn, (first, last) in zip(self._turns, self._talks, strict=False)
        ]
        nexts = [*(span.start_ms for span in own[1:]), _ms(len(self._heard)) + 1]
        turns = tuple(
            _spoken_turn(turn.said, span, replies, before_ms)
            for turn, span, before_ms in zip(self._turns, own, nexts, strict=False)
        )
        return CallResult(
            turns=turns,
            greeting_started_ms=reply_start(replies, 0, own[0].start_ms if own else _ms(len(self._heard))),
            seconds=round(len(self._heard) * FRAME_S, 2),
            ended=self._ended,
            recording=self._recording,
            began_at=self._began_at,
        )


def _spoken_turn(said: str, own: Span, replies: Sequence[Span], before_ms: int) -> SpokenTurn:
    started_ms = reply_start(replies, own.end_ms, before_ms)
    return SpokenTurn(
        said=said,
        said_from_ms=own.start_ms,
        said_until_ms=own.end_ms,
        reply_started_ms=started_ms,
        reply_latency_ms=None if started_ms is None else started_ms - own.end_ms,
        interrupted=reply_start(replies, own.start_ms, own.end_ms) is not None,
    )


def _own_span(said: Samples, turn: PreparedTurn, first: int, last: int) -> Span:
    """The caller's own speech within a turn's frames. Keys are silent in the audio: they end when the last is pressed,
    for the other side hears a key at its beginning."""
    start_ms = _ms(first)
    if turn.dtmf:
        return Span(start_ms, _ms(min(last, first + KEY_FRAMES * (len(turn.dtmf) - 1))))
    spans = speech_spans(said[first * FRAME_SAMPLES : last * FRAME_SAMPLES])
    return Span(start_ms + spans[0].start_ms, start_ms + spans[-1].end_ms) if spans else Span(start_ms, _ms(last))


def _joined(frames: Sequence[Frame]) -> Samples:
    return np.concatenate(frames) if frames else np.empty(0, np.int16)


def _ms(frames: int) -> int:
    return round(frames * FRAME_S * 1000)
