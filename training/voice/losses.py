"""Losses that both voice nets learn by."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def smoothed(logits: Tensor, label: Tensor, allowed: Tensor, smoothing: float) -> Tensor:
    """Cross-entropy whose smoothing stays among the labels that the corpus knows."""
    share = allowed.float() / allowed.sum(1, keepdim=True) * smoothing
    share = share.scatter_add(1, label[:, None], torch.full((len(label), 1), 1 - smoothing))
    return -(share * torch.log_softmax(logits, 1)).sum(1).mean()


def spread_loss(told: Tensor, wanted: NDArray[np.float32]) -> Tensor:
    """Gaussian log loss, its gradient weighted by the spread (Seitzer et al. 2022, beta 1).

    Args:
        told: Means, then log spreads, shape (n, 2 k).
        wanted: Shape (n, k), NaN where nothing is wanted.
    """
    target = torch.from_numpy(wanted)
    there = ~torch.isnan(target)
    k = target.shape[1]
    mean, log_spread = told[:, :k][there], torch.clamp(told[:, k:], -3, 1)[there]
    loss = 0.5 * (mean - target[there]) ** 2 * torch.exp(-2 * log_spread) + log_spread
    return (loss * torch.exp(log_spread).detach()).mean()
