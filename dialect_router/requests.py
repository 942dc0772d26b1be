"""Which dialect a caller asks for, in words: "能不能找个说广东话的", "我听不懂四川话", "唔好讲普通话".

The patterns are data (`data/requests.toml`). Mentions of a dialect that wish for nothing are struck out first, then
refusals, then wishes are read from what is left; the wish said last counts.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from dialect_router.dialects import STANDARD
from dialect_router.tables import read_text
from dialect_router.words import words_evidence

LONGEST_UTTERANCE: Final = 120
"""Characters looked at, the last ones: the patterns' work grows with the text, and a spoken wish is short."""

_STRUCK: Final = "，"
"""Stands for a passage that was read already: no pattern reaches across punctuation."""


@dataclass(frozen=True, slots=True)
class _Patterns:
    """Compiled. The name said within a match is found by `named` and looked up in `tags`."""

    mentions: re.Pattern[str]
    refusals: re.Pattern[str]
    wishes: re.Pattern[str]
    named: re.Pattern[str]
    tags: Mapping[str, str]


def requested_dialect(text: str, believed: Mapping[str, float] | None = None) -> str | None:
    """Tag of the dialect that the caller wants to be spoken to in; None where no wish was said.

    A dialect refused ("我听不懂四川话") is a wish for standard Mandarin. Standard Mandarin refused without saying for
    what ("不要讲普通话") is a wish for the caller's own dialect: the one that the words of the refusal itself are in
    ("唔好讲普通话"), else the likeliest in `believed` (tag -> probability), else unknown and so None. That somebody is
    from a place or speaks a dialect ("我是广东人", "我会说广东话") is no wish.
    """
    patterns = _patterns()
    said = patterns.mentions.sub(_STRUCK, text[-LONGEST_UTTERANCE:])
    refused = [tag for match in patterns.refusals.finditer(said) for tag in _named(match[0])]
    left = patterns.refusals.sub(_STRUCK, said)
    wished = [tag for match in patterns.wishes.finditer(left) for tag in _named(match[0])]
    if wished:
        return wished[-1]
    if not refused:
        return None
    return _own_dialect(text, believed) if refused[-1] == STANDARD else STANDARD


def _own_dialect(text: str, believed: Mapping[str, float] | None) -> str | None:
    """The likeliest dialect other than standard Mandarin: by the words of the text, else by what is believed."""
    evidence = words_evidence(text)
    shares = dict(evidence.log_odds if evidence else {})
    shares.pop(STANDARD, None)
    shares = shares or {tag: p for tag, p in (believed or {}).items() if tag != STANDARD}
    return max(shares, key=lambda tag: shares[tag]) if shares else None


def _named(passage: str) -> Iterator[str]:
    patterns = _patterns()
    return (patterns.tags[match[0]] for match in patterns.named.finditer(passage))


@cache
def _patterns() -> _Patterns:
    data = tomllib.loads(read_text("requests.toml"))
    names = {name: tag for tag, said in data["names"].items() for name in said}
    places = {place: tag for tag, said in data["places"].items() for place in said}
    given = data["patterns"]
    parts = {
        "{name}": _any(names),
        "{place}": _any(places),
        "{speak}": given["speak"],
        "{start}": r"(?:^|(?<=[，。！？,.!?\s]))",
        "{end}": r"(?=$|[，。！？,.!?\s])",
        "{near}": rf"[^，。！？,.!?\s]{{0,{given['near']}}}?",
    }
    return _Patterns(
        _compiled(given["mentions"], parts),
        _compiled(given["refusals"], parts),
        _compiled(given["wishes"] + given["from_places"], parts),
        re.compile(_any(names | places)),
        names | places,
    )


def _compiled(patterns: list[str], parts: Mapping[str, str]) -> re.Pattern[str]:
    whole = "|".join(f"(?:{pattern})" for pattern in patterns)
    for part, expression in parts.items():
        whole = whole.replace(part, expression)
    return re.compile(whole)


def _any(words: Mapping[str, str]) -> str:
    return "(?:" + "|".join(map(re.escape, sorted(words, key=len, reverse=True))) + ")"
