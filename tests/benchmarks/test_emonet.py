import json

import numpy as np
import pytest

pytest.importorskip("resource", reason="benchmarks run on Linux and macOS")

from benchmarks import emonet, emonet_heads
from benchmarks.emonet import Setting, joined, main
from benchmarks.measure import Measured, timed
from benchmarks.table import Figure, Row, Table, Unit


class Told(Setting):
    """A setting whose children were all told what to say."""

    def work(self, work, **options):
        self.asked.append((work, options))
        return self.answer

    def made(self, name, work, **options):
        return name


def setting(tmp_path, answer):
    found = Told(tmp_path, is_quick=True)
    object.__setattr__(found, "asked", [])
    object.__setattr__(found, "answer", answer)
    return found


@pytest.fixture
def small(monkeypatch):
    """Heads of 96 frames of 64 channels."""
    for name, value in {"FRAMES": 96, "WIDTH": 64, "COLUMNS": 6144, "FRESH": 24}.items():
        monkeypatch.setattr(emonet_heads, name, value)


def test_ours_and_theirs_are_told_apart_by_their_turns(tmp_path):
    found = Measured(8, wall=(1.0, 10.0, 2.0, 20.0), cpu=(1.0, 5.0, 1.0, 5.0))
    row = emonet.photo(setting(tmp_path, found))[1]
    assert row.ours == Figure((8.0, 4.0))
    assert row.theirs == Figure((0.8, 0.4))
    assert row.ratio == pytest.approx(10)
    assert row.note == "5.0 times by the process' own time"


def test_a_goal_is_how_many_times_as_fast(tmp_path):
    for theirs, is_met in ((2.4, False), (2.6, True)):
        found = Measured(8, wall=(1.0, theirs), cpu=(1.0, theirs))
        assert emonet.photo(setting(tmp_path, found))[1].is_met is is_met


@pytest.mark.parametrize("group", ["heads", "errors", "sound", "photo"])
def test_what_cannot_be_measured_says_why(tmp_path, group):
    asked = setting(tmp_path, Measured(missing="torch is not installed"))
    rows = emonet.GROUPS[group](asked)
    assert rows
    for row in rows:
        assert row.group == group
        assert row.ours is None
        assert row.note == "not measured: torch is not installed"


def test_a_group_that_was_measured_twice_counts_as_of_the_later_run():
    def table(group, what):
        return Table([Row(group, what, Unit.MS)], [what])

    found = joined([table("photo", "then"), table("heads", "heads"), table("photo", "now")])
    assert [row.what for row in found.rows] == ["heads", "now"]


def test_an_unknown_group_is_named():
    with pytest.raises(SystemExit, match="nothing is called lungs"):
        main(["--only", "lungs"])


@pytest.mark.usefixtures("small")
def test_rounding_errors_are_told_for_both_forms():
    told = json.loads(timed(emonet_heads.errors("uniform", 0.1, None, heads=2)).told)
    assert {form: len(values) for form, values in told.items()} == {"int8": 2, "small": 2}
    assert max(told["int8"]) < min(told["small"]) < 0.06


@pytest.mark.usefixtures("small")
def test_our_heads_and_torchs_are_the_same_kind_of_network(tmp_path):
    torch = pytest.importorskip("torch", reason="torch is the peer here")
    net = emonet_heads._net()
    layers = emonet_heads._layers("uniform", seed=1)
    linears = [part for part in net if isinstance(part, torch.nn.Linear)]
    for linear, layer in zip(linears, layers, strict=True):
        linear.weight.data = torch.from_numpy(layer.weight)
        linear.bias.data = torch.from_numpy(layer.bias)
    clips = emonet_heads.white(3, seed=2).reshape(3, -1)
    theirs = net(torch.from_numpy(clips)).detach().numpy()[:, 0]
    np.testing.assert_allclose(emonet_heads._forward(layers, clips), theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.usefixtures("small")
def test_a_made_set_opens_and_scores_and_one_head_is_left_to_convert(tmp_path):
    timed(emonet_heads.make_set(str(tmp_path), small=True))
    scores = emonet_heads.opened(str(tmp_path), 1).score(emonet_heads.white(2, seed=0))
    assert scores.shape == (2, 55)
    assert np.ptp(scores[0, :2]) > 0
    assert timed(emonet_heads.convert(str(tmp_path), small=False)).wall
