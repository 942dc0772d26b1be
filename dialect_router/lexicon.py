"""The words that tell dialects apart, and what each of them is in Mandarin.

Two tables of one form (`word,mandarin,speakers`):
- `words.csv`, made by hand: everyday words that a recogniser can write and a caller says on a service line. A factor
  is an editor's judgement of how many times likelier the word is from a speaker of that dialect than from a speaker of
  standard Mandarin: 8 hardly anybody else says it, 4 marked, 2 leaning; 8 is the most that one word may say.
- `attested_words.csv`, written by `scripts/build_dialect_words` from word lists of field linguists, whose factors it
  computes; what is in the first table is not in the second.

`speakers` is "tag factor tag factor"; a dialect that is not named says the word as rarely as standard Mandarin. A row
without a Mandarin word and without speakers is ordinary Mandarin which hides a dialect word (没得说 hides 没得) and
keeps it from being found there.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from dialect_router.tables import read_rows


@dataclass(frozen=True, slots=True)
class Word:
    """One row. mandarin: "" where the word has no plain equivalent. log_odds: tag -> ln of its factor."""

    text: str
    mandarin: str
    log_odds: Mapping[str, float]

    @property
    def ordinary(self) -> bool:
        return not self.mandarin and not self.log_odds


@cache
def words(*tables: str) -> Mapping[str, Word]:
    """Word -> its row, of the tables named or of both. Simplified characters throughout."""
    rows = [row for table in tables or ("attested_words.csv", "words.csv") for row in read_rows(table)]
    return MappingProxyType({row["word"]: _word(row) for row in rows})


def ordinary_words() -> list[str]:
    """The ordinary Mandarin words in which dialect words hide."""
    return [word.text for word in words().values() if word.ordinary]


def _word(row: Mapping[str, str]) -> Word:
    speakers = row["speakers"].split()
    factors = zip(speakers[::2], speakers[1::2], strict=True)
    log_odds = {tag: math.log(float(factor)) for tag, factor in factors}
    return Word(row["word"], row["mandarin"], MappingProxyType(log_odds))
