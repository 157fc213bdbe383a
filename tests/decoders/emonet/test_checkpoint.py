"""The reader of published checkpoints: every tensor of good files, no code of bad ones."""

import pickletools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.core.errors import BadWeights
from mien.decoders.emonet.checkpoint import read_checkpoint
from tests.fakes.emonet import (
    PREFIX,
    Zeros,
    face_head,
    malicious,
    save_checkpoint,
    voice_head,
    write_archive,
)


def rng():
    return np.random.default_rng(0)


HEADS = {
    "face small": face_head(width=30, rng=rng()),
    "face large": face_head("large", width=30, hidden=(8, 6, 4), rng=rng()),
    "voice": voice_head(columns=400, hidden=(8, 8, 6, 4), rng=rng()),
    "pooled": voice_head(columns=3072, rng=rng()),
}


def same(one, other):
    assert list(one) == list(other)
    for key, tensor in one.items():
        np.testing.assert_array_equal(tensor, other[key])


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS.keys())
def test_every_tensor_of_a_head_is_read_as_written(tmp_path, head):
    same(read_checkpoint(save_checkpoint(tmp_path / "a.pth", head)), head)


def test_what_torch_compile_left_at_the_start_of_keys_is_dropped(tmp_path):
    head = face_head(width=9, rng=rng())
    prefixed = {PREFIX + key: tensor for key, tensor in head.items()}
    same(read_checkpoint(save_checkpoint(tmp_path / "a.pth", prefixed)), head)
    inside = {f"layers.{PREFIX}0.weight": head["layers.0.weight"]}
    assert list(read_checkpoint(save_checkpoint(tmp_path / "b.pth", inside))) == list(inside)


def test_a_state_dict_within_a_dictionary_is_found(tmp_path):
    head = HEADS["face small"]
    same(read_checkpoint(save_checkpoint(tmp_path / "a.pth", head, wrapped=True)), head)


@pytest.mark.parametrize("code", ["<f2", "<f4", "<f8", "<i4", "<i8", "i1", "u1", "?"])
def test_every_kind_of_number_is_read(tmp_path, code):
    values = np.arange(6).reshape(2, 3).astype(code)
    read = read_checkpoint(save_checkpoint(tmp_path / "a.pth", {"a.weight": values}))["a.weight"]
    assert read.dtype == values.dtype
    np.testing.assert_array_equal(read, values)


def test_bfloat16_becomes_float32(tmp_path):
    values = np.array([1.0, -2.5, 0.15625, np.inf], dtype="<f4")
    halves = (values.view("<u4") >> 16).astype("<u2").view("V2")
    read = read_checkpoint(save_checkpoint(tmp_path / "a.pth", {"w": halves}))["w"]
    assert read.dtype == np.float32
    np.testing.assert_array_equal(read, values)


def test_a_head_of_true_size_is_mapped_and_not_copied(tmp_path):
    path = save_checkpoint(tmp_path / "model_Anger_best.pth", voice_head())
    weight = read_checkpoint(path)["proj.weight"]
    assert weight.shape == (64, 1_152_000)
    owner = weight
    while owner.base is not None and not isinstance(owner, np.memmap):
        owner = owner.base
    assert isinstance(owner, np.memmap)
    assert not weight.flags.writeable
    assert not weight[:, ::100_000].any()


def test_the_makers_write_what_torch_writes(tmp_path):
    torch = pytest.importorskip("torch", reason="torch, the oracle, is not installed")
    state = {key: torch.tensor(value) for key, value in HEADS["voice"].items()}
    linears = [torch.nn.Linear(w.shape[1], w.shape[0]) for k, w in state.items() if "weight" in k]
    net = torch.nn.Module()
    net.proj = linears[0]
    between = [layer for x in linears[1:] for layer in (torch.nn.Dropout(), x, torch.nn.ReLU())]
    net.mlp = torch.nn.Sequential(torch.nn.ReLU(), *between[:-1])
    net.load_state_dict(state)
    theirs, ours = tmp_path / "theirs" / "a.pth", tmp_path / "ours" / "a.pth"
    theirs.parent.mkdir()
    torch.save(net.state_dict(), theirs)
    save_checkpoint(ours, HEADS["voice"])
    told = theirs.read_bytes()
    made = ours.read_bytes()
    identifier = told.index(b".data/serialization_id")
    assert made[:identifier] == told[:identifier]
    assert len(made) == len(told)
    same(read_checkpoint(theirs), HEADS["voice"])
    loaded = torch.load(ours, weights_only=True)
    same({key: value.numpy() for key, value in loaded.items()}, HEADS["voice"])


def test_views_parameters_and_empty_tensors_of_torch_are_read(tmp_path):
    torch = pytest.importorskip("torch", reason="torch, the oracle, is not installed")
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    tensors = {
        "turned": base.t(),
        "part": base[1:3, 2:5],
        "parameter": torch.nn.Parameter(base),
        "empty": torch.zeros(3, 0),
        "scalar": torch.tensor(2.0),
        "bf16": base.bfloat16(),
    }
    torch.save(tensors, tmp_path / "a.pth")
    read = read_checkpoint(tmp_path / "a.pth")
    same(read, {key: value.detach().float().numpy() for key, value in tensors.items()})


