"""One person in a conversation between people: what they say, turn by turn, while nobody answers for the assistant.

The same ears as in a talk with the assistant (voice activity, adaptive end of turn, speculative recognition, partial
transcripts); only nothing is to be interrupted, and silence needs no word.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from models.vad import StreamingVad
from telephony.audio import FRAME_S, Frame
from voicebot.dialogue.types import Expecting, Understood
from voicebot.hearing.caller_audio import CallerAudio
from voicebot.hearing.listening import Listening
from voicebot.hearing.partials import Partial
from voicebot.hearing.recognition import Glimpse, Heard, Recognition
from voicebot.turn_taking.edges import on_edge
from voicebot.turn_taking.endpointing import Completeness
from voicebot.turn_taking.turns import Action, Drop, EndTurn, NoInput, Recognise, RecognisePartial, TurnTaking


@dataclass(frozen=True, slots=True)
class Said:
    """A finished turn of one party."""

    heard: Heard
    started_s: float
    """In seconds since the answer of the call, as is `ended_s`."""
    ended_s: float


class PartyListener(Protocol):
    """Who hears what a party says."""

    def on_partial(self, utterance: int, said: Partial, at_s: float) -> None: ...

    async def on_said(self, said: Said) -> None: ...


class Party:
    """Fed with every frame of one party; tells what was said. To be used within `tasks`, whose end ends it."""

    def __init__(
        self,
        name: str,
        recognition: Recognition,
        vad: StreamingVad,
        listener: PartyListener,
        tasks: asyncio.TaskGroup,
        *,
        began_s: float,
    ) -> None:
        """name: unique among all that are listened to. began_s: time of the call at the first frame."""
        self._vad = vad
        self._listener = listener
        self._tasks = tasks
        self._began_s = began_s
        self._audio = CallerAudio()
        self._turns = TurnTaking()
        self._turns.on_playback_finished(0.0)
        self._listening = Listening(
            self._audio,
            recognition,
            None,
            call_id=name,
            on_heard=self._heard,
            on_glimpse=self._glimpsed,
            in_context=_as_it_is,
        )
        self._listening.begin(tasks)
        self._closed = False

    def on_frame(self, frame: Frame) -> None:
        self._audio.append(frame)
        at = self._audio.duration_s
        for event in self._vad.push(frame, at - FRAME_S):
            self._carry_out(on_edge(self._turns, event, now=at))
        self._carry_out(self._turns.on_time(at))

    def close(self) -> None:
        """The party is gone; what was said last and recognised already is still told."""
        last = self._turns.on_leg_ended()
        self._carry_out(last)
        self._closed = True
        if not last:
            self._listening.close()

    def _heard(self, utterance: int, heard: Heard) -> None:
        if not self._closed:
            self._carry_out(self._turns.on_recognised(utterance, heard.judgement, at=self._audio.duration_s))

    def _glimpsed(self, utterance: int, seen: Glimpse | None, said: Partial | None) -> None:
        if self._closed:
            return
        at = self._audio.duration_s
        if said is not None:
            self._listener.on_partial(utterance, said, self._began_s + at)
        self._carry_out(self._turns.on_partial(utterance, seen.words if seen else None, at=at))

    def _carry_out(self, actions: Sequence[Action]) -> None:
        if self._closed:
            return
        for action in actions:
            match action:
                case Recognise():
                    self._listening.recognise(action, Expecting.OPEN)
                case RecognisePartial():
                    self._listening.glimpse(action)
                case Drop(utterance):
                    self._listening.drop(utterance)
                case EndTurn():
                    self._turns.on_playback_finished(self._audio.duration_s)  # nobody answers: the floor is free
                    self._tasks.create_task(self._tell(action))
                case NoInput():
                    self._turns.on_playback_finished(self._audio.duration_s)
                case _:
                    pass  # there is no playback to pause, resume or stop

    async def _tell(self, ended: EndTurn) -> None:
        heard = await self._listening.take(ended.utterance)
        if heard is None or heard.understood is None or heard.judgement.completeness is Completeness.EMPTY:
            return
        started_s, ended_s = self._began_s + heard.start_s, self._began_s + ended.speech_end_s
        await self._listener.on_said(Said(heard, started_s, ended_s))


def _as_it_is(understood: Understood) -> Understood:
    """No reply is prepared, for there are none."""
    return understood
