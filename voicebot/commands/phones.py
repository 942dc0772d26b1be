"""`voicebot phones`: simulated agents, to try out how calls are put through without real telephones."""

import asyncio
import contextlib
from pathlib import Path
from typing import Annotated

import typer

from telephony.clock import prepare_process
from voicebot.caller.answering import SimulatedAgents, agents_at_work, load_agent
from voicebot.company.passwords import read_passwords
from voicebot.lifetime import run_until_stopped

app = typer.Typer()


@app.command()
def phones(
    registrar: Annotated[str, typer.Argument(help="Where the phones register, as sip:127.0.0.1:5060.")],
    scripts: Annotated[list[Path], typer.Argument(help="A TOML file for each agent, named by the agent's id.")],
    passwords: Annotated[Path, typer.Option(help="The file that agents.passwords_file names.")],
    record: Annotated[Path | None, typer.Option(help="Folder to record to: said left, heard right.")] = None,
) -> None:
    """Register as agents, pick up, hear the whisper, talk with callers in turns; until Ctrl-C.

    Prints a line for everything that happens: the agent's id and ringing, answered or over.
    """
    agents = [load_agent(path) for path in scripts]
    names = {agent.id for agent in agents}
    known = read_passwords(passwords, None)
    missing = sorted(names - known.keys())
    if missing:
        raise typer.BadParameter(f"there is no password for {missing[0]!r} in {passwords}: add a line for it")
    secrets = {id_: known[id_].get_secret_value() for id_ in names}
    if record is not None:
        record.mkdir(parents=True, exist_ok=True)
    prepare_process()
    at_work = SimulatedAgents(agents, recordings=record, on_call=_tell)

    async def work() -> None:
        async with agents_at_work(registrar, at_work, secrets):
            _tell("all", "registered")
            await asyncio.Event().wait()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run_until_stopped(work()))


def _tell(agent: str, what: str) -> None:
    print(agent, what, flush=True)
