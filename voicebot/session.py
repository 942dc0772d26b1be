"""One call's life: answer, greet, listen, understand, reply, hang up; every turn stored before its reply is spoken.

What comes in with the audio's clock (frames, keys) is handled at once and in order; what takes time (models, store,
tools) is done by the call's own tasks. `TurnTaking` decides whose turn it is, `Dialogue` what to say; the session
carries out.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import assert_never

import structlog

from models.address import InferenceError
from models.vad import StreamingVad
from telephony.audio import FRAME_S, Frame
from telephony.leg import CallLeg, EndReason, LegEnded, LegError
from telephony.recorder import Recorder
from voicebot.call_log import CallerTurn, CallLog
from voicebot.dialogue.policy import Dialogue
from voicebot.dialogue.types import Reply, Segment
from voicebot.hearing import CallerAudio
from voicebot.keypad import Keypad
from voicebot.metrics import Metrics
from voicebot.recognition import Heard, Recognition
from voicebot.speaking import Speaker, Spoken
from voicebot.store.records import TurnRecord
from voicebot.turns import Action, Completeness, Drop, EndTurn, NoInput, Recognise, StopPlayback, TurnTaking
from voicebot.voice import Voice

log = structlog.get_logger(__name__)

LONGEST_CALL_S = 1800.0
"""A call that nobody ends is ended (a looped recording, a forgotten line)."""
RECORDING_CLOSED_S = 5.0
"""Longest wait for the disk to take the recording's rest."""


class _CallOver(Exception):
    """Ends the call's tasks."""


@dataclass(slots=True)
class _OnAir:
    """A reply that is being spoken, with its row in the store as it stands."""

    turn: TurnRecord
    queued_at: int
    """Position in the playout at which it begins."""
    speech_end_s: float | None
    """When the caller's speech that it answers ended; None when it answers silence."""
    begun: bool = False


