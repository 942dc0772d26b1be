"""The `voicebot` command: its sub-commands live in voicebot/commands, one file each."""

import sys

import typer

from voicebot.commands import (
    bench_asr,
    bench_media,
    bench_vad,
    caller,
    calls,
    company,
    demo,
    doctor,
    mic,
    models,
    serve,
    tasks,
)
from voicebot.errors import PASSING, WRONG_SETTINGS
from voicebot.supervisor import EXIT_CONFIG

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The call-centre voice assistant that runs on your own machines. To see it at work: voicebot demo",
)
bench = typer.Typer(help="Measurements, as tables or, with --json, as one JSON object.", no_args_is_help=True)
bench.command("asr")(bench_asr.run)
bench.command("vad")(bench_vad.run)
bench.command("media")(bench_media.run)

for single in (serve, demo, mic, caller, doctor):
    app.add_typer(single.app)
app.add_typer(calls.app, name="calls")
app.add_typer(tasks.app, name="tasks")
app.add_typer(models.app, name="models")
app.add_typer(company.app, name="company")
app.add_typer(bench, name="bench")


def main() -> None:
    """Entry point. Errors that are the user's to mend are printed as they are; exit code 78: change a setting first."""
    try:
        app()
    except WRONG_SETTINGS as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(EXIT_CONFIG)
    except PASSING as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
