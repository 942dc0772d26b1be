"""The likely reply, made while the caller may still go on: if they were done, its audio is there when the turn ends."""

import structlog

from models.address import InferenceError
from voicebot.dialogue.policy import Dialogue
from voicebot.dialogue.types import Understood
from voicebot.speaking.voice import Voice

log = structlog.get_logger(__name__)

SURE_INTENT = 0.8
"""Confidence from which an intent heard twice in a row in an unfinished utterance is worth preparing for."""


class EarlyReply:
    """Prepares for one call. Nothing that it does has an effect but the audio that waits in the voice's memory."""

    def __init__(self, dialogue: Dialogue, voice: Voice) -> None:
        self._dialogue = dialogue
        self._voice = voice
        self._last_intent = "none"
        self._prepared = ""

    def likely(self, understood: Understood) -> bool:
        """Whether what is heard in the middle of an utterance says already what it will be about."""
        intent, before = understood.intent, self._last_intent
        self._last_intent = intent.name
        return intent.name == before != "none" and intent.confidence >= SURE_INTENT

    def forget(self) -> None:
        """A turn is over: the same words mean something else in the next."""
        self._last_intent, self._prepared = "none", ""

    async def prepare(self, understood: Understood) -> None:
        """Synthesises what the assistant would answer now."""
        if understood.text == self._prepared:
            return
        self._prepared = understood.text
        reply = await self._dialogue.rehearse(understood)
        if reply is None:
            return
        try:
            for segment in reply.segments:
                await self._voice.prepare_segment(segment, reply.language)
        except InferenceError as error:
            log.info("reply_not_prepared", reason=str(error))
