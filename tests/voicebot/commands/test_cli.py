"""Every command is there under its name, explains itself, and asks for nothing that it does not need."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from voicebot.cli import BENCHMARKS, COMMANDS, app


def test_the_help_lists_every_command() -> None:
    shown = CliRunner().invoke(app, ["--help"]).output
    assert all(f"  {name} " in shown for name in [*COMMANDS, "bench"])


@pytest.mark.parametrize("command", [*([name] for name in COMMANDS), *(["bench", name] for name in BENCHMARKS)])
def test_each_command_explains_itself(command: list[str]) -> None:
    result = CliRunner().invoke(app, [*command, "--help"])
    assert result.exit_code == 0
    assert "Usage" in result.output


def test_the_media_process_loads_no_recogniser_and_no_trainer() -> None:
    heavy = ("faster_whisper", "ctranslate2", "sklearn", "piper", "torch", "transformers")
    program = f"import sys, voicebot.media; print([name for name in {heavy} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert loaded.strip() == "[]"
