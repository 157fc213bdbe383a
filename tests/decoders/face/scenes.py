"""Pictures with known "faces" for tests: textured squares on a textured ground."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mien.decoders.face.detect import Box, Found, overlap
from mien.decoders.face.track import Pace, Seen, Tracker
from mien.decoders.face.verify import Judgement

SIDE = 40
HEIGHT, WIDTH = 180, 320


def ground(seed):
    """A shot's background: large colored patches that differ from seed to seed."""
    rng = np.random.default_rng(seed)
    patches = rng.integers(0, 256, (9, 16, 3), dtype=np.uint8)
    return np.repeat(np.repeat(patches, 20, axis=0), 20, axis=1)


def person(seed):
    """A textured square that looks like itself alone."""
    rng = np.random.default_rng(1000 + seed)
    return np.repeat(np.repeat(rng.integers(0, 256, (5, 5, 3), dtype=np.uint8), 8, 0), 8, 1)


@dataclass
class ScriptedDetector:
    """Finds the squares that were painted into a picture, and counts whole searches."""

    boxes: dict[bytes, list[Box]] = field(default_factory=dict)
    whole_searches: int = 0
    name: str = "yunet"
    is_sure: bool = True

    def paint(self, shot, people):
        """A picture of a shot with people (seed -> middle) in it."""
        frame = ground(shot).copy()
        found = []
        for seed, (x, y) in people.items():
            left, top = int(x) - SIDE // 2, int(y) - SIDE // 2
            frame[top : top + SIDE, left : left + SIDE] = person(seed)
            found.append((float(left), float(top), float(SIDE), float(SIDE)))
        self.boxes[frame.tobytes()] = found
        return frame

    def find(self, frame, long_side):
        self.whole_searches += 1
        return [Found(box, 0.9) for box in self.boxes.get(frame.tobytes(), [])]

    def search(self, frame, box):
        x, y, width, height = box
        window = (x - 0.75 * width, y - 0.75 * height, 2.5 * width, 2.5 * height)
        return [
            Found(found, 0.9)
            for found in self.boxes.get(frame.tobytes(), [])
            if overlap(window, found) * (2.5 * width) ** 2 > 0.5 * found[2] * found[3]
        ]


def tracker(detector):
    """A tracker that believes every find."""
    crop = np.zeros((48, 48), dtype=np.uint8)
    return Tracker(
        detector,
        lambda frame, found: Seen(found, crop, Judgement(1.0, 0.0)),
        lambda seen, is_known: True,
        Pace(),
    )
