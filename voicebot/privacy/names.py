"""Names of people, by what is said before them: 我叫王小明, 收件人是欧阳娜."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from voicebot.privacy.spans import Span
from voicebot.privacy.words import NameWords, personal_words

_LONGEST_GIVEN = 2


def names_in(text: str) -> list[Span]:
    """Names with their surname readable. 王先生 hides nobody, and is left alone."""
    words = personal_words().name
    found = []
    for match in _pattern().finditer(text):
        surname, given = match["surname"], _given(match["rest"], words)
        if given:
            start = match.start("surname")
            found.append(Span("name", start, start + len(surname) + len(given), readable=len(surname)))
    return found


def _given(rest: str, words: NameWords) -> str:
    """The given name at the beginning of `rest`; "" where a title stands there."""
    if rest.startswith(words.titles):
        return ""
    given = rest[:_LONGEST_GIVEN]
    end = next((place for place, character in enumerate(given) if character in words.never_in_name), len(given))
    return given[:end]


@cache
def _pattern() -> re.Pattern[str]:
    words = personal_words().name
    surname = f"{_any(words.double_surnames)}|[{''.join(words.surnames.split())}]"
    return re.compile(f"{_any(words.before)}[：:， ]?(?P<surname>{surname})(?P<rest>[\\u4e00-\\u9fff]{{1,3}})")


def _any(words: Iterable[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, sorted(words, key=len, reverse=True)))})"
