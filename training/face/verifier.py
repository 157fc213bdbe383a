"""Trains the net that doubts the detector: face or not, and whether something hides it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as fun
from numpy.typing import NDArray
from torch import Tensor, nn

from training.face.augment import Strength, augment
from training.face.net import INNER, MIDDLE, SIDE, normalise, scaling_matrix

STRENGTH = Strength(geometry=1.2, erase=0.25, shrink=0.4, cover=0.0)

LOST = {
    "haar_first": 0.015,
    "haar_weak": 0.1,
    "haar_stay": 0.003,
    "yunet_first": 0.002,
    "yunet_weak": 0.01,
    "yunet_stay": 0.001,
}
"""Part of validation faces that each threshold may lose."""


class FaceOrNot(nn.Module):
    """Logits of `face` and `covered` from normalised pictures, n x 1 x 40 x 40."""

    def __init__(self) -> None:
        super().__init__()
        widths = ((1, 16, 1), (16, 24, 2), (24, 48, 2), (48, 64, 2))
        layers: list[nn.Module] = [nn.AvgPool2d(2)]
        for width_in, width_out, stride in widths:
            layers += [
                nn.Conv2d(width_in, width_out, 3, stride, 1, bias=False),
                nn.BatchNorm2d(width_out),
                nn.ReLU(),
            ]
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(64 * 9, 2)

    def forward(self, pictures: Tensor) -> Tensor:
        logits: Tensor = self.head(self.body(pictures).flatten(1))
        return logits


class ShippedVerifier(nn.Module):
    """Crops of 48 x 48 with values 0..255 in, the two logits out."""

    def __init__(self, net: FaceOrNot) -> None:
        super().__init__()
        self.net = net
        scaling = torch.from_numpy(scaling_matrix(SIDE, MIDDLE, INNER))
        self.register_buffer("rows", scaling)
        self.register_buffer("columns", scaling.t().contiguous())

    def forward(self, crops: Tensor) -> Tensor:
        inner = torch.matmul(torch.matmul(self.rows, crops / 255.0), self.columns)
        logits: Tensor = self.net(normalise(inner))
        return logits


@dataclass(frozen=True, slots=True)
class VerifierRecipe:
    """How the verifier is trained."""

    seed: int = 0
    steps: int = 5000
    batch: int = 128
    rate: float = 3e-3
    cover: float = 0.3


def train_verifier(
    faces: NDArray[np.uint8], others: NDArray[np.uint8], recipe: VerifierRecipe
) -> FaceOrNot:
    """A net trained on as many faces as other things; covers are drawn over some faces.

    Args:
        faces: Crops of faces, shape (n, 48, 48).
        others: Crops of anything else, shape (m, 48, 48).
        recipe: How.
    """
    torch.manual_seed(recipe.seed)
    net = FaceOrNot()
    optimizer = torch.optim.AdamW(net.parameters(), lr=recipe.rate, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.rate, recipe.steps)
    rng = np.random.default_rng(recipe.seed)
    half = recipe.batch // 2
    net.train()
    for step in range(recipe.steps):
        generator = torch.Generator().manual_seed(recipe.seed * 1_000_003 + step)
        picked = np.concatenate(
            [faces[rng.integers(0, len(faces), half)], others[rng.integers(0, len(others), half)]]
        )
        crops = torch.from_numpy(picked).float()[:, None] / 255
        inner = augment(crops, STRENGTH, generator)
        hidden, is_hidden = draw_covers(inner[:half], recipe.cover, generator)
        logits = net(normalise(torch.cat([hidden, inner[half:]])))
        is_face = torch.cat([torch.ones(half), torch.zeros(half)])
        loss = fun.binary_cross_entropy_with_logits(logits[:, 0], is_face)
        loss = loss + 0.3 * fun.binary_cross_entropy_with_logits(logits[:half, 1], is_hidden)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 500 == 0:
            print(f"verifier step {step}: loss {float(loss.detach()):.4f}", flush=True)
    return net.eval()


def thresholds(net: FaceOrNot, faces: NDArray[np.uint8]) -> dict[str, float]:
    """Least chance of being a face, by detector, so that few validation faces are lost.

    A cascade is believed only with the verifier, YuNet unless the verifier is sure of the
    contrary; followed faces are believed more readily than new ones, and weak finds less.
    """
    with torch.no_grad():
        told = torch.sigmoid(ShippedVerifier(net)(torch.from_numpy(faces).float()[:, None]))
    chances = told[:, 0].numpy().astype(np.float64)
    return {name: round(float(np.quantile(chances, part)), 5) for name, part in LOST.items()}


def draw_covers(inner: Tensor, chance: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Masks with a curved edge over some mouths, bars over some eyes, shaded like cloth.

    Args:
        inner: n x 1 x 40 x 40 on the 0..1 scale.
        chance: Of a cover.
        generator: The only source of chance.

    Returns:
        The pictures and which of them are covered, as 0 or 1.
    """
    n = len(inner)
    draw = torch.rand(6, n, generator=generator)
    rows = torch.arange(INNER).float()[None, :, None]
    columns = (torch.arange(INNER).float() - INNER / 2)[None, None, :]
    bend = (draw[0] - 0.3) * 0.03
    edge = 20 + 5 * draw[1]
    mouth = rows > edge[:, None, None] + bend[:, None, None] * columns**2
    top = 8 + 4 * draw[1]
    bottom = top + 7 + 4 * draw[2]
    eyes = (rows > top[:, None, None]) & (rows < bottom[:, None, None])
    is_mouth = draw[3] < 0.7
    is_hidden = draw[4] < chance
    shade = (draw[5] - 0.5)[:, None, None] * rows / INNER
    level = torch.rand(n, generator=generator)[:, None, None]
    cloth = (level + shade)[:, None] + 0.04 * torch.randn(inner.shape, generator=generator)
    mask = torch.where(is_mouth[:, None, None], mouth, eyes.expand_as(mouth))
    mask = (mask & is_hidden[:, None, None])[:, None]
    return torch.where(mask, cloth.clamp(0, 1), inner), is_hidden.float()
