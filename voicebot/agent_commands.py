"""What a desk tells the media process: an agent's presence and phone, hold, transfer, the word on prompts and wrap-up.

A command is one JSON message on voicebot/NODE/commands; its answer comes on voicebot/NODE/commands/ID. Who may publish
there is the broker's to decide: the embedded one listens on this machine alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter, ValidationError

from telephony.webrtc.sdp import LONGEST_OFFER
from voicebot.events import EventError

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
AgentId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
Target = Annotated[str, Field(pattern=r"^\+?[A-Za-z0-9_-]{1,64}$")]
Number = Annotated[str, Field(pattern=r"^\+?[0-9][0-9 -]{1,30}$")]
Text = Annotated[str, Field(max_length=2000)]


@dataclass(frozen=True, slots=True)
class SetPresence:
    id: Id
    agent_id: AgentId
    presence: Literal["ready", "break", "offline"]
    kind: Literal["presence"] = "presence"


@dataclass(frozen=True, slots=True)
class ConnectPhone:
    """A browser's offer to be the agent's phone; the answer's `sdp` is ours. A browser that is it already goes."""

    id: Id
    agent_id: AgentId
    line: Id
    """The browser's own name for this connection."""
    offer: Annotated[str, Field(max_length=LONGEST_OFFER)]
    kind: Literal["connect_phone"] = "connect_phone"


@dataclass(frozen=True, slots=True)
class DisconnectPhone:
    """The browser is no longer the agent's phone; a call on it is hung up."""

    id: Id
    agent_id: AgentId
    line: Id
    kind: Literal["disconnect_phone"] = "disconnect_phone"


@dataclass(frozen=True, slots=True)
class PickUp:
    """Takes the call that rings in the browser."""

    id: Id
    agent_id: AgentId
    kind: Literal["pick_up"] = "pick_up"


@dataclass(frozen=True, slots=True)
class Decline:
    """Has the call that rings in the browser ring elsewhere."""

    id: Id
    agent_id: AgentId
    kind: Literal["decline"] = "decline"


@dataclass(frozen=True, slots=True)
class SkipWhisper:
    """Puts the caller through before the whisper is over, as any key of a telephone does."""

    id: Id
    agent_id: AgentId
    kind: Literal["skip_whisper"] = "skip_whisper"


@dataclass(frozen=True, slots=True)
class Hold:
    """The caller hears music until `held` is False again."""

    id: Id
    agent_id: AgentId
    held: bool
    kind: Literal["hold"] = "hold"


@dataclass(frozen=True, slots=True)
class Mute:
    id: Id
    agent_id: AgentId
    muted: bool
    kind: Literal["mute"] = "mute"


@dataclass(frozen=True, slots=True)
class PauseRecording:
    """Nothing of what caller and agent say is kept until `paused` is False again, or the agent's part is over."""

    id: Id
    agent_id: AgentId
    paused: bool
    kind: Literal["pause_recording"] = "pause_recording"


@dataclass(frozen=True, slots=True)
class Transfer:
    """Passes the caller on without speaking to the next agent. to: an agent's id, a skill, or a number outside."""

    id: Id
    agent_id: AgentId
    to: Target
    reason: Text = ""
    kind: Literal["transfer"] = "transfer"


@dataclass(frozen=True, slots=True)
class Consult:
    """Calls another agent while the caller hears music."""

    id: Id
    agent_id: AgentId
    to: AgentId
    kind: Literal["consult"] = "consult"


@dataclass(frozen=True, slots=True)
class EndConsult:
    """complete: the other agent takes the caller over; conference: all three talk; back: the caller is taken back."""

    id: Id
    agent_id: AgentId
    how: Literal["complete", "conference", "back"]
    kind: Literal["end_consult"] = "end_consult"


@dataclass(frozen=True, slots=True)
class HangUp:
    """Ends the agent's part of the call, as hanging up the telephone does."""

    id: Id
    agent_id: AgentId
    kind: Literal["hang_up"] = "hang_up"


@dataclass(frozen=True, slots=True)
class Dial:
    """Rings the agent, who is ready or in the wrap-up, and then `number`; the answer has the call's id."""

    id: Id
    agent_id: AgentId
    number: Number
    kind: Literal["dial"] = "dial"


@dataclass(frozen=True, slots=True)
class Supervise:
    """Rings a supervisor's registered phone (or changes what the one who listens does); stop: lets them go."""

    id: Id
    call_id: Id
    phone: AgentId
    mode: Literal["listen", "whisper", "barge", "stop"]
    kind: Literal["supervise"] = "supervise"


@dataclass(frozen=True, slots=True)
class JudgePrompt:
    id: Id
    agent_id: AgentId
    prompt_id: Annotated[str, Field(max_length=128)]
    helped: bool
    kind: Literal["judge_prompt"] = "judge_prompt"


@dataclass(frozen=True, slots=True)
class ConfirmWrapUp:
    """The agent's own word on how the call is closed; ends the wrap-up."""

    id: Id
    agent_id: AgentId
    call_id: Id
    disposition: Id
    summary: Text = ""
    note: Text = ""
    kind: Literal["confirm_wrap_up"] = "confirm_wrap_up"


AgentCommand = (
    SetPresence
    | ConnectPhone
    | DisconnectPhone
    | PickUp
    | Decline
    | SkipWhisper
    | Hold
    | Mute
    | PauseRecording
    | Transfer
    | Consult
    | EndConsult
    | HangUp
    | Dial
    | Supervise
    | JudgePrompt
    | ConfirmWrapUp
)


@dataclass(frozen=True, slots=True)
class CommandAnswer:
    id: str
    done: bool
    reason: str = ""
    """Why not, for the person who asked."""
    sdp: str = ""
    """Our side of a phone's connection."""
    call_id: str | None = None
    """The call that was begun by it, if one was."""


_COMMANDS: Final[TypeAdapter[AgentCommand]] = TypeAdapter(Annotated[AgentCommand, Field(discriminator="kind")])
_ANSWERS: Final = TypeAdapter(CommandAnswer)


def commands_topic(node: str) -> str:
    return f"voicebot/{node}/commands"


def answer_topic(command_id: str, node: str) -> str:
    return f"voicebot/{node}/commands/{command_id}"


def command_to_json(command: AgentCommand) -> str:
    return _COMMANDS.dump_json(command).decode()


def command_from_json(payload: str | bytes) -> AgentCommand:
    """Raises EventError."""
    try:
        return _COMMANDS.validate_json(payload)
    except ValidationError as error:
        raise EventError(f"no command: {error.error_count()} fields are wrong: {error.errors()[0]['loc']}") from error


def answer_to_json(answer: CommandAnswer) -> str:
    return _ANSWERS.dump_json(answer).decode()


def answer_from_json(payload: str | bytes) -> CommandAnswer:
    """Raises EventError."""
    try:
        return _ANSWERS.validate_json(payload)
    except ValidationError as error:
        raise EventError("no answer to a command") from error
