# mypy: disable-error-code="misc"
# The type checker runs where torch is not installed, so its classes have no type there.
"""A Whisper-shaped network with a CTC head, for training: any window length, tensor names as transformers has them."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the network."""

    vocabulary: int
    """Text tokens, special tokens and timestamps."""
    characters: int
    """Text tokens alone; the CTC head has one output more, its last: the blank."""
    mels: int = 80
    width: int = 192
    inner: int = 768
    heads: int = 3
    encoder_layers: int = 4
    decoder_layers: int = 2
    source_positions: int = 1500
    target_positions: int = 448


class Attention(nn.Module):
    """Multi-head attention; as in Whisper, keys have no bias."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.q_proj = nn.Linear(shape.width, shape.width)
        self.k_proj = nn.Linear(shape.width, shape.width, bias=False)
        self.v_proj = nn.Linear(shape.width, shape.width)
        self.out_proj = nn.Linear(shape.width, shape.width)

    def forward(self, x: Tensor, memory: Tensor, mask: Tensor | None = None) -> Tensor:
        """x: [B, T, D]; memory: [B, S, D]; mask: [T, S], added to the scores. Returns [B, T, D]."""
        q, k, v = (self._split(z) for z in (self.q_proj(x), self.k_proj(memory), self.v_proj(memory)))
        scores = q @ k.transpose(2, 3) * q.shape[-1] ** -0.5
        if mask is not None:
            scores = scores + mask
        heads = torch.softmax(scores, dim=-1, dtype=scores.dtype) @ v
        return self.out_proj(heads.transpose(1, 2).flatten(2))

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(2, (self.heads, -1)).transpose(1, 2)


class Layer(nn.Module):
    """Pre-norm transformer layer; with attention to the encoder when it belongs to the decoder."""

    def __init__(self, shape: Shape, *, decoder: bool) -> None:
        super().__init__()
        self.self_attn = Attention(shape)
        self.self_attn_layer_norm = nn.LayerNorm(shape.width)
        if decoder:
            self.encoder_attn = Attention(shape)
            self.encoder_attn_layer_norm = nn.LayerNorm(shape.width)
        self.fc1 = nn.Linear(shape.width, shape.inner)
        self.fc2 = nn.Linear(shape.inner, shape.width)
        self.final_layer_norm = nn.LayerNorm(shape.width)

    def forward(self, x: Tensor, memory: Tensor | None = None, mask: Tensor | None = None) -> Tensor:
        """x: [B, T, D]; memory: [B, S, D], the encoder's output. Returns [B, T, D]."""
        h = self.self_attn_layer_norm(x)
        x = x + self.self_attn(h, h, mask)
        if memory is not None:
            x = x + self.encoder_attn(self.encoder_attn_layer_norm(x), memory)
        return x + self.fc2(functional.gelu(self.fc1(self.final_layer_norm(x))))


class Encoder(nn.Module):
    """Two convolutions, which halve the frame rate to 50 Hz, and transformer layers."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(shape.mels, shape.width, 3, padding=1)
        self.conv2 = nn.Conv1d(shape.width, shape.width, 3, stride=2, padding=1)
        self.embed_positions = nn.Embedding(shape.source_positions, shape.width)
        self.layers = nn.ModuleList(Layer(shape, decoder=False) for _ in range(shape.encoder_layers))
        self.layer_norm = nn.LayerNorm(shape.width)

    def forward(self, features: Tensor) -> Tensor:
        """features: [B, mels, 2T], log-mel. Returns [B, T, D]."""
        x = functional.gelu(self.conv2(functional.gelu(self.conv1(features)))).transpose(1, 2)
        x = x + self.embed_positions.weight[: x.shape[1]]
        for layer in self.layers:
            x = layer(x)
        return self.layer_norm(x)


class Decoder(nn.Module):
    """Predicts the next token from those before and the encoder's output."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(shape.vocabulary, shape.width)
        self.embed_positions = nn.Embedding(shape.target_positions, shape.width)
        self.layers = nn.ModuleList(Layer(shape, decoder=True) for _ in range(shape.decoder_layers))
        self.layer_norm = nn.LayerNorm(shape.width)

    def forward(self, tokens: Tensor, memory: Tensor) -> Tensor:
        """tokens: [B, L]; memory: [B, T, D]. Returns logits [B, L, vocabulary]."""
        length = tokens.shape[1]
        x = self.embed_tokens(tokens) + self.embed_positions.weight[:length]
        mask = torch.full((length, length), -1e4, dtype=x.dtype).triu(1)
        for layer in self.layers:
            x = layer(x, memory, mask)
        return functional.linear(self.layer_norm(x), self.embed_tokens.weight)


class Model(nn.Module):
    """Encoder and decoder."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.encoder = Encoder(shape)
        self.decoder = Decoder(shape)


class Recogniser(nn.Module):
    """The whole network."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.model = Model(shape)
        self.ctc_head = nn.Linear(shape.width, shape.characters + 1)

    def forward(self, features: Tensor, tokens: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        """CTC logits [B, T, characters + 1], and the decoder's [B, L, vocabulary] if `tokens` are given."""
        memory = self.model.encoder(features)
        return self.ctc_head(memory), None if tokens is None else self.model.decoder(tokens, memory)
