"""A second, tiny net that reads an utterance's statistics; its logits are added to the first's.

It knows nothing of the order of sounds, but holds on better in noise, and costs five seconds
of training.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mien.decoders.voice.features import BANDS, GAIN_SHIFTED, N_STATISTICS
from training.voice.bank import Bank, Draw
from training.voice.corpora import LABELS
from training.voice.losses import spread_loss
from training.voice.store import TRAINING

SHARE = 0.7
"""Weight of its logits beside the first net's; chosen on one fold of an early trial."""
_EPOCHS, _BATCH, _RATE = 8, 512, 2e-3
_CLEAN = 5  # the clean copy counts as often as about a third of the others


class SummaryNet(nn.Module):
    """Labels, arousal and valence from statistics without their level."""

    mean: Tensor
    scale: Tensor
    gain: Tensor
    balance: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.read = nn.Sequential(
            nn.Dropout(0.1),
            nn.Linear(2 * N_STATISTICS + 1, 128),
            nn.ReLU(),
            nn.Dropout(0.3),
            nn.Linear(128, 64),
            nn.ReLU(),
            nn.Dropout(0.3),
        )
        self.to_labels = nn.Linear(64, len(LABELS))
        self.to_high = nn.Linear(64, 1)
        self.to_affect = nn.Linear(64, 4)
        self.register_buffer("mean", torch.zeros(2 * N_STATISTICS))
        self.register_buffer("scale", torch.ones(2 * N_STATISTICS))
        self.register_buffer("gain", torch.from_numpy(GAIN_SHIFTED))
        self.register_buffer("balance", torch.zeros(()))

    def forward(
        self, statistics: Tensor, relative: Tensor, known: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of labels, of high arousal, and affect, as the first net gives them."""
        level = statistics[:, :BANDS].mean(dim=1, keepdim=True)
        both = torch.cat([statistics - level * self.gain, relative], dim=1)
        known = torch.clamp(known, 0, 1)
        scaled = torch.clamp((both - self.mean) / self.scale, -5, 5)
        part = torch.cat([torch.ones_like(statistics), known.expand_as(relative)], dim=1)
        read = self.read(torch.cat([scaled * part, known], dim=1))
        high = self.to_high(read).squeeze(1) - self.balance
        return self.to_labels(read), high, self.to_affect(read)


def train_summary(bank: Bank, teach: NDArray[np.bool_], seed: int, folder: Path) -> SummaryNet:
    """Train one, or load what an earlier call left in `folder`."""
    torch.manual_seed(seed)
    net = SummaryNet()
    path = folder / "summary.pt"
    if path.is_file():
        net.load_state_dict(torch.load(path, weights_only=True))
        return net.eval()
    rng = np.random.default_rng([seed, 13])
    rows = np.flatnonzero(teach)
    statistics, relative = _copies(bank, teach, rng)
    _standardize(net, statistics, relative)
    which = np.tile(rows, len(statistics) // len(rows))
    weight = torch.from_numpy((bank.odds(teach, Draw()) * len(rows)).astype(np.float32))
    steps = len(which) // _BATCH
    optimizer = torch.optim.AdamW(net.parameters(), lr=_RATE, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, _EPOCHS * steps)
    for _ in range(_EPOCHS):
        for chosen in rng.permutation(len(which))[: steps * _BATCH].reshape(steps, -1):
            known = torch.from_numpy((rng.random((_BATCH, 1)) < 0.5).astype(np.float32))
            given = torch.from_numpy(relative[chosen])
            told = net(torch.from_numpy(statistics[chosen]), given, known)
            loss = _loss(bank, told, which[chosen], weight[which[chosen]])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
    net.balance.fill_(_odds_of_high(bank, teach) * (1 + 1 / SHARE))
    torch.save(net.state_dict(), path)
    return net.eval()


def _odds_of_high(bank: Bank, teach: NDArray[np.bool_]) -> float:
    """Log odds of high arousal among the crops that both nets were taught by.

    More labels are high than low; taking the odds out of both nets' logits, here in one go,
    puts the even chance where high and low are equally frequent.
    """
    odds = bank.odds(teach, Draw())
    high, low = (odds[bank.arousal == value].sum() for value in (1.0, 0.0))
    return float(np.log(high / low))


def _copies(
    bank: Bank, teach: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Statistics of all teaching clips in all conditions, and relative to two neutral clips."""
    neutrals = bank.neutrals(teach)
    rows = np.flatnonzero(teach)
    names = [*["clean"] * _CLEAN, *list(TRAINING)[1:]]
    statistics, relative = [], []
    for name in names:
        table = np.concatenate([bank.copies[corpus, name].statistics for corpus in bank.corpora])
        statistics.append(table[rows])
        relative.append(
            table[rows] - np.stack([_neutral(bank, table, neutrals, i, rng) for i in rows])
        )
    return np.concatenate(statistics), np.concatenate(relative)


def _neutral(
    bank: Bank,
    table: NDArray[np.float32],
    neutrals: dict[str, NDArray[np.int64]],
    index: int,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    others = neutrals[str(bank.speakers[index])]
    others = others[others != index]
    if not len(others):
        return table[index]
    mean: NDArray[np.float32] = table[rng.choice(others, 2)].mean(axis=0)
    return mean


def _standardize(
    net: SummaryNet, statistics: NDArray[np.float32], relative: NDArray[np.float32]
) -> None:
    level = statistics[:, :BANDS].mean(axis=1, keepdims=True)
    both = np.concatenate([statistics - level * GAIN_SHIFTED, relative], axis=1)
    net.mean.copy_(torch.from_numpy(both.mean(axis=0)))
    net.scale.copy_(torch.from_numpy(both.std(axis=0) + 0.02))


def _loss(bank: Bank, told: Sequence[Tensor], rows: NDArray[np.int64], weight: Tensor) -> Tensor:
    labels, high, affect = told
    label = torch.from_numpy(bank.labels[rows])
    allowed = torch.from_numpy(bank.allowed[bank.domains[rows]])
    named = label >= 0
    masked = labels.masked_fill(~allowed, -30.0)[named]
    each = nn.functional.cross_entropy(masked, label[named], reduction="none")
    loss = (each * weight[named]).mean()
    wanted = torch.from_numpy(bank.arousal[rows])
    there = ~torch.isnan(wanted)
    loss = loss + 0.5 * nn.functional.binary_cross_entropy_with_logits(high[there], wanted[there])
    priors = np.where((bank.labels[rows] >= 0)[:, None], bank.priors[bank.labels[rows]], np.nan)
    return loss + 0.25 * spread_loss(affect, priors.astype(np.float32))
