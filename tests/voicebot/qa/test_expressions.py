"""What is written as an expression means what it says, and a mistake in it is named, whatever it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.qa.scorecard.expressions import (
    All,
    AnyOf,
    Distance,
    Expression,
    ExpressionError,
    Name,
    Not,
    Relation,
    names,
    parse,
)

NAMES = st.sampled_from(["greets", "swears", "card_asked", "notice", "x1"]).map(Name)
TOKENS = ["a", "b", "and", "or", "not", "before", "within", "3", "s", "(", ")"]
DISTANCES = st.builds(Distance, st.integers(0, 300).map(float), st.sampled_from(["s", "turns", "sentences"]))


def joined(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        parts.filter(lambda part: not isinstance(part, Not)).map(Not),
        several.map(All),
        several.map(AnyOf),
        st.builds(
            Relation,
            parts,
            st.sampled_from(["before", "after", "near"]),
            parts,
            st.booleans(),
            st.none() | DISTANCES,
        ),
    )


EXPRESSIONS: st.SearchStrategy[Expression] = st.recursive(NAMES, joined, max_leaves=8)


@given(EXPRESSIONS)
def test_an_expression_reads_as_what_it_is_written_from(expression: Expression) -> None:
    assert parse(str(expression)) == expression


@given(st.text(max_size=60) | st.lists(st.sampled_from(TOKENS)).map(" ".join))
def test_any_text_is_read_or_refused_with_a_remedy(text: str) -> None:
    try:
        parse(text)
    except ExpressionError as error:
        assert str(error) and error.remedy


def test_and_binds_more_closely_than_or() -> None:
    assert parse("a or b and c") == AnyOf((Name("a"), All((Name("b"), Name("c")))))
    assert parse("not a and b") == All((Not(Name("a")), Name("b")))


def test_order_and_distance() -> None:
    expected = Relation(Name("told"), "after", Name("verified"), missing=True, within=Distance(30, "s"))
    assert parse("told not after verified within 30 s") == expected
    assert list(names(parse("a and (b or not a) before c"))) == ["a", "b", "a", "c"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "ends where the name"),
        ("a and", "ends where the name"),
        ("a b", "goes on with 'b'"),
        ("(a or b", "not closed"),
        ("a before b within", "no distance"),
        ("a before b within 3 weeks", "no distance"),
        ("a not b", "between two names"),
        ("a & b", "cannot be read from '& b'"),
        ("(" * 30 + "a" + ")" * 30, "too many brackets"),
        ("a or " * 200 + "a", "longer than"),
    ],
)
def test_what_is_wrong_is_named(text: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message.replace("(", r"\(")):
        parse(text)
