"""A finished request or a short answer ends the turn soon; an announced or half-dictated one is waited for."""

import pytest

from voicebot.completeness import completeness, load_unfinished_words
from voicebot.turns import Completeness

WORDS = load_unfinished_words()


@pytest.mark.parametrize(
    ("text", "intent", "confidence", "digits", "expected"),
    [
        ("我的订单到哪里了", "order_status", 0.9, False, Completeness.COMPLETE),
        ("好", "affirm", 0.2, False, Completeness.COMPLETE),
        ("不要。", "none", 0.0, False, Completeness.COMPLETE),
        ("我想查一下", "order_status", 0.9, False, Completeness.UNFINISHED),
        ("就是那个", "none", 0.9, False, Completeness.UNFINISHED),
        ("天气怎么样", "none", 0.8, False, Completeness.UNSURE),
        ("2024", "none", 0.3, True, Completeness.UNFINISHED),
        ("20241105", "none", 0.3, True, Completeness.UNSURE),
        ("  ，。", "none", 0.0, False, Completeness.EMPTY),
    ],
)
def test_completeness(text: str, intent: str, confidence: float, digits: bool, expected: Completeness) -> None:
    judged = completeness(text, intent=intent, confidence=confidence, expecting_digits=digits, words=WORDS)
    assert judged is expected
