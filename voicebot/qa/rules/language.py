"""The words of data/language.toml, and what they make of a sentence: negated, quoted, a question."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, cached_property

from voicebot.company.model import Model
from voicebot.company.packaged import packaged

_REACH = 20
"""Characters before a hit that may negate or quote it."""
_QUOTE_REACH = 200


class Language(Model):
    """data/language.toml"""

    negators: tuple[str, ...]
    fillers: tuple[str, ...]
    rhetorical: tuple[str, ...]
    subjects: tuple[str, ...]
    adverbs: tuple[str, ...]
    sayings: tuple[str, ...]
    towards: tuple[str, ...]
    reproach: tuple[str, ...]
    questions: tuple[str, ...]
    sentence_ends: str
    clause_ends: str
    open_quotes: str
    close_quotes: str

    @cached_property
    def sentence(self) -> re.Pattern[str]:
        return re.compile(f"[^{re.escape(self.sentence_ends)}]+[{re.escape(self.sentence_ends)}]*")

    @cached_property
    def negation(self) -> re.Pattern[str]:
        """Negators and fillers up to the end of what stands before a hit."""
        words = _any((*self.negators, *self.fillers))
        return re.compile(f"(?:{_any(self.negators)})(?:{words}){{0,8}}$")

    @cached_property
    def negator(self) -> re.Pattern[str]:
        return re.compile(_any(self.negators))

    @cached_property
    def rhetoric(self) -> re.Pattern[str]:
        return re.compile(_any(self.rhetorical))

    @cached_property
    def quotation(self) -> re.Pattern[str]:
        """Somebody else is said to have said what follows."""
        clause = re.escape(self.clause_ends)
        return re.compile(
            f"(?<!{')(?<!'.join(self.towards)})(?:{_any(self.subjects)})(?:{_any(self.adverbs)}){{0,3}}"
            f"(?:{_any(self.sayings)})(?!{_any(self.reproach)}|你(?!们))[^{clause}]{{0,6}}[：:，,]?$"
        )

    @cached_property
    def question(self) -> re.Pattern[str]:
        return re.compile(_any(self.questions))


@cache
def language() -> Language:
    return packaged(Language, "voicebot.qa", "language")


def is_negated(text: str, start: int) -> bool:
    """Whether what begins at `text[start]` is said not to be so: 我不会骂你."""
    words = language()
    before = _clause_before(text, start, words)
    found = words.negation.search(before)
    if found is None or words.rhetoric.search(before):
        return False
    return negations(found[0], before=before[: found.start()]) % 2 == 1


def negations(text: str, *, before: str = "") -> int:
    """How many negators `text` holds, those of 是不是 apart. before: what precedes it."""
    whole = before[-1:] + text
    return sum(1 for found in language().negator.finditer(whole) if not _asks(whole, found))


def _asks(text: str, negator: re.Match[str]) -> bool:
    """是不是, 能不能, 有没有: the same character on both sides."""
    before, after = text[max(0, negator.start() - 1) : negator.start()], text[negator.end() : negator.end() + 1]
    return bool(before) and before == (negator[0][1:] or after)


def is_quoted(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` is repeated from somebody else: 您刚才说“骗子”."""
    words = language()
    if _within_quotes(text, start, end, words):
        return True
    return words.quotation.search(text[max(0, start - _REACH) : start]) is not None


def is_question(sentence: str) -> bool:
    return language().question.search(sentence) is not None


def _clause_before(text: str, start: int, words: Language) -> str:
    before = text[max(0, start - _REACH) : start]
    cut = max((before.rfind(mark) for mark in words.clause_ends), default=-1)
    return before[cut + 1 :]


def _within_quotes(text: str, start: int, end: int, words: Language) -> bool:
    before, after = text[max(0, start - _QUOTE_REACH) : start], text[end : end + _QUOTE_REACH]
    for opening, closing in zip(words.open_quotes, words.close_quotes, strict=True):
        if before.rfind(opening) > before.rfind(closing) and closing in after:
            return True
    return before.count('"') % 2 == 1 and '"' in after


def _any(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
