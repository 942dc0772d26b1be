"""Invariant: whatever text comes, what reaches the line is speech at 8 kHz with the right level and no clipping."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.mastering import LEAD_S, LINE_RATE_HZ, PEAK_DBFS, TAIL_S, master
from models.piper_voice import PiperEngine, VoiceUnusable
from models.prompt_cache import PromptCache
from models.tts import LONGEST_SENTENCE, EspeakEngine, Language, sentences, speak, speakable
from tests.models.piper_fixture import make_voice

LANGUAGES: tuple[Language, ...] = ("cmn", "yue", "cmn-sichuan")


def level_dbfs(samples: NDArray[np.int16]) -> float:
    return float(20 * np.log10(np.sqrt(np.mean((samples / 32_768.0) ** 2))))


def peak_dbfs(samples: NDArray[np.int16]) -> float:
    return float(20 * np.log10(np.abs(samples.astype(float)).max() / 32_768.0))


@pytest.mark.parametrize("language", LANGUAGES)
def test_speech_has_the_level_of_the_line(language: Language) -> None:
    samples = EspeakEngine().synthesize("您好，请问有什么可以帮您？", language=language)
    assert samples.dtype == np.int16
    assert 1.0 < samples.size / LINE_RATE_HZ < 6.0
    assert -24 < level_dbfs(samples) < -18
    assert peak_dbfs(samples) <= PEAK_DBFS


def test_the_three_languages_sound_different() -> None:
    spoken = [EspeakEngine().synthesize("请问您的订单号是多少", language=language).tobytes() for language in LANGUAGES]
    assert len(set(spoken)) == 3


@pytest.mark.parametrize("gain", [0.001, 0.1, 1.0])
def test_loud_and_quiet_voices_come_out_alike(gain: float) -> None:
    time_s = np.arange(22_050) / 22_050
    voice = (gain * np.sin(2 * np.pi * 300 * time_s) * np.sin(2 * np.pi * 3 * time_s)).astype(np.float32)
    assert -23 < level_dbfs(master(voice, 22_050)) < -19


def test_silence_around_speech_is_cut_to_a_fixed_length() -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(8_000) / 8_000).astype(np.float32)
    short = master(np.pad(tone, (100, 100)), LINE_RATE_HZ)
    long = master(np.pad(tone, (9_000, 12_000)), LINE_RATE_HZ)
    assert abs(long.size - short.size) < 0.04 * LINE_RATE_HZ
    assert abs(long.size / LINE_RATE_HZ - (1.0 + LEAD_S + TAIL_S)) < 0.05


def test_the_edges_are_silent_so_that_nothing_clicks() -> None:
    samples = master(np.ones(4_000, np.float32) * np.float32(0.5) * np.sign(np.sin(np.arange(4_000))), LINE_RATE_HZ)
    assert samples[0] == samples[-1] == 0
    assert np.abs(np.diff(samples[: int(LEAD_S * LINE_RATE_HZ) + 5].astype(int))).max() < 2_000


@pytest.mark.parametrize("raw", [np.zeros(0, np.int16), np.zeros(5_000, np.int16), np.ones(500, np.int16)])
def test_silence_stays_silence(raw: NDArray[np.int16]) -> None:
    assert master(raw, 22_050).size == 0


def test_a_text_is_cut_into_its_sentences() -> None:
    text = "您好！订单320.5元，2026-11-05 14:30发货。请问还有什么可以帮您？（没有了。）ok. Bye"
    assert sentences(text) == [
        "您好！",
        "订单320.5元，2026-11-05 14:30发货。",
        "请问还有什么可以帮您？",
        "（没有了。）",
        "ok.",
        "Bye",
    ]


@given(st.text(max_size=300))
def test_cutting_into_sentences_loses_no_word(text: str) -> None:
    kept = [character for character in "".join(sentences(text)) if character.isalnum()]
    assert kept == [character for character in text if character.isalnum()]


@given(st.lists(st.text("您的订单", min_size=1, max_size=20), min_size=5, max_size=20).map("，".join))
def test_a_long_sentence_is_cut_at_commas(sentence: str) -> None:
    assert all(len(part) <= LONGEST_SENTENCE for part in sentences(sentence))


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=40), st.sampled_from(LANGUAGES))
def test_no_text_breaks_the_voice(text: str, language: Language) -> None:
    for samples in speak(EspeakEngine(), text, language=language):
        assert peak_dbfs(samples) <= PEAK_DBFS


def test_phoneme_syntax_and_mark_up_do_not_reach_the_voice() -> None:
    assert speakable("[[h@'loU]]您好<break/>") == "h@'loU 您好 break/"
    assert speakable("……[]") == ""


def test_numbers_are_put_into_words_before_they_are_spoken() -> None:
    spoken: list[str] = []

    class Listener:
        name = "listener"

        def synthesize(self, sentence: str, *, language: Language) -> NDArray[np.int16]:
            spoken.append(sentence)
            return np.ones(8, np.int16)

    list(speak(Listener(), "共320.5元。明天2026-11-06送到。", language="yue", today=date(2026, 11, 6)))
    assert spoken == ["共三百二十蚊五毫。", "明天今日送到。"]


def test_a_piper_voice_speaks_through_the_real_loading_code(tmp_path: Path) -> None:
    voice = PiperEngine(make_voice(tmp_path), EspeakEngine())
    short = voice.synthesize("您好。", language="cmn")
    long = voice.synthesize("您好，请问有什么可以帮您？", language="cmn")
    assert short.size < long.size
    assert peak_dbfs(long) <= PEAK_DBFS
    assert voice.synthesize("[[]]", language="cmn").size == 0


def test_what_the_piper_voice_does_not_speak_goes_to_the_fallback(tmp_path: Path) -> None:
    fallback = CountingEngine()
    voice = PiperEngine(make_voice(tmp_path), fallback)
    voice.synthesize("你好。", language="yue")
    voice.synthesize("你好。", language="cmn")
    assert fallback.spoken == ["你好。"]
    assert voice.languages == ("cmn",)


def test_an_unusable_piper_voice_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(VoiceUnusable, match=r"missing\.onnx"):
        PiperEngine(tmp_path / "missing.onnx", EspeakEngine())
    model = make_voice(tmp_path)
    model.write_bytes(b"not a model")
    with pytest.raises(VoiceUnusable, match="download it again"):
        PiperEngine(model, EspeakEngine())


class CountingEngine:
    name = "counting"

    def __init__(self) -> None:
        self.spoken: list[str] = []

    def synthesize(self, sentence: str, *, language: Language) -> NDArray[np.int16]:
        self.spoken.append(sentence)
        return np.full(1_000, len(self.spoken), np.int16)


def test_a_prompt_is_synthesised_once_even_across_restarts(tmp_path: Path) -> None:
    engine = CountingEngine()
    first = PromptCache(engine, directory=tmp_path).keep("您好。", language="cmn")
    again = PromptCache(engine, directory=tmp_path).keep("您好。", language="cmn")
    np.testing.assert_array_equal(first, again)
    assert engine.spoken == ["您好。"]


def test_what_one_caller_was_told_never_lies_on_disk(tmp_path: Path) -> None:
    PromptCache(CountingEngine(), directory=tmp_path).synthesize("王女士您好。", language="cmn")
    assert list(tmp_path.iterdir()) == []


def test_languages_do_not_share_a_prompt() -> None:
    engine = CountingEngine()
    cache = PromptCache(engine)
    cache.synthesize("您好。", language="cmn")
    cache.synthesize("您好。", language="yue")
    assert len(engine.spoken) == 2


def test_memory_holds_the_sentences_used_last() -> None:
    engine = CountingEngine()
    cache = PromptCache(engine, capacity_bytes=4_000)
    for sentence in ("a", "b", "a", "c", "a", "b"):
        cache.synthesize(sentence, language="cmn")
    assert engine.spoken == ["a", "b", "c", "b"]


def test_a_cache_that_cannot_be_written_costs_no_prompt(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    cache = PromptCache(CountingEngine(), directory=blocked)
    for sentence in ("您好。", "再见。", "请稍等。"):
        assert cache.keep(sentence, language="cmn").size == 1_000
    assert caplog.text.count("cannot be written") == 1  # a company has a hundred prompts


def test_a_torn_cache_file_is_made_again(tmp_path: Path) -> None:
    engine = CountingEngine()
    PromptCache(engine, directory=tmp_path).keep("您好。", language="cmn")
    next(tmp_path.iterdir()).write_bytes(b"odd")
    assert PromptCache(engine, directory=tmp_path).keep("您好。", language="cmn").size == 1_000
    assert len(engine.spoken) == 2
