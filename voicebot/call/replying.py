"""What the assistant says in one call: each reply is stored before it is spoken, and what was heard of it after."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import structlog

from models.address import InferenceError
from telephony.leg import CallLeg
from voicebot.call.log import CallLog
from voicebot.call.on_air import Answered, OnAir
from voicebot.call.recording_pause import RecordingPause
from voicebot.dialogue.policy import Dialogue
from voicebot.dialogue.types import Expecting, Reply, Segment
from voicebot.metrics import Metrics
from voicebot.speaking.speaker import Speaker, Spoken
from voicebot.speaking.voice import Voice
from voicebot.store.records import TurnRecord
from voicebot.turn_taking.turns import Action, TurnTaking

log = structlog.get_logger(__name__)


class Replying:
    """One call's replies, from when they are known to what the caller heard of them.

    Turn-taking hears of playback's progress; the caller may take the floor but from mandatory parts and the goodbye.
    """

    def __init__(
        self,
        leg: CallLeg,
        voice: Voice,
        *,
        dialogue: Dialogue,
        turns: TurnTaking,
        call_log: CallLog,
        recording: RecordingPause,
        metrics: Metrics,
        clock_s: Callable[[], float],
        carry_out: Callable[[Sequence[Action]], None],
        later: Callable[[Callable[[], Awaitable[None]]], None],
    ) -> None:
        """clock_s: the audio's; carry_out: does what turn-taking decides when playback begins; later: queues what takes
        time behind the rest of the call's work."""
        self._leg = leg
        self._dialogue = dialogue
        self._turns = turns
        self._log = call_log
        self._recording = recording
        self._metrics = metrics
        self._clock_s = clock_s
        self._carry_out = carry_out
        self._later = later
        self._speaker = Speaker(leg.playout, voice, on_segment=self._segment_begins, on_finished=self._done)
        self._on_air: OnAir | None = None
        self._may_interrupt = asyncio.Event()  # clear while a mandatory part is being spoken
        self._may_interrupt.set()
        self._over = False
        self.closing = False
        """The call ends with what is being said."""
        self.cut_at: str | None = None
        """What was heard of a reply that the caller talked over."""

    @property
    def current(self) -> Spoken | None:
        return self._speaker.current

    @property
    def left_s(self) -> float:
        """How much of the reply is still to be played, seconds; infinite while some of it is being synthesised."""
        return self._speaker.left_s

    async def speak(self, reply: Reply, answers: Answered | None, *, to: TurnRecord | None) -> None:
        """Queue a reply once it is stored together with what it answers; returns before it is heard."""
        self.closing = self.closing or reply.end_call
        self.cut_at = None
        turn = await self._log.reply(reply, to=to, at_s=self._clock_s())
        await self._recording.by_flow(self._dialogue.private, at_s=self._clock_s())
        await self._may_interrupt.wait()
        if self._over:
            return
        if (cut := self._speaker.stop()) is not None and self._on_air:
            await self._store_heard(self._on_air, self._speaker.heard(cut))
        if answers:
            self._observe("dialogue", _clock() - answers.ended_at)
        self._on_air = OnAir(turn, self._leg.playout.sent_samples, answers, _clock())
        try:
            await self._speaker.say(reply)
        except InferenceError as error:
            log.error("reply_not_spoken", reason=str(error))
            self._turns.on_playback_finished(self._clock_s())
            if self.closing:
                self.hang_up()

    def on_frame(self, at_s: float) -> None:
        """A frame was sent."""
        on_air = self._on_air
        if on_air and not on_air.begun and self._leg.playout.sent_samples > on_air.queued_at:
            self._begins(on_air, at_s)

    def hush(self) -> None:
        """Falls silent at once, and may go on."""
        self._speaker.hush()

    def go_on(self) -> None:
        """Says the rest."""
        self._speaker.go_on()

    def interrupt(self) -> None:
        """The caller speaks or presses a key over a reply that may be interrupted."""
        current = self._speaker.current
        if current is None or current.over.is_set() or self.closing or not self._turns.interruptible:
            return
        self.cut_at = self._speaker.heard(current)
        self._speaker.stop()
        self._turns.on_playback_finished(self._clock_s())
        if self._on_air is not None:
            self._later(partial(self._store_heard, self._on_air, self.cut_at))

    def fall_silent(self) -> None:
        """A human has the caller, or nobody listens any more."""
        if (cut := self._speaker.stop()) is not None and self._on_air is not None:
            self._later(partial(self._store_heard, self._on_air, self._speaker.heard(cut)))
        self._may_interrupt.set()

    def end(self) -> None:
        """The leg is gone: nothing is said any more."""
        self._over = True
        self.fall_silent()

    def hang_up(self) -> None:
        self.closing = True
        self._leg.hang_up()

    # Playback's progress

    def _segment_begins(self, spoken: Spoken, segment: Segment) -> None:
        segments = spoken.reply.segments
        if segment is segments[0] and self._on_air is not None and self._on_air.answers is not None:
            self._observe("synthesis", _clock() - self._on_air.known_at)
        if segment.interruptible:
            self._may_interrupt.set()
        else:
            self._may_interrupt.clear()
        answerable = segment is segments[-1] and self._dialogue.expecting is Expecting.YES_NO
        interruptible = segment.interruptible and not self.closing  # nobody takes the floor from a goodbye
        at = self._clock_s()
        self._carry_out(self._turns.on_playback_started(at, interruptible=interruptible, answerable=answerable))

    def _begins(self, on_air: OnAir, at_s: float) -> None:
        on_air.begun = True
        answers = on_air.answers
        latency_ms = None if answers is None else round((at_s - answers.speech_end_s) * 1000)
        if latency_ms is not None:
            self._metrics.reply_latency_s.observe(latency_ms / 1000)
        self._later(partial(self._store_start, on_air, at_s, latency_ms))

    def _done(self, spoken: Spoken) -> None:
        self._may_interrupt.set()
        self._turns.on_playback_finished(self._clock_s())
        if self._on_air is not None:
            self._later(partial(self._store_heard, self._on_air, spoken.reply.text))
        if spoken.reply.end_call:
            self.hang_up()

    async def _store_start(self, on_air: OnAir, at_s: float, latency_ms: int | None) -> None:
        on_air.turn = await self._log.reply_started(on_air.turn, at_s=at_s, latency_ms=latency_ms)

    async def _store_heard(self, on_air: OnAir, heard: str) -> None:
        on_air.turn = await self._log.reply_ended(on_air.turn, at_s=self._clock_s(), heard=heard)

    def _observe(self, stage: str, seconds: float) -> None:
        self._metrics.stage_s.labels(stage).observe(seconds)


def _clock() -> float:
    """Loop time, for how long things took; when they were is told by the audio."""
    return asyncio.get_running_loop().time()
