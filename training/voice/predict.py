"""What a trained net says of stored clips, with and without a reference of the speaker."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mien.decoders.voice.features import BANDS, N_STATISTICS
from training.voice.corpora import Clip
from training.voice.net import Outputs, VoiceNet
from training.voice.store import Copy, load_copy
from training.voice.summary import SHARE, SummaryNet

REFERENCES = 2
"""Neutral clips that make a speaker's reference in the tests."""


@dataclass(frozen=True)
class Told:
    """Outputs for some clips in one condition.

    Attributes:
        labels: Logits, shape (n, 9).
        high: Logits of high arousal, shape (n,).
        affect: Mean valence and arousal, log spreads, shape (n, 4).
    """

    labels: NDArray[np.float32]
    high: NDArray[np.float32]
    affect: NDArray[np.float32]


def reference_clips(clips: Sequence[Clip], seed: int = 0) -> NDArray[np.bool_]:
    """Which clips serve as references: two neutral ones of each speaker, drawn once."""
    chosen = np.zeros(len(clips), dtype=bool)
    rng = np.random.default_rng([seed, 3])
    for speaker in dict.fromkeys(clip.speaker for clip in clips):
        neutral = [i for i, c in enumerate(clips) if c.speaker == speaker and c.label == "neutral"]
        if len(neutral) > REFERENCES:
            chosen[rng.choice(neutral, REFERENCES, replace=False)] = True
    return chosen


class Pair(NamedTuple):
    """What one run trains: the net that listens and the one that reads statistics."""

    voice: VoiceNet
    summary: SummaryNet


def predict(
    pairs: Sequence[Pair],
    store: Path,
    corpus: str,
    clips: Sequence[Clip],
    tested: NDArray[np.bool_],
    condition: str = "clean",
) -> tuple[Told, Told]:
    """What the mean of `pairs` says without a reference, and with one.

    Args:
        pairs: Averaged over their logits; usually one.
        store: Where copies are.
        corpus: Whose clips; `clips` are all of them, in order.
        clips: As said.
        tested: Which to judge, shape (clips,).
        condition: A stored copy's name.

    Returns:
        Outputs for the tested clips, in order; clips of speakers without references get
        the same twice.
    """
    copy = load_copy(store, corpus, condition)
    rows = np.flatnonzero(tested)
    relative, known = (torch.from_numpy(x[rows]) for x in references(copy, clips))
    statistics = torch.from_numpy(copy.statistics[rows])
    plain, adapted = [], []
    for pair in pairs:
        heard = torch.from_numpy(listen(pair.voice, copy, rows))
        with torch.inference_mode():
            for said, share in ((plain, 0.0), (adapted, 1.0)):
                given = relative * share, known * share
                first = pair.voice.judge(heard, *given)
                said.append(joined(first, pair.summary(statistics, *given)))
    return _mean(plain), _mean(adapted)


def joined(first: Outputs, second: tuple[Tensor, Tensor, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    """Labels, high arousal and affect of both nets as one."""
    labels, high, affect = second
    return (
        first.labels + SHARE * labels,
        first.high + SHARE * high,
        (first.affect + affect) / 2,
    )


def references(
    copy: Copy, clips: Sequence[Clip]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Each clip's distance from its speaker's reference, and whether there is one.

    Returns:
        Shapes (clips, N_STATISTICS) and (clips, 1).
    """
    serve = reference_clips(clips)
    speakers = np.array([clip.speaker for clip in clips])
    relative = np.zeros((len(clips), N_STATISTICS), dtype=np.float32)
    known = np.zeros((len(clips), 1), dtype=np.float32)
    for speaker in np.unique(speakers[serve]):
        own = speakers == speaker
        relative[own] = copy.statistics[own] - copy.statistics[own & serve].mean(axis=0)
        known[own] = 1.0
    return relative, known


def listen(net: VoiceNet, copy: Copy, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """What a net hears in whole clips, shape (rows, embedding).

    Clips have any length, so each goes alone; onnxruntime is four times as fast at that.
    """
    file = io.BytesIO()
    torch.onnx.export(
        _Listener(net).eval(),
        (torch.zeros(1, 200, BANDS), torch.zeros(1, 100, 2)),
        file,
        input_names=["mel", "pitch"],
        dynamic_axes={"mel": {1: "frames"}, "pitch": {1: "pitches"}},
        opset_version=17,
        dynamo=False,
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(file.getvalue(), options)
    heard = []
    for row in rows:
        mel, pitch = (part.astype(np.float32)[None] for part in copy.clip(row))
        heard.append(session.run(None, {"mel": mel, "pitch": pitch})[0])
    empty = np.zeros((0, net.pool.out_features), dtype=np.float32)
    return np.concatenate([empty, *heard])


class _Listener(nn.Module):
    def __init__(self, net: VoiceNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, mel: Tensor, pitch: Tensor) -> Tensor:
        return self.net.listen(mel, pitch)


def _mean(outputs: Sequence[tuple[Tensor, Tensor, Tensor]]) -> Told:
    return Told(*(torch.stack(parts).mean(0).numpy() for parts in zip(*outputs, strict=True)))
