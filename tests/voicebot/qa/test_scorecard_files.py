"""Guards that every mistake in a scorecard is named with its line and a remedy, and that the sample one is whole."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from voicebot.commands.company import app as company_app
from voicebot.commands.qa import app
from voicebot.company.problems import CompanyError
from voicebot.demo import SAMPLE_COMPANY
from voicebot.qa.scorecard.files import load_scorecard, load_scorecards, parse_scorecard, read_scorecard

run = CliRunner().invoke
SAMPLE = SAMPLE_COMPANY / "scorecards" / "service.toml"

SMALL = """title = "小评分表"
version = "3"

[dimensions.norm]
title = "规范"

[conditions.greets]
find = "words"
where = "first 2 turns"
phrases = ["您好"]

[conditions.swears]
find = "pattern"
pattern = "骂(你|您)"

[[items]]
name = "opening"
dimension = "norm"
title = "开场白"
weight = 5
requires = "greets"

[[items]]
name = "manners"
dimension = "norm"
title = "态度"
weight = 5
forbids = "swears"
"""


def test_the_sample_scorecard_has_every_kind_of_item() -> None:
    (card,) = load_scorecards(SAMPLE_COMPANY)
    assert len(card.items) >= 20
    assert {dimension.title for dimension in card.dimensions.values()} == {"规范", "态度", "专业", "流程", "合规"}
    assert any(item.fatal for item in card.items)


@pytest.mark.parametrize(
    ("old", "new", "message", "remedy", "line"),
    [
        ('title = "开场白"', 'titel = "开场白"', "unknown key 'titel'", "Did you mean 'title'?", 19),
        ('dimension = "norm"', 'dimension = "nrm"', "there is no dimension 'nrm'", "Did you mean 'norm'?", 18),
        ('requires = "greets"', 'requires = "greet"', "there is no condition 'greet'", "Did you mean 'greets'?", 21),
        ('requires = "greets"', 'requires = "greets and"', "ends where the name", "Name one of", 21),
        ('requires = "greets"', "requires = true", "is no expression", "Put it in quotes", 21),
        ('requires = "greets"', "", "is not decided by one thing", "exactly one of", 16),
        ('find = "words"', 'find = "wrods"', "cannot find 'wrods'", "Did you mean 'words'?", 8),
        ('phrases = ["您好"]', "", "looks for no words", "Give it phrases or lists", 7),
        ('phrases = ["您好"]', 'lists = ["helo"]', "there is no list 'helo'", "Use one of: forbidden", 10),
        ('where = "first 2 turns"', 'where = "first two turns"', "is no part of a call", "first 2 turns", 9),
        ('pattern = "骂(你|您)"', 'pattern = "骂(你|您"', "missing )", "RE2", 14),
        ('pattern = "骂(你|您)"', 'pattern = "(你)\\\\1"', "invalid escape", "RE2", 14),
        (
            'forbids = "swears"',
            'forbids = "greets"',
            "condition 'swears' is used by no item",
            "Use it or remove it",
            12,
        ),
        ('name = "manners"', 'name = "opening"', "item 'opening' is there twice", "its own name", 24),
        ('version = "3"', 'version = "3"\nname = "small"', "'name' must not be given", "Remove it", 3),
        ('title = "规范"', 'title = "规范"\napart = true', "no item counts towards the total", "not apart", 4),
        ("weight = 5", "weight = 0", "weight = 0", "Correct it", 20),
        ("[[items]]", "[items]", "not valid TOML", "Check quotes", 23),
    ],
)
def test_a_mistake_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, message: str, remedy: str, line: int
) -> None:
    assert old in SMALL
    text = SMALL.replace(old, new, 1)
    file = tmp_path / "small.toml"
    file.write_text(text, encoding="utf-8")
    card, problems = read_scorecard(file, "scorecards/small.toml")
    assert card is None
    problem = next(each for each in problems if message in each.message)
    assert remedy in problem.remedy
    assert problem.line == line


def test_a_score_can_be_read_with_the_text_it_was_made_with(tmp_path: Path) -> None:
    file = tmp_path / "small.toml"
    file.write_text(SMALL, encoding="utf-8")
    card = load_scorecard(file)
    again = parse_scorecard(card.text, card.name)
    assert again == card and again.hash == card.hash
    file.write_text(SMALL.replace("weight = 5", "weight = 6", 1), encoding="utf-8")
    assert load_scorecard(file).hash != card.hash


def test_the_commands_name_the_problems(tmp_path: Path) -> None:
    assert run(app, ["check", str(SAMPLE)]).exit_code == 0
    folder = shutil.copytree(SAMPLE_COMPANY, tmp_path / "company")
    file = folder / "scorecards" / "service.toml"
    file.write_text(
        SAMPLE.read_text(encoding="utf-8").replace(
            "[applies]", '[applies]\nintents = ["retrun"]\nteams = ["月球组"]', 1
        ),
        encoding="utf-8",
    )
    assert run(app, ["check", str(file)]).exit_code == 0
    answer = json.loads(run(company_app, ["check", str(folder), "--json"]).output)
    assert {each["message"] for each in answer["problems"]} == {
        "there is no intent 'retrun'",
        "there is no team '月球组'",
    }
    file.write_text("version = 1 2", encoding="utf-8")
    broken = run(app, ["check", str(file), "--json"])
    assert broken.exit_code == 1 and json.loads(broken.output)["problems"][0]["line"] == 1
    with pytest.raises(CompanyError):
        load_scorecards(folder)
