"""Pictures as a camera might have taken them: turned, shifted, dark, small, blurred, covered."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as fun
from torch import Tensor

from training.face.net import INNER, MIDDLE, SIDE


@dataclass(frozen=True, slots=True)
class Strength:
    """How far pictures are changed.

    Attributes:
        geometry: Factor on turn, scale, aspect, shear and shift.
        erase: Chance of one erased rectangle.
        shrink: Chance of being made small and large again, or blurred.
        cover: Chance of a covered mouth or a covered eye band.
    """

    geometry: float = 1.0
    erase: float = 0.5
    shrink: float = 0.25
    cover: float = 0.06


FULL = Strength()
GENTLE = Strength(geometry=0.6, erase=0.2, shrink=0.2, cover=0.05)


def augment(crops: Tensor, strength: Strength, generator: torch.Generator) -> Tensor:
    """A changed copy of each crop, before normalisation.

    Args:
        crops: n x 1 x 48 x 48 on the 0..1 scale.
        strength: How far.
        generator: The only source of chance.

    Returns:
        n x 1 x 40 x 40, roughly 0..1.
    """
    crops = _shrunk(crops, strength.shrink, generator)
    inner = fun.grid_sample(
        crops,
        _grids(len(crops), strength.geometry, generator),
        mode="bilinear",
        padding_mode="border",
        align_corners=False,
    )
    inner = _lit(inner, generator)
    inner = _covered(inner, strength.cover, generator)
    return _erased(inner, strength.erase, generator)


def _normal(n: int, deviation: float, generator: torch.Generator) -> Tensor:
    return torch.randn(n, generator=generator) * deviation


def _uniform(n: int, low: float, high: float, generator: torch.Generator) -> Tensor:
    return torch.rand(n, generator=generator) * (high - low) + low


def _grids(n: int, factor: float, generator: torch.Generator) -> Tensor:
    """Sampling grids (n, 40, 40, 2): mirror, turn, scale, aspect, shear and shift at once."""
    turn = _normal(n, 0.1745 * factor, generator)
    scale = torch.exp(_normal(n, 0.09 * factor, generator)) * (MIDDLE / SIDE)
    aspect = torch.exp(_normal(n, 0.04 * factor, generator))
    shear = _normal(n, 0.06 * factor, generator)
    mirror = torch.where(torch.rand(n, generator=generator) < 0.5, -1.0, 1.0)
    cos, sin = torch.cos(turn), torch.sin(turn)
    across, down = scale * aspect, scale / aspect
    theta = torch.stack(
        [
            torch.stack([mirror * cos * across, (shear * cos - sin) * down], 1),
            torch.stack([mirror * sin * across, (shear * sin + cos) * down], 1),
        ],
        1,
    )
    reach = 0.11 * factor
    shift = torch.stack([_uniform(n, -reach, reach, generator) for _ in range(2)], 1)
    return fun.affine_grid(
        torch.cat([theta, shift[:, :, None]], 2), [n, 1, INNER, INNER], align_corners=False
    )


def _shrunk(crops: Tensor, chance: float, generator: torch.Generator) -> Tensor:
    """Some pictures made 16 to 36 px small and large again, in four groups of one size each."""
    chosen = torch.nonzero(torch.rand(len(crops), generator=generator) < chance)[:, 0]
    if not len(chosen):
        return crops
    crops = crops.clone()
    for group in chosen.chunk(4):
        side = int(torch.randint(16, 37, (1,), generator=generator))
        small = fun.interpolate(
            crops[group], size=(side, side), mode="bilinear", antialias=True, align_corners=False
        )
        back = "bicubic" if torch.rand(1, generator=generator) < 0.6 else "bilinear"
        crops[group] = fun.interpolate(
            small, size=(SIDE, SIDE), mode=back, align_corners=False
        ).clamp(0, 1)
    return crops


def _lit(inner: Tensor, generator: torch.Generator) -> Tensor:
    """Gamma, contrast and sensor noise; the net's own normalisation undoes plain brightness."""
    n = len(inner)
    gamma = torch.exp(_normal(n, 0.25, generator))[:, None, None, None]
    inner = inner.clamp(1e-4, 1).pow(gamma)
    deviation = inner.flatten(1).std(1)[:, None, None, None]
    amount = _uniform(n, 0.0, 0.12, generator)[:, None, None, None]
    return inner + torch.randn(inner.shape, generator=generator) * amount * deviation


