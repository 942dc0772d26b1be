"""`voicebot demo`: see the system at work."""

import asyncio
import sys
from typing import Annotated

import typer
from rich.console import Console

from voicebot.demo.run import demo as run_demo
from voicebot.lifetime import run_until_stopped

app = typer.Typer()


@app.command()
def demo(
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object instead.")] = False,
    only: Annotated[list[str] | None, typer.Option(help="Ring with this caller script only; repeatable.")] = None,
    everyone: Annotated[bool, typer.Option("--all", help="Ring with every caller script of the company.")] = False,
) -> None:
    """Start the system with the sample company and let simulated callers ring it over SIP and RTP.

    At a terminal the system, with its console in the browser, stays up after the summary until Ctrl-C.
    """
    console = Console(highlight=False)
    good: list[bool] = []

    stay = not as_json and sys.stdin.isatty() and sys.stdout.isatty()
    work = run_demo(console, as_json_object=as_json, only=only or (), everyone=everyone, stay=stay, done=good.append)
    asyncio.run(run_until_stopped(work))
    if not good:
        raise typer.Exit(130)
    if not good[0]:
        Console(stderr=True).print("Some calls have no record; see the log of the system.")
        raise typer.Exit(1)
