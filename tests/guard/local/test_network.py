"""The net in NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.guard.local.features import N_ROWS, tokens
from mien.guard.local.lexicon import LANGUAGES
from mien.guard.local.network import LONGEST, MOST_WINDOWS, _product, windows
from mien.guard.local.weights import shipped
from mien.guard.signals import Side


@given(st.text(max_size=300), st.sampled_from(LANGUAGES))
@settings(max_examples=60)
def test_tokens_are_rows_of_the_table_and_stand_in_the_text(text: str, language: str) -> None:
    for token in tokens(text, language):
        assert token.marks
        assert token.grams
        assert all(0 <= row < N_ROWS for row in (*token.marks, *token.grams))
        assert 0 <= token.from_char < len(text)


@given(st.integers(0, 20_000))
@settings(max_examples=60)
def test_windows_are_few_and_hold_both_ends(n: int) -> None:
    words = list(range(n))
    parts = windows(words)  # type: ignore[arg-type]
    assert len(parts) <= MOST_WINDOWS
    assert all(len(part) <= LONGEST for part in parts)
    if n:
        assert parts[0][0] == 0
        assert parts[-1][-1] == n - 1


def test_the_mean_of_nets_in_torch_and_all_at_once_in_numpy_agree() -> None:
    torch = pytest.importorskip("torch")
    from mien.guard.local.network import Networks
    from training.guard.net import Net, Shape, flat, pack

    nets = [Net(3, Shape()).eval() for _ in range(2)]
    mine = Networks([net.arrays() for net in nets])
    texts = ("hello", "I can't do this any more. Not today, not ever!", "no, no")
    read = [tokens(text, "en") for text in texts]
    packed = pack([flat(part) for part in read])
    theirs = torch.stack([net(packed) for net in nets]).mean(0).detach().numpy()
    assert np.allclose(mine(read), theirs, atol=1e-4)
    assert np.allclose(mine(read[:1]), theirs[:1], atol=1e-4)


def test_many_parts_are_read_as_each_alone() -> None:
    nets = shipped().sides[Side.USER].networks
    parts = [tokens(f"Day {n}: I did not sleep " + "at all " * (n % 7), "en") for n in range(40)]
    together = nets(parts)
    assert together.shape[0] == 40
    assert np.allclose(together, np.concatenate([nets([part]) for part in parts]), atol=1e-3)


@given(st.integers(1, 3), st.integers(1, 200), st.sampled_from([1, 48, 96, 192]))
@settings(max_examples=40, deadline=None)
def test_a_product_in_pieces_is_the_product(nets: int, n: int, width: int) -> None:
    draw = np.random.default_rng(n)
    rows = draw.normal(size=(nets, n, width)).astype(np.float32)
    weights = draw.normal(size=(nets, width, 64)).astype(np.float32)
    assert np.allclose(_product(rows, weights), rows @ weights, atol=1e-3)
