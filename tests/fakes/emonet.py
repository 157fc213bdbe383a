"""Makers of checkpoints as LAION publishes them: names, keys, shapes and torch's format.

They write what `torch.save` writes, byte for byte but for the identifier of the file, and
need no torch. Heads of true size can be made of zeros that take no room on the disk.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mien.decoders.emonet.suites import constants
from mien.emotions import EMONET_40

FACE_HIDDEN = {"small": (128, 32), "large": (1024, 512, 256)}
FACE_EXTRA = ("valence", "arousal", "dominance", "emotional_vulnerability")
VOICE_HIDDEN = {"small": (64, 64, 32, 16), "plus": (64, 64, 32, 16), "large": (128, 128, 64, 32)}
PREFIX = "_orig_mod."
"""At the start of every key of some published files."""


class Zeros(NamedTuple):
    """A tensor of zeros whose bytes need not be written."""

    shape: tuple[int, ...]
    dtype: np.dtype = np.dtype("<f4")


# --- heads -----------------------------------------------------------------------------------


def face_head(size="small", *, width=1152, hidden=None, rng=None, prefix=""):
    """The state dict of a face head: Linear, ReLU, Dropout and so on under `layers`."""
    sizes = (width, *(hidden or FACE_HIDDEN[size]), 1)
    return _linears(sizes, [f"{prefix}layers.{3 * i}" for i in range(len(sizes) - 1)], rng)


def voice_head(size="small", *, columns=1_152_000, hidden=None, rng=None, prefix=""):
    """The state dict of a voice head: `proj` over all frames, then `mlp.2`, `mlp.5` ...

    A pooled quality head is the same with `columns=3072`.
    """
    sizes = (columns, *(hidden or VOICE_HIDDEN[size]), 1)
    names = [f"{prefix}proj", *(f"{prefix}mlp.{2 + 3 * i}" for i in range(len(sizes) - 2))]
    return _linears(sizes, names, rng)


def _linears(sizes, names, rng):
    """Weights as torch initialises them; of zeros without a generator."""
    tensors = {}
    for name, inputs, outputs in zip(names, sizes, sizes[1:], strict=False):
        shapes = {"weight": (outputs, inputs), "bias": (outputs,)}
        for part, shape in shapes.items():
            bound = inputs**-0.5
            tensors[f"{name}.{part}"] = (
                Zeros(shape)
                if rng is None
                else rng.uniform(-bound, bound, shape).astype(np.float32)
            )
    return tensors


# --- sets ------------------------------------------------------------------------------------


def face_files() -> list[str]:
    """The published file names of a face set: forty emotions, then the extra heads."""
    stems = [emotion.label.lower().replace("/", "_").replace(" ", "_") for emotion in EMONET_40]
    return [f"model_{stem}_best.pth" for stem in (*stems, *FACE_EXTRA)]


def voice_files(*, plus=False) -> list[str]:
    """The published file names of a voice set; `plus` has the pooled quality heads too."""
    stems = [emotion.label.replace("/", "_").replace(" ", "_") for emotion in EMONET_40]
    heads = constants()["voice"]["heads"]
    stems += [stem for stem, head in heads.items() if plus or head["role"] != "quality"]
    return [f"model_{stem}_best.pth" for stem in stems]


def write_face_set(
    folder, size="small", *, width=1152, hidden=None, names=None, seed=0, lifts=None
):
    """A face set in a folder, every third file with `_orig_mod.`; its paths.

    Args:
        folder: Where to write.
        size: `small` or `large`.
        width: Numbers of an embedding.
        hidden: Widths between, in place of the published ones.
        names: Of the files to write; by default all.
        seed: Of the weights, which are random.
        lifts: What is added to the scores of some files, so that a face can tell something.
    """
    paths = []
    for i, name in enumerate(face_files()):
        if names is not None and name not in names:
            continue
        prefix, rng = PREFIX if i % 3 == 2 else "", np.random.default_rng([seed, i])
        head = face_head(size, width=width, hidden=hidden, rng=rng, prefix=prefix)
        _lift(head, (lifts or {}).get(name, 0))
        paths.append(save_checkpoint(folder / name, head))
    return paths


def write_voice_set(
    folder, size="small", *, columns=1_152_000, hidden=None, names=None, seed=0, lifts=None
):
    """A voice set in a folder, every third file with `_orig_mod.`; its paths.

    Quality heads of `plus` read four numbers of each channel: with 1500 frames there are
    `columns / 1500` channels. See `write_face_set` for the arguments.
    """
    paths = []
    for i, name in enumerate(voice_files(plus=size == "plus")):
        if names is not None and name not in names:
            continue
        inputs = 4 * (columns // 1500) if "model_score_" in name else columns
        prefix, rng = PREFIX if i % 3 == 2 else "", np.random.default_rng([seed, i])
        head = voice_head(size, columns=inputs, hidden=hidden, rng=rng, prefix=prefix)
        _lift(head, (lifts or {}).get(name, 0))
        paths.append(save_checkpoint(folder / name, head))
    return paths


def _lift(head, by):
    """Add to the score of a head: its last tensor is the last bias."""
    last = list(head)[-1]
    head[last] = head[last] + np.float32(by)


# --- torch's format --------------------------------------------------------------------------


def save_checkpoint(path, tensors, *, wrapped=False, byteorder=b"little"):
    """What `torch.save` writes for a state dict; `wrapped` puts it into `{"state_dict": ...}`.

    Args:
        path: Of the file; torch names the folder in the archive after it.
        tensors: Arrays and `Zeros` by key.
        wrapped: Around a plain dictionary, as training scripts do.
        byteorder: What the file says of its numbers.
    """
    pickle = _Pickle()
    content = pickle.wrapped(tensors) if wrapped else pickle.state(tensors)
    members = {
        "data.pkl": content,
        ".format_version": b"1",
        ".storage_alignment": b"64",
        "byteorder": byteorder,
        **{f"data/{i}": tensor for i, tensor in enumerate(tensors.values())},
        "version": b"3\n",
        ".data/serialization_id": b"0" * 40,
    }
    write_archive(path, {f"{path.stem}/{name}": part for name, part in members.items()})
    return path


def write_archive(path, members: Mapping[str, object]) -> None:
    """A ZIP as torch writes it: stored, each member at a multiple of 64 bytes."""
    directory = b""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for name, part in members.items():
            directory += _write_member(file, name.encode(), part)
        _write_end(file, directory, len(members))


def _write_member(file, name: bytes, part) -> bytes:
    header = file.tell()
    file.write(struct.pack("<4s5H3L2H", b"PK\3\4", 0, 0x808, *(0,) * 6, len(name), 0))
    extra = -(header + 30 + len(name) + 4) % 64
    file.seek(header + 28)
    file.write(struct.pack("<H", extra + 4) + name + b"FB" + struct.pack("<H", extra))
    file.write(b"Z" * extra)
    checksum, size = _write_bytes(file, part)
    file.write(struct.pack("<4s3L", b"PK\7\x08", checksum, size, size))
    fields = (0, 0, 0x808, 0, 0, 0, checksum, size, size, len(name), *(0,) * 5, header)
    return struct.pack("<4s6H3L5H2L", b"PK\1\2", *fields) + name


def _write_bytes(file, part) -> tuple[int, int]:
    """Checksum and size of what was written; zeros become a hole in the file."""
    if isinstance(part, Zeros):
        size = int(np.prod(part.shape)) * part.dtype.itemsize
        file.seek(size, 1)
        file.truncate()
        return _checksum_of_zeros(size), size
    part = part if isinstance(part, bytes) else part.tobytes()
    file.write(part)
    return zlib.crc32(part), len(part)


@cache
def _checksum_of_zeros(size: int) -> int:
    checksum, block = 0, bytes(1 << 20)
    for _ in range(size >> 20):
        checksum = zlib.crc32(block, checksum)
    return zlib.crc32(block[: size & ((1 << 20) - 1)], checksum)


def _write_end(file, directory: bytes, n: int) -> None:
    start = file.tell()
    file.write(directory)
    size = len(directory)
    fields = (44, 0x31E, 0x2D, 0, 0, n, n, size, start)
    file.write(struct.pack("<4sQ2H2L4Q", b"PK\6\6", *fields))
    file.write(struct.pack("<4sLQL", b"PK\6\7", 0, start + size, 1))
    file.write(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, n, n, size, start, 0))


_STORAGES = {"<f4": "Float", "<f2": "Half", "<f8": "Double", "<i8": "Long", "<i4": "Int"}
_STORAGES |= {"|V2": "BFloat16", "|i1": "Char", "|u1": "Byte", "|b1": "Bool"}


class _Pickle:
    """Opcodes of protocol 2, with the memory that Python's own pickler keeps."""

    def __init__(self) -> None:
        self._memo: dict[str, int] = {}
        self._n = 0

    def state(self, tensors) -> bytes:
        """A module's state dict: an ordered dictionary with `_metadata`."""
        pairs = self._ordered() + self._tensors(tensors)
        return b"\x80\x02" + pairs + self._metadata(tensors) + b"b."

    def wrapped(self, tensors) -> bytes:
        """`{"state_dict": {...}, "epoch": 3}`, of plain dictionaries."""
        start = b"}" + self._put() + b"(" + self._text("state_dict") + b"}" + self._put()
        rest = self._tensors(tensors) + self._text("epoch") + b"K\3"
        return b"\x80\x02" + start + rest + b"u."

    def _tensors(self, tensors) -> bytes:
        parts = [self._text(key) + self._tensor(i, t) for i, (key, t) in enumerate(tensors.items())]
        return self._items(parts)

    def _tensor(self, index: int, tensor) -> bytes:
        kind = f"torch {_STORAGES[tensor.dtype.str]}Storage"
        size = int(np.prod(tensor.shape))
        made = self._name("torch._utils _rebuild_tensor_v2") + b"(("
        made += self._text("storage", again=True) + self._name(kind) + self._text(str(index))
        made += self._text("cpu", again=True) + self._int(size) + b"t" + self._put() + b"Q"
        made += self._int(0) + self._tuple(tensor.shape) + self._tuple(_strides(tensor.shape))
        made += b"\x89" + self._ordered()
        return made + b"t" + self._put() + b"R" + self._put()

    def _metadata(self, tensors) -> bytes:
        start = b"}" + self._put() + self._text("_metadata") + self._ordered()
        parts = []
        for module in _modules(tensors):
            named = self._text(module) + b"}" + self._put()
            parts.append(named + self._text("version", again=True) + b"K\1s")
        return start + self._items(parts) + b"s"

    def _items(self, parts: Sequence[bytes]) -> bytes:
        return parts[0] + b"s" if len(parts) == 1 else b"(" + b"".join(parts) + b"u"

    def _ordered(self) -> bytes:
        return self._name("collections OrderedDict") + b")R" + self._put()

    def _name(self, name: str) -> bytes:
        return self._once(name, b"c" + name.replace(" ", "\n").encode() + b"\n")

    def _text(self, text: str, *, again: bool = False) -> bytes:
        told = b"X" + struct.pack("<L", len(text.encode())) + text.encode()
        return self._once(text, told) if again else told + self._put()

    def _once(self, key: str, told: bytes) -> bytes:
        if key in self._memo:
            index = self._memo[key]
            return b"h" + bytes([index]) if index < 256 else b"j" + struct.pack("<L", index)
        self._memo[key] = self._n
        return told + self._put()

    def _put(self) -> bytes:
        self._n += 1
        index = self._n - 1
        return b"q" + bytes([index]) if index < 256 else b"r" + struct.pack("<L", index)

    def _int(self, value: int) -> bytes:
        if value < 1 << 8:
            return b"K" + bytes([value])
        return (
            b"M" + struct.pack("<H", value) if value < 1 << 16 else b"J" + struct.pack("<l", value)
        )

    def _tuple(self, values: tuple[int, ...]) -> bytes:
        told = b"".join(map(self._int, values))
        return told + b")\x85\x86\x87"[len(values) : len(values) + 1] + self._put()


