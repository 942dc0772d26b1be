"""What a language model is asked about a call. The call's words are JSON strings within one JSON object, and masked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from voicebot.company.model import Model
from voicebot.company.packaged import packaged
from voicebot.masking import masked
from voicebot.privacy.call_listener import personal_data
from voicebot.privacy.words import personal_words
from voicebot.qa.judging import JudgedItem
from voicebot.qa.material import CallMaterial, ScoredTurn

_LONGEST_TURN: Final = 500
_MOST_CHARACTERS: Final = 16_000
"""Of a call. A longer one is asked about its beginning and its end."""


class JudgePrompt(Model):
    """data/judge_prompt.toml"""

    system: str
    questions: Mapping[str, str]


@cache
def judge_prompt() -> JudgePrompt:
    return packaged(JudgePrompt, "voicebot.qa", "judge_prompt")


def shown(text: str) -> str:
    """A turn as it leaves the company's machines: without personal data, and not endless."""
    text = text[:_LONGEST_TURN]
    return masked(text, personal_data(text, personal_words()))


def shown_turns(material: CallMaterial) -> dict[int, str]:
    """By seq, what the model is shown. The middle of an overlong call is left out."""
    texts = [(turn.seq, shown(turn.text)) for turn in material.turns]
    half = _MOST_CHARACTERS // 2
    first, left = _fitting(texts, half)
    last, _ = _fitting(list(reversed(left)), half)
    return dict([*first, *reversed(last)])


def _fitting(texts: Sequence[tuple[int, str]], most: int) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """As many of the first texts as fit, and the rest."""
    total = 0
    for place, (_, text) in enumerate(texts):
        total += len(text)
        if total > most:
            return list(texts[:place]), list(texts[place:])
    return list(texts), []


def messages(material: CallMaterial, items: Sequence[JudgedItem], texts: Mapping[int, str]) -> list[dict[str, str]]:
    """In the form of the OpenAI chat interface. texts: by seq, as shown."""
    questions = judge_prompt().questions
    asked = [{"name": item.name, "question": item.question or questions.get(item.judge, item.title)} for item in items]
    turns = [_turn(turn, texts[turn.seq]) for turn in material.turns if turn.seq in texts]
    knowledge = [{"asked_in": fact.seq, "answers": fact.answers} for fact in material.knowledge]
    call = json.dumps({"items": asked, "knowledge": knowledge, "turns": turns}, ensure_ascii=False)
    return [{"role": "system", "content": judge_prompt().system.strip()}, {"role": "user", "content": call}]


def _turn(turn: ScoredTurn, text: str) -> dict[str, Any]:
    return {"seq": turn.seq, "who": turn.role, "text": text}
