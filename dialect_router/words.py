"""Dialect words in what a caller said, as evidence.

Runs for every utterance in the process that carries the calls: one pass over the text, no regular expressions.
"""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Final

from dialect_router.dialects import STANDARD
from dialect_router.evidence import DialectEvidence, limited, names
from dialect_router.lexicon import Word, ordinary_words, words
from dialect_router.longest_match import LongestMatch
from dialect_router.tables import evidence_reasons

SOURCE: Final = "words"

LONGEST_UTTERANCE: Final = 200
"""Characters looked at: a spoken turn is far shorter, a hostile one costs no more."""

MOST_PER_UTTERANCE: Final = math.log(30)
"""What the words of one utterance may say together, in log-odds. A word counts once however often it is said."""

PLAIN: Final = 1.2
"""How many times likelier an utterance without any dialect word is from a speaker of standard Mandarin. Little, since
recognisers write dialect in Mandarin words and callers are careful on the telephone; five such turns make 2.5."""
PLAIN_FROM: Final = 8
"""Characters from which the absence of dialect words says anything at all."""

WORTH_NAMING: Final = 0.8
"""A dialect is named in the reason when it is favoured at least this much of what the first one is."""
MOST_NAMED: Final = 4
"""Words, or dialects, named in one reason."""


def words_evidence(text: str, trust: float = 1.0) -> DialectEvidence | None:
    """What the words of one recognised utterance (simplified characters) say; None where they say nothing.

    trust: share of it that counts, 0..1, where the recogniser itself doubts the words.
    """
    heard = list(dict.fromkeys(found.word for found in _telling().find(text[:LONGEST_UTTERANCE])))
    if not heard:
        chinese = sum("\u4e00" <= character <= "\u9fff" for character in text)
        return _plain() if trust == 1 and chinese >= PLAIN_FROM else None
    table = words()
    said = _together([table[word] for word in heard])
    log_odds = MappingProxyType({tag: trust * much for tag, much in said.items()})
    return DialectEvidence(SOURCE, log_odds, _reason(heard, log_odds))


def _together(heard: Sequence[Word]) -> Mapping[str, float]:
    tags = sorted({tag for word in heard for tag in word.log_odds})
    sums = {tag: math.fsum(word.log_odds.get(tag, 0.0) for word in heard) for tag in tags}
    return limited(sums, MOST_PER_UTTERANCE)


def _reason(heard: Sequence[str], log_odds: Mapping[str, float]) -> str:
    most = max(log_odds.values())
    favoured = sorted((tag for tag in log_odds if log_odds[tag] >= WORTH_NAMING * most), key=lambda t: -log_odds[t])
    table = words()
    telling = sorted(heard, key=lambda word: -max(table[word].log_odds.get(tag, 0.0) for tag in favoured))
    quoted = "".join(f"“{word}”" for word in telling[:MOST_NAMED])
    return evidence_reasons()["words"].format(
        words=quoted, dialects=names(favoured[:MOST_NAMED]), factor=math.exp(most)
    )


@cache
def _plain() -> DialectEvidence:
    reason = evidence_reasons()["plain"].format(factor=PLAIN)
    return DialectEvidence(SOURCE, MappingProxyType({STANDARD: math.log(PLAIN)}), reason)


@cache
def _telling() -> LongestMatch:
    return LongestMatch((word.text for word in words().values() if word.log_odds), ordinary_words())
