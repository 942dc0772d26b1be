"""Training learns what can be heard, goes on after an interruption as if there had been none, and writes what works."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models.dialect import DialectClassifier
from models.training import noise
from models.training.channel import Audio
from models.training.dialect.batches import held_out_samples
from models.training.dialect.corpus import CorpusError, Recording, read_split, strangers
from tests.extras import needs
from tests.models.training import dialect_recordings
from tests.models.training.dialect_recordings import TAGS

needs_train_extra = needs("train", "torch", "transformers")
SCRIPT = Path(__file__).parents[3] / "scripts/train_dialect"
BEDS = {"white": noise.white(np.random.default_rng(0))}

Splits = dict[str, list[Recording]]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return dialect_recordings.make(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def splits(data: Path) -> Splits:
    read = {name: read_split(data, f"Tasks/{name}", TAGS) for name in ("train", "dev", "test")}
    return {**read, "train": strangers(read["train"], read["dev"], read["test"])}


@pytest.fixture(scope="module")
def from_nothing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wav2vec 2.0 with a few thousand weights: its configuration alone."""
    import transformers

    folder = tmp_path_factory.mktemp("wav2vec2")
    transformers.Wav2Vec2Config(
        hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64, classifier_proj_size=32,
        conv_dim=(32,) * 5, conv_stride=(5, 4, 4, 2, 2), conv_kernel=(10, 8, 4, 4, 2), num_feat_extract_layers=5,
        num_conv_pos_embeddings=16, num_conv_pos_embedding_groups=4, hidden_dropout=0.1, layerdrop=0.0,
        apply_spec_augment=False,
    ).save_pretrained(folder)  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def whisper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Whisper as small, with weights, which listens for 30 s."""
    import transformers

    folder = tmp_path_factory.mktemp("whisper")
    config = transformers.WhisperConfig(
        d_model=32, encoder_layers=1, encoder_attention_heads=2, encoder_ffn_dim=64, decoder_layers=1,
        decoder_attention_heads=2, decoder_ffn_dim=64, num_mel_bins=80, classifier_proj_size=32,
    )  # fmt: skip
    transformers.WhisperForAudioClassification(config).save_pretrained(folder)
    return folder


class Interrupted(dict[str, Audio]):
    """Beds that end the training when one is asked for the n-th time."""

    def __init__(self, asked: int) -> None:
        super().__init__(BEDS)
        self.left = asked

    def __getitem__(self, kind: str) -> Audio:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        return super().__getitem__(kind)


@needs_train_extra
def test_what_can_be_heard_is_learned_and_the_file_written_answers_right(
    splits: Splits, from_nothing: Path, tmp_path: Path
) -> None:
    from models.training.dialect.export import export
    from models.training.dialect.fit import FitConfig, fit

    config = FitConfig(base=str(from_nothing), steps=40, batch=8, learning_rate=3e-3, longest_s=2, measure_every=20)
    fit(splits["train"], splits["dev"], BEDS, tmp_path / "fitted", config, workers=0)
    card = export(
        tmp_path / "fitted", tmp_path / "model", splits["dev"], splits["test"], BEDS, trained_on="espeak", licence="GPL"
    )
    assert card.measured.accuracy >= 0.9 and (card.measured.clips, card.measured.speakers) == (16, 2)
    classifier = DialectClassifier.load(tmp_path / "model")
    assert classifier.card == card
    guesses = classifier.classify([held_out_samples(recording, BEDS) for recording in splits["test"]])
    right = [
        guess.probabilities[recording.tag] > 0.5
        for guess, recording in zip(guesses, splits["test"], strict=True)
        if guess is not None
    ]
    assert np.mean(right) >= 0.9
    shown = (tmp_path / "model/README.md").read_text(encoding="utf-8")
    assert "| spoken \\ guessed | cmn | yue | recognised |" in shown and "GPL" in shown and "{" not in shown


@needs_train_extra
def test_an_interrupted_training_ends_in_the_same_weights(splits: Splits, from_nothing: Path, tmp_path: Path) -> None:
    import torch

    from models.training.dialect.fit import FitConfig, fit

    config = FitConfig(base=str(from_nothing), steps=4, batch=2, learning_rate=1e-3, longest_s=2, measure_every=2)
    some = splits["dev"][:1] + splits["dev"][-1:]
    fit(splits["train"], some, BEDS, tmp_path / "whole", config, workers=0)
    with pytest.raises(KeyboardInterrupt):  # two steps of two clips, two measured, one clip more
        fit(splits["train"], some, Interrupted(7), tmp_path / "halved", config, workers=0)
    fit(splits["train"], some, BEDS, tmp_path / "halved", config, workers=0)
    whole, halved = (torch.load(tmp_path / name / "state.pt", weights_only=True) for name in ("whole", "halved"))
    assert whole["step"] == halved["step"] == 4
    assert all(torch.equal(whole["network"][name], halved["network"][name]) for name in whole["network"])
    with pytest.raises(CorpusError, match="other settings"):
        fit(splits["train"], some, BEDS, tmp_path / "whole", FitConfig(base=str(from_nothing)), workers=0)


@needs_train_extra
def test_whispers_window_is_cut_to_what_is_heard(splits: Splits, whisper: Path, tmp_path: Path) -> None:
    import torch

    from models.training.dialect.network import ear_of, new_network, scores_of, tags_of

    network = new_network(whisper, ("cmn", "yue"), longest_s=3).eval()
    ear = ear_of(network, longest_s=3)
    assert (ear.kind, ear.mels, tags_of(network)) == ("mel", 80, ("cmn", "yue"))
    network.save_pretrained(tmp_path)
    again = type(network).from_pretrained(tmp_path).eval()
    bands = torch.randn(2, 80, 300)
    with torch.inference_mode():
        assert torch.allclose(scores_of(network, bands), scores_of(again, bands))
    with pytest.raises(CorpusError, match="hears 30 s at most"):
        new_network(whisper, ("cmn", "yue"), longest_s=40)


@needs_train_extra
def test_an_encoder_that_cannot_be_had_is_named(tmp_path: Path) -> None:
    from models.training.dialect.network import new_network

    with pytest.raises(CorpusError, match=r"cannot be loaded.*name one or its folder"):
        new_network(tmp_path, ("cmn", "yue"), longest_s=2)


@needs_train_extra
def test_exporting_before_fitting_says_what_to_do(splits: Splits, tmp_path: Path) -> None:
    from models.training.dialect.export import export

    with pytest.raises(CorpusError, match="fit first"):
        export(tmp_path, tmp_path, splits["dev"], splits["test"], BEDS, trained_on="", licence="")


def script(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | environment)


@needs_train_extra
def test_the_script_leads_from_recordings_to_a_folder_for_the_model_host(
    data: Path, whisper: Path, tmp_path: Path
) -> None:
    splits = [argument for name in ("train", "dev", "test") for argument in (f"--{name}", f"Tasks/{name}")]
    fitting = script(
        "fit", str(data), *splits, "--out", str(tmp_path / "fitted"), "--base", str(whisper), "--steps", "2",
        "--batch", "2", "--seconds", "2", "--measure-every", "2", "--workers", "1", "--clips", "4",
    )  # fmt: skip
    assert fitting.returncode == 0, fitting.stderr
    exporting = script(
        "export", str(data), *splits, "--out", str(tmp_path / "model"), "--fitted", str(tmp_path / "fitted"),
        "--clips", "4",
    )  # fmt: skip
    assert exporting.returncode == 0, exporting.stderr
    assert "| cmn |" in exporting.stdout
    assert DialectClassifier.load(tmp_path / "model").card.measured.clips == 4


@needs_train_extra
def test_the_script_says_what_is_wrong_with_the_recordings(data: Path, tmp_path: Path) -> None:
    found = script("fit", str(data), "--out", str(tmp_path / "fitted"))
    assert found.returncode == 1 and "Traceback" not in found.stderr and "wav.scp" in found.stderr


def test_without_the_train_extra_the_remedy_is_named(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise ModuleNotFoundError('as on a machine without it')")
    found = script("fit", str(tmp_path), "--out", str(tmp_path / "fitted"), PYTHONPATH=str(tmp_path))
    assert found.returncode == 1 and "pip install torch transformers" in found.stderr
