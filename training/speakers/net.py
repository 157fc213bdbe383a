"""A time-delay net over log-mel frames with statistics pooling (Snyder et al. 2018, x-vectors)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.decoders.voice.embedding import DIMENSIONS
from mien.decoders.voice.features import BANDS

WIDTH = 128


class Layer(nn.Module):
    """A dilated convolution in time with a way around it."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.taps = nn.Conv1d(WIDTH, WIDTH, 3, padding=dilation, dilation=dilation, bias=False)
        self.norm = nn.BatchNorm1d(WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        """Shape (batch, WIDTH, steps) in and out."""
        return x + functional.relu(self.norm(self.taps(x)))


class Net(nn.Module):
    """Frames in, a vector out; some 230 thousand parameters."""

    def __init__(self, dropout: float = 0.2) -> None:
        super().__init__()
        self.first = nn.Conv1d(BANDS, WIDTH, 5, stride=2, padding=2, bias=False)
        self.norm = nn.BatchNorm1d(WIDTH)
        self.layers = nn.Sequential(Layer(1), Layer(2), Layer(3))
        self.wide = nn.Conv1d(WIDTH, 2 * WIDTH, 1)
        self.weigh = nn.Conv1d(2 * WIDTH, 1, 1)
        self.pooled = nn.BatchNorm1d(4 * WIDTH)
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Linear(4 * WIDTH, DIMENSIONS)
        self.centered = nn.BatchNorm1d(DIMENSIONS, affine=False)

    def forward(self, mel: Tensor) -> Tensor:
        """Vectors, not yet of length one, shape (batch, DIMENSIONS).

        Args:
            mel: Evened frames, shape (batch, frames, 64).
        """
        x = functional.relu(self.norm(self.first(mel.transpose(1, 2))))
        x = functional.relu(self.wide(self.layers(x)))
        weight = torch.softmax(self.weigh(x), dim=2)
        mean = (x * weight).sum(dim=2)
        spread = ((x * x * weight).sum(dim=2) - mean * mean).clamp(min=1e-5).sqrt()
        both = self.dropout(self.pooled(torch.cat([mean, spread], dim=1)))
        vectors: Tensor = self.centered(self.out(both))
        return vectors


class Margin(nn.Module):
    """Additive-margin softmax over the speakers of training (Wang et al. 2018)."""

    def __init__(self, speakers: int, scale: float = 20.0, margin: float = 0.2) -> None:
        super().__init__()
        self.centers = nn.Parameter(torch.randn(speakers, DIMENSIONS) * 0.1)
        self.scale, self.margin = scale, margin

    def forward(self, vectors: Tensor, speakers: Tensor) -> Tensor:
        """The mean loss of a batch: vectors (batch, DIMENSIONS), speakers (batch,)."""
        cosine = functional.normalize(vectors) @ functional.normalize(self.centers).T
        target = functional.one_hot(speakers, len(self.centers)).to(cosine.dtype)
        return functional.cross_entropy(
            self.scale * (cosine - self.margin * target), speakers, label_smoothing=0.05
        )
