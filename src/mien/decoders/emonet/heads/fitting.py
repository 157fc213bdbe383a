"""Whether converted heads fit their encoder and each other, so that all of a set can run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from mien.assets import AssetFile, Convert, Shelf, find
from mien.core.errors import BadWeights, MissingWeights
from mien.decoders.emonet.heads.mapped import read_mapped
from mien.decoders.emonet.heads.voice_file import read_head
from mien.decoders.emonet.suites import Suite
from mien.timeline.reading import Channel


class Form(NamedTuple):
    """What heads that run together share.

    Attributes:
        inputs: Numbers it reads.
        widths: Outputs of each layer; the last gives one.
        numbers: How its weights are kept.
        is_pooled: Whether it reads a few numbers of each channel in place of every frame.
    """

    inputs: int
    widths: tuple[int, ...]
    numbers: str
    is_pooled: bool = False

    def __str__(self) -> str:
        return " > ".join(f"{width:,}" for width in (self.inputs, *self.widths))


def fitted(suite: Suite, shelf: Shelf, convert: Convert) -> Convert:
    """A conversion that refuses a head of another shape than its encoder and its set ask for.

    Args:
        suite: The set.
        shelf: Where it and its encoder lie.
        convert: Converts a head of it to one file.

    Returns:
        A conversion that raises `BadWeights` with what the shape is and should be.
    """

    def convert_fitting(file: AssetFile, fetched: Path, folder: Path) -> Sequence[str]:
        names = convert(file, fetched, folder)
        fault = _fault(suite, shelf, file.name, form_of(suite, folder / names[0]))
        if fault:
            raise BadWeights(fault)
        return names

    return convert_fitting


def unfit(suite: Suite, shelf: Shelf) -> dict[str, str]:
    """What is wrong with converted heads that cannot run with the others, by published name.

    Among heads that differ the commonest form is taken for right, if the encoder feeds any.

    Args:
        suite: The set.
        shelf: Where it and its encoder lie.

    Raises:
        AssetError: If a lock is damaged.
        MissingExtra: If `mien[emonet]` is not installed.
    """
    forms, found = dict[str, Form](), dict[str, str]()
    for name, path in _kept(suite, shelf).items():
        try:
            forms[name] = form_of(suite, path)
        except BadWeights as error:
            found[name] = str(error)
    fed = {form: _inputs(suite, shelf, is_pooled=form.is_pooled) for form in forms.values()}
    for is_pooled in (False, True):
        counts = Counter(form for form in forms.values() if form.is_pooled is is_pooled)
        counts = Counter({f: n for f, n in counts.items() if f.inputs == fed[f]}) or counts
        if not counts:
            continue
        ((common, _),) = counts.most_common(1)
        for name, form in forms.items():
            if form.is_pooled is is_pooled and form != common:
                found[name] = f"{name} of {suite.name} has layers {form}, the others {common}"
    return found


def form_of(suite: Suite, path: Path) -> Form:
    """The form of a converted head; only its header is read.

    Raises:
        BadWeights: If it is damaged or no head.
        MissingWeights: If it is not there.
    """
    if suite.channel is Channel.FACE:
        arrays = read_mapped(path).arrays
        weights = [arrays[key] for key in sorted(arrays) if key.endswith(".weight")]
        if not weights or any(weight.ndim != 2 for weight in weights):
            raise BadWeights(f"{path} is no converted face head: pull it again")
        widths = tuple(weight.shape[1] for weight in weights)
        return Form(weights[0].shape[0], widths, weights[0].dtype.name)
    file = read_head(path)
    widths = tuple(layer.weight.shape[0] for layer in file.layers)
    if file.first is None:
        return Form(file.layers[0].weight.shape[1], widths, "float32", is_pooled=True)
    matrix = file.first.matrix
    return Form(matrix.cut.columns, (matrix.rows, *widths), f"{matrix.bits} bits")


def _fault(suite: Suite, shelf: Shelf, name: str, form: Form) -> str:
    """What is wrong with the form of a head that came; empty if nothing is."""
    inputs = _inputs(suite, shelf, is_pooled=form.is_pooled)
    if inputs not in (None, form.inputs):
        return f"it reads {form.inputs:,} numbers, and {suite.encoder} gives {inputs:,}"
    for other, path in _kept(suite, shelf).items():
        if other == name:
            continue
        try:
            known = form_of(suite, path)
        except BadWeights:
            continue
        if known.is_pooled is form.is_pooled:
            return "" if known == form else f"its layers are {form}, and those of {other} {known}"
    return ""


def _kept(suite: Suite, shelf: Shelf) -> Mapping[str, Path]:
    """Where what is here of each head lies, by published name."""
    asset = find(suite.name)
    record, place = shelf.record(asset), shelf.place(asset)
    heads = {head.file for head in suite.heads}
    return {
        file.name: place / kept
        for file in asset.files
        if file.name in heads
        for kept in shelf.kept(asset, file, record)
    }


def _inputs(suite: Suite, shelf: Shelf, *, is_pooled: bool) -> int | None:
    """Numbers that the encoder gives for one input; None if it is not here to ask."""
    folder = shelf.installed(find(suite.encoder))
    if folder is None:
        return None
    try:
        if suite.channel is Channel.FACE:
            from mien.decoders.emonet.siglip.geometry import read_geometry as read_tower

            return read_tower(folder).width
        from mien.decoders.emonet.whisper.files import CONFIG, read_geometry

        listened = read_geometry(folder / CONFIG)
    except (BadWeights, MissingWeights):
        return None
    return listened.width * (4 if is_pooled else listened.encoder.positions)
