"""The utterances of one call on their way through the models, each dropped as soon as nobody waits for it."""

import asyncio
from collections.abc import Callable

from telephony.audio import Samples
from voicebot.dialogue.types import Expecting, Understood
from voicebot.hearing.caller_audio import CallerAudio
from voicebot.hearing.partials import Partial, StablePrefix
from voicebot.hearing.recognition import Glimpse, Heard, Recognition
from voicebot.speaking.early_reply import EarlyReply
from voicebot.turn_taking.endpointing import Completeness
from voicebot.turn_taking.turns import Recognise, RecognisePartial


class Listening:
    """One call's recognitions. To be used within `tasks`, whose end ends them."""

    def __init__(
        self,
        audio: CallerAudio,
        recognition: Recognition,
        early: EarlyReply | None,
        *,
        call_id: str,
        on_heard: Callable[[int, Heard], None],
        on_glimpse: Callable[[int, Glimpse | None, Partial | None], None],
        in_context: Callable[[Understood], Understood],
    ) -> None:
        """early: prepares the likely reply, where there is going to be one; on_heard: a whole utterance was recognised;
        on_glimpse: one that goes on (None: the models had no time); in_context: adds what the call knows beside the
        words, for the likely reply."""
        self._audio = audio
        self._recognition = recognition
        self._early = early
        self._call_id = call_id
        self._on_heard = on_heard
        self._on_glimpse = on_glimpse
        self._in_context = in_context
        self._heard: dict[int, asyncio.Task[Heard]] = {}
        self._glimpse: asyncio.Task[None] | None = None
        self._prefix = StablePrefix()
        self._tasks: asyncio.TaskGroup | None = None

    def begin(self, tasks: asyncio.TaskGroup) -> None:
        self._tasks = tasks

    def recognise(self, action: Recognise, expecting: Expecting) -> None:
        """A pause: what was said so far may be all."""
        assert self._tasks is not None
        self._stop_glimpse()
        samples = self._audio.between(action.start_s, action.end_s)
        task = self._tasks.create_task(
            self._recognition.hear(
                samples, key=self._key(action.utterance), start_s=action.start_s, expecting=expecting
            )
        )
        self._heard[action.utterance] = task
        task.add_done_callback(lambda done: self._recognised(action.utterance, done))

    def glimpse(self, action: RecognisePartial) -> None:
        """The caller goes on talking."""
        assert self._tasks is not None
        samples = self._audio.between(action.start_s, action.end_s)
        self._glimpse = self._tasks.create_task(self._look(action.utterance, samples))

    def drop(self, utterance: int) -> None:
        """Nobody waits for this one any more."""
        if (task := self._heard.pop(utterance, None)) is not None:
            task.cancel()

    async def take(self, utterance: int) -> Heard | None:
        """What was heard, once; None when it was dropped. The turn is over."""
        if self._early is not None:
            self._early.forget()
        task = self._heard.get(utterance)
        if task and not task.done():
            await self._recognition.hurry(self._key(utterance))
        heard = await task if task else None
        self._heard.pop(utterance, None)
        return heard

    def close(self) -> None:
        """The call is over."""
        self._stop_glimpse()
        for utterance in list(self._heard):
            self.drop(utterance)

    def _recognised(self, utterance: int, task: asyncio.Task[Heard]) -> None:
        if task.cancelled() or task.exception():
            return  # an exception is the task group's to report
        heard = task.result()
        self._on_heard(utterance, heard)
        meant = heard.judgement.completeness is not Completeness.EMPTY and not heard.judgement.backchannel
        if meant and heard.understood is not None and self._early is not None and self._tasks is not None:
            self._tasks.create_task(self._prepare(self._early, heard.understood))

    async def _look(self, utterance: int, samples: Samples) -> None:
        seen = await self._recognition.glimpse(samples, key=self._key(utterance))
        if seen is None or seen.understood is None:
            self._on_glimpse(utterance, seen, None)
            return
        self._on_glimpse(utterance, seen, self._prefix.hear(utterance, seen.understood.text))
        if self._early is not None and self._early.likely(seen.understood):
            await self._prepare(self._early, seen.understood)

    async def _prepare(self, early: EarlyReply, understood: Understood) -> None:
        await early.prepare(self._in_context(understood))

    def _key(self, utterance: int) -> str:
        return f"{self._call_id}/{utterance}"

    def _stop_glimpse(self) -> None:
        if self._glimpse is not None:
            self._glimpse.cancel()
            self._glimpse = None
