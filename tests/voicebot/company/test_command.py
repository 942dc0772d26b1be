"""Guards that a person can start a company folder, check it and train from it on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from voicebot.commands.company import app

run = CliRunner().invoke


def test_a_new_folder_is_a_copy_that_checks_clean(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    assert run(app, ["init", str(folder)]).exit_code == 0
    checked = run(app, ["check", str(folder)])
    assert checked.exit_code == 0 and "no problem" in checked.output


def test_an_existing_folder_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    result = run(app, ["init", str(tmp_path)])
    assert result.exit_code == 1 and "Name a new folder" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_problems_are_listed_and_the_exit_code_is_1(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    run(app, ["init", str(folder)])
    (folder / "company.toml").write_text('nam = "x"\nspoken_name = "x"\nassistant_name = "y"\n')
    listed = run(app, ["check", str(folder)])
    assert listed.exit_code == 1 and "company.toml:1" in listed.output
    answer = json.loads(run(app, ["check", str(folder), "--json"]).output)
    assert not answer["ok"]
    assert {problem["message"] for problem in answer["problems"]} == {"unknown key 'nam'", "'name' is missing"}


def test_a_folder_with_problems_is_not_trained_from(tmp_path: Path) -> None:
    result = run(app, ["train", str(tmp_path / "nowhere")])
    assert result.exit_code == 1 and "no such folder" in " ".join(result.output.split())
