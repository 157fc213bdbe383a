"""Products of many matrices with a batch, on the processor and as a GPU would do them."""

import sys

import numpy as np
import pytest

from mien.core.config import Config
from mien.core.errors import ConfigError, MissingExtra
from mien.decoders import session
from mien.decoders.emonet.heads import stack
from mien.decoders.emonet.heads.quantize import PIECE, empty, fill
from mien.decoders.session import CPU, CUDA

ROWS = 6


def matrix(bits, columns, seed=0):
    weights = np.random.default_rng(seed).normal(size=(ROWS, columns)).astype(np.float32)
    made = empty(bits, ROWS, columns)
    for block in made.cut.blocks(4):
        fill(made, block, weights[:, made.cut.span(block)])
    whole = np.hstack([made.restore(block) for block in made.cut.blocks(4)])
    return made, whole.astype(np.float64)


@pytest.fixture(
    params=[stack.ProcessorEngine(1), stack.ProcessorEngine(2), stack.GraphicsEngine("cpu")]
)
def engine(request):
    return request.param


@pytest.mark.parametrize("bits", [4, 8])
@pytest.mark.parametrize("columns", [1, 99, 2 * PIECE, 17 * PIECE + 10])
def test_a_product_is_that_of_the_rounded_weights(engine, bits, columns):
    made, whole = matrix(bits, columns)
    clips = np.random.default_rng(1).normal(size=(3, columns)).astype(np.float32)
    clips[:, ::64] *= 30  # as some channels of encoders are
    (product,) = engine.multiply(clips, [engine.hold(made)])
    wanted = clips @ whole.T
    assert np.abs(product - wanted).max() < 0.004 * np.sqrt(columns) * 4


def test_each_matrix_has_its_product(engine):
    made = [matrix(bits, 500, seed)[0] for seed, bits in enumerate((8, 4, 8))]
    clips = np.random.default_rng(1).normal(size=(2, 500)).astype(np.float32)
    together = engine.multiply(clips, [engine.hold(one) for one in made])
    for one, product in zip(made, together, strict=True):
        np.testing.assert_array_equal(engine.multiply(clips, [engine.hold(one)])[0], product)


def test_no_matrices_have_no_products(engine):
    assert engine.multiply(np.zeros((2, 5), np.float32), []) == []


@pytest.mark.parametrize(
    ("device", "there", "kind"),
    [
        ("auto", [CPU], stack.ProcessorEngine),
        ("auto", [CUDA, CPU], stack.GraphicsEngine),
        ("cuda", [CUDA, CPU], stack.GraphicsEngine),
        ("cpu", [CUDA, CPU], stack.ProcessorEngine),
    ],
)
def test_a_gpu_is_used_where_it_is_there_and_wanted(monkeypatch, device, there, kind):
    import onnxruntime

    asked = []

    def opened(path, threads=1, *, device="cpu", prepack=True):
        asked.append((device, prepack))
        return session.open_session(path, threads, prepack=prepack)

    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: there)
    monkeypatch.setattr(stack, "open_session", opened)
    assert type(stack.choose(Config(device=device))) is kind
    assert asked == [(device if kind is stack.GraphicsEngine else "cpu", False)]


def test_a_gpu_that_is_asked_for_and_missing_is_a_fault(monkeypatch):
    import onnxruntime

    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [CPU])
    with pytest.raises(ConfigError, match="onnxruntime-gpu"):
        stack.choose(Config(device="cuda"))


def test_without_onnx_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingExtra, match=r"EmoNet needs .*mien\[emonet\]"):
        stack.choose(Config(device="cpu"))
