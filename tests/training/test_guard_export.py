"""What training writes is what the detectors read."""

from dataclasses import replace

import numpy as np
import pytest

from mien.guard.local.features import tokens
from mien.guard.local.weights import Readout, load_weights
from mien.guard.signals import Side, of_side

torch = pytest.importorskip("torch")

READOUT = Readout(slope=1.5, offset=-2.0, gate=0.1, both=(0.5, 0.7, -1.0), threshold=0.8)


def _trained(side, seed):
    from training.guard.export import Trained
    from training.guard.net import Net, Shape

    torch.manual_seed(seed)
    signals = of_side(side)
    nets = tuple(Net(len(signals) + 1, Shape()).eval() for _ in range(2))
    return Trained(
        side, signals, nets, dict.fromkeys(signals, READOUT), dict.fromkeys(signals, ("en", "de"))
    )


@pytest.fixture
def file(tmp_path):
    from training.guard.export import save

    language = np.ones((4, 3), np.float32), np.zeros(3, np.float32)
    path = tmp_path / "guard.npz"
    save(path, [_trained(side, seed) for seed, side in enumerate(Side)], language, {"seed": 0})
    return path


def test_both_sides_come_back(file):
    found = load_weights(file)
    assert set(found.sides) == set(Side)
    for seed, side in enumerate(Side):
        from training.guard.net import flat, pack

        theirs, mine = _trained(side, seed), found.sides[side]
        read = [tokens("I cannot do this any more.", "en")]
        logits = [net(pack([flat(read[0])])).detach().numpy() for net in theirs.networks]
        # Weights are whole numbers of 8 bits in the file.
        assert np.allclose(mine.networks(read), np.mean(logits, axis=0), atol=0.05)
        assert mine.signals == theirs.signals
        assert set(mine.readouts.values()) == {READOUT}
        assert set(mine.languages.values()) == {frozenset(("en", "de"))}


def test_a_new_meaning_of_one_side_leaves_nets_and_the_other_side_alone(file):
    from training.guard.export import retell

    before = load_weights(file)
    other = replace(READOUT, threshold=0.9)
    trained = _trained(Side.USER, 0)
    retell(file, [replace(trained, networks=(), readouts=dict.fromkeys(trained.signals, other))])
    after = load_weights(file)
    read = [tokens("I cannot do this any more.", "en")]
    assert set(after.sides[Side.USER].readouts.values()) == {other}
    assert after.sides[Side.ASSISTANT].readouts == before.sides[Side.ASSISTANT].readouts
    for side in Side:
        assert np.array_equal(after.sides[side].networks(read), before.sides[side].networks(read))
    assert after.sha256 != before.sha256
