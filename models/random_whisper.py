"""Whisper models of any shape with random weights: as fast as the real ones, without a download, and just as deaf.

What makes speed depend on weights is how many tokens the decoder writes. These write as many as a short request takes:
the position encodings forbid the end of the text before that place and force it there.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from ctranslate2.specs import WhisperSpec
from numpy.typing import NDArray
from tokenizers import Tokenizer

from models.bundle import ModelError, resolve

WRITTEN_TOKENS: Final = 12
"""Of a request of two to three seconds, as Whisper's vocabulary spells Chinese."""
PROMPT_TOKENS: Final = 4
WINDOW_STEPS: Final = 1500
TEXT_STEPS: Final = 448
_FORCE: Final = 1000.0
"""Length of the position encodings, against some tens of everything that is added to them."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a Whisper model."""

    name: str
    mels: int
    width: int
    heads: int
    encoder_layers: int
    decoder_layers: int
    vocabulary: int

    @property
    def parameters(self) -> int:
        """Weights, but for the few of norms and convolutions."""
        square = self.width**2
        return 12 * square * self.encoder_layers + 16 * square * self.decoder_layers + 2 * self.width * self.vocabulary


SHAPES: Final = {
    shape.name: shape
    for shape in (
        Shape("tiny", 80, 384, 6, 4, 4, 51_865),
        Shape("small", 80, 768, 12, 12, 12, 51_865),
        Shape("large-v3-turbo", 128, 1280, 20, 32, 4, 51_866),
    )
}


class NoRoom(ModelError):
    """The disk cannot hold the model."""


def write(shape: Shape, folder: Path) -> Iterator[float]:
    """Writes a model that faster-whisper loads; yields the share that is done.

    Takes 2 bytes a weight on the disk, and as much memory. Raises NoRoom.
    """
    needed, free = 2 * shape.parameters * 1.1, shutil.disk_usage(folder).free
    if needed > free:
        raise NoRoom(
            f"a model of the shape {shape.name} takes {needed / 1e9:.1f} GB, and {folder} has {free / 1e9:.1f} GB: "
            "make room there, or set TMPDIR to another disk"
        )
    spec = WhisperSpec(shape.encoder_layers, shape.heads, shape.decoder_layers, shape.heads)
    tokens = _vocabulary(shape)
    spec.register_vocabulary(tokens)
    _set_ends(spec, shape, tokens.index("<|endoftext|>"))
    layers = [*spec.encoder.layer, *spec.decoder.layer]
    weights = _Weights(shape.width)
    for done, layer in enumerate(layers):
        weights.set_layer(layer)
        yield (done + 1) / (len(layers) + 2)
    spec.config.lang_ids = [tokens.index(f"<|{language}|>") for language in ("en", "zh", "yue")]
    spec.validate()
    spec.save(str(folder))
    _write_tokenizer(folder, shape)
    yield 1.0


class _Weights:
    """Fills the layers of a specification."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._rng = np.random.default_rng(0)

    def matrix(self, *shape: int) -> NDArray[np.float16]:
        return (0.02 * self._rng.standard_normal(shape, dtype=np.float32)).astype(np.float16)

    def set_norm(self, spec: Any) -> None:
        spec.gamma = np.ones(self._width, np.float16)
        spec.beta = np.zeros(self._width, np.float16)

    def set_layer(self, spec: Any) -> None:
        width = self._width
        self._set_attention(spec.self_attention, (3 * width, width))
        if hasattr(spec, "attention"):
            self._set_attention(spec.attention, (width, 2 * width, width))
        self.set_norm(spec.ffn.layer_norm)
        spec.ffn.linear_0.weight = self.matrix(4 * width, width)
        spec.ffn.linear_1.weight = self.matrix(width, 4 * width)

    def _set_attention(self, spec: Any, outputs: tuple[int, ...]) -> None:
        self.set_norm(spec.layer_norm)
        for linear, rows in zip(spec.linear, outputs, strict=True):
            linear.weight = self.matrix(rows, self._width)


def _set_ends(spec: Any, shape: Shape, end: int) -> None:
    """What comes before the layers and after them."""
    weights, width = _Weights(shape.width), shape.width
    spec.encoder.conv1.weight = weights.matrix(width, shape.mels, 3)
    spec.encoder.conv2.weight = weights.matrix(width, width, 3)
    spec.encoder.position_encodings.encodings = weights.matrix(WINDOW_STEPS, width)
    for norm in (spec.encoder.layer_norm, spec.decoder.layer_norm):
        weights.set_norm(norm)
    embeddings = weights.matrix(shape.vocabulary, width)
    direction = np.sign(embeddings[end]).astype(np.float32) / width**0.5
    embeddings[end] = direction
    places = np.arange(TEXT_STEPS)[:, None]
    over = places >= PROMPT_TOKENS - 1 + WRITTEN_TOKENS
    spec.decoder.embeddings.weight = embeddings
    spec.decoder.projection.weight = embeddings
    spec.decoder.position_encodings.encodings = (_FORCE * np.where(over, direction, -direction)).astype(np.float16)


def _vocabulary(shape: Shape) -> list[str]:
    """The bundled model's tokens, and as many without a meaning as the shape has more."""
    known = _tokenizer().get_vocab()
    names = {number: token for token, number in known.items()}
    return [names.get(number, f"<|unused{number}|>") for number in range(shape.vocabulary)]


def _tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(resolve("bundled") / "tokenizer.json"))


def _write_tokenizer(folder: Path, shape: Shape) -> None:
    _tokenizer().save(str(folder / "tokenizer.json"))
    preprocessor = {"feature_size": shape.mels, "sampling_rate": 16_000, "hop_length": 160, "n_fft": 400}
    (folder / "preprocessor_config.json").write_text(json.dumps(preprocessor), encoding="utf-8")
