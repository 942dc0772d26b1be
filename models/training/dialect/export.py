"""Writes the folder that `models.dialect` loads, and measures what it wrote: the file, not the network it came from."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import onnx
import torch

from models.dialect import INPUT, MODEL_FILE, DialectClassifier
from models.dialect_card import DialectCard, Measured, write_card
from models.dialect_ear import heard
from models.training.channel import Audio
from models.training.dialect import network as networks
from models.training.dialect.batches import held_out_samples
from models.training.dialect.corpus import CorpusError, Recording
from models.training.dialect.figures import Labels, Scores, best_temperature, measure
from models.training.dialect.fit import BEST, read_settings

_UNMEASURED = Measured(clips=0, speakers=0, accuracy=0.0, recall={}, confusion={}, calibration_error=0.0)
_MOST_DIFFERENCE = 1e-2
"""Between the scores of the network and of its file: rounding, no more."""


def export(
    fitted: Path,
    out: Path,
    development: Sequence[Recording],
    test: Sequence[Recording],
    beds: Mapping[str, Audio],
    *,
    trained_on: str,
    licence: str,
) -> DialectCard:
    """From a folder of `fit` to a folder for models.dialect. The development recordings set the temperature.

    Raises CorpusError, and ModelError where the file written cannot be used.
    """
    config = read_settings(fitted)
    network = networks.load_network(fitted / BEST).cpu().eval()
    ear = networks.ear_of(network, longest_s=config.longest_s)
    card = DialectCard(
        networks.tags_of(network), ear, _UNMEASURED, base=config.base, trained_on=trained_on, licence=licence
    )
    out.mkdir(parents=True, exist_ok=True)
    write_onnx(network, card, out / MODEL_FILE)
    classifier = DialectClassifier(out / MODEL_FILE, card, threads=torch.get_num_threads())
    temperature = best_temperature(*_scored(classifier, development, beds))
    scores, labels = _scored(classifier, test, beds)
    speakers = len({recording.speaker for recording in test})
    measured = measure(scores, labels, card.tags, temperature=temperature, speakers=speakers)
    card = replace(card, measured=measured, temperature=round(temperature, 4))
    write_card(out, card)
    (out / "README.md").write_text(described(card), encoding="utf-8")
    return card


def write_onnx(network: networks.Network, card: DialectCard, file: Path) -> None:
    """One file with the input `audio`, of any length where the ear takes any. Raises CorpusError where it differs."""
    tone = (3_000 * np.sin(np.arange(16_000) / 3)).astype(np.int16)
    example = torch.from_numpy(heard(tone, card.ear))[None]
    sizes = {0: "clips", 1: "samples"} if card.ear.kind == "waveform" else {0: "clips"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer's, about lengths that it keeps as they are: checked below
        # The newer exporter (dynamo) refuses wav2vec 2.0's positional convolution with a length that varies.
        torch.onnx.export(
            network, (example,), str(file), input_names=[INPUT], output_names=["scores"],
            dynamic_axes={INPUT: sizes}, dynamo=False,
        )  # fmt: skip
    onnx.checker.check_model(str(file))
    classifier = DialectClassifier(file, card)
    for seconds in (card.ear.shortest_s, 2.5, card.ear.longest_s):
        noise = np.random.default_rng(0).normal(0, 2_000, int(seconds * 8_000)).astype(np.int16)
        with torch.inference_mode():
            expected = networks.scores_of(network, torch.from_numpy(heard(noise, card.ear))[None])[0].numpy()
        if not np.allclose(classifier.scores(noise), expected, atol=_MOST_DIFFERENCE):
            raise CorpusError(f"{file} does not answer as the network does: this encoder cannot be exported")


def described(card: DialectCard) -> str:
    """The model card, for people."""
    measured = card.measured
    header = ["spoken \\ guessed", *card.tags, "recognised"]
    rows = [
        [tag, *(str(measured.confusion[tag][said]) for said in card.tags), f"{measured.recall[tag]:.1%}"]
        for tag in card.tags
    ]
    lines = [f"| {' | '.join(cells)} |" for cells in (header, ["---"] * len(header), *rows)]
    text = (resources.files("models.training.dialect") / "card.md").read_text(encoding="utf-8")
    return text.format(
        tags=", ".join(card.tags), shortest_s=card.ear.shortest_s, longest_s=card.ear.longest_s, base=card.base,
        licence=card.licence, trained_on=card.trained_on, clips=measured.clips, speakers=measured.speakers,
        accuracy=measured.accuracy, chance=1 / len(card.tags), calibration_error=measured.calibration_error,
        table="\n".join(lines),
    )  # fmt: skip


def _scored(
    classifier: DialectClassifier, recordings: Sequence[Recording], beds: Mapping[str, Audio]
) -> tuple[Scores, Labels]:
    scores = [classifier.scores(held_out_samples(recording, beds)) for recording in recordings]
    labels = [classifier.card.tags.index(recording.tag) for recording in recordings]
    return np.array(scores), np.array(labels, np.int64)
