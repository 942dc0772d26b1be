"""Phrase lists that every scorecard may name without writing them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from voicebot.assist.forbidden import forbidden_phrases
from voicebot.qa.scorecard.model import PhraseList


@cache
def packaged_lists() -> Mapping[str, PhraseList]:
    """`forbidden`: what an agent is warned of while talking, so that both judge by the same words."""
    groups = forbidden_phrases().group
    says = tuple(phrase for group in groups for phrase in group.says)
    unless = tuple(phrase for group in groups for phrase in group.unless)
    return {"forbidden": PhraseList(says=says, unless=unless)}
