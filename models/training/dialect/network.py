"""The network: any encoder of speech that transformers knows, with one score for each dialect on top."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModelForAudioClassification

from models.dialect_card import Ear
from models.training.dialect.corpus import CorpusError

CHINESE: Final = "TencentGameMate/chinese-wav2vec2-base"
"""Learned from 10,000 h of Mandarin as it is spoken everywhere in China (WenetSpeech); 95 M parameters, MIT licence.

On a machine without a GPU the result takes 1.7 s of a core to hear 8 s of speech; one from openai/whisper-base takes
0.25 s, from openai/whisper-tiny 0.09 s (random weights exported to ONNX, one thread, x86-64).
"""

_POSITIONS_A_SECOND: Final = 50
"""Of Whisper's encoder."""


Network = Any
"""A model of AutoModelForAudioClassification, whose outputs carry the dialects' tags."""


def scores_of(network: Network, audio: Tensor) -> Tensor:
    """[clips, dialects], logarithmic. audio: see `models.dialect_card.Ear`."""
    scores: Tensor = network(audio).logits
    return scores


def new_network(base: str | Path, tags: Sequence[str], *, longest_s: int) -> Network:
    """`base`: hub name or folder of a speech encoder; a folder with nothing but config.json starts from nothing.

    Raises CorpusError where it cannot be had or heard with.
    """
    labels = {"id2label": dict(enumerate(tags)), "label2id": {tag: number for number, tag in enumerate(tags)}}
    try:
        config = AutoConfig.from_pretrained(str(base), **labels)
        if _has_weights(Path(base)):
            network = AutoModelForAudioClassification.from_pretrained(
                str(base), config=config, ignore_mismatched_sizes=True
            )
            if hasattr(network, "freeze_feature_encoder"):
                network.freeze_feature_encoder()  # its convolutions are good as they are
        else:
            network = AutoModelForAudioClassification.from_config(config)
    except (OSError, ValueError) as error:
        raise CorpusError(
            f"{base} cannot be loaded as an encoder of speech ({error}): name one or its folder"
        ) from error
    if network.config.model_type == "whisper":
        _listen_for(network, longest_s * _POSITIONS_A_SECOND)
    return network


def load_network(folder: Path) -> Network:
    """A network that was kept with `save_pretrained`."""
    return AutoModelForAudioClassification.from_pretrained(str(folder))


def tags_of(network: Network) -> tuple[str, ...]:
    labels: dict[int, str] = network.config.id2label
    return tuple(labels[number] for number in sorted(labels))


def ear_of(network: Network, *, longest_s: int) -> Ear:
    """In which form the network hears."""
    config = network.config
    if config.model_type == "whisper":
        return Ear("mel", longest_s=longest_s, mels=config.num_mel_bins)
    return Ear("waveform", longest_s=longest_s)


def _has_weights(base: Path) -> bool:
    """A name that is no folder stands for a model of the hub, which has."""
    return not base.is_dir() or any(base.glob("*.safetensors")) or any(base.glob("*.bin"))


def _listen_for(network: Any, positions: int) -> None:
    """Shortens Whisper's window of 30 s, most of which would be silence: its work grows with the window."""
    encoder, config = network.encoder, network.config
    if positions > config.max_source_positions:
        most = config.max_source_positions // _POSITIONS_A_SECOND
        raise CorpusError(f"this encoder hears {most} s at most: ask for no more of a recording")
    kept = encoder.embed_positions.weight.detach()[:positions].clone()
    encoder.embed_positions = nn.Embedding.from_pretrained(kept, freeze=True)
    encoder.max_source_positions = config.max_source_positions = encoder.config.max_source_positions = positions


def device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
