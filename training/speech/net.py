"""The speech net: one convolution, one recurrent layer, one logit."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mien.decoders.voice.features import BANDS
from mien.decoders.voice.speech import SMOOTH, UNHEARD

REACH, STRIDE = 6, 2
HIDDEN = 64


class SpeechNet(nn.Module):
    """Causal: step `i` has heard frames up to `2 i + 5`."""

    def __init__(self, channels: int = 40) -> None:
        super().__init__()
        self.convolve = nn.Conv1d(BANDS, channels, REACH, STRIDE)
        self.recur = nn.GRU(channels, HIDDEN, batch_first=True)
        self.judge = nn.Linear(HIDDEN, 1)

    def logits(self, frames: Tensor, hidden: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Logits of steps, shape (batch, (frames - 4) / 2), and the state after them.

        Args:
            frames: Leveled log-mel frames, shape (batch, frames, 64).
            hidden: State before, shape (1, batch, 64); None at the start.
        """
        # Leveled speech lies around -2 with a spread of about 4.
        heard = torch.relu(self.convolve((frames.transpose(1, 2) + 2.0) / 4.0))
        steps, after = self.recur(heard.transpose(1, 2), hidden)
        return self.judge(steps).squeeze(2), after


def smoothed(logits: Tensor) -> Tensor:
    """The mean of the last `SMOOTH` logits of a stream's start, shape of `logits`.

    Number `i` judges step `i - STEPS_AHEAD`.
    """
    led = nn.functional.pad(logits, (SMOOTH - 1, 0), value=UNHEARD)
    mean: Tensor = nn.functional.avg_pool1d(led.unsqueeze(1), SMOOTH, 1).squeeze(1)
    return mean
