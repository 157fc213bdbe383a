import numpy as np
import pytest

from mien.core.errors import BadWeights, MissingWeights
from mien.decoders.session import BUCKETS, open_session, run_in_buckets


class Doubling:
    """A session whose output is twice its input; it remembers the batches that it saw."""

    def __init__(self):
        self.seen = []

    def run(self, names, fed):
        self.seen.append(len(fed["x"]))
        return [fed["x"] * 2, fed["x"].sum(axis=1)]


@pytest.mark.parametrize("n", [0, 1, 2, 8, 9, 32, 33, 70])
def test_any_batch_comes_back_whole_and_in_order(n):
    session = Doubling()
    x = np.arange(n * 3, dtype=np.float32).reshape(n, 3)
    twice, sums = run_in_buckets(session, {"x": x})
    np.testing.assert_array_equal(twice, x * 2)
    np.testing.assert_array_equal(sums, x.sum(axis=1))
    assert set(session.seen) <= set(BUCKETS)


def test_missing_weights_are_named(tmp_path):
    with pytest.raises(MissingWeights, match=r"none\.onnx"):
        open_session(tmp_path / "none.onnx")


def test_damaged_weights_are_named(tmp_path):
    (tmp_path / "bad.onnx").write_bytes(b"not a net")
    with pytest.raises(BadWeights, match=r"bad\.onnx"):
        open_session(tmp_path / "bad.onnx")
