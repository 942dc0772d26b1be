"""Invariant: the fast loss is the CTC loss, and the training network can be saved, widened and read again."""

import json
import random
from pathlib import Path

import numpy as np
import pytest

from tests.extras import imported

torch = imported("train", "torch")
imported("train", "safetensors")

from models.training import checkpoint  # noqa: E402
from models.training.batches import collate  # noqa: E402
from models.training.ctc_loss import compact_ctc_loss  # noqa: E402
from models.training.loop import LoopConfig, learning_rate, losses  # noqa: E402
from models.training.network import Recogniser, Shape  # noqa: E402
from models.training.shards import Example  # noqa: E402
from models.training.vocabulary import Vocabulary  # noqa: E402

CHARACTERS = ("<unk>", "你", "好", "吗")


def test_the_compact_loss_and_its_gradient_are_torchs() -> None:
    torch.manual_seed(0)
    texts = [[1, 2, 2, 3], [4], [], [7, 7, 7], [9, 8, 9, 8]]
    frames = torch.tensor([30, 20, 30, 25, 30])
    logits = torch.randn(5, 30, 50, requires_grad=True)
    compact = compact_ctc_loss(logits, texts, frames, blank=49)
    compact.backward()
    gradient = logits.grad.clone()
    logits.grad = None
    lengths = torch.tensor([len(text) for text in texts])
    targets = torch.tensor([text + [0] * (4 - len(text)) for text in texts])
    log_probs = logits.log_softmax(-1).transpose(0, 1)
    expected = torch.nn.functional.ctc_loss(log_probs, targets, frames, lengths, blank=49, reduction="none")
    mean = (expected / lengths.clamp(min=1)).mean()
    mean.backward()
    assert compact.item() == pytest.approx(mean.item(), rel=1e-5)
    assert torch.allclose(gradient, logits.grad, atol=1e-5)


def small() -> tuple[Recogniser, Vocabulary]:
    vocabulary = Vocabulary(CHARACTERS)
    shape = Shape(vocabulary=vocabulary.timestamp(30) + 1, characters=len(CHARACTERS), width=24, inner=48)
    return Recogniser(shape), vocabulary


def test_a_few_steps_on_one_batch_lower_the_loss() -> None:
    torch.manual_seed(1)
    network, vocabulary = small()
    rng = np.random.default_rng(1)
    group = [Example(rng.standard_normal((90, 80)).astype(np.float16), text, "cmn") for text in ("你好", "好吗", "")]
    batch = collate(group, vocabulary, random.Random(1))
    optimizer = torch.optim.Adam(network.parameters(), lr=3e-3)
    values = []
    for _ in range(12):
        ctc, cross_entropy = losses(network, batch, decoder=True)
        optimizer.zero_grad()
        (ctc + cross_entropy).backward()
        optimizer.step()
        values.append((ctc + cross_entropy).item())
    assert values[-1] < 0.6 * values[0]


def test_a_checkpoint_comes_back_with_more_characters(tmp_path: Path) -> None:
    network, vocabulary = small()
    network = Recogniser(Shape(vocabulary=network.shape.vocabulary, characters=len(CHARACTERS)))
    tokens = [{"id": vocabulary.special("<|endoftext|>"), "content": "<|endoftext|>"}]
    pattern = {"model": {"vocab": vocabulary.ids()}, "added_tokens": tokens}
    (tmp_path / "tokenizer.json").write_text(json.dumps(pattern), encoding="utf-8")
    checkpoint.write(tmp_path / "saved", network, vocabulary, tmp_path)
    wider, more = checkpoint.read(tmp_path / "saved", more="好的")
    assert more.characters == (*CHARACTERS, "的")
    old = network.model.decoder.embed_tokens.weight
    new = wider.model.decoder.embed_tokens.weight
    assert new.shape[0] == old.shape[0] + 1
    size = len(CHARACTERS)
    assert torch.allclose(new[:size], old[:size], atol=3e-3)
    assert torch.allclose(new[size + 1 :], old[size:], atol=3e-3)
    assert torch.allclose(wider.ctc_head.weight[size + 1], network.ctc_head.weight[size], atol=3e-3)


def test_the_learning_rate_ends_with_the_time() -> None:
    config = LoopConfig(seconds=100, peak=1e-3, lowest=1e-5, warm_up_steps=10)
    assert learning_rate(config, 0, 0) == pytest.approx(1e-4)
    assert learning_rate(config, 100, 0) == pytest.approx(1e-3)
    assert learning_rate(config, 100, 100) == pytest.approx(1e-5)
    assert learning_rate(config, 100, 1000) == pytest.approx(1e-5)
