import pytest

from mien.core.errors import BadWeights, MissingWeights
from mien.decoders.session import open_session


def test_missing_weights_are_named(tmp_path):
    with pytest.raises(MissingWeights, match=r"none\.onnx"):
        open_session(tmp_path / "none.onnx")


def test_damaged_weights_are_named(tmp_path):
    (tmp_path / "bad.onnx").write_bytes(b"not a net")
    with pytest.raises(BadWeights, match=r"bad\.onnx"):
        open_session(tmp_path / "bad.onnx")
