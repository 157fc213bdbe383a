"""A voice set in miniature: 96 frames of 64 channels in two pieces, heads of 16 hidden units."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mien.assets import AssetFile
from mien.core.config import Config
from mien.decoders.emonet.heads.basis import Basis, fit
from mien.decoders.emonet.heads.voice import VoiceHeads, convert_head
from mien.decoders.emonet.heads.voice_file import kept_name, read_head
from mien.decoders.emonet.install import Installed
from mien.decoders.emonet.suites import suites
from tests.fakes.emonet import save_checkpoint, voice_head

FRAMES, WIDTH = 96, 64
COLUMNS = FRAMES * WIDTH
HIDDEN = (16, 16, 8, 4)
PLUS = suites()["emonet-voice-plus"]
FRAMED = tuple(head for head in PLUS.heads if not head.pooled)
POOLED = tuple(head for head in PLUS.heads if head.pooled)


def embeddings(n, seed=0, noise=0.1):
    """What encoders give: a mean of each place, 4 ways to differ from it, a little noise."""
    place, ways = _common()
    rng = np.random.default_rng([seed, 1])
    found = place + rng.normal(size=(n, 4)) @ ways + noise * rng.normal(size=(n, COLUMNS))
    return found.reshape(n, FRAMES, WIDTH).astype(np.float32)


def _common():
    rng = np.random.default_rng(7)
    place = rng.normal(size=COLUMNS)
    place[::WIDTH] *= 20  # as some channels of Whisper are
    return place, rng.normal(size=(4, COLUMNS)) / 2


class Encoder:
    """Gives embeddings whatever it hears, other ones each time."""

    def __init__(self):
        self.heard = []

    def __call__(self, windows):
        self.heard += windows
        return embeddings(len(windows), seed=len(self.heard))


def made_basis(folder) -> Basis:
    path = folder / "basis.safetensors"
    fit(Encoder(), path, n=24, directions=6)
    return Basis.open(path)


def asset_file(name):
    return AssetFile(name=name, url=f"https://hub.invalid/{name}", bytes=1, sha256="0" * 64)


def published(head, folder, **changes):
    """A head as LAION publishes it: its path and state dict."""
    columns = 4 * WIDTH if head.pooled else COLUMNS
    options = {"columns": columns, "hidden": HIDDEN, **changes}
    seed = [ord(letter) for letter in head.file]
    tensors = voice_head(rng=np.random.default_rng(seed), **options)
    return save_checkpoint(folder / "published" / head.file, tensors), tensors


def convert(head, folder, basis, small=False, **changes):
    """A head's converted file, in `folder`."""
    path, _ = published(head, folder, **changes)
    (name,) = convert_head(asset_file(head.file), path, folder, small=small, basis=basis)
    return folder / name


def opened(heads, folder, basis, **settings) -> VoiceHeads:
    """Converted heads of a folder, with a basis that lies anywhere."""
    files = [read_head(folder / kept_name(head.file)) for head in heads]
    return VoiceHeads(tuple(heads), files, basis, replace(Config(), **settings))


def here(heads, folder) -> Installed:
    return Installed(folder, tuple(heads))
