"""What other rooms say in one language is told in the other: no refusal, finding, mistake or setting stays English on a
Chinese page, no reason Chinese on an English one."""

import ast
import csv
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dialect_router
import voicebot
from models import bundle, download
from models.catalogue import catalogue
from voicebot.config import Settings
from voicebot.console.operator.setting_list import every_setting
from voicebot.console.texts import Kind, texts
from voicebot.console.texts.phrasebook import Phrasebook

ROOT: Final = Path(voicebot.__file__).parent
REFUSALS: Final = (
    *("NotPossible", "CannotReview", "NotChangeable", "TrainingNotPossible", "NotDialable", "ModelMissing"),
    *("AccountError", "ApiKeyError", "PasswordTooWeak", "WebhookError", "TargetRefused", "NotTaken"),
)
MISTAKES: Final = ("Problem", "problem", "_problem", "PydanticCustomError")
CHINESE: Final = re.compile("[\u4e00-\u9fff]")
AS_IT_IS: Final = re.compile(r"x*|[\W\dx]*|(?:pip|voicebot) [\w .x-]*|{[a-z]+}")
"""Nothing but values, or a command to type."""


def told(kind: Kind, english: str) -> bool:
    return bool(CHINESE.search(texts("zh").said(kind, english))) or bool(AS_IT_IS.fullmatch(english))


def calls(path: Path, names: tuple[str, ...]) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in names:
            yield node


def texts_in(node: ast.AST | None) -> Iterator[str]:
    """As they read with x for every value."""
    match node:
        case ast.Constant(value=str(text)):
            yield re.sub(r"\{\w+\}", "x", text)
        case ast.JoinedStr(values=parts):
            yield "".join(_part(part) for part in parts)
        case ast.IfExp(body=one, orelse=other):
            yield from texts_in(one)
            yield from texts_in(other)
        case ast.Tuple(elts=parts) | ast.BoolOp(values=parts):
            for part in parts:
                yield from texts_in(part)
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "remedy":
                    yield from texts_in(value)


def _part(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    return "'x'" if isinstance(part, ast.FormattedValue) and part.conversion == ord("r") else "x"


def refusals() -> Iterator[str]:
    rooms = [*(ROOT / "floor").rglob("*.py"), *(ROOT / "qa" / "review").rglob("*.py"), ROOT / "company_models.py"]
    rooms += [ROOT / "accounts" / name for name in ("account.py", "api_keys.py", "book.py", "passwords.py")]
    more = [*(ROOT / "company_changes").rglob("*.py"), ROOT / "trunk" / "dialling.py", ROOT / "command_bus.py"]
    more += (ROOT / "webhooks").rglob("*.py")
    for file in [*rooms, *more, Path(bundle.__file__), Path(download.__file__)]:
        for call in calls(file, (*REFUSALS, "NoAnswer", "ModelError", "OfflineError")):
            yield from texts_in(call.args[0])


def findings() -> Iterator[str]:
    for file in [*(ROOT / "doctor").rglob("*.py"), ROOT / "console" / "operator" / "health.py"]:
        for call in calls(file, ("ok", "warn", "fail")):
            for argument in call.args[1:]:
                yield from texts_in(argument)


def mistakes() -> Iterator[str]:
    for file in (ROOT / "company").rglob("*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        for call in calls(file, MISTAKES):
            for argument in call.args[1 if ast.unparse(call.func) == "PydanticCustomError" else 2 :]:
                yield from texts_in(argument)
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and {"message", "remedy"} & set(
                re.findall(r"\w+", ast.unparse(node.targets[0]))
            ):
                yield from texts_in(node.value)


@pytest.mark.parametrize("english", sorted(set(refusals())))
def test_every_refusal_is_told_in_chinese(english: str) -> None:
    assert told("refusal", english), english


@pytest.mark.parametrize("english", sorted(set(findings())))
def test_every_finding_is_told_in_chinese(english: str) -> None:
    assert told("finding", english), english


@pytest.mark.parametrize("english", sorted(set(mistakes())))
def test_every_mistake_in_a_file_is_told_in_chinese(english: str) -> None:
    assert told("problem", english), english


def test_every_model_is_described_in_chinese() -> None:
    described = {text for model in catalogue().values() for text in (model.about, model.limits, model.trained_on)}
    assert sorted(text for text in described if text and not told("finding", text)) == []


def test_every_setting_is_explained_in_chinese() -> None:
    chinese = texts("zh")
    missing = [each.key for each in every_setting(Settings()) if not CHINESE.search(chinese.meaning(each.key, ""))]
    assert missing == []


def reasons() -> Iterator[str]:
    """Every sentence that gives a reason, with x for every value."""
    tables = [("verdicts", "not_scorable"), ("reasons",), ("text",)]
    files = [ROOT / "qa/data/reasons.toml", ROOT / "qa/data/judging.toml", ROOT / "assist/data/call_summary.toml"]
    for file, names in zip(files, tables, strict=True):
        found = tomllib.loads(file.read_text("utf-8"))
        for name in names:
            for text in found[name].values():
                yield text.replace("，{due}前", "")  # by when is told in words that callers hear, in Chinese
    for name in ("reasons", "evidence_reasons", "assignment_reasons", "routing_reasons"):
        with (Path(dialect_router.__file__).parent / "data" / f"{name}.csv").open(encoding="utf-8") as csv_file:
            yield from (row["text"] for row in csv.DictReader(csv_file))


@pytest.mark.parametrize("chinese", sorted(set(reasons())))
def test_every_reason_is_told_in_english(chinese: str) -> None:
    told = texts("en").said("reason", re.sub(r"\{[^}]+\}", "x", chinese))
    assert not CHINESE.search(told), told
    assert texts("zh").said("reason", chinese) == chinese


def test_reasons_within_reasons_are_told_in_english_too() -> None:
    assert texts("en").said("reason", "语音识别为普通话：可能性 ×4.3") == "Recognised as Standard Mandarin: odds ×4.3"
    assert texts("en").said("reason", "客户要求人工；有2位合适的客服空闲") == (
        "the caller asked for a human; 2 suitable agents are free"
    )


def test_english_pages_say_it_as_it_came() -> None:
    english = texts("en")
    assert english.said("refusal", "nothing was changed") == "nothing was changed"
    assert english.meaning("sip.port", "The port.") == "The port."


def test_values_keep_their_places_and_phrases_in_them_are_told_too() -> None:
    assert texts("zh").said("refusal", "agent 8003 is wrap_up: only who is ready can call") == (
        "客服8003当前状态是话后整理，就绪时才能外呼"
    )
    assert texts("zh").said("problem", "'turns.0' is missing") == "缺少 'turns.0'"


def test_the_phrase_with_the_most_words_of_its_own_is_taken() -> None:
    book = Phrasebook({"{a}: {b}": "{a}：{b}", "port {a}: taken": "端口 {a} 已被占用"})
    assert book("port 5060: taken") == "端口 5060 已被占用"
    assert book("x: y: z") == "x：y：z"


@given(st.text(max_size=200), st.sampled_from(get_args(Kind)))
def test_whatever_is_said_something_is_shown(english: str, kind: Kind) -> None:
    assert texts("zh").said(kind, english) or not english
