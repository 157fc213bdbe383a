"""The voice net: convolutions over log-mel frames, a recurrent layer, attention, small heads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from mien.decoders.voice.features import BANDS, N_STATISTICS
from training.voice.corpora import LABELS

N_AFFECT = 2  # valence, arousal


@dataclass(frozen=True)
class Shape:
    """Sizes of the net; the default has 0.2 million parameters."""

    channels: tuple[int, int, int, int] = (16, 24, 40, 56)
    hidden: int = 64
    heads: int = 4
    embedding: int = 128
    dropout: float = 0.15


class Outputs(NamedTuple):
    """What the net says of each utterance.

    Attributes:
        labels: Logits, shape (batch, 9).
        high: Logit of high arousal, shape (batch,).
        affect: Mean valence and arousal, then the log of their spreads, shape (batch, 4).
        embedding: What the heads read, shape (batch, embedding).
    """

    labels: Tensor
    high: Tensor
    affect: Tensor
    embedding: Tensor


class VoiceNet(nn.Module):
    """Labels, arousal and valence of an utterance, with or without a reference of the speaker.

    The utterance's own mean spectrum and spread are removed inside, so that neither
    microphone nor loudness matter; what they would have told comes back through `relative`,
    the utterance's statistics minus those of the speaker when neutral.
    """

    scale: Tensor

    def __init__(self, shape: Shape = Shape()) -> None:
        super().__init__()
        one, two, three, four = shape.channels
        self.convolve = nn.Sequential(
            *_layer(1, one, 5, (2, 2)),
            *_layer(one, two, 3, (2, 2)),
            *_layer(two, three, 3, (1, 2)),
            *_layer(three, four, 3, (1, 2)),
        )
        # Two steps of 40 ms with their pitches: the recurrence, which is slow, takes 80 ms a step.
        self.join = nn.Linear(2 * (four * BANDS // 16 + 4), 2 * shape.hidden)
        self.recur = nn.GRU(2 * shape.hidden, shape.hidden, batch_first=True, bidirectional=True)
        self.attend = nn.Linear(2 * shape.hidden, shape.heads)
        self.pool = nn.Linear(4 * shape.hidden, shape.embedding)
        self.compare = nn.Sequential(
            nn.Linear(N_STATISTICS, 64), nn.ReLU(), nn.Linear(64, shape.embedding)
        )
        self.settle = nn.Sequential(nn.BatchNorm1d(shape.embedding), nn.ReLU())
        self.drop = nn.Dropout(shape.dropout)
        self.to_labels = nn.Linear(shape.embedding, len(LABELS))
        self.to_high = nn.Linear(shape.embedding, 1)
        self.to_affect = nn.Linear(shape.embedding, 2 * N_AFFECT)
        self.heads = shape.heads
        self.register_buffer("scale", torch.ones(N_STATISTICS))

    def listen(self, mel: Tensor, pitch: Tensor) -> Tensor:
        """What was heard, shape (batch, embedding), before any comparison with a reference.

        Args:
            mel: Log-mel frames, shape (batch, frames, 64); at least 16 frames.
            pitch: Pitch and voicing, shape (batch, (frames + 1) // 2, 2).
        """
        steps = self.convolve(_level(mel).unsqueeze(1))
        batch, length = steps.shape[0], steps.shape[2] // 2
        steps = steps.permute(0, 2, 1, 3)[:, : 2 * length].reshape(batch, length, -1)
        tune = nn.functional.pad(_tune(pitch), (0, 0, 0, 4))[:, : 4 * length]
        steps = torch.cat([steps, tune.reshape(batch, length, 8)], dim=2)
        steps = self.drop(torch.relu(self.join(steps)))
        steps, _ = self.recur(steps)
        weight = torch.softmax(self.attend(steps), dim=1)
        split = steps.reshape(batch, length, self.heads, -1)
        mean = (weight.unsqueeze(3) * split).sum(1)
        square = (weight.unsqueeze(3) * split * split).sum(1)
        spread = torch.sqrt(torch.clamp(square - mean * mean, min=1e-4))
        pooled: Tensor = self.pool(self.drop(torch.cat([mean, spread], dim=2).flatten(1)))
        return pooled

    def judge(self, heard: Tensor, relative: Tensor, known: Tensor) -> Outputs:
        """What the heads say.

        Args:
            heard: From `listen`.
            relative: Statistics minus the speaker's neutral ones, shape (batch, N_STATISTICS).
            known: 1 where there is a reference, else 0, shape (batch, 1).
        """
        compared = self.compare(torch.clamp(relative / self.scale, -4, 4))
        embedding = self.drop(self.settle(heard + known * compared))
        return Outputs(
            self.to_labels(embedding),
            self.to_high(embedding).squeeze(1),
            self.to_affect(embedding),
            embedding,
        )

    def forward(self, mel: Tensor, pitch: Tensor, relative: Tensor, known: Tensor) -> Outputs:
        """Both steps at once."""
        return self.judge(self.listen(mel, pitch), relative, known)


def _layer(inputs: int, outputs: int, size: int, stride: tuple[int, int]) -> list[nn.Module]:
    convolution = nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False)
    return [convolution, nn.BatchNorm2d(outputs), nn.ReLU()]


def _level(mel: Tensor) -> Tensor:
    """Frames without the utterance's mean per band, divided by its overall spread."""
    centered = mel - mel.mean(dim=1, keepdim=True)
    spread = torch.sqrt((centered * centered).mean(dim=(1, 2), keepdim=True) + 1e-2)
    return centered / spread


def _tune(pitch: Tensor) -> Tensor:
    """Pitch minus most of the utterance's own mean; some of it stays, since it tells sex."""
    octaves, strength = pitch[..., 0], pitch[..., 1]
    voiced = (octaves != 0).to(octaves.dtype)
    count = torch.clamp(voiced.sum(dim=1, keepdim=True), min=1.0)
    mean = (octaves * voiced).sum(dim=1, keepdim=True) / count
    return torch.stack([(octaves - 0.8 * mean) * voiced, strength], dim=2)
