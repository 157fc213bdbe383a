"""Mapped safetensors files hold what was written and nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import BadWeights, MissingWeights
from mien.decoders.emonet.heads.mapped import read_mapped, write_mapped

KINDS = st.sampled_from([np.float32, np.int8, np.uint8])
SHAPES = st.lists(st.integers(0, 5), min_size=0, max_size=3).map(tuple)


@given(
    st.dictionaries(st.text(min_size=1, max_size=9), st.tuples(KINDS, SHAPES), max_size=4),
    st.dictionaries(st.text(max_size=5), st.text(max_size=9), max_size=3),
)
def test_what_is_written_comes_back(tmp_path_factory, kinds, notes):
    path = tmp_path_factory.mktemp("mapped") / "a.safetensors"
    kinds.pop("__metadata__", None)
    rng = np.random.default_rng(0)
    arrays = {n: rng.integers(0, 99, shape).astype(kind) for n, (kind, shape) in kinds.items()}
    write_mapped(path, arrays, notes)
    found = read_mapped(path)
    assert found.notes == notes
    assert found.arrays.keys() == arrays.keys()
    for name, array in arrays.items():
        assert found.arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(found.arrays[name], array)


def test_others_can_read_it(tmp_path):
    library = pytest.importorskip("safetensors.numpy")
    path = tmp_path / "a.safetensors"
    arrays = {"codes": np.arange(100, dtype=np.int8), "scales": np.ones((2, 3), np.float32)}
    write_mapped(path, arrays, {"format": "test"})
    found = library.load_file(path)
    np.testing.assert_array_equal(found["codes"], arrays["codes"])
    np.testing.assert_array_equal(found["scales"], arrays["scales"])


def test_arrays_cannot_be_written_to(tmp_path):
    write_mapped(tmp_path / "a.safetensors", {"a": np.ones(3, np.float32)}, {})
    with pytest.raises(ValueError, match="read-only"):
        read_mapped(tmp_path / "a.safetensors").arrays["a"][0] = 2.0


def test_no_half_written_file_is_left_for_readers(tmp_path):
    path = tmp_path / "a.safetensors"
    write_mapped(path, {"a": np.ones(3, np.float32)}, {})
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


@given(st.integers(0, 150))
def test_a_cut_file_is_named(tmp_path_factory, size):
    path = tmp_path_factory.mktemp("mapped") / "a.safetensors"
    write_mapped(path, {"a": np.ones(6, np.float32)}, {})
    whole = path.read_bytes()
    path.write_bytes(whole[: min(size, len(whole) - 1)])
    with pytest.raises(BadWeights, match=path.name):
        read_mapped(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(MissingWeights, match=r"none\.safetensors"):
        read_mapped(tmp_path / "none.safetensors")
