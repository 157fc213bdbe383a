"""The transformer in torch: BERT's encoder with mean pooling and one linear head."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from training.words.vocabulary import Weights

WIDTH, HEADS, LAYERS, POSITIONS = 384, 12, 6, 64


class Layer(nn.Module):
    """One encoder layer, normalized after each part (Vaswani et al. 2017)."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.norm1 = nn.LayerNorm(WIDTH, eps=1e-12)
        self.up = nn.Linear(WIDTH, 4 * WIDTH)
        self.down = nn.Linear(4 * WIDTH, WIDTH)
        self.norm2 = nn.LayerNorm(WIDTH, eps=1e-12)
        self.dropout = dropout

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """States of shape (n, length, width); `mask` (n, 1, 1, length) is added to scores."""
        n, length, _ = x.shape
        q, k, v = self.qkv(x).view(n, length, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        # torch's fused attention was four times slower on a CPU at these lengths.
        scores = torch.matmul(q, k.transpose(2, 3)) * (WIDTH // HEADS) ** -0.5 + mask
        met = torch.matmul(scores.softmax(-1).to(v.dtype), v)
        met = self.out(met.transpose(1, 2).reshape(n, length, WIDTH))
        x = self.norm1(x + met)
        wide = self.down(functional.gelu(self.up(x)))
        return self.norm2(x + functional.dropout(wide, self.dropout, self.training))


class WordsNet(nn.Module):
    """Piece numbers to logits of labels, and the pooled vectors on the way.

    Args:
        pieces: Size of the cut vocabulary.
        labels: Outputs of the head.
        layers: Of the encoder, from below.
    """

    def __init__(
        self, pieces: int, labels: int, dropout: float = 0.1, layers: int = LAYERS
    ) -> None:
        super().__init__()
        self.words = nn.Embedding(pieces, WIDTH)
        self.places = nn.Embedding(POSITIONS, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(layers))
        self.head = nn.Linear(WIDTH, labels)
        self.dropout = dropout

    def forward(self, ids: Tensor) -> Tensor:
        """Logits, shape (n, labels), of ids (n, length) padded with 0."""
        return self.head(functional.dropout(self.pooled(ids)[-1], self.dropout, self.training))

    def pooled(self, ids: Tensor) -> list[Tensor]:
        """Mean state of every layer, embeddings first, each (n, width)."""
        x, there = self.embed(ids), ids != 0
        means = [mean_state(x, there)]
        for layer in self.layers:
            x = layer(x, blocked(there))
            means.append(mean_state(x, there))
        return means

    def embed(self, ids: Tensor) -> Tensor:
        """States before the first layer, (n, length, width)."""
        x = self.norm(self.words(ids) + self.places.weight[: ids.shape[1]])
        return functional.dropout(x, self.dropout, self.training)

    def finish(self, x: Tensor, there: Tensor, first: int) -> Tensor:
        """Logits from the states before layer `first`, as when the layers below are frozen."""
        for layer in self.layers[first:]:
            x = layer(x, blocked(there))
        mean = functional.dropout(mean_state(x, there), self.dropout, self.training)
        return self.head(mean)


def blocked(there: Tensor) -> Tensor:
    """What is added to attention scores: 0 where a piece is, -10,000 where padding is."""
    mask = torch.zeros(there.shape, dtype=torch.float32).masked_fill(~there, -1e4)
    return mask[:, None, None]


def mean_state(x: Tensor, there: Tensor) -> Tensor:
    """Mean over the pieces that are there, float32, (n, width)."""
    return (x.float() * there[..., None]).sum(1) / there.sum(1)[:, None]


def from_pretrained(
    tensors: Weights, embeddings: NDArray[np.float32], labels: int, layers: int = LAYERS
) -> WordsNet:
    """A net with the encoder's weights, a cut embedding table and a new head."""
    net = WordsNet(len(embeddings), labels, layers=layers)
    state = {
        "words.weight": embeddings,
        "places.weight": tensors["embeddings.position_embeddings.weight"][:POSITIONS]
        + tensors["embeddings.token_type_embeddings.weight"][0],
        "norm.weight": tensors["embeddings.LayerNorm.weight"],
        "norm.bias": tensors["embeddings.LayerNorm.bias"],
    }
    names = {
        "out": "attention.output.dense", "norm1": "attention.output.LayerNorm",
        "up": "intermediate.dense", "down": "output.dense", "norm2": "output.LayerNorm",
    }  # fmt: skip
    for i in range(layers):
        theirs = f"encoder.layer.{i}."
        for part in ("weight", "bias"):
            state[f"layers.{i}.qkv.{part}"] = np.concatenate(
                [tensors[f"{theirs}attention.self.{x}.{part}"] for x in ("query", "key", "value")]
            )
            for ours, name in names.items():
                state[f"layers.{i}.{ours}.{part}"] = tensors[f"{theirs}{name}.{part}"]
    state["head.weight"] = np.zeros((labels, WIDTH), np.float32)
    state["head.bias"] = np.zeros(labels, np.float32)
    net.load_state_dict({name: torch.tensor(np.array(a)) for name, a in state.items()})
    return net
