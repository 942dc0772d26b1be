"""`voicebot agents`: who is at work, and what a desk can ask for: presence, transfers, supervision, wrap-up."""

import asyncio
import secrets
from contextlib import suppress
from typing import Annotated, Literal, get_args

import click
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from voicebot.agent_commands import (
    AgentCommand,
    CommandAnswer,
    ConfirmWrapUp,
    Consult,
    Dial,
    EndConsult,
    HangUp,
    Hold,
    JudgePrompt,
    Mute,
    PauseRecording,
    SetPresence,
    Supervise,
    Transfer,
    command_from_json,
    command_to_json,
)
from voicebot.agent_events import PresenceChanged, Unlisted
from voicebot.command_bus import send_command
from voicebot.commands.calls import ConfigOption, JsonOption, local, print_json
from voicebot.config import load_settings
from voicebot.eventbus import received_agent_events
from voicebot.events import EventError

app = typer.Typer(help="The people who take calls: who is at work, transfers, supervision.", no_args_is_help=True)

LISTENED_S = 1.5
"""Time for the broker to tell what it has retained of every agent."""

Wish = Literal["ready", "break", "offline"]
Ending = Literal["complete", "conference", "back"]
Mode = Literal["listen", "whisper", "barge", "stop"]
Agent = Annotated[str, typer.Argument(help="The agent's id in agents.csv.")]
Call = Annotated[str, typer.Argument(help="The call's id.")]


@app.command("list")
def list_agents(as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """Everybody's presence now."""
    settings = load_settings(config)
    found: dict[str, PresenceChanged] = {}

    async def listen() -> None:
        async with asyncio.timeout(LISTENED_S):
            async for event in received_agent_events(settings.events, node=settings.events.node):
                if isinstance(event, PresenceChanged):
                    found[event.agent_id] = event
                elif isinstance(event, Unlisted):
                    found.pop(event.agent_id, None)

    with suppress(TimeoutError):  # that was all
        asyncio.run(listen())
    agents = [found[agent_id] for agent_id in sorted(found)]
    if as_json:
        print_json(
            [{"agent": one.agent_id, "name": one.name, "presence": one.presence} for one in agents], reveal=False
        )
        return
    table = Table()
    for column in ("agent", "name", "team", "presence", "since", "calls"):
        table.add_column(column)
    for one in agents:
        cells = (one.agent_id, one.name, one.team, one.presence, local(one.at), ", ".join(one.calls))
        table.add_row(*(Text(cell) for cell in cells))
    Console().print(table)


@app.command()
def presence(
    agent: Agent,
    to: Annotated[Wish, typer.Argument(help="What the agent is to be.", click_type=click.Choice(get_args(Wish)))],
    config: ConfigOption = None,
) -> None:
    """Set an agent's presence; in mid-call it holds from the end of the wrap-up on."""
    _send(SetPresence(_id(), agent, to), config)


@app.command()
def hold(
    agent: Agent,
    back: Annotated[bool, typer.Option("--back", help="Take the caller back.")] = False,
    config: ConfigOption = None,
) -> None:
    """Let the agent's caller hear music."""
    _send(Hold(_id(), agent, not back), config)


@app.command()
def mute(
    agent: Agent,
    off: Annotated[bool, typer.Option("--off", help="Let the agent be heard again.")] = False,
    config: ConfigOption = None,
) -> None:
    """The caller does not hear the agent, who goes on hearing the caller."""
    _send(Mute(_id(), agent, not off), config)


@app.command("pause-recording")
def pause_recording(
    agent: Agent,
    off: Annotated[bool, typer.Option("--off", help="Record again.")] = False,
    config: ConfigOption = None,
) -> None:
    """Keep nothing of what caller and agent say, as for card data, until --off or the end of the agent's part."""
    _send(PauseRecording(_id(), agent, not off), config)


@app.command()
def transfer(
    agent: Agent,
    to: Annotated[str, typer.Argument(help="Another agent's id, a skill of routing.toml, or a number outside.")],
    reason: Annotated[str, typer.Option(help="For whoever takes over.")] = "",
    config: ConfigOption = None,
) -> None:
    """Pass the agent's caller on without speaking to the next one."""
    _send(Transfer(_id(), agent, to, reason), config)


@app.command()
def consult(
    agent: Agent, to: Annotated[str, typer.Argument(help="The colleague's id.")], config: ConfigOption = None
) -> None:
    """Call a colleague while the caller hears music; `end-consult` says what comes of it."""
    _send(Consult(_id(), agent, to), config)


@app.command("end-consult")
def end_consult(
    agent: Agent,
    how: Annotated[
        Ending,
        typer.Argument(
            help="complete: the colleague takes over; conference: all three; back: the caller again.",
            click_type=click.Choice(get_args(Ending)),
        ),
    ],
    config: ConfigOption = None,
) -> None:
    """What comes of a consultation."""
    _send(EndConsult(_id(), agent, how), config)


@app.command()
def dial(
    agent: Agent,
    number: Annotated[str, typer.Argument(help="Whom to call, as people write it: trunk.allowed says what may be.")],
    config: ConfigOption = None,
) -> None:
    """Have an agent call somebody: the agent's phone rings, then the number. Prints the call's id."""
    try:
        wanted = command_from_json(command_to_json(Dial(_id(), agent, number)))
    except EventError:
        raise typer.BadParameter(f"{number!r} is no telephone number", param_hint="number") from None
    print(_send(wanted, config).call_id)


@app.command("hang-up")
def hang_up(agent: Agent, config: ConfigOption = None) -> None:
    """End the agent's part of the call."""
    _send(HangUp(_id(), agent), config)


@app.command()
def supervise(
    call: Call,
    phone: Annotated[str, typer.Argument(help="The supervisor's registered phone: its id in agents.csv.")],
    mode: Annotated[
        Mode,
        typer.Argument(
            help="whisper: the agent hears the supervisor; barge: both do; stop: hang up.",
            click_type=click.Choice(get_args(Mode)),
        ),
    ] = "listen",
    config: ConfigOption = None,
) -> None:
    """Ring a supervisor into a call, or change what the one who is there does."""
    _send(Supervise(_id(), call, phone, mode), config)


@app.command()
def prompt(
    agent: Agent,
    prompt_id: Annotated[str, typer.Argument(help="The prompt's id.")],
    helped: Annotated[bool, typer.Option("--helped/--dismissed", help="Whether it was of use.")] = True,
    config: ConfigOption = None,
) -> None:
    """Say whether a live prompt helped; later prompts learn from it."""
    _send(JudgePrompt(_id(), agent, prompt_id, helped), config)


@app.command("wrap-up")
def wrap_up(
    agent: Agent,
    call: Call,
    disposition: Annotated[str, typer.Argument(help="How the call is closed, by its code.")],
    summary: Annotated[str, typer.Option(help="Instead of the suggested one.")] = "",
    note: Annotated[str, typer.Option(help="For colleagues.")] = "",
    config: ConfigOption = None,
) -> None:
    """Close a call in the agent's own words; the agent is ready again."""
    _send(ConfirmWrapUp(_id(), agent, call, disposition, summary, note), config)


def _send(command: AgentCommand, config: ConfigOption) -> CommandAnswer:
    answer = asyncio.run(send_command(load_settings(config).events, command))
    if not answer.done:
        raise SystemExit(f"error: {answer.reason}")
    return answer


def _id() -> str:
    return secrets.token_hex(8)
