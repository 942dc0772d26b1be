"""Personal data, amounts and times in speech, as conditions ask for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from voicebot.dialogue.digits import digit_strings
from voicebot.qa.rules.hits import Finding, Hit, apart, found, full
from voicebot.qa.rules.talk import Talk
from voicebot.qa.rules.words import looked_at
from voicebot.qa.scorecard.conditions import Entity

_ORDER: Final = range(8, 13)
_NUMBER: Final = "[0-9零〇一二两三四五六七八九十百千万亿点.]{1,12}"
_PLAIN: Final = {
    "amount": re.compile(rf"{_NUMBER}(?:块钱|块|元|蚊|角|毛)"),
    "time": re.compile(
        rf"{_NUMBER}个?(?:工作日|小时|钟头|钟|分钟|天|日|号|点|周|星期|礼拜|月)(?:之?内|以内|前|左右)?"
        r"|今天|明天|后天|大后天|今晚|下周.?|下个月|月底|下班前|听日|后日"
    ),
}
_READ_AS_THEY_STAND: Final = frozenset({*_PLAIN, "order_number"})


def entities(condition: Entity, talk: Talk) -> Finding:
    scope = talk.scope(condition.by, condition.where)
    wanted = frozenset(condition.entities)
    hits: list[Hit] = []
    for turn, text in enumerate(talk.texts):
        for kind, start, end in (*_read(text, wanted), *(talk.personal[turn] if wanted - _READ_AS_THEY_STAND else ())):
            if kind in wanted and scope.holds(turn, start, end) and not full(hits, turn):
                hits.append(talk.hit(turn, start, end))
    return found(apart(hits), condition.times, talk.absence(scope), looked_at(scope, condition))


def _read(text: str, wanted: frozenset[str]) -> Iterator[tuple[str, int, int]]:
    for kind, pattern in _PLAIN.items():
        if kind in wanted:
            yield from ((kind, *match.span()) for match in pattern.finditer(text))
    if "order_number" in wanted:
        for run in digit_strings(text):
            if len(run.digits) in _ORDER:
                yield "order_number", run.start, run.end
