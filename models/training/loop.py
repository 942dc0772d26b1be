"""The training loop: joint CTC and attention loss, a learning rate that falls with the time left."""

import logging
import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor
from torch.nn import functional

from models.training.batches import Batch, rounds
from models.training.ctc_loss import compact_ctc_loss
from models.training.network import Recogniser
from models.training.vocabulary import Vocabulary

logger = logging.getLogger(__name__)

_LOG_EVERY = 20


@dataclass(frozen=True, slots=True)
class LoopConfig:
    """How long and how hard to train."""

    seconds: float
    """Wall-clock time of the whole run; the learning rate reaches its lowest then."""
    peak: float = 1e-3
    """Highest learning rate, after the warm-up."""
    lowest: float = 1e-5
    warm_up_steps: int = 100
    decoder_every: int = 2
    """Which steps train the decoder too; the encoder with its CTC head is trained in all."""
    decoder_weight: float = 0.6
    """Weight of the decoder's cross-entropy against the CTC loss per character."""
    checkpoint_seconds: float = 240


def learning_rate(config: LoopConfig, step: int, elapsed: float) -> float:
    """Linear warm-up by steps, then a cosine over the wall-clock time."""
    cosine = 0.5 * (1 + math.cos(math.pi * min(elapsed / config.seconds, 1)))
    return (config.lowest + (config.peak - config.lowest) * cosine) * min(1, (step + 1) / config.warm_up_steps)


def losses(network: Recogniser, batch: Batch, *, decoder: bool) -> tuple[Tensor, Tensor]:
    """CTC loss per character and the decoder's cross-entropy per token (0 where it is left out).

    All activations are bfloat16; the weights that the optimizer keeps are float32.
    """
    weights = {name: parameter.bfloat16() for name, parameter in network.named_parameters()}
    arguments = (batch.features.bfloat16(), batch.inputs if decoder else None)
    logits, scores = torch.func.functional_call(network, weights, arguments)
    frames = torch.full((len(batch.texts),), logits.shape[1])
    ctc = compact_ctc_loss(logits, batch.texts, frames, blank=network.shape.characters)
    if scores is None:
        return ctc, torch.zeros(())
    return ctc, functional.cross_entropy(scores.flatten(0, 1).float(), batch.targets.flatten(), label_smoothing=0.05)


def train(
    network: Recogniser,
    vocabulary: Vocabulary,
    folder: Path,
    config: LoopConfig,
    *,
    save: Callable[[Recogniser, int], None],
    seed: int = 0,
) -> None:
    """Trains in place on the shards of `folder` until the time is up; `save` is called now and then and at the end."""
    decay = [p for p in network.parameters() if p.ndim > 1]
    plain = [p for p in network.parameters() if p.ndim <= 1]
    groups = [{"params": decay, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=config.peak, betas=(0.9, 0.98), fused=True)
    start = saved = time.monotonic()
    clips = 0
    smooth = [math.nan, math.nan]
    for step, batch in enumerate(rounds(folder, vocabulary, random.Random(seed))):
        decoder = step % config.decoder_every == 0
        ctc, cross_entropy = losses(network, batch, decoder=decoder)
        optimizer.zero_grad()
        (ctc + config.decoder_weight * cross_entropy).backward()
        elapsed = averaged(network, time.monotonic() - start)
        if elapsed > config.seconds:
            break
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(config, step, elapsed)
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        clips += len(batch.texts)
        for place, value in enumerate((ctc.item(), cross_entropy.item() if decoder else math.nan)):
            if not math.isnan(value):
                smooth[place] = value if math.isnan(smooth[place]) else 0.98 * smooth[place] + 0.02 * value
        if step % _LOG_EVERY == 0:
            logger.info(
                "%5.0f s  step %d  clips %d  ctc %.3f  decoder %.3f  lr %.2e",
                elapsed, step, clips, *smooth, learning_rate(config, step, elapsed),
            )  # fmt: skip
        if elapsed > saved - start + config.checkpoint_seconds:
            save(network, clips)
            saved = time.monotonic()
    save(network, clips)


def averaged(network: Recogniser, elapsed: float) -> float:
    """Averages the gradients over the processes, in place, and returns the average of `elapsed`.

    One process a core that meet once a step do better on a busy machine than one process whose threads meet at every
    operation: 2 cores shared with other work, 50 clips/s against 7.
    """
    if not dist.is_initialized():
        return elapsed
    parameters = [p for p in network.parameters() if p.grad is not None]
    flat = torch.cat([p.grad.flatten() for p in parameters if p.grad is not None] + [torch.tensor([elapsed])])
    dist.all_reduce(flat)
    flat /= dist.get_world_size()
    for parameter, mean in zip(parameters, flat[:-1].split([p.numel() for p in parameters]), strict=True):
        parameter.grad = mean.view_as(parameter)
    return float(flat[-1])
