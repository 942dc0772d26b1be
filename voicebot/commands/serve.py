"""`voicebot serve`, and the processes that it consists of, each also a command of its own."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from voicebot.config import Settings, load_settings
from voicebot.lifetime import run_until_stopped
from voicebot.logs import FILES, configure_logging
from voicebot.supervisor import STATUS, ProcessSpec, Supervisor

app = typer.Typer()

ConfigOption = Annotated[
    Path | None, typer.Option("--config", "-c", help="Settings file; default ./voicebot.toml where there is one.")
]
SupervisorOption = Annotated[int | None, typer.Option("--supervisor", hidden=True)]
Process = Callable[[Settings], Coroutine[Any, Any, None]]


@app.command()
def serve(config: ConfigOption = None) -> None:
    """Answer the phone: run the whole system on this machine until Ctrl-C."""
    settings = prepared_settings(config, name="supervisor")
    supervisor = Supervisor(processes(settings, config), status=settings.data_dir / STATUS)
    asyncio.run(run_until_stopped(supervisor.run()))


@app.command()
def media(config: ConfigOption = None, supervisor: SupervisorOption = None) -> None:
    """Run only the media process: SIP, RTP, turn-taking and dialogue."""
    from voicebot.loop_watch import WatchedSelector
    from voicebot.media import run

    watched = WatchedSelector()
    run_process("media", partial(run, watched=watched), config, supervisor, selector=watched)


@app.command()
def inference(config: ConfigOption = None, supervisor: SupervisorOption = None) -> None:
    """Run only the model host: recognition, understanding, knowledge and voice."""
    from voicebot.inference import run

    run_process("inference", run, config, supervisor)


@app.command()
def console(config: ConfigOption = None, supervisor: SupervisorOption = None) -> None:
    """Run only the web process: the console's pages and the API."""
    from voicebot.web.server import run

    run_process("console", run, config, supervisor)


@app.command()
def broker(config: ConfigOption = None, supervisor: SupervisorOption = None) -> None:
    """Run only the embedded MQTT broker."""
    from voicebot.broker import run

    run_process("broker", run, config, supervisor)


def processes(settings: Settings, config: Path | None) -> list[ProcessSpec]:
    """The processes of one machine, in the order in which they start."""
    options = ("--config", str(config)) if config else ()
    names = ["inference", "media"]
    if settings.console.enabled:
        names.append("console")
    if settings.events.broker == "embedded":
        names.insert(0, "broker")
    return [*(ProcessSpec(name, (name, *options)) for name in names), ProcessSpec("qa", ("qa", "worker", *options))]


def run_process(
    name: str,
    process: Process,
    config: Path | None,
    supervisor: int | None,
    *,
    selector: selectors.BaseSelector | None = None,
) -> None:
    """What a process's command does: run until told to stop."""
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selector)) as runner:
        runner.run(run_until_stopped(process(prepared_settings(config, name=name)), supervisor_pid=supervisor))


def prepared_settings(config: Path | None, *, name: str = "") -> Settings:
    """Settings read, folders made, logging set up: what every process starts with. name: of one that keeps its logs."""
    settings = load_settings(config)
    settings.create_directories()
    configure_logging(settings.log, file=settings.data_dir / FILES / f"{name}.jsonl" if name else None)
    return settings
