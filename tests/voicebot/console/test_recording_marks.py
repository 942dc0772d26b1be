"""Under a recording it is drawn who spoke when, whoever of the company it was."""

from voicebot.console.pages.call_parts import marks
from voicebot.console.texts import texts
from voicebot.store.records import TurnRecord


def test_every_party_s_turns_are_marked() -> None:
    turns = [
        TurnRecord("call", 0, "assistant", "您好。", 0, 900),
        TurnRecord("call", 1, "caller", "转人工，太慢了！", 1000, 2500, emotion="angry"),
        TurnRecord("call", 2, "system", "已转接", 2500, 2500),
        TurnRecord("call", 3, "agent", "您好，我来帮您。", 3000, 4000),
    ]
    found = [(mark.kind, mark.start_s, mark.end_s) for mark in marks(texts("zh"), turns, None)]
    assert found == [("assistant", 0, 0.9), ("angry", 1, 2.5), ("caller", 1, 2.5), ("agent", 3, 4)]
