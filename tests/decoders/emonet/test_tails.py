import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mien.core.errors import BadWeights
from mien.decoders.emonet.heads.tails import Layer, Tails, layers
from tests.fakes.emonet import face_head, voice_head

PATH = "model_Anger_best.pth"


def heads(n=3, sizes=(5, 4, 3), seed=0):
    rng = np.random.default_rng(seed)
    return [layers(face_head(width=7, hidden=sizes, rng=rng), PATH) for _ in range(n)]


def alone(tail, hidden):
    """One head's layers, one after the other."""
    for weight, bias in tail:
        hidden = np.maximum(hidden, 0) @ weight.T + bias
    return hidden[:, 0]


@pytest.mark.parametrize(
    ("head", "shapes"),
    [
        (face_head("small", rng=np.random.default_rng(0)), [(128, 1152), (32, 128), (1, 32)]),
        (
            face_head("large", width=9, rng=np.random.default_rng(0)),
            [(1024, 9), (512, 1024), (256, 512), (1, 256)],
        ),
        (
            voice_head("small", columns=30, rng=np.random.default_rng(0)),
            [(64, 30), (64, 64), (32, 64), (16, 32), (1, 16)],
        ),
    ],
    ids=["face small", "face large", "voice"],
)
def test_both_namings_give_their_layers_in_order(head, shapes):
    assert [layer.weight.shape for layer in layers(head, PATH)] == shapes
    backwards = dict(reversed(head.items()))
    assert [layer.weight.shape for layer in layers(backwards, PATH)] == shapes


def test_twelve_layers_are_ordered_by_number_and_not_by_text():
    head = voice_head(columns=20, hidden=(9, 8, 7, 6), rng=np.random.default_rng(0))
    assert [len(layer.bias) for layer in layers(head, PATH)] == [9, 8, 7, 6, 1]


def test_float32_is_not_copied_and_halves_are_widened():
    head = face_head(width=7, hidden=(4,), rng=np.random.default_rng(0))
    assert layers(head, PATH)[0].weight is head["layers.0.weight"]
    halves = {key: tensor.astype(np.float16) for key, tensor in head.items()}
    assert layers(halves, PATH)[0].weight.dtype == np.float32


def bad(change):
    head = face_head(width=7, hidden=(5, 4), rng=np.random.default_rng(0))
    change(head)
    return head


BAD = {
    "a missing bias": lambda head: head.pop("layers.3.bias"),
    "a missing layer": lambda head: (head.pop("layers.3.bias"), head.pop("layers.3.weight")),
    "two scores": lambda head: head.update(
        {"layers.6.weight": np.zeros((2, 4), np.float32), "layers.6.bias": np.zeros(2, np.float32)}
    ),
    "a normalisation": lambda head: head.update({"norm.running_mean": np.zeros(3, np.float32)}),
    "a convolution": lambda head: head.update({"layers.0.weight": np.zeros((5, 7, 1), "f4")}),
    "whole numbers": lambda head: head.update({"layers.0.weight": np.zeros((5, 7), np.int64)}),
    "a long bias": lambda head: head.update({"layers.0.bias": np.zeros(6, np.float32)}),
    "nothing": lambda head: head.clear(),
}


@pytest.mark.parametrize("change", BAD.values(), ids=BAD.keys())
def test_what_is_no_head_is_refused_by_name(change):
    with pytest.raises(BadWeights, match=PATH):
        layers(bad(change), PATH)


@given(
    hidden=arrays(
        np.float32, st.tuples(st.integers(1, 9), st.just(3), st.just(5)), elements=st.floats(-9, 9)
    )
)
@settings(max_examples=40)
def test_stacked_tails_give_what_each_gives_alone(hidden):
    tails = [head[1:] for head in heads()]
    together = Tails.stack(tails)(hidden)
    apart = np.stack([alone(tail, hidden[:, i]) for i, tail in enumerate(tails)], axis=1)
    np.testing.assert_allclose(together, apart, atol=1e-5)


def test_the_input_may_have_gone_through_relu_already():
    hidden = np.random.default_rng(0).normal(size=(4, 3, 5)).astype(np.float32)
    tails = Tails.stack([head[1:] for head in heads()])
    np.testing.assert_array_equal(tails(hidden), tails(np.maximum(hidden, 0)))


def test_the_last_layer_is_not_cut_at_zero():
    tail = (Layer(np.array([[-1.0]], np.float32), np.array([-2.0], np.float32)),)
    assert Tails.stack([tail])(np.array([[[3.0]]], np.float32)) == -5.0


def test_heads_of_different_shapes_are_not_stacked():
    with pytest.raises(BadWeights, match="different shapes"):
        Tails.stack([heads(1)[0], heads(1, sizes=(5, 4))[0]])