class CallSession:
    """Carries one call. Construct, then `run()` until the call is over; it never raises for what a caller does."""

    def __init__(
        self,
        leg: CallLeg,
        *,
        dialogue: Dialogue,
        turns: TurnTaking,
        vad: StreamingVad,
        recognition: Recognition,
        voice: Voice,
        call_log: CallLog,
        recorder: Recorder | None,
        metrics: Metrics,
    ) -> None:
        """The session listens to the leg from now on."""
        self._leg = leg
        leg.listen(self)
        self._dialogue = dialogue
        self._turns = turns
        self._vad = vad
        self._recognition = recognition
        self._log = call_log
        self._recorder = recorder
        self._metrics = metrics
        self._audio = CallerAudio()
        self._keypad = Keypad()
        self._speaker = Speaker(leg.playout, voice, on_segment=self._segment_begins, on_finished=self._reply_done)
        self._work: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()
        self._heard: dict[int, asyncio.Task[Heard]] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._ended: LegEnded | None = None
        self._held = False
        self._on_air: _OnAir | None = None
        self._closing = False
        self._cut_at: str | None = None  # what was heard of a reply that the caller talked over
        self._may_interrupt = asyncio.Event()  # clear while a mandatory part is being spoken
        self._may_interrupt.set()

    async def run(self) -> None:
        """Answers and carries the call to its end."""
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                await self._leg.answer()
                await self._log.answered(str(self._recorder.path) if self._recorder else None)
                self._turns.on_reply_pending()
                await self._speak(self._dialogue.opening(), None)
                while True:
                    await (await self._work.get())()
        except* _CallOver:
            pass
        except* LegError as failed:
            log.info("call_not_answered", reason=str(failed.exceptions[0]))
        finally:
            self._tasks = None
            await self._close()

    # What the leg says. Synchronous, in the order of the audio.

    def on_frame(self, inbound: Frame, outbound: Frame) -> None:
        if self._recorder:
            self._recorder.write(inbound, outbound)
        self._audio.append(inbound)
        at = self._audio.duration_s
        on_air = self._on_air
        if on_air and not on_air.begun and self._leg.playout.sent_samples > on_air.queued_at:
            self._reply_begins(on_air, at)
        if self._held or self._ended or self._tasks is None:
            return
        for event in self._vad.push(inbound, at - FRAME_S):
            if event.kind == "speech_started":
                self._carry_out(self._turns.on_speech_started(event.at_s))
            else:
                self._carry_out(self._turns.on_speech_paused(event.at_s, now=at))
        self._carry_out(self._turns.on_time(at))
        if (digits := self._keypad.on_time(at)) is not None:
            self._pressed(digits)
        if at >= LONGEST_CALL_S and not self._closing:
            log.warning("call_too_long", limit_s=LONGEST_CALL_S)
            self._hang_up()

    def on_dtmf(self, digit: str) -> None:
        at = self._audio.duration_s
        self._turns.on_activity(at)
        self._interrupt()
        if (digits := self._keypad.on_key(digit, at)) is not None:
            self._pressed(digits)

    def on_hold(self, held: bool) -> None:
        self._held = held  # what is still to be said waits in the leg
        if not held:
            self._turns.on_activity(self._audio.duration_s)

    def on_ended(self, ended: LegEnded) -> None:
        self._carry_out(self._turns.on_leg_ended())  # what was said last is kept, though nobody hears the reply
        self._ended = ended
        self._may_interrupt.set()
        self._work.put_nowait(_end)

    # What turn-taking decides.

    def _carry_out(self, actions: Sequence[Action]) -> None:
        for action in actions:
            match action:
                case Recognise():
                    self._recognise(action)
                case Drop(utterance):
                    if (task := self._heard.pop(utterance, None)) is not None:
                        task.cancel()
                case EndTurn():
                    self._work.put_nowait(partial(self._answer, action))
                case StopPlayback():
                    self._interrupt()
                case NoInput(count):
                    self._work.put_nowait(partial(self._no_input, count))
                case _:
                    assert_never(action)

    def _recognise(self, action: Recognise) -> None:
        assert self._tasks is not None
        samples = self._audio.between(action.start_s, action.end_s)
        work = self._recognition.hear(
            samples, start_s=action.start_s, expecting_digits=self._dialogue.expecting == "digits"
        )
        task = self._tasks.create_task(work)
        self._heard[action.utterance] = task
        task.add_done_callback(lambda done: self._recognised(action.utterance, done))

    def _recognised(self, utterance: int, task: asyncio.Task[Heard]) -> None:
        if task.cancelled() or self._ended:
            return
        sounds = task.result().completeness
        if sounds is Completeness.EMPTY:
            self._heard.pop(utterance, None)
        self._carry_out(self._turns.on_recognised(utterance, sounds, at=self._audio.duration_s))

    # The call's own work, one piece after the other.

    async def _answer(self, ended: EndTurn) -> None:
        task = self._heard.get(ended.utterance)
        heard = await task if task else None
        self._heard.pop(ended.utterance, None)
        if heard is None or heard.completeness is Completeness.EMPTY:
            self._turns.on_playback_finished(self._audio.duration_s)
            return
        if heard.understood is None:
            reply = self._dialogue.on_models_away()
        else:
            understood = replace(heard.understood, heard_reply=self._cut_at)
            self._cut_at = None
            reply = await self._dialogue.on_utterance(understood)
            turn = CallerTurn(heard.understood, heard.raw_text, heard.language, heard.start_s, ended.speech_end_s)
            await self._log.caller_turn(turn, reply)
            self._metrics.turns.labels("caller", reply.intent).inc()
        await self._speak(reply, ended.speech_end_s)

    async def _answer_keys(self, digits: str, at_s: float) -> None:
        reply = await self._dialogue.on_digits(digits)
        await self._log.caller_keys(digits, reply, at_s=at_s)
        await self._speak(reply, at_s)

    async def _no_input(self, count: int) -> None:
        await self._speak(self._dialogue.on_no_input(count), None)

    async def _speak(self, reply: Reply, speech_end_s: float | None) -> None:
        """Queue a reply; returns before it is heard, so that the caller can interrupt it."""
        await self._may_interrupt.wait()
        if self._ended:
            return
        if (cut := self._speaker.stop()) is not None and self._on_air:
            await self._store_heard(self._on_air, self._speaker.heard(cut))
        self._closing = self._closing or reply.end_call
        turn = await self._log.assistant_turn(reply, at_s=self._audio.duration_s)
        self._on_air = _OnAir(turn, self._leg.playout.sent_samples, speech_end_s)
        try:
            await self._speaker.say(reply)
        except InferenceError as error:
            log.error("reply_not_spoken", reason=str(error))
            self._turns.on_playback_finished(self._audio.duration_s)
            if self._closing:
                self._hang_up()

    async def _store_heard(self, on_air: _OnAir, heard: str) -> None:
        on_air.turn = await self._log.reply_ended(on_air.turn, at_s=self._audio.duration_s, heard=heard)

    # Playback's progress.

    def _segment_begins(self, spoken: Spoken, segment: Segment) -> None:
        self._turns.on_playback_started(interruptible=segment.interruptible)
        if segment.interruptible:
            self._may_interrupt.set()
        else:
            self._may_interrupt.clear()

    def _reply_begins(self, on_air: _OnAir, at: float) -> None:
        on_air.begun = True
        latency_ms = None if on_air.speech_end_s is None else round((at - on_air.speech_end_s) * 1000)
        if latency_ms is not None:
            self._metrics.reply_latency_s.observe(latency_ms / 1000)
        self._work.put_nowait(partial(self._store_start, on_air, at, latency_ms))

    async def _store_start(self, on_air: _OnAir, at: float, latency_ms: int | None) -> None:
        on_air.turn = await self._log.reply_started(on_air.turn, at_s=at, latency_ms=latency_ms)

    def _reply_done(self, spoken: Spoken) -> None:
        self._may_interrupt.set()
        self._turns.on_playback_finished(self._audio.duration_s)
        on_air = self._on_air
        if on_air is not None:
            self._work.put_nowait(partial(self._store_heard, on_air, spoken.reply.text))
        if spoken.reply.end_call:
            self._hang_up()

    def _interrupt(self) -> None:
        """The caller speaks or presses a key over a reply that may be interrupted."""
        current, on_air = self._speaker.current, self._on_air
        if current is None or current.finished or self._closing or not self._turns.interruptible:
            return
        heard = self._speaker.heard(current)
        self._speaker.stop()
        self._turns.on_playback_finished(self._audio.duration_s)
        self._cut_at = heard
        if on_air is not None:
            self._work.put_nowait(partial(self._store_heard, on_air, heard))

    def _pressed(self, digits: str) -> None:
        at = self._audio.duration_s
        self._turns.on_reply_pending()
        self._work.put_nowait(partial(self._answer_keys, digits, at))

    # The end.

    def _hang_up(self) -> None:
        self._closing = True
        self._leg.hang_up()

    async def _close(self) -> None:
        ended = self._ended or LegEnded(EndReason.ERROR, text="session ended before the leg")
        if self._ended is None:
            self._leg.hang_up()
        for task in self._heard.values():
            task.cancel()
        if self._recorder:
            self._recorder.close()
            await asyncio.to_thread(self._recorder.join, RECORDING_CLOSED_S)
        stats = self._leg.stats
        quality = {
            "packets_received": stats.packets_received,
            "packets_lost": stats.lost,
            "packets_late": stats.late,
            "jitter_ms": round(stats.jitter_ms, 2),
        }
        for fate, count in (("received", stats.packets_received), ("lost", stats.lost), ("late", stats.late)):
            self._metrics.packets.labels(fate).inc(count)
        self._metrics.calls_ended.labels(self._leg.direction, self._dialogue.outcome).inc()
        await self._log.ended(
            outcome=self._dialogue.outcome,
            end_reason=str(ended.reason),
            language=self._dialogue.language,
            quality=quality,
        )


async def _end() -> None:
    raise _CallOver
