"""One thing in a file is changed, and all else stays as people wrote it; alike questions are put together."""

import tomllib
from pathlib import Path

import pytest

from voicebot.company.check import load_company
from voicebot.company.flows import Flow
from voicebot.company_changes.grouping import groups
from voicebot.company_changes.toml_edit import with_entry, with_item, with_table, without_entry
from voicebot.console.company.flow_layout import picture_of
from voicebot.demo import SAMPLE_COMPANY

TEXT = """# 配送
[[entry]]
id = "one"
question = "多久到"   # 常问
variants = ["几天到"]
answer = "三天。"

# 第二条
[[entry]]
id = "two"
question = "运费"
answer = "八元。"
"""


def test_an_entry_is_changed_in_its_place_with_the_comments_around_it() -> None:
    fields = {"id": "one", "question": "多久到", "variants": [], "answer": '说"两天"\\', "tags": ["快递"]}
    changed = with_entry(TEXT, "one", fields)
    assert "# 配送" in changed and "# 常问" in changed and "# 第二条" in changed
    first, second = tomllib.loads(changed)["entry"]
    assert first == {"id": "one", "question": "多久到", "answer": '说"两天"\\', "tags": ["快递"]}
    assert second == tomllib.loads(TEXT)["entry"][1]


def test_an_entry_is_added_and_removed() -> None:
    added = with_entry(TEXT, "three", {"id": "three", "question": "狗", "variants": ["x" * 60, "y" * 60]})
    assert added.startswith(TEXT) and tomllib.loads(added)["entry"][2]["variants"] == ["x" * 60, "y" * 60]
    assert tomllib.loads(without_entry(added, "three") or "") == tomllib.loads(TEXT)
    assert without_entry('[[entry]]\nid = "one"\n', "one") is None
    assert tomllib.loads(with_entry("", "one", {"id": "one"})) == {"entry": [{"id": "one"}]}


def test_a_table_gets_new_values_and_loses_empty_ones() -> None:
    text = '[prompts.greeting]\ntext = "您好"\nyue = "喂"\ninterruptible = false\n'
    changed = with_table(text, ("prompts", "greeting"), {"text": "", "variants": ["早", "好"], "interruptible": None})
    assert tomllib.loads(changed) == {"prompts": {"greeting": {"yue": "喂", "variants": ["早", "好"]}}}


@pytest.mark.parametrize("file", sorted(SAMPLE_COMPANY.rglob("*.toml")), ids=lambda file: file.stem)
def test_what_is_not_changed_stays_to_the_letter(file: Path) -> None:
    text = file.read_text("utf-8")
    assert with_table(text, (), {}) == text


def test_alike_questions_are_one_group_and_others_are_not() -> None:
    said = ["门店可以带狗吗", "请问门店能带狗吗", "支持花呗分期吗", "门店可以带狗吗", "嗯"]
    found = groups([(text, number) for number, text in enumerate(said)])
    assert [(group.question, group.members) for group in found] == [
        ("门店可以带狗吗", [0, 1, 3]),
        ("支持花呗分期吗", [2]),
    ]
    assert found[0].others == ["请问门店能带狗吗"]


@pytest.mark.parametrize("flow", load_company(SAMPLE_COMPANY).flows.values(), ids=lambda flow: flow.name)
def test_a_flow_s_picture_has_a_place_for_everything_and_nothing_covers_anything(flow: Flow) -> None:
    picture = picture_of(flow, dict.fromkeys(("more", "close", "handover", "ask"), "x"))
    assert len(picture.boxes) == 2 + len(flow.slots) + 2 * len(flow.outcomes)
    for box in picture.boxes:
        assert box.x >= 0 and box.x + box.width <= picture.width and box.bottom <= picture.height
    for first in picture.boxes:
        for other in picture.boxes:
            apart = first.bottom <= other.y or other.bottom <= first.y
            beside = first.x + first.width <= other.x or other.x + other.width <= first.x
            assert first is other or apart or beside


def test_an_item_of_a_scorecard_is_changed_in_its_place_and_none_is_made_up() -> None:
    text = (SAMPLE_COMPANY / "scorecards/service.toml").read_text("utf-8")
    changed = with_item(text, "abuse", {"weight": 12.5, "fatal": None, "advice": "先道歉"})
    assert changed is not None
    before, after = tomllib.loads(text)["items"], tomllib.loads(changed)["items"]
    (place,) = [number for number, item in enumerate(before) if item["name"] == "abuse"]
    assert {**after[place], "fatal": True} == {**before[place], "weight": 12.5, "advice": "先道歉"}
    assert [*after[:place], *after[place + 1 :]] == [*before[:place], *before[place + 1 :]]
    assert changed.count("#") == text.count("#")
    assert with_item(text, "nothing", {"weight": 1}) is None