def test_sparse_tensors_of_torch_are_refused_by_name(tmp_path):
    torch = pytest.importorskip("torch", reason="torch, the oracle, is not installed")
    torch.save({"a": torch.zeros(3).to_sparse()}, tmp_path / "a.pth")
    with pytest.raises(BadWeights, match=r"a\.pth.*_rebuild_sparse_tensor"):
        read_checkpoint(tmp_path / "a.pth")


def test_torch_files_before_zip_are_refused_with_the_reason(tmp_path):
    torch = pytest.importorskip("torch", reason="torch, the oracle, is not installed")
    torch.save({"a": torch.zeros(3)}, tmp_path / "a.pth", _use_new_zipfile_serialization=False)
    with pytest.raises(BadWeights, match=r"torch before 1\.6"):
        read_checkpoint(tmp_path / "a.pth")


def test_no_code_of_a_file_is_run(tmp_path, monkeypatch):
    def refuse(*_):
        pytest.fail("code of a file was looked up")

    files = malicious(tmp_path)
    monkeypatch.setattr("os.system", refuse)
    monkeypatch.setattr("builtins.eval", refuse)
    monkeypatch.setattr("pickle.Unpickler", refuse)
    for what, path in files.items():
        with pytest.raises(BadWeights) as raised:
            read_checkpoint(path)
        assert str(path) in str(raised.value), what


def pickle_of(path):
    data = path.read_bytes()
    start = data.index(b"\x80\x02")
    return data[start : data.index(b"PK\x07\x08", start)]


def rewritten(tmp_path, change, storage=b"\0" * 24):
    """A file whose pickle of one (2, 3) tensor is changed."""
    tensor = {"w": np.zeros((2, 3), np.float32)}
    pickle = pickle_of(save_checkpoint(tmp_path / "good.pth", tensor))
    changed = change(pickle)
    list(pickletools.genops(changed))
    members = {"a/data.pkl": changed, "a/data/0": storage, "a/version": b"3\n"}
    write_archive(tmp_path / "a.pth", members)
    return tmp_path / "a.pth"


SIZES = b"K\x02K\x03\x86"
STRIDES = b"K\x03K\x01\x86"
N = b"K\x06t"
BAD_TENSORS = {
    "larger than its storage": lambda p: p.replace(SIZES, b"K\x02K\x04\x86"),
    "huge": lambda p: p.replace(SIZES, b"\x8a\x09" + b"\xff" * 8 + b"\0K\x03\x86"),
    "told over and over": lambda p: p.replace(SIZES, b"M\xff\xffK\x03\x86").replace(
        STRIDES, b"K\0K\x01\x86"
    ),
    "strides beyond the end": lambda p: p.replace(STRIDES, b"K\x04K\x01\x86"),
    "negative strides": lambda p: p.replace(STRIDES, b"J\xfd\xff\xff\xffK\x01\x86"),
    "a negative offset": lambda p: p.replace(b"QK\0K\x02", b"QJ\xff\xff\xff\xffK\x02"),
    "an offset beyond the end": lambda p: p.replace(b"QK\0K\x02", b"QK\x01K\x02"),
    "fewer strides than sizes": lambda p: p.replace(STRIDES, b"K\x03\x85"),
    "a shape that is a list": lambda p: p.replace(SIZES, b"]"),
    "a storage of another size": lambda p: p.replace(N, b"K\x07t"),
    "a storage that is not there": lambda p: p.replace(b"X\1\0\0\0" + b"0", b"X\1\0\0\0" + b"1"),
    "a storage outside the folder": lambda p: p.replace(
        b"X\1\0\0\0" + b"0", b"X\x0a\0\0\0" + b"../version"
    ),
    "a value that is no tensor": lambda p: p.replace(b"X\1\0\0\0wq", b"X\1\0\0\0vK\1sX\1\0\0\0wq"),
}


@pytest.mark.parametrize("change", BAD_TENSORS.values(), ids=BAD_TENSORS.keys())
def test_tensors_that_lie_about_themselves_are_refused(tmp_path, change):
    assert read_checkpoint(rewritten(tmp_path, lambda pickle: pickle))["w"].shape == (2, 3)
    with pytest.raises(BadWeights, match=r"a\.pth: "):
        read_checkpoint(rewritten(tmp_path, change))


REFUSED_NAMES = [
    "_rebuild_qtensor",
    "_rebuild_sparse_tensor",
    "_rebuild_tensor_v3",
    "_rebuild_wrapper_subclass",
    "_rebuild_tensor_v2.__globals__",
]


@pytest.mark.parametrize("name", REFUSED_NAMES)
def test_other_makers_of_tensors_are_refused_by_name(tmp_path, name):
    path = rewritten(tmp_path, lambda p: p.replace(b"_rebuild_tensor_v2", name.encode()))
    with pytest.raises(BadWeights, match=name):
        read_checkpoint(path)


