"""Two people's changes of the same text put together, as far as they touch different lines. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise


@dataclass(frozen=True, slots=True, order=True)
class _Hunk:
    """Lines begin..end of the common text are replaced."""

    begin: int
    end: int
    lines: tuple[str, ...]


def merged(base: str, mine: str, theirs: str) -> str | None:
    """`theirs` with what `mine` changed in `base`. None where both changed the same lines, or lines side by side."""
    common = base.splitlines(keepends=True)
    hunks = sorted({*_hunks(common, mine), *_hunks(common, theirs)})
    if any(later.begin <= earlier.end for earlier, later in pairwise(hunks)):
        return None
    lines, at = [], 0
    for hunk in hunks:
        lines += [*common[at : hunk.begin], *hunk.lines]
        at = hunk.end
    return "".join([*lines, *common[at:]])


def _hunks(common: list[str], text: str) -> Iterator[_Hunk]:
    changed = text.splitlines(keepends=True)
    for tag, begin, end, first, last in SequenceMatcher(None, common, changed, autojunk=False).get_opcodes():
        if tag != "equal":
            yield _Hunk(begin, end, tuple(changed[first:last]))
