"""One agent's part in one call: the phone rings, a whisper is heard, the two are joined, somebody hangs up.

ring ──answered──> whisper ──said or skipped──> joined ──> fate
  └ missed, declined,   └ left_in_whisper,   │      └ talked, lost,
    unreachable           caller_left        │        transferred
                                             └─ where the other party has to be called first: not_reached
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog

from dialect_router.agents import Agent
from telephony.audio import FRAME_S, Frame
from telephony.bridge import Bridge
from telephony.hold_music import hold_music
from telephony.leg import EndReason, LegEnded, LegError
from telephony.looped_sound import LoopedSound
from telephony.ringback import ringback
from telephony.seat import Seat
from telephony.sip.refer import TransferRequest
from telephony.sip.settings import SipError
from voicebot.assist.handover import Stage
from voicebot.assist.whisper import Whisper, whisper_wording
from voicebot.floor.guest import Guest
from voicebot.floor.outgoing import NotReached
from voicebot.floor.phones import Phones, RungLeg
from voicebot.floor.services import FloorServices
from voicebot.floor.talk import Talk
from voicebot.floor.whispering import Whispering
from voicebot.store.floor_records import Fate

log = structlog.get_logger(__name__)

LINE_LOST_S: Final = 5.0
"""An agent's phone that sends nothing for so long, and did not put the call on hold, has lost its line: nobody talks to
the caller any more. Shorter than the endpoint's own limit, which has to bear with callers on the move."""
_LOOK_EVERY_FRAMES: Final = 25
_BROKEN: Final = frozenset({EndReason.MEDIA_TIMEOUT, EndReason.ERROR, EndReason.TIMEOUT})


