"""Both languages say the same things, and every text that a page asks for is there."""

import re
import tomllib
from pathlib import Path
from string import Formatter

import voicebot.console
from voicebot.company.prompts import REQUIRED_PROMPTS
from voicebot.console.texts import LANGUAGES, texts

CONSOLE = Path(voicebot.console.__file__).parent
VOICEBOT = CONSOLE.parent
ASKED = re.compile(r"""\bt\(\s*f?["']([a-z_.]+(?:\{)?)""")
"""t("board.title"), and the beginning of t(f"span.{span}")."""


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_the_same_texts_with_the_same_values() -> None:
    chinese, english = texts("zh").entries, texts("en").entries
    assert chinese.keys() == english.keys()
    assert {key: _fields(text) for key, text in chinese.items()} == {key: _fields(english[key]) for key in chinese}
    assert all(text.strip() for text in (*chinese.values(), *english.values()))


def test_every_text_that_the_pages_ask_for_is_there() -> None:
    known = texts("zh").entries
    asked = {key for file in CONSOLE.rglob("*.py") for key in ASKED.findall(file.read_text("utf-8"))}
    assert len(asked) > 60
    for key in asked:
        if key.endswith("{"):
            assert any(each.startswith(key[:-1]) for each in known), key
        else:
            assert key in known, key


def test_a_value_without_a_name_is_shown_as_it_is() -> None:
    assert texts("zh").named("outcome", "resolved") == "已办结"
    assert texts("zh").named("outcome", "something new") == "something new"
    assert texts("zh").named("outcome", None) == ""


def test_every_prompt_that_the_code_speaks_has_an_everyday_name_and_so_has_what_it_may_hold() -> None:
    for language in LANGUAGES:
        assert [key for key in REQUIRED_PROMPTS if f"prompt_name.{key}" not in texts(language).entries] == []
        values = {name for names in REQUIRED_PROMPTS.values() for name in names}
        assert [name for name in values if f"prompt_value.{name}" not in texts(language).entries] == []


def test_every_kind_of_follow_up_has_an_everyday_name_those_of_an_agent_s_promises_too() -> None:
    kinds = set(tomllib.loads((VOICEBOT / "tools" / "tasks.toml").read_text("utf-8")))
    promises = tomllib.loads((VOICEBOT / "assist" / "data" / "promises.toml").read_text("utf-8"))
    kinds |= {kind["task"] for kind in promises["kind"]}
    assert {"callback", "refund", "voicemail"} <= kinds
    for language in LANGUAGES:
        assert [kind for kind in sorted(kinds) if f"task.{kind}" not in texts(language).entries] == []
