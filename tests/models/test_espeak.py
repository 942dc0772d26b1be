"""Invariant: espeak-ng speaks every voice that is named, the same each time, from any thread."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from models.espeak import SAMPLE_RATE, Espeak, EspeakError
from models.sichuan import VOICE, sichuan_pinyin


@pytest.mark.parametrize("voice", ["cmn+m1", "yue+f2", "cmn+klatt4", "yue+linda"])
def test_a_sentence_lasts_about_as_long_as_people_take(voice: str) -> None:
    speech = Espeak().synthesize("我想查一下我的订单", voice)
    assert speech.dtype == np.int16
    assert 1.0 < speech.size / SAMPLE_RATE < 4.0
    assert np.abs(speech).max() > 3000


def test_a_higher_rate_is_faster_and_pitch_keeps_the_length() -> None:
    slow, fast, high = (
        Espeak().synthesize("我想查一下我的订单", "cmn+m1", rate=rate, pitch=pitch)
        for rate, pitch in ((130, 50), (210, 50), (130, 80))
    )
    assert fast.size < 0.8 * slow.size
    assert abs(high.size - slow.size) < 0.1 * slow.size


def test_threads_get_their_own_sentences() -> None:
    texts = ["你好", "再见了谢谢你", "我想查一下我的订单到哪里了"] * 4
    alone = [Espeak().synthesize(text, "cmn+m3") for text in texts]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda text: Espeak().synthesize(text, "cmn+m3"), texts))
    for one, other in zip(together, alone, strict=True):
        assert len(one) == pytest.approx(len(other), rel=0.02)  # the voices jitter a little from call to call


def test_an_unknown_language_is_named_in_the_error() -> None:
    with pytest.raises(EspeakError, match="xx-nowhere"):
        Espeak().synthesize("你好", "xx-nowhere+m1")


def test_nothing_and_nul_are_spoken_as_nothing_much() -> None:
    assert Espeak().synthesize("", "cmn+m1").size < SAMPLE_RATE
    assert Espeak().synthesize("你\0好", "cmn+m1").size > 0


def test_sichuan_tones_replace_beijings_and_keep_punctuation() -> None:
    assert sichuan_pinyin("他来买菜") == "ta1 lai3 mai4 cai2"
    assert "，" in sichuan_pinyin("要得，谢谢")
    assert Espeak().synthesize(sichuan_pinyin("啥子时候到"), f"{VOICE}+f2").size > SAMPLE_RATE // 2
