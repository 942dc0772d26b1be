"""Guards recognition with the model that ships: what is said on a telephone line is written down, in a batch
everyone gets their own words, and silence or noise gives none."""

import random
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from models.asr import AsrEngine, Language, Utterance
from models.bundle import find, resolve
from models.text import normalise
from models.training import noise
from models.training.channel import Audio, Channel
from models.training.clips import Clip, clip
from models.training.evaluate import edits
from models.whisper import FasterWhisperEngine, repeats

MODEL = "bundled"
RATE_HZ = 8_000
SENTENCES = [
    ("我想查一下我的订单到哪里了", "cmn"),
    ("我要退货", "cmn"),
    ("麻烦帮我转人工", "cmn"),
    ("20241105", "cmn"),
    ("我张单几时到", "yue"),
    ("我想转人工", "yue"),
]


@pytest.fixture(scope="module")
def engine() -> AsrEngine:
    return loaded()


def loaded(languages: Sequence[Language] = ("zh", "yue"), threads: int | None = None) -> FasterWhisperEngine:
    return FasterWhisperEngine(find(MODEL), resolve(MODEL), languages=languages, threads=threads)


@pytest.fixture(scope="module")
def clips() -> list[Clip]:
    rng = random.Random(5)
    beds = {"white": noise.white(np.random.default_rng(5))}
    return [clip(text, language, "m7", Channel(snr_db=25), beds, rng) for text, language in SENTENCES]


def utterances(clips: Sequence[Clip]) -> list[Utterance]:
    return [Utterance(each.audio, RATE_HZ) for each in clips]


def test_sentences_on_the_telephone_are_written_down(engine: AsrEngine, clips: list[Clip]) -> None:
    transcripts = [engine.transcribe_batch([utterance])[0] for utterance in utterances(clips)]
    wrong = sum(edits(each.text, transcript.text) for each, transcript in zip(clips, transcripts, strict=True))
    assert wrong / sum(len(each.text) for each in clips) < 0.15
    assert [t.language for t in transcripts] == ["yue" if each.language == "yue" else "zh" for each in clips]
    for transcript in transcripts:
        assert transcript.languages.keys() == {"zh", "yue"} and sum(transcript.languages.values()) == pytest.approx(1)
        assert transcript.languages[transcript.language] > 0.5
    assert all(0 < t.confidence <= 1 and t.elapsed_ms > 0 for t in transcripts)


def test_in_a_batch_on_the_cpu_each_gets_what_it_gets_alone(clips: list[Clip]) -> None:
    engine = loaded(threads=3)
    together = engine.transcribe_batch(utterances(clips))
    alone = [engine.transcribe_batch([utterance])[0] for utterance in utterances(clips)]
    assert [(t.raw, t.confidence) for t in together] == [(t.raw, t.confidence) for t in alone]


def test_in_a_padded_batch_each_gets_its_own_words(clips: list[Clip]) -> None:
    """The way of the GPU. Not to the letter what single utterances give: the shorter ones are padded."""
    engine = loaded()
    together = engine._recognise_together(utterances(clips))
    wrong = sum(edits(each.text, normalise(found.text)) for each, found in zip(clips, together, strict=True))
    assert wrong / sum(len(each.text) for each in clips) < 0.2
    assert together[1].text != together[0].text


@pytest.mark.parametrize("samples", [0, 1, 159, 800, 16_000])
def test_silence_of_any_length_gives_no_words(engine: AsrEngine, samples: int) -> None:
    (transcript,) = engine.transcribe_batch([Utterance(np.zeros(samples, np.int16), RATE_HZ)])
    assert transcript.text == ""


@pytest.mark.parametrize("kind", [noise.white, noise.pink, noise.hum])
def test_noise_gives_no_words(engine: AsrEngine, kind: Callable[[np.random.Generator], Audio]) -> None:
    bed = kind(np.random.default_rng(7))
    sound: NDArray[np.int16] = (bed[: 2 * RATE_HZ] / bed.std() * 300).astype(np.int16)
    (transcript,) = engine.transcribe_batch([Utterance(sound, RATE_HZ)])
    assert transcript.text == ""


def test_the_longest_utterance_is_taken(engine: AsrEngine, clips: list[Clip]) -> None:
    long = np.resize(clips[0].audio, 30 * RATE_HZ)
    (transcript,) = engine.transcribe_batch([Utterance(long, RATE_HZ)])
    assert "订单" in transcript.text


def test_only_the_companys_languages_are_told(clips: list[Clip]) -> None:
    engine = loaded(("zh",))
    assert {t.language for t in engine.transcribe_batch(utterances(clips))} == {"zh"}


def test_the_folder_works_as_a_plain_whisper_too(clips: list[Clip]) -> None:
    """The way that hub models go: windows of 30 s, the decoder alone, hotwords in the prompt."""
    engine = loaded()
    engine._hybrid = None
    first, *_ = engine.transcribe_batch(utterances(clips[:2]))
    assert "订单" in first.text


def test_the_description_names_the_limits(engine: AsrEngine) -> None:
    description = engine.describe()
    assert description.name == "bundled"
    assert description.size_mb > 1
    assert "synthetic" in description.limits


def test_texts_that_go_round_in_circles_are_known() -> None:
    assert repeats("谢谢观看" * 20)
    assert not repeats("我想查一下我的订单到哪里了，昨天就应该送到的")
