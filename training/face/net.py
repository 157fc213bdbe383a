"""The expression net: five small residual blocks, 0.96 M parameters, 39 M multiply-adds."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

SIDE = 48
"""Side of the crops that come in, in pixels."""

MIDDLE = 44
"""Side of the middle part that is looked at: borders are what crops differ in most."""

INNER = 40
"""Side of the picture the convolutions see."""

SPREAD_FLOOR = 0.02
"""Added to the deviation (0..1 scale), so that an even patch is not blown up to noise."""


class Squeeze(nn.Module):
    """Channels weighted by what the whole picture holds (Hu et al. 2018)."""

    def __init__(self, width: int, ratio: int = 8) -> None:
        super().__init__()
        self.down = nn.Conv2d(width, width // ratio, 1)
        self.up = nn.Conv2d(width // ratio, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        pooled = x.mean((2, 3), keepdim=True)
        return x * torch.sigmoid(self.up(torch.relu(self.down(pooled))))


class Block(nn.Module):
    """Two 3x3 convolutions beside a shortcut."""

    def __init__(self, width_in: int, width_out: int, stride: int, squeeze: bool) -> None:
        super().__init__()
        self.first = nn.Conv2d(width_in, width_out, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(width_out)
        self.second = nn.Conv2d(width_out, width_out, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(width_out)
        self.squeeze = Squeeze(width_out) if squeeze else nn.Identity()
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or width_in != width_out:
            self.shortcut = nn.Sequential(
                nn.AvgPool2d(stride) if stride != 1 else nn.Identity(),
                nn.Conv2d(width_in, width_out, 1, bias=False),
                nn.BatchNorm2d(width_out),
            )

    def forward(self, x: Tensor) -> Tensor:
        y = torch.relu(self.first_norm(self.first(x)))
        y = self.squeeze(self.second_norm(self.second(y)))
        return torch.relu(y + self.shortcut(x))


class ExpressionNet(nn.Module):
    """From normalised pictures to logits of eight vote shares and, in training, of FER2013.

    Input n x 1 x 40 x 40 with mean 0 and deviation 1; outputs n x 8 and n x 7.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(1, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()
        )
        self.blocks = nn.Sequential(
            Block(16, 32, 2, squeeze=False),
            Block(32, 64, 2, squeeze=True),
            Block(64, 64, 1, squeeze=True),
            Block(64, 160, 2, squeeze=True),
            Block(160, 160, 1, squeeze=True),
        )
        self.dropout = nn.Dropout(0.2)
        self.shares = nn.Linear(160, 8)
        self.fer2013 = nn.Linear(160, 7)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.dropout(self.blocks(self.stem(x)).mean((2, 3)))
        return self.shares(x), self.fer2013(x)


def normalise(pictures: Tensor) -> Tensor:
    """Pictures on the 0..1 scale, each brought to mean 0 and deviation near 1."""
    mean = pictures.mean((2, 3), keepdim=True)
    centred = pictures - mean
    deviation = centred.square().mean((2, 3), keepdim=True).sqrt()
    return centred / (deviation + SPREAD_FLOOR)


def scaling_matrix(side_in: int, middle: int, side_out: int) -> np.ndarray:
    """Rows that take the middle of a line and scale it bilinearly, shape (side_out, side_in)."""
    matrix = np.zeros((side_out, side_in), dtype=np.float32)
    margin = (side_in - middle) / 2
    for row in range(side_out):
        position = margin + (row + 0.5) * middle / side_out - 0.5
        low = int(np.floor(position))
        part = position - low
        matrix[row, min(max(low, 0), side_in - 1)] += 1 - part
        matrix[row, min(max(low + 1, 0), side_in - 1)] += part
    return matrix


class Shipped(nn.Module):
    """What goes into the ONNX file: 48 x 48 crops with values 0..255 in, log shares out.

    Cutting, scaling, normalising and the mean over both mirror images are part of the
    graph, so that no caller can do them differently.

    Args:
        net: The trained net.
        mirror: Whether both mirror images are looked at (two passes).
    """

    def __init__(self, net: ExpressionNet, mirror: bool = True) -> None:
        super().__init__()
        self.net = net
        self.mirror = mirror
        scaling = torch.from_numpy(scaling_matrix(SIDE, MIDDLE, INNER))
        self.register_buffer("rows", scaling)
        self.register_buffer("columns", scaling.t().contiguous())
        self.register_buffer("mirrored", scaling.flip(0).t().contiguous())

    def forward(self, crops: Tensor) -> Tensor:
        lines = torch.matmul(self.rows, crops / 255.0)
        pictures = normalise(torch.matmul(lines, self.columns))
        if not self.mirror:
            return self.net(pictures)[0].log_softmax(1)
        turned = normalise(torch.matmul(lines, self.mirrored))
        both = torch.stack([pictures, turned], 1).flatten(0, 1)
        logits: Tensor = self.net(both)[0]
        return logits.log_softmax(1).reshape(-1, 2, 8).mean(1)