def _band(low: Tensor, high: Tensor) -> Tensor:
    """Masks (n, 1, 40) that are true from `low` to `high`."""
    line = torch.arange(INNER)[None, :]
    return ((line >= low[:, None]) & (line < high[:, None]))[:, None, :]


def _filled(inner: Tensor, mask: Tensor, generator: torch.Generator) -> Tensor:
    level = torch.rand(len(inner), generator=generator)[:, None, None, None]
    return torch.where(mask, level, inner)


def _covered(inner: Tensor, chance: float, generator: torch.Generator) -> Tensor:
    """Some mouths (three of four) or eye bands hidden behind one even grey: masks and glasses."""
    n = len(inner)
    is_mouth = torch.rand(n, generator=generator) < 0.75
    edge = _uniform(n, -2.0, 3.0, generator)
    low = torch.where(is_mouth, 24.0 + edge, 9.0 + edge)
    high = torch.where(is_mouth, torch.full((n,), float(INNER)), 19.0 + edge)
    is_hit = torch.rand(n, generator=generator) < chance
    mask = _band(low, high)[:, :, :, None] & is_hit[:, None, None, None]
    return _filled(inner, mask.expand_as(inner), generator)


def _erased(inner: Tensor, chance: float, generator: torch.Generator) -> Tensor:
    """One rectangle of 6 to 18 px a side in some pictures (Zhong et al. 2020)."""
    n = len(inner)
    corners = torch.rand(2, n, generator=generator) * INNER
    sides = torch.rand(2, n, generator=generator) * 12 + 6
    is_hit = torch.rand(n, generator=generator) < chance
    rows = _band(corners[0] - sides[0] / 2, corners[0] + sides[0] / 2)[:, :, :, None]
    columns = _band(corners[1] - sides[1] / 2, corners[1] + sides[1] / 2)[:, :, None, :]
    return _filled(inner, rows & columns & is_hit[:, None, None, None], generator)


def mix(
    pictures: Tensor, targets: Tensor, chances: tuple[float, float], generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """A batch mixed with itself in another order, or as it was.

    Args:
        pictures: n x 1 x 40 x 40.
        targets: Anything that mixes linearly, first axis n.
        chances: Of mixup (Zhang et al. 2018) and of cutmix (Yun et al. 2019).
        generator: The only source of chance.

    Returns:
        Pictures and targets.
    """
    draw = float(torch.rand(1, generator=generator))
    if draw >= sum(chances):
        return pictures, targets
    order = torch.randperm(len(pictures), generator=generator)
    part = _beta(0.4, generator)
    if draw < chances[0]:
        mixed = part * pictures + (1 - part) * pictures[order]
    else:
        mixed, part = _cut_in(pictures, pictures[order], part, generator)
    return mixed, part * targets + (1 - part) * targets[order]


def _beta(shape: float, generator: torch.Generator) -> float:
    """One draw from Beta(shape, shape), shape < 1, by Joehnk's method."""
    while True:
        u, v = (torch.rand(2, generator=generator).double() ** (1 / shape)).tolist()
        if 0 < u + v <= 1:
            return float(u / (u + v))


def _cut_in(
    pictures: Tensor, partners: Tensor, part: float, generator: torch.Generator
) -> tuple[Tensor, float]:
    side = round(INNER * (1 - part) ** 0.5)
    top, left = (int(torch.randint(0, INNER - side + 1, (1,), generator=generator)) for _ in "xy")
    mixed = pictures.clone()
    mixed[:, :, top : top + side, left : left + side] = partners[
        :, :, top : top + side, left : left + side
    ]
    return mixed, 1 - side * side / (INNER * INNER)
