"""A call beyond capacity: it is answered, hears that all lines are busy, and is hung up. No model is needed for it."""

import asyncio
from contextlib import suppress
from typing import Final

import structlog

from models.address import InferenceError
from telephony.audio import FRAME_S, Frame
from telephony.leg import CallLeg, LegEnded, LegError
from voicebot.call.log import CallLog
from voicebot.dialogue.types import Reply, Segment
from voicebot.speaking.speaker import Speaker, Spoken
from voicebot.speaking.voice import Voice

log = structlog.get_logger(__name__)

OUTCOME: Final = "turned_away"
LONGEST_S: Final = 20.0
"""The notice takes five seconds; a leg that plays nothing (on hold, no media) is hung up all the same."""
GOODBYE_S: Final = 2.0
"""Time that the hang-up may take to be confirmed."""


class TurnedAway:
    """Carries one call that is not taken. Construct, then `run()`."""

    def __init__(self, leg: CallLeg, notice: Reply, *, voice: Voice, call_log: CallLog) -> None:
        """It listens to the leg from now on."""
        self._leg = leg
        self._notice = notice
        self._log = call_log
        self._at_s = 0.0
        self._ended: asyncio.Future[LegEnded] = asyncio.get_running_loop().create_future()
        self._speaker = Speaker(leg.playout, voice, on_segment=_begun, on_finished=lambda spoken: leg.hang_up())
        leg.listen(self)

    async def run(self) -> None:
        """Returns when the call is over and its record closed. Never raises for what a caller does."""
        try:
            await self._leg.answer()
            await self._log.answered(None)
            await self._say_notice()
        except LegError as failed:
            log.info("call_not_answered", reason=str(failed))
        finally:
            self._leg.hang_up()
            with suppress(TimeoutError):
                async with asyncio.timeout(GOODBYE_S):
                    await asyncio.shield(self._ended)
            reason = str(self._ended.result().reason) if self._ended.done() else "error"
            language = self._notice.language
            await self._log.ended(outcome=OUTCOME, end_reason=reason, language=language, quality={})

    def on_frame(self, inbound: Frame, outbound: Frame) -> None:
        self._at_s += FRAME_S

    def on_dtmf(self, digit: str) -> None: ...

    def on_hold(self, held: bool) -> None: ...

    def on_ended(self, ended: LegEnded) -> None:
        self._ended.set_result(ended)

    async def _say_notice(self) -> None:
        turn = await self._log.reply(self._notice, to=None, at_s=self._at_s)
        spoken: Spoken | None = None
        try:
            async with asyncio.timeout(LONGEST_S):
                spoken = await self._speaker.say(self._notice)
                await asyncio.shield(self._ended)
        except TimeoutError:
            log.warning("notice_not_played", leg=self._leg.id)
        except InferenceError as error:
            log.error("reply_not_spoken", reason=str(error))
        heard = self._speaker.heard(spoken) if spoken else ""
        await self._log.reply_ended(turn, at_s=self._at_s, heard=heard)


def _begun(_spoken: Spoken, _segment: Segment) -> None:
    """Nobody waits for the notice's beginning."""
