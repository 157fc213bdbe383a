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


TAPS = 3
"""Words that a convolution sees at once, as `mien.guard.local.network` computes it."""


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
        # Taps side by side and one product: on a CPU many times faster than torch's Conv1d.
        self.conv1 = nn.Linear(TAPS * shape.width, shape.filters)
        self.conv2 = nn.Linear(TAPS * shape.filters, shape.filters)
        self.hidden = nn.Linear(2 * shape.filters, shape.hidden)
        self.out = nn.Linear(shape.hidden, outputs)

    def forward(self, packed: Packed) -> Tensor:
        """Logits, shape (messages, outputs)."""
        x, mask = self._padded(self._embedded(packed), packed.lengths)
        x = functional.relu(self.conv1(_taps(x, 1))) * mask
        x = x + functional.relu(self.conv2(_taps(x, 2))) * mask
        most = x.amax(1)
        mean = x.sum(1) / packed.lengths[:, None]
        pooled = functional.dropout(torch.cat([most, mean], 1), self.shape.dropout, self.training)
        logits: Tensor = self.out(functional.relu(self.hidden(pooled)))
        return logits

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """The weights by the names that `mien.guard.local.network` knows."""
        told = {
            "table": self.table.weight,
            "conv1": self.conv1.weight.T.unflatten(0, (TAPS, -1)),
            "conv1_bias": self.conv1.bias,
            "conv2": self.conv2.weight.T.unflatten(0, (TAPS, -1)),
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
        return x, mask[:, :, None].float()


def _taps(x: Tensor, dilation: int) -> Tensor:
    """Each word beside those `dilation` before and after it, shape (n, words, 3 width)."""
    length = x.shape[1]
    padded = functional.pad(x, (0, 0, dilation, dilation))
    parts = [padded[:, i * dilation : i * dilation + length] for i in range(TAPS)]
    return torch.cat(parts, 2)


class Flat(NamedTuple):
    """One message as arrays: what `Packed` holds of many.

    Attributes:
        rows: Of all its words.
        shares: The weight of each row.
        is_gram: Whether a row is of letters.
        counts: Rows of each word.
    """

    rows: NDArray[np.int64]
    shares: NDArray[np.float32]
    is_gram: NDArray[np.bool_]
    counts: NDArray[np.int64]


def flat(message: Sequence[Token]) -> Flat:
    """A message as arrays; an empty one is not allowed."""
    marks = [len(token.marks) for token in message]
    grams = [len(token.grams) for token in message]
    return Flat(
        np.array([row for token in message for row in (*token.marks, *token.grams)], np.int64),
        np.concatenate([[1.0] * m + [1 / g] * g for m, g in zip(marks, grams, strict=True)]).astype(
            np.float32
        ),
        np.concatenate([[False] * m + [True] * g for m, g in zip(marks, grams, strict=True)]),
        np.array(marks, np.int64) + np.array(grams, np.int64),
    )


def pack(messages: Sequence[Flat]) -> Packed:
    """Messages as the net takes them."""
    counts = np.concatenate([message.counts for message in messages])
    return Packed(
        torch.from_numpy(np.concatenate([message.rows for message in messages])),
        torch.from_numpy(np.concatenate([message.shares for message in messages])),
        torch.from_numpy(np.concatenate([message.is_gram for message in messages])),
        torch.from_numpy(np.concatenate([[0], np.cumsum(counts)[:-1]])),
        torch.tensor([len(message.counts) for message in messages]),
    )
