# mypy: disable-error-code="misc"
# The type checker runs where torch is not installed, so its classes have no type there.
"""CTC loss for a large vocabulary on a CPU.

`torch.nn.functional.ctc_loss` passes over [T, B, V] float32 many times. An utterance of L characters touches L + 1 of
V outputs only, so the recursion runs on those columns, and the gradient over the rest is the softmax itself, in the
logits' own precision. Twice as fast at V = 2,633.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional


class _CompactCtc(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, logits: Tensor, columns: Tensor, targets: Tensor, frames: Tensor, lengths: Tensor) -> Tensor:
        log_probs = torch.log_softmax(logits, -1)
        index = columns[:, None, :].expand(-1, logits.shape[1], -1)
        weight = 1 / lengths.clamp(min=1).float()
        with torch.enable_grad():
            compact = log_probs.gather(2, index).float().transpose(0, 1).contiguous().requires_grad_()
            losses = functional.ctc_loss(
                compact, targets, frames, lengths, blank=0, reduction="none", zero_infinity=True
            )
            (gradient,) = torch.autograd.grad(losses, compact, weight)
        # torch's gradient is softmax minus posterior, which holds only under log_softmax over the same columns.
        inside = (torch.arange(logits.shape[1])[:, None] < frames).unsqueeze(2)
        posterior = torch.where(inside, compact.detach().exp() * weight[None, :, None] - gradient, 0)
        ctx.save_for_backward(log_probs, index, posterior.transpose(0, 1), weight, inside.transpose(0, 1))
        return (losses.detach() * weight).mean()

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, None, None, None, None]:
        log_probs, index, posterior, weight, inside = ctx.saved_tensors
        scale = upstream / log_probs.shape[0]
        gradient = log_probs.exp()
        gradient *= (inside * weight[:, None, None] * scale).to(gradient.dtype)
        gradient.scatter_add_(2, index, (-posterior * scale).to(gradient.dtype))
        return gradient, None, None, None, None


def compact_ctc_loss(logits: Tensor, texts: list[list[int]], frames: Tensor, *, blank: int) -> Tensor:
    """Mean over the batch of the CTC loss per character.

    logits: [B, T, V]; texts: the characters of each utterance; frames: [B], the frames that count.
    """
    longest = max(len(text) for text in texts)
    columns = torch.full((len(texts), longest + 1), blank)
    targets = torch.zeros((len(texts), max(longest, 1)), dtype=torch.long)
    for row, text in enumerate(texts):
        first = {token: place for place, token in reversed(list(enumerate(text, start=1)))}
        columns[row, 1 : len(text) + 1] = torch.tensor(text, dtype=torch.long)
        targets[row, : len(text)] = torch.tensor([first[token] for token in text], dtype=torch.long)
    lengths = torch.tensor([len(text) for text in texts])
    loss: Tensor = _CompactCtc.apply(logits, columns, targets, frames, lengths)
    return loss
