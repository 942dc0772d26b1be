"""Nobody's lines are lost when two people change one text, and what cannot be put together is not guessed."""

from hypothesis import given
from hypothesis import strategies as st

from voicebot.company_changes.merging import merged

TEXTS = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "\n", "x = 1\n"]), max_size=12).map("".join)
BASE = "one\ntwo\nthree\nfour\nfive\n"


def test_changes_of_different_lines_are_both_there() -> None:
    mine, theirs = BASE.replace("one", "ONE"), BASE.replace("five", "FIVE") + "six\n"
    assert merged(BASE, mine, theirs) == "ONE\ntwo\nthree\nfour\nFIVE\nsix\n"


def test_changes_of_the_same_line_are_not_put_together() -> None:
    assert merged(BASE, BASE.replace("two", "2"), BASE.replace("two", "zwei")) is None
    assert merged(BASE, BASE + "mine\n", BASE + "theirs\n") is None


def test_the_same_change_by_both_is_made_once() -> None:
    both = BASE.replace("three\n", "")
    assert merged(BASE, both, both) == both


@given(TEXTS, TEXTS)
def test_where_one_changed_nothing_the_other_text_is_taken(base: str, other: str) -> None:
    assert merged(base, other, base) == other
    assert merged(base, base, other) == other


@given(TEXTS, TEXTS, TEXTS)
def test_it_does_not_matter_who_is_who(base: str, mine: str, theirs: str) -> None:
    assert merged(base, mine, theirs) == merged(base, theirs, mine)
