"""A regular expression's examples are wordings that it finds, whatever it is; one that cannot be read has none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.console.scorecard_words.pattern_examples import GAP, pattern_examples
from voicebot.demo import SAMPLE_COMPANY
from voicebot.qa.scorecard.conditions import Pattern, compiled
from voicebot.qa.scorecard.files import load_scorecards

PIECES = [
    "录",
    "音",
    "a",
    "[0-9]",
    "[一二]",
    ".",
    "(",
    ")",
    "(?:",
    "|",
    "?",
    "*",
    "+",
    "{0,8}",
    "{2}",
    "\\d",
    "\\.",
    "^",
]


def is_readable(pattern: str) -> bool:
    try:
        Pattern(find="pattern", pattern=pattern)
    except ValueError:
        return False
    return True


@given(st.lists(st.sampled_from(PIECES), min_size=1).map("".join).filter(is_readable))
def test_each_example_of_any_pattern_is_found_by_it(pattern: str) -> None:
    for example in pattern_examples(pattern):
        assert compiled(pattern).search(example.replace(GAP, "某某"))


def test_every_pattern_of_the_sample_scorecard_has_an_example_for_each_of_its_alternatives() -> None:
    for card in load_scorecards(SAMPLE_COMPANY):
        found = [each for each in card.conditions.values() if isinstance(each, Pattern)]
        assert found
        for condition in found:
            assert pattern_examples(condition.pattern), condition.title


@pytest.mark.parametrize(
    ("pattern", "examples"),
    [
        ("(通话|电话).{0,8}录音|会录音", ["通话…录音", "会录音"]),
        ("核(对|实)(一下)?身份", ["核对一下身份"]),
        ("[一二]百(元|块)", ["一百元"]),
        ("..*", []),
        (r"\d{4}", []),
        ("(" * 200 + "a" + ")" * 200, []),
    ],
)
def test_examples_have_all_that_may_be_there(pattern: str, examples: list[str]) -> None:
    assert pattern_examples(pattern) == examples
