"""Whatever somebody types into a file of the company, what is wrong with it is told in Chinese."""

import inspect
import re
import shutil
import tomllib
from pathlib import Path
from typing import Final

import pytest
from pydantic_core._pydantic_core import list_all_errors

import voicebot.company
from voicebot.company.validation import _PATTERN_REMEDIES
from voicebot.company_changes.checking import problems_with
from voicebot.console.company.mistakes import mistake
from voicebot.console.texts import texts
from voicebot.demo import SAMPLE_COMPANY
from voicebot.qa.scorecard.expressions import ExpressionError, parse

ENGLISH: Final = re.compile(
    r"\b(?:is|are|or|and|should|has|have|no|not|the|at|of|to|be|Expected|Cannot|Remove|Input|Invalid|unable)\b"
)
QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"|“[^”]*”|\{[^}]*\}")
FROM_FILES: Final = re.compile(
    r"missing|model_type|model_attributes_type|(?:dict|mapping|list|tuple|set|frozen_set)_type|too_\w+"
    r"|invalid_key|(?:greater|less)_than\w*|multiple_of|finite_number|string_(?:type|too_short|too_long|pattern\w+)"
    r"|(?:bool|int|float|decimal|date|time)_(?:type|parsing|parsing_size|from_float|from_datetime_parsing)|literal_error"
)
"""Kinds of pydantic's errors that what is written in TOML or CSV can have."""
FIELDS: Final = {"expected": "'callback' or 'voicemail'", "field_type": "Tuple", "expected_plural": "s"}
ENTRY: Final = '[[entry]]\nid = "aa"\nquestion = "{}"\nanswer = "有的。"\n'

WRONG: Final = {
    "knowledge/payment.toml": [
        "[[entry]\nid=", "[[entry]]\nid='a'\nid='b'", "word", "a = [1", "a = {b=1", "a = 'x", 'a = "\\q"', "[a]\n[a]",
        "[[entry]]\nid='a b'\nquestion=3\nanswer=''\ntags='x'\nfoo=3", ENTRY.format("下单以后多久发货"),
        ENTRY.format("门店在哪") * 2,
    ],
    "intents/invoice.toml": [
        "", "title = 3\nexamples=[1,2]", 'title="发票"\nflow="nope"\nexamples=["我要发票","我要发票！","转人工"]',
        'title="发票"\nflow="invoice"\nrole="greeting"\nexamples=["我要发票"]',
    ],
    "flows/invoice.toml": [
        "", "title='a'\n[[slots]]\nname='order'\ntype='nope'", "title='a'\n[action]\ntool='nope'\n[outcomes]",
        "title='a'\n[[slots]]\nname='order'\ntype='text'\nask='{y}'\n[action]\ntool='request_invoice'\n"
        "[outcomes.zzz]\nsay='{q}'\nthen='ask:nope'",
        "title='a'\n[action]\ntool='request_invoice'\n[outcomes.accepted]\nsay='{q}'\nthen='nowhere'",
    ],
    "prompts.toml": ["", "[prompts.greeting]\ntext='{name}你好'", "[prompts.greeting]\ninterruptible=3"],
    "scorecards/service.toml": [
        "", "title='x'\nversion='2'\n[dimensions]\na='A'\n[[items]]\nname='a'\nweight='q'\nrequires='not ('",
        "title='x'\nversion='2'\n[dimensions.a]\ntitle='A'\n[[items]]\nname='a'\ntitle='a'\ndimension='b'\nweight=1\n"
        "requires='nope'",
    ],
    "agents.csv": [
        "", "id,name\n8001,张三",
        "id,name,team,skills,dialects,seniority,phone\n8001,a,b,order:9,zz:5,x,abc",
    ],
    "dictionary.txt": ["云杉 abc n"],
    "routing.toml": [
        "default_skill='nope'\n[intents.nope]\nhandling='q'", "[queue]\nlongest_wait_s='abc'\nat_longest_wait='x'",
        "[handover]\nangry=7\nfailures=0.5", "[shadow]\nfoo=1", "handover = 3",
    ],
    "company.toml": ["", "name='x'\ntimezone='Mars/X'\nlanguages=['eng']", "[hours]\nopens=25:00:00", "languages=[]"],
}  # fmt: skip


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("company") / "company"
    return shutil.copytree(SAMPLE_COMPANY, place, ignore=shutil.ignore_patterns("model*"))


@pytest.mark.parametrize(("file", "text"), [(file, text) for file, wrong in WRONG.items() for text in wrong])
def test_what_is_typed_wrongly_is_told_in_chinese(company: Path, file: str, text: str) -> None:
    problems = problems_with(company, file, text, None)
    assert problems
    for problem in problems:
        told = mistake(texts("zh"), problem)
        assert not ENGLISH.search(QUOTED.sub("", told)), told


@pytest.mark.parametrize(
    "expression", ["a" * 2000, "a ?", "a b", "a not b", "a near b within", "(a", "a and", "(" * 99, "and"]
)
def test_every_wrong_expression_is_told_in_chinese(expression: str) -> None:
    with pytest.raises(ExpressionError) as wrong:
        parse(expression)
    for said in (str(wrong.value), wrong.value.remedy):
        told = texts("zh").said("problem", said)
        assert re.search("[\u4e00-\u9fff]", told) and "should" not in told, told


@pytest.mark.parametrize("kind", [each for each in list_all_errors() if FROM_FILES.fullmatch(each["type"])], ids=str)
def test_every_kind_of_wrong_value_is_told_in_chinese(kind: dict[str, str]) -> None:
    message = re.sub(r"\{(\w+)\}", lambda place: FIELDS.get(place[1], "3"), kind["message_template_python"])
    told = texts("zh").said("problem", message)
    assert not ENGLISH.search(QUOTED.sub("", told)), told


def test_every_complaint_about_toml_is_told_in_chinese() -> None:
    source = inspect.getsource(inspect.getmodule(tomllib.loads))  # type: ignore[arg-type]
    complaints = re.findall(r"suffixed_err\(\s*src, [\w.]+, f?(\"[^\"]*\")", source)
    assert len(complaints) > 20
    for complaint in complaints:
        message = re.sub(r"\{[^}]+\}", "x", str(eval(complaint)))  # noqa: S307 - a literal of the standard library
        told = texts("zh").said("problem", f"not valid TOML: {message}")
        assert not ENGLISH.search(QUOTED.sub("", told)), told


def test_every_pattern_has_its_explanation() -> None:
    """Nobody is to read a regular expression."""
    source = "".join(map(_source, ("agents", "flows", "model", "records", "scripts")))
    patterns = re.findall(r"pattern=r\"(.*?)\"\)", source)
    assert len(patterns) >= 6
    for pattern in patterns:
        assert any(pattern.startswith(begin) for begin in _PATTERN_REMEDIES), pattern


def _source(name: str) -> str:
    return (Path(voicebot.company.__file__).parent / f"{name}.py").read_text("utf-8")
