"""What counts as heard is a beginning of the sentence that grows with what was played, silence left out."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.tts import EspeakEngine, speak
from telephony.audio import Samples
from voicebot.speaking.heard_text import words_heard

TEXT = "您的订单已经发货，预计明天送到。"


def syllables(count: int, pause_after: int = 0) -> Samples:
    """`count` loud syllables of 200 ms; a second of silence after `pause_after` of them."""
    loud = np.full(1600, 8000, np.int16)
    parts = [loud] * count
    if pause_after:
        parts.insert(pause_after, np.zeros(8000, np.int16))
    return np.concatenate(parts)


def test_a_sentence_played_whole_was_heard_whole() -> None:
    sound = syllables(14)
    assert words_heard(TEXT, [sound], sound.size, complete=True) == TEXT


def test_the_pause_at_a_comma_is_no_word() -> None:
    sound = syllables(14, pause_after=8)
    before, within = 8 * 1600, 8 * 1600 + 7000
    assert words_heard(TEXT, [sound], before, complete=True) == "您的订单已经发货，"
    assert words_heard(TEXT, [sound], within, complete=True) == "您的订单已经发货，"


def test_a_sentence_still_being_made_is_heard_at_the_speed_of_speech() -> None:
    assert words_heard(TEXT, [syllables(6)], 8000, complete=False) == "您的订单"


def test_a_real_voice_cut_at_its_comma_was_heard_up_to_there() -> None:
    voice = EspeakEngine()
    whole = np.concatenate(list(speak(voice, TEXT, language="cmn")))
    first = np.concatenate(list(speak(voice, "您的订单已经发货，", language="cmn")))
    heard = words_heard(TEXT, [whole], first.size, complete=True)
    assert abs(len(heard) - len("您的订单已经发货，")) <= 1


@given(st.integers(0, 30_000), st.integers(0, 30_000), st.booleans())
def test_more_played_is_never_less_heard(one: int, other: int, complete: bool) -> None:
    sound = syllables(14)
    less, more = sorted((one, other))
    heard = words_heard(TEXT, [sound], less, complete=complete)
    assert TEXT.startswith(heard)
    assert words_heard(TEXT, [sound], more, complete=complete).startswith(heard)
