"""The `voicebot` command: its sub-commands live in voicebot/commands, one file each, loaded when they are called."""

import importlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass

import click
import typer

from voicebot.supervisor import EXIT_CONFIG


@dataclass(frozen=True, slots=True)
class Module:
    """A sub-command's file in voicebot/commands and its line in the help text."""

    name: str
    help: str


COMMANDS = {
    "demo": Module("demo", "See the system at work: simulated callers ring the sample company."),
    "serve": Module("serve", "Answer the phone: run the whole system on this machine."),
    "media": Module("serve", "Run only the media process."),
    "inference": Module("serve", "Run only the model host."),
    "console": Module("serve", "Run only the web process: the console's pages and the API."),
    "broker": Module("serve", "Run only the embedded MQTT broker."),
    "mic": Module("mic", "Talk to the assistant through this machine's microphone."),
    "caller": Module("caller", "Ring a number as a simulated caller."),
    "phones": Module("phones", "Simulated agents that register, pick up and talk."),
    "calls": Module("calls", "Past and present calls."),
    "tasks": Module("tasks", "Callbacks and other promises to callers."),
    "agents": Module("agents", "The people who take calls: who is at work, transfers, supervision."),
    "accounts": Module("accounts", "Who may use the console: add people, set passwords, disable."),
    "privacy": Module("privacy", "Deleting what is old, erasing a customer, calls that must be kept."),
    "audit": Module("audit", "Who saw, heard, exported or changed what; and whether that log is whole."),
    "api-keys": Module("api_keys", "Which programs may use the API."),
    "webhooks": Module("webhooks", "Which programs are told of events; what could not be told."),
    "models": Module("models", "Speech models: list, download, verify."),
    "qa": Module("qa", "Quality review: scorecards and the scores of calls."),
    "company": Module("company", "The company's folder: start one, check it, train from it."),
    "doctor": Module("doctor", "Say what is missing on this machine and how to get it."),
}
BENCHMARKS = {
    "latency": Module("bench_latency", "How long callers wait for each reply, with many calls at once, and why."),
    "prompts": Module("bench_prompts", "How soon live prompts reach the agent after the caller's last word."),
    "console": Module("bench_console", "What many open pages do to the calls, and how soon they show what is said."),
    "asr": Module("bench_asr", "Recognition on held-out sentences and noise, telephone band."),
    "vad": Module("bench_vad", "Voice activity detection on labelled audio."),
    "privacy": Module("bench_privacy", "Personal data found, missed and imagined in made-up sentences."),
    "turns": Module("bench_turns", "Turn-taking: cut-offs, missed ends, barge-ins, lost short answers."),
    "qa": Module("bench_qa", "Calls scored in a second, on one core and on two; what more phrases cost."),
    "media": Module("bench_media", "Lateness of sent packets and processor time with many legs."),
    "bridge": Module("bench_bridge", "The same with callers and agents joined in pairs, whispers and transcription."),
    "browsers": Module("bench_browsers", "What phones in browsers cost the media process."),
    "routing": Module("bench_routing", "Who takes which call: a simulated day with dialect routing and without."),
    "qa-accuracy": Module(
        "bench_qa_accuracy", "The sample scorecard on labelled calls: precision, recall and kappa by item."
    ),
}


class LazyGroup(click.Group):
    """Imports a sub-command's file only when it is called: the media process must not load the models' libraries."""

    def __init__(self, modules: Mapping[str, Module], *, name: str, help: str) -> None:
        super().__init__(name, help=help, no_args_is_help=True)
        self._modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self._modules, *self.commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._modules:
            return super().get_command(ctx, cmd_name)
        module = importlib.import_module(f"voicebot.commands.{self._modules[cmd_name].name}")
        command = typer.main.get_command(module.app)
        several = isinstance(command, click.Group) and cmd_name in command.commands
        return command.commands[cmd_name] if several else command  # type: ignore[attr-defined]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, module.help) for name, module in self._modules.items()]
        rows += [(name, command.get_short_help_str()) for name, command in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


app = LazyGroup(
    COMMANDS,
    name="voicebot",
    help="The call-centre voice assistant that runs on your own machines. To see it at work: voicebot demo",
)
app.add_command(LazyGroup(BENCHMARKS, name="bench", help="Measurements, as tables or, with --json, one JSON object."))


def main() -> None:
    """Entry point. Errors that are the user's to mend are printed as they are, without a traceback."""
    try:
        app()
    except Exception as error:  # told apart below; what is nobody's to mend is raised again with its traceback
        from voicebot.errors import PASSING, WRONG_SETTINGS

        if not isinstance(error, WRONG_SETTINGS + PASSING):
            raise
        print(f"error: {error}", file=sys.stderr)
        sys.exit(EXIT_CONFIG if isinstance(error, WRONG_SETTINGS) else 1)
