"""Recordings are read whole or refused with what to mend; what is measured was never learned; the figures are right."""

import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.dialect_card import Ear
from models.training import noise
from models.training.dialect.batches import TrainingBatches, held_out_samples
from models.training.dialect.corpus import CorpusError, Recording, evenly, read_split, read_splits, sound, strangers
from models.training.dialect.figures import best_temperature, calibration_error, measure, probabilities
from tests.models.training import dialect_recordings
from tests.models.training.dialect_recordings import TAGS

BEDS = {"white": noise.white(np.random.default_rng(0))}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return dialect_recordings.make(tmp_path_factory.mktemp("data"))


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "data"))


def test_a_split_is_read_with_its_labels_as_tags(made: Path) -> None:
    recordings = read_split(made, "Tasks/train", TAGS)
    assert Counter(recording.tag for recording in recordings) == {"cmn": 24, "yue": 24}
    assert len({recording.speaker for recording in recordings}) == 6
    speech = sound(recordings[0])
    assert 0.5 < speech.size / 16_000 < 10 and 0.05 < np.abs(speech).max() <= 1


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("utt2subdialect", "Mandarin", "Martian", "'Martian' is no dialect: use Mandarin"),
        ("utt2subdialect", "m1_cmn_0 Mandarin\n", "", "utt2subdialect lacks m1_cmn_0"),
        ("utt2spk", "m1_cmn_0 m1\n", "", "utt2spk lacks m1_cmn_0"),
        ("utt2spk", "m1_cmn_1 m1\n", "m1_cmn_0 m1\n", "m1_cmn_0 stands twice"),
        ("wav.scp", "cmn 0.wav", "cmn 9.wav", "there is no file"),
        ("wav.scp", "Audio/m1/cmn 0.wav", "sox Audio/m1/a.flac - |", "not run"),
        ("wav.scp", "m1_cmn_0 Audio/m1/cmn 0.wav", "m1_cmn_0", "is not 'name value'"),
    ],
)
def test_what_is_wrong_with_a_split_is_named(data: Path, file: str, old: str, new: str, told: str) -> None:
    path = data / "Tasks/train" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CorpusError, match=told):
        read_split(data, "Tasks/train", TAGS)


def test_a_split_that_is_not_there_or_empty_is_named(data: Path) -> None:
    with pytest.raises(CorpusError, match=r"wav\.scp cannot be read"):
        read_split(data, "Tasks/nothing", TAGS)
    (data / "Tasks/dev/wav.scp").write_text("")
    with pytest.raises(CorpusError, match="names no recording"):
        read_split(data, "Tasks/dev", TAGS)


def test_a_file_that_holds_no_audio_is_named(data: Path) -> None:
    recording = read_split(data, "Tasks/dev", TAGS)[0]
    recording.path.write_text("no audio")
    with pytest.raises(CorpusError, match=r"cannot be heard.*wav\.scp"):
        sound(recording)


def recording(speaker: str, tag: str, number: int = 0) -> Recording:
    return Recording(f"{speaker}{tag}{number}", speaker, tag, Path("x.wav"))


people = st.lists(
    st.builds(recording, st.sampled_from("abcdef"), st.sampled_from(["cmn", "yue"]), st.integers(0, 5)), max_size=30
)


@given(people, people)
def test_nobody_is_learned_from_and_measured_on(training: list[Recording], test: list[Recording]) -> None:
    try:
        left = strangers(training, test)
    except CorpusError as error:
        assert "give each dialect speakers in each" in str(error)
    else:
        assert not {r.speaker for r in left} & {r.speaker for r in test}
        assert {r.tag for r in left} == {r.tag for r in test}


@given(people, st.integers(2, 40))
def test_a_selection_is_even_over_dialects_and_speakers(recordings: list[Recording], most: int) -> None:
    chosen = evenly(recordings, most)
    assert len(chosen) <= most and evenly(list(reversed(recordings)), most) == chosen
    for tag in {r.tag for r in recordings}:
        heard = Counter(r.speaker for r in chosen if r.tag == tag)
        there = Counter(r.speaker for r in recordings if r.tag == tag)
        for speaker in there:
            assert heard[speaker] >= min(there[speaker], max(heard.values(), default=0) - 1)


def test_a_batch_is_a_function_of_its_number(made: Path) -> None:
    recordings = read_splits(made, ["Tasks/dev", "Tasks/test"], TAGS)
    batches = TrainingBatches(recordings, ("cmn", "yue"), Ear("waveform", longest_s=2), BEDS, count=9, size=3, seed=1)
    first, again, other = batches[4], batches[4], batches[5]
    assert np.array_equal(first.audio, again.audio) and np.array_equal(first.labels, again.labels)
    assert first.audio.shape != other.audio.shape or not np.array_equal(first.audio, other.audio)
    assert first.audio.dtype == np.float32 and 16_000 <= first.audio.shape[1] <= 32_000


def test_every_dialect_is_drawn_as_often_as_another(made: Path) -> None:
    recordings = [r for r in read_split(made, "Tasks/dev", TAGS) if r.tag == "cmn" or r.name.endswith("_0")]
    batches = TrainingBatches(recordings, ("cmn", "yue"), Ear("mel", longest_s=2), BEDS, count=1, size=60)
    assert 15 <= batches[0].labels.sum() <= 45
    assert batches[0].audio.shape == (60, 80, 200)


def test_what_is_measured_on_is_the_same_each_time(made: Path) -> None:
    first = read_split(made, "Tasks/test", TAGS)[0]
    once, twice = held_out_samples(first, BEDS), held_out_samples(first, BEDS)
    assert np.array_equal(once, twice) and once.dtype == np.int16
    assert abs(once.size / 8_000 - sound(first).size / 16_000) < 0.01


def test_the_figures_of_a_known_confusion() -> None:
    labels = np.array([0, 0, 0, 0, 1, 1])
    scores = np.log(np.array([[0.9, 0.1], [0.9, 0.1], [0.9, 0.1], [0.1, 0.9], [0.1, 0.9], [0.1, 0.9]]))
    found = measure(scores, labels, ("cmn", "yue"), temperature=1.0, speakers=3)
    assert found.confusion == {"cmn": {"cmn": 3, "yue": 1}, "yue": {"cmn": 0, "yue": 2}}
    assert (found.recall, found.accuracy) == ({"cmn": 0.75, "yue": 1.0}, 0.875)
    assert found.calibration_error == pytest.approx(abs(0.9 - 5 / 6), abs=1e-4)


@given(st.integers(0, 10_000), st.floats(0.6, 8))
def test_the_temperature_undoes_how_much_too_sure_a_network_is(seed: int, too_sure: float) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.normal(0, 2, (400, 3))
    labels = np.array([rng.choice(3, p=row) for row in probabilities(scores)], np.int64)
    found = best_temperature(scores * too_sure, labels)
    assert found / too_sure == pytest.approx(best_temperature(scores, labels), rel=0.05)


def test_probabilities_that_mean_what_they_say_have_no_calibration_error() -> None:
    shares = np.array([[0.75, 0.25]] * 4)
    assert calibration_error(shares, np.array([0, 0, 0, 1])) == pytest.approx(0)
