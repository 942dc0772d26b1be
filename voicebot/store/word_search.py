"""Finds turns by what was said in them, in Chinese or any other language: any run of characters, with an index.

Chinese is written without spaces, so words are found as substrings. The database itself keeps the index in step with
the turns, whoever writes, masks or deletes them: SQLite by triggers on an FTS5 table of trigrams, PostgreSQL by a GIN
index over one and two characters (see migrations/).
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from voicebot.store.tables import turns

MOST_WORDS: Final = 8
LONGEST_WORD: Final = 100
_TRIGRAM: Final = 3
_BEHIND_ALL: Final = "\U0010ffff"

_found = sa.table("turn_search", sa.column("rowid"), sa.column("text"))
_terms = sa.table("turn_search_terms", sa.column("term"), sa.column("doc"))


def words_of(query: str) -> list[str]:
    """What a person typed, as the words to look for: cut at white space, lower case, as many as are looked for."""
    return [word[:LONGEST_WORD].lower() for word in query.replace("\0", " ").split()[:MOST_WORDS]]


def said(word: str, *, is_sqlite: bool) -> sa.ColumnElement[bool]:
    """Condition on a row of `turns`: `word`, one of `words_of`, is in its text."""
    return turns.c.id.in_(_sqlite(word)) if is_sqlite else _postgresql(word)


def _sqlite(word: str) -> sa.Select[tuple[int]]:
    """A long word is a phrase of trigrams; a shorter one is how some trigrams of the index begin."""
    if len(word) >= _TRIGRAM:
        phrase = '"' + word.replace('"', '""') + '"'
        return sa.select(_found.c.rowid).where(sa.literal_column("turn_search").op("MATCH")(phrase))
    return sa.select(_terms.c.doc).where(_terms.c.term >= word, _terms.c.term < word + _BEHIND_ALL)


def _postgresql(word: str) -> sa.ColumnElement[bool]:
    """Every pair of its characters is in the turn, and then the whole of it."""
    grams = sorted({word[start : start + 2] for start in range(max(1, len(word) - 1))})
    indexed: sa.ColumnElement[list[str]] = sa.func.search_grams(turns.c.text)
    wanted = sa.cast(grams, sa.ARRAY(sa.Text))
    return sa.and_(indexed.op("@>")(wanted), sa.func.strpos(sa.func.lower(turns.c.text), word) > 0)
