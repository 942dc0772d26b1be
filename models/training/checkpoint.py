"""Where training starts from and what it leaves: weights as transformers names them, and the tokenizer."""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from models.training.network import Recogniser, Shape
from models.training.vocabulary import Vocabulary

_EMBEDDING = "model.decoder.embed_tokens.weight"
_RARE = -4.0
"""CTC bias of a character not learnt yet, against the mean of the others: rarely proposed."""


def read(folder: Path, *, more: str = "") -> tuple[Recogniser, Vocabulary]:
    """The network of a checkpoint folder, its vocabulary widened by the characters of `more`."""
    old = Vocabulary.of_tokenizer(folder / "tokenizer.json")
    vocabulary = old.with_more(more)
    weights = {name: tensor.float() for name, tensor in load_file(folder / "model.safetensors").items()}
    if vocabulary.size > old.size:
        weights = _widened(weights, old.size, vocabulary.size - old.size)
    network = Recogniser(Shape(vocabulary=weights[_EMBEDDING].shape[0], characters=vocabulary.size))
    network.load_state_dict(weights)
    return network, vocabulary


def write(folder: Path, network: Recogniser, vocabulary: Vocabulary, pattern: Path) -> None:
    """A checkpoint folder that `read` takes; `pattern` is the folder that training started from."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / "model.safetensors.part"
    save_file({name: tensor.half().contiguous() for name, tensor in network.state_dict().items()}, temporary)
    temporary.rename(folder / "model.safetensors")
    tokenizer = json.loads((pattern / "tokenizer.json").read_text(encoding="utf-8"))
    (folder / "tokenizer.json").write_text(
        json.dumps(vocabulary.tokenizer(tokenizer), ensure_ascii=False), encoding="utf-8"
    )


def _widened(weights: dict[str, Tensor], characters: int, more: int) -> dict[str, Tensor]:
    """The weights with `more` rows put in after the last character."""
    wider = dict(weights)
    for name in (_EMBEDDING, "ctc_head.weight"):
        table = weights[name]
        fresh = torch.randn(more, table.shape[1]) * table[:characters].std() * 0.3 + table[:characters].mean(0)
        wider[name] = torch.cat((table[:characters], fresh, table[characters:]))
    bias = weights["ctc_head.bias"]
    fresh = torch.full((more,), float(bias[:characters].mean()) + _RARE)
    wider["ctc_head.bias"] = torch.cat((bias[:characters], fresh, bias[characters:]))
    return wider
