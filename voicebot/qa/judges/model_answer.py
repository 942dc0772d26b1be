"""What a language model answered, believed only as far as it can be checked.

The answer has to be the asked-for JSON and nothing else. A verdict needs words that stand in the turn that it names,
and praise of ours needs words of ours. Where somebody in the call speaks to whoever scores it, nothing is believed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from voicebot.qa.judges.wording import judging_words, reason
from voicebot.qa.judging import JudgedItem, Judgement
from voicebot.qa.material import Answer, CallMaterial, Evidence, ScoredTurn, evidence_in

_MOST_ITEMS: Final = 100
_WITNESSED_BY_CALLER: Final = frozenset({"resolution", "emotion_course"})
"""Judges whose verdict the caller's words may show; for all others a pass has to be shown by what we said."""
_LOOKED_AT: Final = 2_000
"""Characters of a turn in which words to the judge are looked for."""


class AnswerUnusable(Exception):
    """What the model sent is not what it was asked for."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ItemAnswer(_Strict):
    name: str = Field(max_length=100)
    answer: Answer
    confidence: float = Field(ge=0, le=1)
    seq: int | None = None
    quote: str = Field(default="", max_length=600)
    reason: str = Field(default="", max_length=600)


class ModelAnswer(_Strict):
    items: tuple[ItemAnswer, ...] = Field(max_length=_MOST_ITEMS, strict=False)


def read_answer(content: str) -> ModelAnswer:
    """Raises AnswerUnusable."""
    try:
        return ModelAnswer.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise AnswerUnusable(f"{where}: {first['msg']}") from error


def judgements(
    material: CallMaterial, items: Sequence[JudgedItem], texts: Mapping[int, str], answer: ModelAnswer
) -> dict[str, Judgement]:
    """By item; texts: by seq, what the model was shown of each turn."""
    if any(addresses_judge(turn.text) for turn in material.turns):
        return {item.name: _unbelieved(reason("addressed")) for item in items}
    given = {each.name: each for each in reversed(answer.items)}  # of two answers the first one counts
    turns = {turn.seq: turn for turn in material.turns}
    return {
        item.name: _checked(item, given[item.name], turns, texts)
        if item.name in given
        else _unbelieved(reason("judge_unheard"))
        for item in items
    }


def addresses_judge(text: str) -> bool:
    """Whether somebody tells whoever scores the call what to do."""
    return any(pattern.search(text[:_LOOKED_AT]) or pattern.search(text[-_LOOKED_AT:]) for pattern in _addressing())


def _checked(
    item: JudgedItem, given: ItemAnswer, turns: Mapping[int, ScoredTurn], texts: Mapping[int, str]
) -> Judgement:
    if given.answer not in ("pass", "fail"):
        return Judgement(given.answer, given.confidence, source="judge", reason=given.reason)
    turn = turns.get(given.seq) if given.seq is not None else None
    evidence = _quoted(turn, texts.get(turn.seq, ""), given.quote) if turn else None
    if turn is None or evidence is None:
        return _unbelieved(reason("quote_unfound", seq=given.seq))
    if given.answer == "pass" and turn.side == "caller" and item.judge not in _WITNESSED_BY_CALLER:
        return _unbelieved(reason("quote_elsewhere", who=reason("ours")))
    return Judgement(given.answer, given.confidence, (evidence,), "judge", given.reason)


def _quoted(turn: ScoredTurn, text: str, quote: str) -> Evidence | None:
    """The quoted words in the turn; None where they are not there."""
    quote = quote.strip()
    start = text.find(quote) if quote else -1
    if start < 0:
        return None
    if text == turn.text[: len(text)]:
        return evidence_in(turn, start, start + len(quote))
    return evidence_in(turn, 0, len(turn.text))  # it was shown masked: places differ


def _unbelieved(why: str) -> Judgement:
    return Judgement("unsure", 0.0, source="judge", reason=why)


@cache
def _addressing() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(each, re.IGNORECASE) for each in judging_words().addresses_judge)
