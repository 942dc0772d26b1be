"""The assistant speaks the caller's language once it is clear, sooner to whoever was expected to speak it."""

from voicebot.dialogue.language import SpokenLanguage
from voicebot.dialogue.types import Language, Understood

BOTH: frozenset[Language] = frozenset({"cmn", "yue"})


def said(language: Language, confidence: float, text: str = "我部手表想退", likely: str = "cmn") -> Understood:
    return Understood(text, language=language, asr_confidence=confidence, likely_dialect=likely)


def test_an_unclear_cantonese_turn_is_believed_of_a_caller_from_guangzhou() -> None:
    unclear = said("yue", 0.3, likely="yue")
    assert SpokenLanguage("cmn").after(unclear, BOTH).current == "yue"
    assert SpokenLanguage("cmn").after(said("yue", 0.3), BOTH).current == "cmn"
    assert SpokenLanguage("cmn").after(said("yue", 0.3, "系", likely="yue"), BOTH).current == "cmn"
    assert SpokenLanguage("cmn").after(unclear, frozenset({"cmn"})).current == "cmn"


def test_a_caller_from_guangzhou_who_speaks_mandarin_hears_mandarin() -> None:
    spoken = SpokenLanguage("cmn").after(said("cmn", 0.9, likely="yue"), BOTH)
    assert spoken.current == "cmn"
    assert (
        spoken.after(said("yue", 0.9), BOTH).after(said("cmn", 0.9), BOTH).after(said("cmn", 0.9), BOTH).current
        == "cmn"
    )


def test_unclear_mandarin_ends_no_cantonese() -> None:
    spoken = SpokenLanguage("cmn").after(said("yue", 0.9), BOTH)
    for _ in range(5):
        spoken = spoken.after(said("cmn", 0.3), BOTH)
    assert spoken.current == "yue"
