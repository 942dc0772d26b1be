"""Carries out what desks ask for, and says why where that can't be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import assert_never

import structlog

from telephony.udp import NoFreePort
from telephony.webrtc.errors import BrowserPhoneError
from telephony.webrtc.phones import BrowserPhones
from voicebot.agent_commands import (
    AgentCommand,
    CommandAnswer,
    ConfirmWrapUp,
    ConnectPhone,
    Consult,
    Decline,
    Dial,
    DisconnectPhone,
    EndConsult,
    HangUp,
    Hold,
    JudgePrompt,
    Mute,
    PauseRecording,
    PickUp,
    SetPresence,
    SkipWhisper,
    Supervise,
    Transfer,
)
from voicebot.floor.closing import Closing
from voicebot.floor.connection import Connection
from voicebot.floor.dialling import Dialling
from voicebot.floor.floor import Floor
from voicebot.floor.outside_transfers import OutsideTransfers
from voicebot.floor.supervision import Supervisions
from voicebot.floor.transfers import NotPossible
from voicebot.store.store import StoreError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DeskCommands:
    """Of one floor."""

    floor: Floor
    closing: Closing
    supervisions: Supervisions
    browsers: BrowserPhones
    dialling: Dialling
    outside: OutsideTransfers

    async def handle(self, command: AgentCommand) -> CommandAnswer:
        try:
            answer = await self._carry_out(command)
        except (NotPossible, StoreError, BrowserPhoneError, NoFreePort) as why:
            log.info("command_refused", command=command.kind, reason=str(why))
            return CommandAnswer(command.id, False, str(why))
        log.info("command_done", command=command.kind)
        return answer

    async def _carry_out(self, command: AgentCommand) -> CommandAnswer:
        match command:
            case Dial(agent_id=agent_id, number=number):
                return CommandAnswer(command.id, True, call_id=await self.dialling.dial(agent_id, number))
            case SetPresence(agent_id=agent_id, presence=presence):
                self._set_presence(agent_id, presence)
            case ConnectPhone(agent_id=agent_id, line=line, offer=offer):  # a supervisor's may be in no list of agents
                return CommandAnswer(command.id, True, sdp=self.browsers.connect(agent_id, line, offer))
            case DisconnectPhone(agent_id=agent_id, line=line):
                self.browsers.disconnect(agent_id, line)
            case PickUp(agent_id=agent_id):
                self.browsers.pick_up(agent_id)
            case Decline(agent_id=agent_id):
                self.browsers.decline(agent_id)
            case SkipWhisper(agent_id=agent_id):
                self._whispered_to(agent_id).skip_whisper()
            case Hold(agent_id=agent_id, held=held):
                self._hold(self._connection(agent_id), held)
            case Mute(agent_id=agent_id, muted=muted):
                self._mute(self._connection(agent_id), muted)
            case PauseRecording(agent_id=agent_id, paused=paused):
                await self._connection(agent_id).guest.pause_recording(agent_id, paused)
            case Transfer(agent_id=agent_id, to=to, reason=reason) if self.outside.is_outside(to):
                self.outside.pass_on(agent_id, to, reason)
            case Transfer(agent_id=agent_id, to=to, reason=reason):
                self.floor.transfers.cold(agent_id, to, reason)
            case Consult(agent_id=agent_id, to=to):
                self.floor.transfers.consult(agent_id, to)
            case EndConsult(agent_id=agent_id, how=how):
                self.floor.transfers.end_consult(agent_id, how)
            case HangUp(agent_id=agent_id):
                self._answered(agent_id).end("talked")
            case Supervise(call_id=call_id, phone=phone, mode=mode):
                self.supervisions.supervise(call_id, phone, mode)
            case JudgePrompt(agent_id=agent_id, prompt_id=prompt_id, helped=helped):
                talk = self._connection(agent_id).talk
                if talk is None or not talk.judge(prompt_id, helped=helped):
                    raise NotPossible(f"prompt {prompt_id!r} is not waiting for an answer")
            case ConfirmWrapUp():
                await self._confirm(command)
            case _:
                assert_never(command)
        return CommandAnswer(command.id, True)

    def _set_presence(self, agent_id: str, presence: str) -> None:
        staff = self.floor.staff
        if staff.agent(agent_id) is None:
            raise NotPossible(f"there is no agent {agent_id!r} in agents.csv")
        if presence == "ready" and not staff.can_be_rung(agent_id):
            raise NotPossible(
                f"agent {agent_id!r} has no phone now: connect it in the browser, or sign a SIP phone in first"
            )
        staff.set_presence(agent_id, presence)

    def _answered(self, agent_id: str) -> Connection:
        """Of one who talks to a caller, or to a colleague who asks them about one."""
        if (found := self.floor.connection_of(agent_id)) is None:
            raise NotPossible(f"agent {agent_id!r} is in no call")
        return found

    def _connection(self, agent_id: str) -> Connection:
        """Of one who talks to a caller."""
        found = self._answered(agent_id)
        if found.talk is None:
            raise NotPossible(f"agent {agent_id!r} is in no call")
        return found

    def _whispered_to(self, agent_id: str) -> Connection:
        found = self.floor.connection_of(agent_id)
        if found is None or found.talk is not None:
            raise NotPossible(f"nothing is whispered to agent {agent_id!r} now")
        return found

    def _hold(self, connection: Connection, held: bool) -> None:
        if connection.bridge is None:
            raise NotPossible("the caller waits already, while a colleague is being consulted")
        caller = connection.guest.seat
        (connection.bridge.hold if held else connection.bridge.resume)(caller)
        self.floor.transfers.tell_line(connection)

    def _mute(self, connection: Connection, muted: bool) -> None:
        if connection.bridge is None:
            raise NotPossible("the caller does not hear the agent now")
        (connection.bridge.mute if muted else connection.bridge.unmute)(connection.seat)
        self.floor.transfers.tell_line(connection)

    async def _confirm(self, command: ConfirmWrapUp) -> None:
        done = await self.closing.confirm(
            command.call_id,
            command.agent_id,
            datetime.now(UTC),
            disposition=command.disposition,
            summary=command.summary,
            note=command.note,
        )
        if not done:
            raise NotPossible(
                f"agent {command.agent_id!r} had no call {command.call_id!r}, or there is no disposition "
                f"{command.disposition!r}"
            )
        state = self.floor.staff.presence_of(command.agent_id)
        if state == "wrap_up":
            self.floor.staff.set_presence(command.agent_id, "ready")
