"""A home folder with every EmoNet set in it: tiny, but in the published form and really imported.

The code that loads them is the code that loads LAION's files; only the published sizes and hashes,
which made files cannot have, are replaced in the catalogue meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from mien.assets import Shelf, catalogue
from mien.core.config import Config
from mien.core.paths import models_folder
from mien.decoders.emonet.heads import basis
from mien.decoders.emonet.install import carry, encoder_folder
from mien.decoders.emonet.whisper import Encoder
from tests.fakes import siglip, whisper
from tests.fakes.emonet import write_face_set, write_voice_set

WHISPER = whisper.Size(
    d_model=16, encoder_attention_heads=2, encoder_ffn_dim=32, max_source_positions=1500
)
SIGLIP = siglip.SMALL
EMOTIONS = ("Amusement", "Anger", "Fear", "Sadness", "Jealousy & Envy")
"""Heads of the voice sets that are installed; the face sets are whole."""


@contextmanager
def unpinned() -> Iterator[None]:
    """What `make_home` changes of the catalogue is taken back afterwards."""
    pinned = dict(catalogue())
    try:
        yield
    finally:
        catalogue().update(pinned)


def make_home(folder: Path) -> Config:
    """Settings whose home holds every set; call it and use it within `unpinned`."""
    config = Config(home=folder / "home", detector="haar")
    shelf = Shelf(models_folder(config))
    siglip.write_siglip(folder / "siglip2")
    whisper.publish(folder / "bude-whisper", WHISPER)
    _carry("siglip2", folder, shelf)
    _carry("bude-whisper", folder, shelf)
    _look_briefly(config)
    for size, hidden in (("small", (8, 4)), ("large", (8, 6, 4))):
        name, lifts = f"emonet-face-{size}", {"model_amusement_best.pth": 5.0}
        write_face_set(folder / name, size, width=SIGLIP.width, hidden=hidden, lifts=lifts)
        _carry(name, folder, shelf)
    for size in ("small", "plus", "large"):
        name, lifts = f"emonet-voice-{size}", {"model_Anger_best.pth": 2.5}
        columns = 1500 * WHISPER.d_model
        write_voice_set(folder / name, size, columns=columns, hidden=(8, 8, 6, 4), lifts=lifts)
        _carry(name, folder, shelf, emotions=EMOTIONS)
    return config


def _look_briefly(config: Config) -> None:
    """A basis of few windows, which would otherwise be fitted to 144 at the first head."""
    place = encoder_folder("bude-whisper", config)
    basis.fit(Encoder.open(place, config).embed, place / basis.NAME, n=6, directions=4)


def _carry(name: str, folder: Path, shelf: Shelf, emotions: tuple[str, ...] | None = None) -> None:
    """Import a made asset as a person would, its sizes known and its hashes not."""
    asset = catalogue()[name]
    sizes = {path.name: path.stat().st_size for path in (folder / name).iterdir()}
    files = tuple(
        replace(file, bytes=sizes.get(file.name, file.bytes), sized=False, sha256=None)
        for file in asset.files
    )
    catalogue()[name] = replace(asset, files=files)
    carry(name, folder / name, emotions=emotions, shelf=shelf)