class Connection:
    """Construct, then `run()`. A `LegListener` of the agent's leg."""

    def __init__(
        self,
        agent: Agent,
        guest: Guest,
        services: FloorServices,
        *,
        on_answered: Callable[[], bool],
        on_ready: Callable[[], None],
        on_transfer: Callable[[TransferRequest], bool],
        reach: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """on_answered: the phone was picked up; False when the call is no longer for this agent. on_ready: the whisper
        is over; `join` is the next step. on_transfer: the agent's phone wants the caller moved elsewhere; True takes it
        up. reach: brings the other party to the line, who is not there yet; raises NotReached.
        """
        self.agent = agent
        self.guest = guest
        self.bridge: Bridge | None = None
        self.talk: Talk | None = None
        self._services = services
        self._on_answered = on_answered
        self._on_ready = on_ready
        self._on_transfer = on_transfer
        self._reach = reach
        self._leg: RungLeg | None = None
        self._seat: Seat | None = None
        self._whispering: Whispering | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self._over: asyncio.Future[Fate] = asyncio.get_running_loop().create_future()
        self._frames = 0
        self._received = 0
        self._silent_frames = 0

    @property
    def seat(self) -> Seat:
        """The agent's; there from the answer on."""
        assert self._seat is not None
        return self._seat

    @property
    def answered(self) -> bool:
        return self._seat is not None

    @property
    def stage(self) -> Stage:
        """What this agent came to with the caller."""
        return self.talk.stage if self.talk is not None else Stage(by=self.agent.id)

    async def run(self, phones: Phones, whisper: Whisper, *, ring_s: float) -> Fate:
        """Returns when this agent's part is over. Cancelled, it takes the call back."""
        try:
            return await self._ring(phones, whisper, ring_s)
        finally:
            if self.talk is not None:
                self.talk.close()
            self.part()
            if self._leg is not None:
                self._leg.hang_up()

    def join(self) -> None:
        """Caller and agent hear each other, for the first time or again."""
        assert self._tasks is not None
        self.bridge = Bridge(self.guest.seat, self.seat)
        if self.talk is None:
            self.talk = Talk(self.guest, self.guest.assisted(self.agent), self._services, self._tasks)
            self.talk.begin()
        self.talk.private = False
        self.guest.on_joined(self.talk.caller)
        self.bridge.join()

    def part(self) -> None:
        """The two no longer hear each other; harmless when they do not."""
        if self.bridge is not None:
            self.bridge.close()
            self.bridge = None

    def end(self, fate: Fate) -> None:
        """This agent's part is over, for this reason."""
        if not self._over.done():
            self._over.set_result(fate)
        self.skip_whisper()

    def skip_whisper(self) -> None:
        if self._whispering is not None:
            self._whispering.skip()

    # From ring to hang-up

    async def _ring(self, phones: Phones, whisper: Whisper, ring_s: float) -> Fate:
        call = self.guest.log.call
        try:
            leg = await phones.ring(
                self.agent,
                caller_number=self.guest.caller_number,
                caller_name=call.caller_label,
                call_id=call.id,
            )
        except (SipError, LegError) as error:
            log.warning("agent_not_reached", agent=self.agent.id, reason=str(error))
            return "unreachable"
        self._leg = leg
        leg.listen(self)
        try:
            await leg.answered(ring_s)
        except LegError as refused:
            return _why(refused)
        if not self._on_answered():
            return "withdrawn"
        leg.on_transfer = self._on_transfer
        self._seat = Seat(leg, self, music=LoopedSound(hold_music()))
        await self._tell(whisper.spoken)
        if self._reach is not None and not self._over.done():
            await self._reached(self._reach)
        return self._over.result() if self._over.done() else await self._talked()

    async def _tell(self, spoken: str) -> None:
        """For the agent alone."""
        assert self._leg is not None
        self._whispering = Whispering(self._leg.playout, self._services.voice)
        await self._whispering.say(spoken)
        self._whispering = None

    async def _reached(self, reach: Callable[[], Awaitable[None]]) -> None:
        """The agent hears it ring until the other party is there. Sets the fate where they do not come."""
        self.seat.hear(LoopedSound(ringback()))
        reaching = asyncio.ensure_future(reach())
        either: set[asyncio.Future[Any]] = {reaching, self._over}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            reaching.cancel()
            [failure] = await asyncio.gather(reaching, return_exceptions=True)
            self.seat.hear()
        if isinstance(failure, NotReached):
            await self._tell(whisper_wording().words[failure.outcome])
            self.end("not_reached")
        elif isinstance(failure, Exception):
            raise failure

    async def _talked(self) -> Fate:
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            self._on_ready()
            fate = await asyncio.shield(self._over)
            if self.talk is not None:
                self.talk.close()
        return fate

    # What the agent's leg says

    def on_frame(self, inbound: Frame, outbound: Frame) -> None:
        if self.talk is not None:
            self.talk.agent.on_frame(inbound)
        self._frames += 1
        if self._frames % _LOOK_EVERY_FRAMES == 0:
            self._look_for_packets()

    def on_dtmf(self, digit: str) -> None:
        self.skip_whisper()

    def on_hold(self, held: bool) -> None:
        """The bridge has seen to it."""

    def on_ended(self, ended: LegEnded) -> None:
        if self.talk is None:
            self.end("left_in_whisper")
        else:
            self.end("lost" if ended.reason in _BROKEN else "talked")

    def _look_for_packets(self) -> None:
        assert self._leg is not None
        received = self._leg.stats.packets_received
        holding = self._seat is not None and self._seat.holding
        alive = received != self._received or holding
        self._received = received
        self._silent_frames = 0 if alive else self._silent_frames + _LOOK_EVERY_FRAMES
        if self._silent_frames * FRAME_S >= LINE_LOST_S:
            log.warning("agents_line_lost", agent=self.agent.id, after_s=LINE_LOST_S)
            self.end("lost" if self.talk is not None else "left_in_whisper")


def _why(refused: LegError) -> Fate:
    match refused.ended.reason:
        case EndReason.TIMEOUT:  # with a status: no sign of the phone at all
            return "missed" if refused.sip_code is None else "unreachable"
        case EndReason.REJECTED:
            return "unreachable" if refused.sip_code in (404, 408, 410, 480, 503) else "declined"
        case _:
            return "unreachable"
