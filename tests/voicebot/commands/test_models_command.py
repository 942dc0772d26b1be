"""Guards `voicebot models`: what is here is told from what is not; a damaged model is an exit code, not a surprise."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from models.bundle import LOCK_FILE, ModelError, sha256
from models.catalogue import catalogue
from voicebot.commands.models import app

NAME = "small"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VOICEBOT_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "models"


def install(folder: Path) -> Path:
    """A model as `download` leaves it."""
    target = folder / NAME
    target.mkdir(parents=True)
    for file in catalogue()[NAME].files:
        (target / file).write_text(file)
    files = {file: {"sha256": sha256(target / file)} for file in catalogue()[NAME].files}
    (target / LOCK_FILE).write_text(json.dumps({"files": files}))
    return target


def test_the_list_tells_what_is_here(folder: Path) -> None:
    install(folder)
    result = CliRunner().invoke(app, ["list", "--json"])
    listed = {model["name"]: model["installed"] for model in json.loads(result.stdout.splitlines()[-1])["models"]}
    assert listed[NAME] is True
    assert listed["large-v3-turbo"] is False
    assert listed["silero-vad"] is True


def test_a_sound_model_is_verified(folder: Path) -> None:
    install(folder)
    result = CliRunner().invoke(app, ["verify", NAME])
    assert result.exit_code == 0
    assert f"{len(catalogue()[NAME].files)} files are sound" in result.output


def test_a_damaged_model_is_named_with_the_remedy(folder: Path) -> None:
    (install(folder) / "model.bin").write_text("something else")
    result = CliRunner().invoke(app, ["verify", NAME])
    assert result.exit_code == 1
    assert "model.bin" in result.output
    assert f"voicebot models download {NAME}" in result.output


def test_what_is_not_downloaded_cannot_be(folder: Path) -> None:
    result = CliRunner().invoke(app, ["download", "silero-vad"])
    assert isinstance(result.exception, ModelError)
    assert "part of this installation" in str(result.exception)
