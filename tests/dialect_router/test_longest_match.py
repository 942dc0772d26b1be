"""Invariant: matches lie where they say, never overlap, and never begin or end within an ordinary word."""

from hypothesis import given
from hypothesis import strategies as st

from dialect_router.longest_match import LongestMatch

TEXT = st.text("甲乙丙丁", max_size=30)
WORDS = st.lists(st.text("甲乙丙丁", min_size=1, max_size=3), max_size=8)


def found(words: list[str], text: str, ordinary: list[str] | None = None) -> list[str]:
    return [match.word for match in LongestMatch(words, ordinary or []).find(text)]


def test_the_longest_word_wins() -> None:
    assert found(["啥", "啥子", "啥子时候"], "啥子时候到，啥子事") == ["啥子时候", "啥子"]


def test_a_word_that_takes_half_of_an_ordinary_one_is_not_found() -> None:
    assert found(["就系"], "就系统一下") == ["就系"]
    assert found(["就系"], "就系统一下", ["系统"]) == []


def test_a_word_inside_an_ordinary_one_is_not_found_and_one_around_it_is() -> None:
    assert found(["没得"], "没得说", ["没得说"]) == []
    assert found(["唔记得"], "我唔记得", ["记得"]) == ["唔记得"]


def test_a_shorter_word_is_found_where_the_longest_would_cut_an_ordinary_one() -> None:
    assert found(["点解", "点解决"], "点解决定", ["决定"]) == ["点解"]


@given(WORDS, WORDS, TEXT)
def test_matches_are_where_they_say_and_do_not_overlap(words: list[str], ordinary: list[str], text: str) -> None:
    end = 0
    for match in LongestMatch(words, ordinary).find(text):
        assert match.start >= end
        assert text[match.start : match.end] == match.word
        assert match.word in words
        end = match.end


@given(WORDS, WORDS, TEXT)
def test_no_match_begins_or_ends_within_an_ordinary_word(words: list[str], ordinary: list[str], text: str) -> None:
    occurrences = [(at, at + len(o)) for o in ordinary for at in range(len(text)) if text.startswith(o, at)]
    for match in LongestMatch(words, ordinary).find(text):
        assert not any(a < match.start < b or a < match.end < b for a, b in occurrences)


@given(WORDS, TEXT)
def test_nothing_is_overlooked_where_no_ordinary_word_forbids(words: list[str], text: str) -> None:
    covered: set[int] = set()
    for match in LongestMatch(words).find(text):
        covered.update(range(match.start, match.end))
    for word in words:
        for at in range(len(text)):
            assert not text.startswith(word, at) or covered & set(range(at, at + len(word)))
