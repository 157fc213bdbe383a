"""One stream of sound: frames and speech, found block by block, held as long as needed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from mien.core.arrays import RATE_HZ, Samples
from mien.decoders.voice.features import BANDS, HOP, WINDOW, Floats, frame_count, log_mel
from mien.decoders.voice.speech import BLOCK, STEP_FRAMES, STEPS_AHEAD, SpeechNet, SpeechTracker
from mien.decoders.voice.utterances import STEP, CutRule, Cutter, Piece, heard
from mien.media import Block

_BLOCK_HOP = BLOCK * HOP
_BLOCK_REACH = (BLOCK - 1) * HOP + WINDOW
_STEP_SAMPLES = STEP_FRAMES * HOP
_JITTER = 1e-3  # seconds that two blocks may be apart or overlap and still be one stream


class Utterance(NamedTuple):
    """A piece of a stream with all that is needed to judge it.

    Attributes:
        piece: Where it is, in steps of the stream.
        samples: What is heard of it and a little around it, shape (n,).
        mel: The frames of these samples, shape (frame_count(n), 64).
    """

    piece: Piece
    samples: Samples
    mel: Floats


class Heard(NamedTuple):
    """An utterance with its times in the source, in seconds."""

    start: float
    end: float
    utterance: Utterance


class Listener:
    """Utterances of one party's sound, whatever gaps it has: a jump in time ends what was open.

    Args:
        net: Tells where someone speaks.
        rule: Tells what an utterance is.
    """

    def __init__(self, net: SpeechNet, rule: CutRule) -> None:
        self._net, self._rule = net, rule
        self._stream = SpeechStream(net, rule)
        self._begun: float | None = None
        self._n = 0

    def push(self, blocks: Iterable[Block]) -> list[Heard]:
        """Utterances that ended by now."""
        found: list[Heard] = []
        for sound in blocks:
            if self._begun is None or abs(sound.start - self._now) > _JITTER:
                found += self.close()
                self._begun = sound.start
            self._n += len(sound.samples)
            found += self._timed(self._stream.push(_cleaned(sound.samples)))
        return found

    def close(self) -> list[Heard]:
        """The utterance that was open at the end of the sound."""
        found = self._timed(self._stream.close()) if self._n else []
        self._stream = SpeechStream(self._net, self._rule)
        self._begun, self._n = None, 0
        return found

    @property
    def _now(self) -> float:
        return (self._begun or 0.0) + self._n / RATE_HZ

    def _timed(self, utterances: list[Utterance]) -> list[Heard]:
        begun = self._begun or 0.0
        return [
            Heard(begun + u.piece.start * STEP, begun + u.piece.end * STEP, u) for u in utterances
        ]


class SpeechStream:
    """Finds the utterances of a stream without gaps.

    Sound is worked on in blocks of .4 s that are counted from the stream's start,
    never from where a caller cuts: the same sound gives the same numbers to the last bit.
    Holds at most the longest utterance and a few seconds around it.
    """

    def __init__(self, net: SpeechNet, rule: CutRule) -> None:
        self._rule = rule
        self._speech = SpeechTracker(net)
        self._cutter = Cutter(rule)
        self._waiting: list[Samples] = []  # not yet in a block
        self._n_waiting = 0
        self._samples = np.zeros(0, dtype=np.float32)  # from step `_first` on
        self._mel = np.zeros((0, BANDS), dtype=np.float32)  # likewise
        self._loud = np.zeros(0, dtype=np.float32)  # of steps heard but not yet judged
        self._first = 0

    def push(self, samples: Samples) -> list[Utterance]:
        """Utterances that ended within `samples` and what came before."""
        if len(samples):
            self._waiting.append(samples)
            self._n_waiting += len(samples)
        if self._n_waiting < _BLOCK_REACH:
            return []
        waiting = self._join_waiting()
        found: list[Utterance] = []
        done = 0
        while len(waiting) - done >= _BLOCK_REACH:
            found += self._take(waiting[done : done + _BLOCK_REACH])
            done += _BLOCK_HOP
        self._keep_waiting(waiting[done:])
        return found

    def close(self) -> list[Utterance]:
        """The rest: the stream ends here, as if in silence, but spans end with the sound."""
        waiting = self._join_waiting()
        steps = self._known_steps + len(waiting) // _STEP_SAMPLES
        found: list[Utterance] = []
        while self._known_steps < steps + STEPS_AHEAD:
            block = np.zeros(_BLOCK_REACH, dtype=np.float32)
            block[: min(len(waiting), _BLOCK_REACH)] = waiting[:_BLOCK_REACH]
            waiting = waiting[_BLOCK_HOP:]
            found += self._take(block, steps)
        return found + self._utterances(self._cutter.close(), steps)

    @property
    def _known_steps(self) -> int:
        return self._first + len(self._mel) // STEP_FRAMES

    def _join_waiting(self) -> Samples:
        joined = np.concatenate(self._waiting) if self._waiting else np.zeros(0, dtype=np.float32)
        self._waiting, self._n_waiting = [], 0
        return joined

    def _keep_waiting(self, samples: Samples) -> None:
        self._waiting, self._n_waiting = [samples.copy()], len(samples)

    def _take(self, block: Samples, stop: int | None = None) -> list[Utterance]:
        """Work on one block; steps from `stop` on are silence that nobody recorded."""
        is_mute = not self._speech.is_audible(block)
        mel = self._speech.mute() if is_mute else log_mel(block)
        told = self._speech.skip() if is_mute else self._speech.push(mel)
        self._samples = np.concatenate([self._samples, block[:_BLOCK_HOP]])
        self._mel = np.concatenate([self._mel, mel])
        steps = mel.reshape(-1, STEP_FRAMES * BANDS).max(axis=1)
        self._loud = np.concatenate([self._loud, steps])
        if stop is not None:
            told = told[: max(0, stop - self._cutter.at)]
        pieces = self._cutter.push(told, self._loud[: len(told)])
        self._loud = self._loud[len(told) :]
        found = self._utterances(pieces, self._known_steps if stop is None else stop)
        self._forget()
        return found

    def _utterances(self, pieces: list[Piece], last: int) -> list[Utterance]:
        return [self._cut_out(piece, last) for piece in pieces]

    def _cut_out(self, piece: Piece, last: int) -> Utterance:
        start, end = heard(piece, self._rule, self._first, min(last, self._known_steps))
        low = (start - self._first) * _STEP_SAMPLES
        samples = self._samples[low : low + (end - start) * _STEP_SAMPLES]
        first = (start - self._first) * STEP_FRAMES
        return Utterance(piece, samples, self._mel[first : first + frame_count(len(samples))])

    def _forget(self) -> None:
        """Drop what no later utterance can contain."""
        reach = max(self._rule.shortest, self._rule.margin)
        behind = round(reach * RATE_HZ / _STEP_SAMPLES)
        keep = max(self._first, self._cutter.needed_from - behind)
        drop = keep - self._first
        if drop > 0:
            self._samples = self._samples[drop * _STEP_SAMPLES :]
            self._mel = self._mel[drop * STEP_FRAMES :]
            self._first = keep


def _cleaned(samples: Samples) -> Samples:
    """Finite float32: one NaN would live on in the running state."""
    sound = np.asarray(samples, dtype=np.float32)
    # A sum is finite exactly if all its parts are, and costs a fraction of a test of each.
    return sound if np.isfinite(sound.sum()) else np.nan_to_num(sound, posinf=0.0, neginf=0.0)
