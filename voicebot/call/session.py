"""One call's life: answer, greet, listen, understand, reply, hang up; every turn stored before its reply is spoken.

What comes in with the audio's clock (frames, keys) is handled at once and in order; what takes time (models, store,
tools) is done by the call's own tasks. `TurnTaking` decides whose turn it is, `Dialogue` what to say; the session
carries out.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, assert_never

import structlog

from models.vad import StreamingVad
from telephony.audio import FRAME_S, Frame
from telephony.leg import CallLeg, EndReason, LegEnded, LegError
from telephony.recorder import Recorder
from voicebot.call.caller_dialect import CallerDialect, kept
from voicebot.call.ending import close_call
from voicebot.call.keypad import Keypad
from voicebot.call.log import CallerTurn, CallLog
from voicebot.call.on_air import Answered
from voicebot.call.put_through import PutThrough
from voicebot.call.recording_pause import RecordingPause
from voicebot.call.replying import Replying
from voicebot.dialogue.policy import Dialogue
from voicebot.dialogue.types import Reply, Understood
from voicebot.events import LiveEvent, PartialTranscript
from voicebot.hearing.caller_audio import CallerAudio
from voicebot.hearing.listening import Listening
from voicebot.hearing.partials import Partial
from voicebot.hearing.recognition import Glimpse, Heard, Recognition
from voicebot.metrics import Metrics
from voicebot.speaking.early_reply import EarlyReply
from voicebot.speaking.voice import Voice
from voicebot.store.records import TurnRecord
from voicebot.turn_taking.barge_in import PausePlayback, ResumePlayback, StopPlayback
from voicebot.turn_taking.edges import on_edge
from voicebot.turn_taking.endpointing import Completeness
from voicebot.turn_taking.turns import Action, Drop, EndTurn, NoInput, Recognise, RecognisePartial, TurnTaking

log = structlog.get_logger(__name__)

LONGEST_CALL_S = 1800.0
"""A call that nobody ends is ended (a looped recording, a forgotten line)."""
FILLER_AFTER_S = 0.6
"""A tool that takes longer is covered by a few words; a faster one never is."""


class _CallOver(Exception):
    """Ends the call's tasks."""