def _strides(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(np.prod(shape[i + 1 :])) for i in range(len(shape)))


def _modules(tensors) -> Iterator[str]:
    """The modules of a state dict as torch lists them, ReLU and Dropout among them."""
    prefix = PREFIX if next(iter(tensors)).startswith(PREFIX) else ""
    yield ""
    if prefix:
        yield prefix.rstrip(".")
    names = [key.removeprefix(prefix).split(".") for key in tensors]
    for root in dict.fromkeys(parts[0] for parts in names):
        yield prefix + root
        numbers = [int(parts[1]) for parts in names if parts[0] == root and len(parts) == 3]
        yield from (f"{prefix}{root}.{i}" for i in range(max(numbers, default=-1) + 1))


# --- files that must be refused --------------------------------------------------------------


def malicious(folder) -> dict[str, Path]:
    """Files that would run code or do other harm in a careless reader, by what is wrong."""
    calls = b"\x80\x02cos\nsystem\nX\x04\x00\x00\x00true\x85R."
    named = calls.replace(b"cos\nsystem\n", b"cbuiltins\neval\n")
    found = {"calls os.system": calls, "calls eval": named}
    found["builds an object"] = b"\x80\x02ctorch.nn.modules.linear\nLinear\n)\x81}b."
    found["names on the stack"] = b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x04true\x85R."
    found["calls an extension"] = b"\x80\x02\x82\x01)R."
    found["inst"] = b"\x80\x02(X\x04\x00\x00\x00trueios\nsystem\n."
    found["a deep tuple as a key"] = b"\x80\x02}" + b")" + b"\x85" * 200_000 + b"K\x01s."
    paths = {}
    for i, (what, pickle) in enumerate(found.items()):
        paths[what] = folder / f"bad{i}.pth"
        write_archive(paths[what], {"bad/data.pkl": pickle, "bad/version": b"3\n"})
    paths["a bare pickle"] = folder / "legacy.pth"
    paths["a bare pickle"].write_bytes(calls)
    return paths
