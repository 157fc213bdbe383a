"""The net in torch, the same as `mien.guard.local.network` computes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from mien.guard.local.features import N_ROWS, Token


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a net is, and what it forgets while it learns.

    Attributes:
        width: Of a row of the table.
        filters: Of both convolutions.
        hidden: Units after pooling.
        word_dropout: Share of words whose letters are hidden, so that ideas must do.
        idea_dropout: Share of ideas and flags that are hidden.
        dropout: Of the pooled answers.
    """

    width: int = 32
    filters: int = 64
    hidden: int = 48
    word_dropout: float = 0.3
    idea_dropout: float = 0.1
    dropout: float = 0.4


class Packed(NamedTuple):
    """Messages as flat arrays.

    Attributes:
        rows: Of all words of all messages.
        shares: The weight of each row: 1 of a mark, 1/k of k letter groups.
        is_gram: Whether a row is of letters.
        starts: Where each word's rows begin.
        lengths: Words of each message.
    """

    rows: Tensor
    shares: Tensor
    is_gram: Tensor
    starts: Tensor
    lengths: Tensor


class Net(nn.Module):
    """Words to logits.

    Args:
        outputs: Logits.
        shape: Sizes and dropout.
    """

    def __init__(self, outputs: int, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.table = nn.EmbeddingBag(N_ROWS, shape.width, mode="sum")
        nn.init.normal_(self.table.weight, std=0.1)
        self.conv1 = nn.Conv1d(shape.width, shape.filters, 3, padding=1)
        self.conv2 = nn.Conv1d(shape.filters, shape.filters, 3, padding=2, dilation=2)
        self.hidden = nn.Linear(2 * shape.filters, shape.hidden)
        self.out = nn.Linear(shape.hidden, outputs)

    def forward(self, packed: Packed) -> Tensor:
        """Logits, shape (messages, outputs)."""
        x, mask = self._padded(self._embedded(packed), packed.lengths)
        x = functional.relu(self.conv1(x)) * mask
        x = x + functional.relu(self.conv2(x)) * mask
        most = x.masked_fill(mask == 0, 0.0).amax(2)
        mean = x.sum(2) / packed.lengths[:, None]
        pooled = functional.dropout(torch.cat([most, mean], 1), self.shape.dropout, self.training)
        logits: Tensor = self.out(functional.relu(self.hidden(pooled)))
        return logits

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """The weights by the names that `mien.guard.local.network` knows."""
        told = {
            "table": self.table.weight,
            "conv1": self.conv1.weight.permute(2, 1, 0),
            "conv1_bias": self.conv1.bias,
            "conv2": self.conv2.weight.permute(2, 1, 0),
            "conv2_bias": self.conv2.bias,
            "hidden": self.hidden.weight.T,
            "hidden_bias": self.hidden.bias,
            "out": self.out.weight.T,
            "out_bias": self.out.bias,
        }
        return {
            name: np.ascontiguousarray(value.detach().numpy(), np.float32)
            for name, value in told.items()
            if value is not None
        }

    def _embedded(self, packed: Packed) -> Tensor:
        shares = packed.shares
        if self.training:
            shares = shares * self._kept(packed)
        embedded: Tensor = self.table(packed.rows, packed.starts, per_sample_weights=shares)
        return embedded

    def _kept(self, packed: Packed) -> Tensor:
        n = len(packed.starts)
        counts = torch.diff(packed.starts, append=torch.tensor([len(packed.rows)]))
        word = (torch.rand(n) >= self.shape.word_dropout).float().repeat_interleave(counts)
        idea = (torch.rand(len(packed.rows)) >= self.shape.idea_dropout).float()
        return torch.where(packed.is_gram, word, idea)

    @staticmethod
    def _padded(words: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        n, longest = len(lengths), int(lengths.max())
        mask = torch.arange(longest)[None, :] < lengths[:, None]
        x = words.new_zeros(n, longest, words.shape[1])
        x[mask] = words
        return x.transpose(1, 2), mask[:, None, :].float()


def pack(messages: Sequence[Sequence[Token]]) -> Packed:
    """Messages as the net takes them; an empty one is not allowed."""
    rows: list[int] = []
    shares: list[float] = []
    is_gram: list[bool] = []
    starts: list[int] = []
    for message in messages:
        for token in message:
            starts.append(len(rows))
            rows += [*token.marks, *token.grams]
            shares += [1.0] * len(token.marks) + [1 / len(token.grams)] * len(token.grams)
            is_gram += [False] * len(token.marks) + [True] * len(token.grams)
    return Packed(
        torch.tensor(rows),
        torch.tensor(shares),
        torch.tensor(is_gram),
        torch.tensor(starts),
        torch.tensor([len(message) for message in messages]),
    )
