"""Scores of calls that somebody is still to score blind: they see none of them in any list before that, and find no
call by them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from voicebot.store.call_search import CallFilter, FoundCall


def fair(wanted: CallFilter, owed: Collection[str]) -> CallFilter:
    """The same, but that no score of those tells itself by what it is found by."""
    return replace(wanted, blind_to=tuple(owed))


def withheld(found: Iterable[FoundCall], owed: Collection[str]) -> list[FoundCall]:
    """The calls without the scores of those that the reader owes a blind one (`SampleStore.owed`)."""
    return [replace(each, score=None) if each.call.id in owed else each for each in found]