class CallSession:
    """Carries one call. Construct, then `run()` until the call is over; it never raises for what a caller does.

    A call that we made is up when it is constructed: whoever was called hears the notice, then the agent.
    """

    def __init__(
        self,
        leg: CallLeg,
        *,
        dialogue: Dialogue,
        turns: TurnTaking,
        vad: StreamingVad,
        recognition: Recognition,
        dialect: CallerDialect,
        voice: Voice,
        call_log: CallLog,
        recorder: Recorder | None,
        metrics: Metrics,
        tell: Callable[[LiveEvent], None] = lambda event: None,
        humans: PutThrough | None = None,
    ) -> None:
        """The session listens to the leg from now on. tell: hears what the caller says while they are saying it;
        humans: the way to them, where there are any."""
        self._leg = leg
        leg.listen(self)
        self._dialogue = dialogue
        self._turns = turns
        self._vad = vad
        self._dialect = dialect
        self._log = call_log
        self._recorder = recorder
        self.recording = RecordingPause(recorder, call_log)
        self._metrics = metrics
        self._tell = tell
        self._humans = humans
        self._audio = CallerAudio()
        self._listening = Listening(
            self._audio,
            recognition,
            EarlyReply(dialogue, voice),
            call_id=call_log.call.id,
            on_heard=self._heard,
            on_glimpse=self._glimpsed,
            in_context=self._in_context,
        )
        self._keypad = Keypad()
        self._work: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()
        self._replying = Replying(
            leg,
            voice,
            dialogue=dialogue,
            turns=turns,
            call_log=call_log,
            recording=self.recording,
            metrics=metrics,
            clock_s=lambda: self._audio.duration_s,
            carry_out=self._carry_out,
            later=self._work.put_nowait,
        )
        self._tasks: asyncio.TaskGroup | None = None
        self._ended: LegEnded | None = None
        self._held = False

    async def run(self) -> None:
        """Answers and carries the call to its end."""
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                self._listening.begin(tasks)
                await self._begin()
                while True:
                    await (await self._work.get())()
        except* _CallOver:
            pass
        except* LegError as failed:
            log.info("call_not_answered", reason=str(failed.exceptions[0]))
        finally:
            self._tasks = None
            await self._close()

    async def _begin(self) -> None:
        inbound = self._leg.direction == "inbound"
        if inbound:
            await self._leg.answer()
        await self._log.answered(str(self._recorder.path) if self._recorder else None)
        self._turns.on_reply_pending()
        await self._speak(self._dialogue.opening() if inbound else self._dialogue.notice(), None)
        if not inbound and self._humans is not None and (notice := self._replying.current) is not None:
            await notice.over.wait()
            await self._humans.begin(self._leg, self)

    # What the leg says. Synchronous, in the order of the audio.

    def on_frame(self, inbound: Frame, outbound: Frame) -> None:
        if self._recorder:
            self._recorder.write(inbound, outbound)
        self._audio.append(inbound)
        at = self._audio.duration_s
        self._replying.on_frame(at)
        if self._held or self._ended or self._tasks is None:
            return
        if self._humans is not None and self._humans.with_human:
            self._humans.on_frame(inbound)
            return
        for event in self._vad.push(inbound, at - FRAME_S):
            self._carry_out(on_edge(self._turns, event, now=at, left_s=self._replying.left_s))
        self._carry_out(self._turns.on_time(at))
        if (digits := self._keypad.on_time(at)) is not None:
            self._pressed(digits)
        if at >= LONGEST_CALL_S and not self._replying.closing:
            log.warning("call_too_long", limit_s=LONGEST_CALL_S)
            self._replying.hang_up()

    def on_dtmf(self, digit: str) -> None:
        if self._with_human:
            return  # the agent's telephone gets it
        at = self._audio.duration_s
        self._turns.on_activity(at)
        self._replying.interrupt()
        if (digits := self._keypad.on_key(digit, at)) is not None:
            self._pressed(digits)

    def on_hold(self, held: bool) -> None:
        self._held = held  # what is still to be said waits in the leg
        if not held:
            self._turns.on_activity(self._audio.duration_s)

    def on_ended(self, ended: LegEnded) -> None:
        self._carry_out(self._turns.on_leg_ended())  # what was said last is kept, though nobody hears the reply
        self._ended = ended
        if self._humans is not None:
            self._humans.caller_left()
        self._replying.end()
        self._work.put_nowait(_end)

    # What the way to a human is told and says.

    @property
    def clock_s(self) -> float:
        return self._audio.duration_s

    def say(self, find: Callable[[], Awaitable[Reply | None]]) -> None:
        """Says what `find` then returns, after what is being worked on now."""
        self._turns.on_activity(self._audio.duration_s)
        self._work.put_nowait(partial(self._say, find))

    def fall_silent(self) -> None:
        """A human has the caller: nothing more is said or heard for the assistant."""
        self._replying.fall_silent()
        self._turns.on_floor_given()
        self._listening.close()

    # What turn-taking is told and decides.

    def _heard(self, utterance: int, heard: Heard) -> None:
        if not self._ended:
            self._carry_out(self._turns.on_recognised(utterance, heard.judgement, at=self._audio.duration_s))

    def _glimpsed(self, utterance: int, seen: Glimpse | None, said: Partial | None) -> None:
        if self._ended:
            return
        at = self._audio.duration_s
        if said is not None:
            stable, unstable = self._log.so_far(said.stable, said.unstable)
            self._tell(PartialTranscript(self._log.call.id, utterance, stable, unstable, at))
        self._carry_out(self._turns.on_partial(utterance, seen.words if seen else None, at=at))

    def _carry_out(self, actions: Sequence[Action]) -> None:
        for action in actions:
            match action:
                case Recognise():
                    self._listening.recognise(action, self._dialogue.expecting)
                case RecognisePartial():
                    self._listening.glimpse(action)
                case Drop(utterance):
                    self._listening.drop(utterance)
                case EndTurn():
                    self._observe("endpoint", self._audio.duration_s - action.speech_end_s)
                    self._work.put_nowait(partial(self._answer, action, _clock()))
                case PausePlayback():
                    self._replying.hush()
                case ResumePlayback():
                    self._replying.go_on()
                case StopPlayback():
                    self._replying.interrupt()
                case NoInput(count):
                    self._work.put_nowait(partial(self._no_input, count))
                case _:
                    assert_never(action)

    # The call's own work, one piece after the other.

    async def _answer(self, ended: EndTurn, ended_at: float) -> None:
        heard = await self._listening.take(ended.utterance)
        if heard is None or heard.judgement.completeness is Completeness.EMPTY:
            self._turns.on_playback_finished(self._audio.duration_s)
            return
        self._observe("recognition", heard.recognition_s)
        self._observe("understanding", heard.understanding_s)
        answers = Answered(ended.speech_end_s, ended_at)
        if heard.understood is None:
            await self._speak(self._dialogue.on_models_away(), answers)
            return
        requested = self._hear_dialect(heard, heard.understood, ended.speech_end_s)
        understood = replace(self._in_context(heard.understood), requested_dialect=requested)
        if self._humans is not None:
            self._humans.emotion = understood.emotion
        self._replying.cut_at = None
        place = self._log.next_place()
        thinking = self._task(self._dialogue.on_utterance(understood))
        covered = await self._covered(thinking, answers)
        reply = await thinking
        turn = CallerTurn(
            place,
            heard.understood,
            heard.raw_text,
            heard.language,
            heard.start_s,
            ended.speech_end_s,
            kept(self._dialect.belief),
        )
        self._metrics.turns.labels("caller", reply.intent).inc()
        await self._speak(reply, None if covered else answers, to=self._log.caller_turn(turn, reply))

    def _in_context(self, understood: Understood) -> Understood:
        """With what is known beside the words."""
        return replace(understood, heard_reply=self._replying.cut_at, likely_dialect=self._dialect.belief.top())

    def _hear_dialect(self, heard: Heard, understood: Understood, end_s: float) -> str | None:
        """The dialect that was asked for in this turn. Its sound is listened to meanwhile; no reply waits for that."""
        assert self._tasks is not None
        self._tasks.create_task(self._dialect.on_voice(self._audio.between(heard.start_s, end_s)))
        return self._dialect.on_turn(understood.text, heard.languages, understood.asr_confidence)

    async def _covered(self, thinking: asyncio.Task[Reply], answers: Answered) -> bool:
        """Says a few words if the reply takes long to find; returns whether it did, once they are said."""
        done, _ = await asyncio.wait({thinking}, timeout=FILLER_AFTER_S)
        if done:
            return False
        words = replace(self._dialogue.filler(), interruptible=False)
        await self._speak(Reply((words,), self._dialogue.language), answers)
        if (filler := self._replying.current) is not None:
            await filler.over.wait()
        self._turns.on_reply_pending()
        return True

    async def _answer_keys(self, digits: str, at_s: float) -> None:
        asked_at = _clock()
        reply = await self._dialogue.on_digits(digits)
        to = self._log.caller_keys(digits, reply, at_s=at_s)
        await self._speak(reply, Answered(at_s, asked_at), to=to)

    async def _no_input(self, count: int) -> None:
        if self._dialogue.waiting:  # for a human: nothing was asked
            self._turns.on_activity(self._audio.duration_s)
            self._turns.on_playback_finished(self._audio.duration_s)
        else:
            await self._speak(await self._dialogue.on_no_input(count), None)

    async def _say(self, find: Callable[[], Awaitable[Reply | None]]) -> None:
        if (reply := await find()) is not None:
            self._turns.on_reply_pending()
            await self._speak(reply, None)

    async def _speak(self, reply: Reply, answers: Answered | None, *, to: TurnRecord | None = None) -> None:
        """Returns before it is heard, so that the caller can interrupt it."""
        if self._ended or self._with_human:
            if to:
                await self._log.said(to)
            return
        if reply.end_call and self._humans is not None:
            self._humans.ends(reply)
        await self._replying.speak(reply, answers, to=to)
        if reply.transfer and self._humans is not None and not self._ended:
            await self._humans.begin(self._leg, self)

    def _pressed(self, digits: str) -> None:
        at = self._audio.duration_s
        self._turns.on_reply_pending()
        self._work.put_nowait(partial(self._answer_keys, digits, at))

    # Small things.

    @property
    def _with_human(self) -> bool:
        return self._humans is not None and self._humans.with_human

    def _task(self, work: Coroutine[Any, Any, Reply]) -> asyncio.Task[Reply]:
        assert self._tasks is not None
        return self._tasks.create_task(work)

    def _observe(self, stage: str, seconds: float) -> None:
        self._metrics.stage_s.labels(stage).observe(seconds)

    # The end.

    async def _close(self) -> None:
        ended = self._ended or LegEnded(EndReason.ERROR, text="session ended before the leg")
        if self._ended is None:
            self._leg.hang_up()
        if self._humans is not None:
            self._humans.caller_left()
        self._listening.close()
        await close_call(
            self._leg, ended, self._dialogue, recorder=self._recorder, metrics=self._metrics, log=self._log
        )


def _clock() -> float:
    """Loop time, for how long things took; when they were is told by the audio."""
    return asyncio.get_running_loop().time()


async def _end() -> None:
    raise _CallOver