def test_numbers_of_unknown_kinds_are_refused_by_name(tmp_path):
    path = rewritten(tmp_path, lambda p: p.replace(b"FloatStorage", b"QInt8Storage"))
    with pytest.raises(BadWeights, match="QInt8Storage"):
        read_checkpoint(path)


def test_big_endian_numbers_are_refused(tmp_path):
    path = save_checkpoint(tmp_path / "a.pth", HEADS["face small"], byteorder=b"big")
    with pytest.raises(BadWeights, match="big-endian"):
        read_checkpoint(path)


@pytest.mark.parametrize("name", ["data.pkl", "byteorder"])
def test_what_a_file_says_of_itself_is_not_read_if_it_is_endless(tmp_path, name):
    import zipfile

    path = tmp_path / "a.pth"
    with zipfile.ZipFile(path, "w") as archive:
        for member in {"data.pkl", name}:
            archive.writestr(f"a/{member}", b"x" * (5 << 20 if member == name else 1))
    with pytest.raises(BadWeights, match="describes itself in 5,242,880 bytes"):
        read_checkpoint(path)


def test_keys_with_and_without_the_prefix_are_refused(tmp_path):
    weight = np.zeros(3, np.float32)
    path = save_checkpoint(tmp_path / "a.pth", {"w": weight, f"{PREFIX}w": weight})
    with pytest.raises(BadWeights, match="with and without"):
        read_checkpoint(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BadWeights, match=r"none\.pth"):
        read_checkpoint(tmp_path / "none.pth")


@given(cut=st.integers(0, 3000))
@settings(max_examples=40)
def test_a_cut_file_is_refused(tmp_path_factory, cut):
    path = save_checkpoint(tmp_path_factory.mktemp("cut") / "a.pth", HEADS["face small"])
    data = path.read_bytes()
    path.write_bytes(data[: len(data) - 1 - cut])
    with pytest.raises(BadWeights):
        read_checkpoint(path)


@given(
    changes=st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 255)), min_size=1, max_size=8)
)
@settings(max_examples=150)
def test_a_damaged_file_is_refused_or_read_but_nothing_else(tmp_path_factory, changes):
    head = {"a.weight": np.ones((4, 3), np.float32), "a.bias": np.ones(4, np.float32)}
    path = save_checkpoint(tmp_path_factory.mktemp("damaged") / "a.pth", head)
    data = bytearray(path.read_bytes())
    for at, value in changes:
        data[at % len(data)] = value
    path.write_bytes(data)
    try:
        read = read_checkpoint(path)
    except BadWeights:
        return
    assert sum(array.nbytes for array in read.values()) <= len(data)


def test_what_zip_allows_and_torch_does_not_write_is_refused(tmp_path):
    import zipfile

    good = save_checkpoint(tmp_path / "a.pth", HEADS["face small"])
    with zipfile.ZipFile(good) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}

    def again(name, kind, twice=False, comment=b""):
        with zipfile.ZipFile(tmp_path / name, "w", kind) as archive:
            for member, data in parts.items():
                archive.writestr(member, data)
            if twice:
                archive.writestr("b/data.pkl", parts["a/data.pkl"])
            archive.comment = comment
        return tmp_path / name

    read_checkpoint(again("stored.pth", zipfile.ZIP_STORED))
    bad = {
        "compressed": again("packed.pth", zipfile.ZIP_DEFLATED),
        "one folder": again("two.pth", zipfile.ZIP_STORED, twice=True),
        "at its end": again("comment.pth", zipfile.ZIP_STORED, comment=b"x"),
    }
    for reason, path in bad.items():
        with pytest.raises(BadWeights, match=reason):
            read_checkpoint(path)


def test_members_that_overlap_are_refused(tmp_path):
    path = save_checkpoint(tmp_path / "a.pth", HEADS["face small"])
    data = bytearray(path.read_bytes())
    # The directory's entry of data/0 is pointed at data/1, under its own name and size.
    first, second = data.rindex(b"a/data/0"), data.rindex(b"a/data/1")
    data[first : first + 8] = b"a/data/1"
    data[second : second + 8] = b"a/data/0"
    path.write_bytes(data)
    with pytest.raises(BadWeights, match="another header"):
        read_checkpoint(path)
    data[first : first + 8], data[second : second + 8] = b"a/data/0", b"a/data/1"
    size = data[first - 46 + 20 : first - 46 + 28]
    longer = (int.from_bytes(size[:4], "little") + 200).to_bytes(4, "little")
    data[first - 46 + 20 : first - 46 + 28] = longer * 2
    path.write_bytes(data)
    with pytest.raises(BadWeights, match="overlap"):
        read_checkpoint(path)


def test_a_made_head_without_values_is_of_zeros(tmp_path):
    read = read_checkpoint(save_checkpoint(tmp_path / "a.pth", {"w": Zeros((5, 2))}))
    np.testing.assert_array_equal(read["w"], np.zeros((5, 2), np.float32))
