"""Who asks ./scripts/demo or ./scripts/test for help gets it at once: nothing is installed for it."""

import os
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from voicebot.commands.demo import app

SCRIPTS = Path(__file__).parents[3] / "scripts"


def asked(script: str, option: str, venv: Path) -> str:
    environment = {**os.environ, "VOICEBOT_VENV": str(venv), "PIP_NO_INDEX": "1"}
    answer = subprocess.run([SCRIPTS / script, option], env=environment, capture_output=True, text=True, timeout=60)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


@pytest.mark.parametrize("script", ["demo", "test"])
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_comes_without_installation(script: str, option: str, tmp_path: Path) -> None:
    told = asked(script, option, tmp_path / "venv")
    assert f"usage: scripts/{script} [" in told and "set -euo" not in told and "#" not in told
    assert not (tmp_path / "venv").exists()


def test_it_names_every_option_of_the_demo(tmp_path: Path) -> None:
    told = asked("demo", "--help", tmp_path / "venv")
    options = {name for parameter in get_command(app).params for name in parameter.opts if name.startswith("--")}
    assert {"--json", "--only", "--all"} <= options
    assert {name for name in options if "completion" not in name} <= set(told.split())
