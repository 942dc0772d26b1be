"""An agent is told the dialect that the caller is to be served in, by its everyday name, as surely as it is known."""

import csv
from importlib.resources import files

from dialect_router.dialects import dialects, prior
from dialect_router.evidence import fuse
from dialect_router.regions import locate, provinces
from voicebot.assist.dialect_finding import dialect_finding, dialect_name

CHENGDU = prior(locate("+862887654321"))


def test_the_likeliest_dialect_is_named_as_at_home_with_the_reasons() -> None:
    found = dialect_finding(fuse(CHENGDU, []), "四川")
    assert (found.tag, found.name, found.requested) == ("cmn-sichuan", "四川话", False)
    assert 0.5 < found.probability < 1.0
    assert "四川成都" in found.reasons[0]


def test_a_request_goes_before_what_is_likely() -> None:
    found = dialect_finding(fuse(CHENGDU, [], requested="yue"), "四川")
    assert (found.tag, found.name, found.requested) == ("yue", "粤语", True)
    assert found.probability < 0.5


def test_a_dialect_is_called_as_people_call_it_at_home() -> None:
    assert dialect_name("cmn-sichuan", "贵州") == "贵州话"
    assert dialect_name("cmn-sichuan", None) == "西南官话"
    assert dialect_name("no-such-tag", "四川") == "no-such-tag"


def test_every_name_is_of_a_known_dialect_and_province() -> None:
    text = files("voicebot.assist").joinpath("data", "dialect_names.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert {row["tag"] for row in rows} <= set(dialects())
    assert {row["province"] for row in rows} <= set(provinces())
