"""EmoNet onto this machine: which files a set needs, what they are converted to, what is here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from mien.assets import (
    SMALL,
    Asset,
    Convert,
    Manner,
    Shelf,
    find,
    import_files,
    pull,
    require_room,
    set_aside,
    to_stderr,
)
from mien.assets import verify as hash_all
from mien.core.config import Config
from mien.core.errors import (
    AssetError,
    BadWeights,
    ConfigError,
    DamagedAsset,
    MissingExtra,
    MissingWeights,
)
from mien.core.paths import models_folder
from mien.decoders.emonet.suites import Head, Suite, suites
from mien.emotions.emotion import EMONET_40, Emotion

DIMENSIONS = frozenset({"valence", "arousal", "dominance"})
"""Heads that come along when only some emotions are asked for: they are not of one emotion."""


class Installed(NamedTuple):
    """What is here of a set.

    Attributes:
        folder: Where its converted heads lie.
        heads: Which, in the order of the set.
    """

    folder: Path
    heads: tuple[Head, ...]


def install(
    name: str,
    *,
    emotions: Sequence[str] | None = None,
    small: bool = False,
    manner: Manner | None = None,
) -> Path:
    """Pull an asset and what it requires, each file converted to what Mien loads.

    Args:
        name: Of any asset; one that is neither a set of EmoNet nor an encoder is only pulled.
        emotions: Only the heads of these, in any published spelling, and valence, arousal and
            dominance; those that are here stay.
        small: Keep a voice set in half the space, less exactly.
        manner: How to talk and where to work.

    Returns:
        The main file, or the folder if files are converted.

    Raises:
        AssetError: If it cannot be fetched or converted, the disk is too full, or a hash is
            wrong.
        ConfigError: If no asset or emotion has that name, or the asset has no such choice.
        MissingExtra: If `mien[emonet]` is not installed.
        NetworkRefused: If Mien is offline.
    """
    manner = manner or Manner()
    asset = find(name)
    only, convert = _files(asset, emotions), _convert(asset, small=small)
    form = SMALL if small else ""
    required = {find(name): find(name).files for name in asset.requires}
    require_room({**required, asset: asset.choose(only)}, manner, form)
    for other in required:
        _install_required(other, name, manner)
    _set_aside_unfit(asset, only, manner.shelf, manner.tell)
    convert = _fitting(asset, manner.shelf, convert)
    return pull(asset, manner, only=only, convert=convert, form=form)


def _install_required(asset: Asset, user: str, manner: Manner) -> None:
    """Pull what a set needs; nobody typed its name, so it is said why it comes."""
    if manner.shelf.installed(asset) is None:
        manner.tell(f"{user} needs {asset.name}, which comes first")
    try:
        install(asset.name, manner=manner)
    except AssetError as error:
        raise AssetError(f"{user} needs {asset.name}: {error}") from error


def carry(
    name: str,
    source: Path,
    *,
    emotions: Sequence[str] | None = None,
    small: bool = False,
    shelf: Shelf | None = None,
) -> Path:
    """Take an asset from a folder with its published files, each converted to what Mien loads.

    What it requires has files of the same names and is imported on its own, before it: heads may
    be fitted to their encoder.

    Args:
        name: Of the asset.
        source: A folder with the files, or one of them.
        emotions: As for `install`.
        small: As for `install`.
        shelf: Where assets lie.

    Returns:
        The main file, or the folder if files are converted.

    Raises:
        AssetError: If a file is not there or not what it should be, or the disk refuses.
        ConfigError: If no asset or emotion has that name, or the asset has no such choice.
        MissingExtra: If `mien[emonet]` is not installed.
        MissingWeights: If what it requires is not here.
    """
    asset, shelf = find(name), shelf or Shelf()
    only, convert = _files(asset, emotions), _convert(asset, small=small)
    for required in asset.requires:
        if shelf.installed(find(required)) is None:
            raise MissingWeights(
                f"{name} needs {required}, which is not here: "
                f"run `mien models import {required} FOLDER` first"
            )
    form = SMALL if small else ""
    _set_aside_unfit(asset, only, shelf, to_stderr)
    convert = _fitting(asset, shelf, convert)
    return import_files(asset, source, shelf, only=only, convert=convert, form=form)


def installed(suite: Suite, config: Config) -> Installed:
    """What is here of a set.

    Raises:
        MissingWeights: If none of its heads is here, or its encoder is not.
        BadWeights: If a head that was pulled is gone or cut: left out, it would look like one
            that nobody asked for.
        AssetError: If its lock file is damaged.
    """
    shelf, asset = Shelf(models_folder(config)), find(suite.name)
    here = {file.name for file in shelf.here(asset)}
    broken = [n for n, seen in shelf.record(asset).files.items() if seen.kept and n not in here]
    if here and broken:
        n = len(broken)
        told = f"{n} of the pulled heads of {suite.name} are gone or cut, the first"
        raise BadWeights(
            f"{told if n > 1 else f'a pulled head of {suite.name} is gone or cut:'} "
            f"{min(broken)} in {shelf.place(asset)}: run `mien models pull {suite.name}` again"
        )
    heads = tuple(head for head in suite.heads if head.file in here)
    if not heads:
        raise MissingWeights(_way(suite.name))
    encoder_folder(suite.encoder, config)
    return Installed(shelf.place(asset), heads)


def verify(name: str, shelf: Shelf | None = None) -> Path:
    """The main file of an asset after all that is here of it was hashed, and heads compared.

    Raises:
        AssetError: If it is not here or cannot be read.
        DamagedAsset: If a file is damaged or gone, or a head cannot run with its encoder or with
            the other heads.
        ConfigError: If no asset has that name.
    """
    shelf = shelf or Shelf()
    main, suite = hash_all(name, shelf), suites().get(name)
    if suite is not None:
        from mien.decoders.emonet.heads.fitting import unfit

        if faults := unfit(suite, shelf):
            told = "; ".join(faults.values())
            raise DamagedAsset(f"{told}: run `mien models pull {name}`")
    return main


def encoder_folder(name: str, config: Config) -> Path:
    """The folder of a converted encoder or captioner.

    Raises:
        MissingWeights: If it is not here.
        AssetError: If its lock file is damaged.
    """
    found = Shelf(models_folder(config)).installed(find(name))
    if found is None:
        raise MissingWeights(_way(name))
    return found


def _way(name: str) -> str:
    return f"the weights of {name} are not here: run `mien models pull {name}`"


def _files(asset: Asset, emotions: Sequence[str] | None) -> frozenset[str] | None:
    """The published names of the heads that were asked for; None for all files."""
    if emotions is None:
        return None
    suite = suites().get(asset.name)
    if suite is None:
        raise ConfigError(f"{asset.name} has no emotions to choose from: leave them out")
    wanted = {Emotion.parse(emotion) for emotion in emotions}
    if not wanted or not wanted <= set(EMONET_40):
        raise ConfigError(f"{asset.name} knows LAION's forty emotions: name one or more of them")
    return frozenset(
        head.file for head in suite.heads if head.emotion in wanted or head.key in DIMENSIONS
    )


def _fitting(asset: Asset, shelf: Shelf, convert: Convert | None) -> Convert | None:
    """The conversion; of a set one that refuses heads which could not run with the others."""
    suite = suites().get(asset.name)
    if suite is None or convert is None:
        return convert
    from mien.decoders.emonet.heads.fitting import fitted

    return fitted(suite, shelf, convert)


def _set_aside_unfit(
    asset: Asset, only: Collection[str] | None, shelf: Shelf, tell: Callable[[str], None]
) -> None:
    """Make room for heads that are here and cannot run with the others, if they are wanted."""
    suite = suites().get(asset.name)
    if suite is None or not shelf.record(asset).files:
        return
    from mien.decoders.emonet.heads.fitting import unfit

    faults = {n: why for n, why in unfit(suite, shelf).items() if only is None or n in only}
    if faults:
        set_aside(asset, list(faults), shelf)
    for fault in faults.values():
        tell(f"{fault}: it was set aside")


def _require_extra() -> None:
    """Say what is missing for the conversion before gigabytes were fetched for it."""
    if not all(find_spec(module) for module in ("onnx", "safetensors")):
        raise MissingExtra("converting weights", "emonet")


def _convert(asset: Asset, *, small: bool) -> Convert | None:
    """What becomes of an asset's files; heavy imports wait until it is known."""
    if asset.is_converted:
        _require_extra()
    suite = suites().get(asset.name)
    is_voice = suite is not None and suite.encoder == "bude-whisper"
    if small and not is_voice:
        raise ConfigError(f"{asset.name} has no small form: only the voice sets have")
    if is_voice:
        from mien.decoders.emonet.heads.voice import convert_head as convert_voice

        return partial(convert_voice, small=small)
    if suite is not None:
        from mien.decoders.emonet.heads.face import convert_head as convert_face

        return convert_face
    if asset.name == "siglip2":
        from mien.decoders.emonet.siglip import convert_tower

        return convert_tower
    if asset.name == "bude-whisper":
        from mien.decoders.emonet.whisper import convert_encoder

        return convert_encoder
    if asset.name == "emonet-captions":
        from mien.decoders.emonet.whisper.captions_convert import convert_captioner

        return convert_captioner
    return None
