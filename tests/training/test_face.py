"""The face decoder's training code: what must hold whatever the data."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="training needs the group `train`")
pytest.importorskip("scipy", reason="training needs the group `train`")

from mien.decoders.face.quality import Quality  # noqa: E402
from tests.data import shared  # noqa: E402
from training.face.augment import FULL, augment, mix  # noqa: E402
from training.face.constants import Seen, choose_shift, fit_readout  # noqa: E402
from training.face.data import (  # noqa: E402
    Pictures,
    load_pictures,
    published_test,
    teaching,
    validating,
)
from training.face.degrade import harms  # noqa: E402
from training.face.fit import Recipe, Run, epoch_order, learning_rate, repeats  # noqa: E402
from training.face.net import ExpressionNet, Shipped, normalise, scaling_matrix  # noqa: E402
from training.face.verifier import draw_covers  # noqa: E402

TINY = Recipe(steps=6, batch=16, teach_from=0.5)


def pictures(n=48, seed=0):
    """Random crops with random votes."""
    rng = np.random.default_rng(seed)
    votes = rng.multinomial(10, np.full(10, 0.1), n)
    return Pictures(
        images=rng.integers(0, 256, (n, 48, 48), dtype=np.uint8),
        votes=votes,
        majority=votes[:, :8].argmax(1),
        fer2013=rng.integers(-1, 7, n),
        split=np.full(n, "train"),
        use=np.full(n, "train"),
        group=np.arange(n),
    )


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@given(step=st.integers(0, 1000), steps=st.integers(50, 1000))
def test_the_rate_stays_between_nothing_and_its_peak(step, steps):
    recipe = replace(Recipe(), steps=steps)
    assert 0 < learning_rate(min(step, steps), recipe) <= recipe.rate + 1e-9


def test_the_rate_falls_after_it_has_risen():
    rates = [learning_rate(step, replace(Recipe(), steps=200)) for step in range(200)]
    top = int(np.argmax(rates))
    assert top < 20
    assert (np.diff(rates[top:]) <= 1e-12).all()


def test_rare_emotions_are_drawn_oftener_and_no_row_is_lost():
    shares = np.eye(8, dtype=np.float32)[[0] * 90 + [5] * 10]
    wanted = repeats(shares + 1e-9, 0.4)
    assert (wanted >= 1 - 1e-6).all()
    assert wanted[-1] == pytest.approx(2.0, rel=1e-3)
    order = epoch_order(wanted, 0, 0)
    assert set(order) == set(range(100))
    assert (order == epoch_order(wanted, 0, 0)).all()
    assert not np.array_equal(order, epoch_order(wanted, 0, 1))


@given(middle=st.integers(8, 48), inner=st.integers(4, 48))
def test_scaling_keeps_an_even_picture_even(middle, inner):
    assert scaling_matrix(48, middle, inner).sum(1) == pytest.approx(1.0)


@given(gain=st.floats(0.3, 1.0), offset=st.floats(0, 0.3))
@settings(max_examples=20)
def test_brightness_and_contrast_hardly_reach_the_net(gain, offset):
    crops = torch.rand(2, 1, 40, 40, generator=generator())
    one, other = normalise(crops), normalise(gain * crops + offset)
    assert float((one - other).abs().max()) < 0.6
    assert float(other.mean().abs()) < 1e-4


def test_augmentation_is_decided_by_its_generator_alone():
    crops = torch.rand(16, 1, 48, 48, generator=generator(5))
    before = crops.clone()
    one = augment(crops, FULL, generator(1))
    assert one.shape == (16, 1, 40, 40)
    assert torch.equal(one, augment(crops, FULL, generator(1)))
    assert not torch.equal(one, augment(crops, FULL, generator(2)))
    assert torch.equal(crops, before)


@given(seed=st.integers(0, 100))
@settings(max_examples=30)
def test_mixing_keeps_the_mass_of_targets(seed):
    targets = torch.rand(8, 15, generator=generator(9))
    _, mixed = mix(torch.rand(8, 1, 40, 40), targets, (0.5, 0.5), generator(seed))
    assert float(mixed.sum()) == pytest.approx(float(targets.sum()), rel=1e-4)


def test_no_mixing_leaves_the_batch_alone():
    inner, targets = torch.rand(4, 1, 40, 40), torch.rand(4, 15)
    same, kept = mix(inner, targets, (0.0, 0.0), generator())
    assert torch.equal(same, inner)
    assert torch.equal(kept, targets)


def test_covers_hide_only_what_they_say():
    inner = torch.rand(64, 1, 40, 40, generator=generator(3))
    hidden, is_hidden = draw_covers(inner, 0.5, generator(4))
    changed = (hidden != inner).flatten(1).any(1)
    assert torch.equal(changed, is_hidden.bool())
    assert 0 < int(changed.sum()) < 64


def test_a_run_that_was_cut_ends_like_one_that_was_not(tmp_path):
    whole = Run(pictures(), pictures(16, 1), TINY, tmp_path / "whole")
    expected = whole.train(is_compiled=False).state_dict()
    # The second run is killed after its first epoch and taken up by a new process.
    first = Run(pictures(), pictures(16, 1), TINY, tmp_path / "cut")
    first._run_epoch(first.net)
    first.epoch += 1
    first.save()
    second = Run(pictures(), pictures(16, 1), TINY, tmp_path / "cut")
    assert second.resume()
    assert second.step == first.step
    found = second.train(is_compiled=False).state_dict()
    for name, value in expected.items():
        assert torch.allclose(value.float(), found[name].float(), atol=1e-5), name


def test_the_shipped_graph_sees_both_mirror_images_alike():
    torch.manual_seed(0)
    shipped = Shipped(ExpressionNet()).eval()
    crops = torch.rand(3, 1, 48, 48) * 255
    with torch.no_grad():
        assert torch.allclose(shipped(crops), shipped(crops.flip(3)), atol=1e-4)


def test_every_harm_keeps_shape_and_type():
    crops = pictures(3).images
    for harm in harms():
        harmed = harm.apply(crops)
        assert (harmed.shape, harmed.dtype) == (crops.shape, crops.dtype), harm.name
    assert (harms()[0].apply(crops) == crops).all()


def validation(n=600, seed=0):
    """Logits that know the majority in most rows."""
    rng = np.random.default_rng(seed)
    rows = pictures(n, seed)
    rows = replace(rows, majority=rng.choice(8, n, p=[0.4, 0.2, 0.1, 0.1, 0.1, 0.04, 0.04, 0.02]))
    logits = rng.normal(0, 1, (n, 8))
    logits[np.arange(n), rows.majority] += 2.0
    return rows, logits


def test_the_prior_shift_costs_no_more_than_its_rule_allows():
    rows, logits = validation()
    prior = np.bincount(rows.majority, minlength=8) / len(rows)
    accuracy = (logits.argmax(1) == rows.majority).mean()
    tau, told = choose_shift(logits, rows.majority, prior)
    assert tau >= 0
    assert told["valid_accuracy"] >= accuracy - 0.005 - 1e-9


def seen(logits, harm=0, size=1.0):
    return Seen(harms()[harm], logits, (Quality(size, 1, 1, 1, 1, 1),) * len(logits))


def test_constants_undo_overconfidence():
    rows, logits = validation(2000)
    prior = np.bincount(rows.majority, minlength=8) / len(rows)
    plain, sure = (
        fit_readout([seen(f * logits)], rows, prior, (-3.0, 0.0), (1.0, 0.0))[0] for f in (1, 3)
    )
    assert sure.confidence_temperature == pytest.approx(3 * plain.confidence_temperature, rel=0.02)


def test_what_is_spoilt_is_doubted():
    rows, logits = validation(2000)
    spoilt = np.random.default_rng(7).permutation(logits)
    prior = np.bincount(rows.majority, minlength=8) / len(rows)
    views = [seen(logits), seen(spoilt, harm=3, size=0.1)]
    readout, _ = fit_readout(views, rows, prior, (-3.0, 0.0), (1.0, 0.0))
    row = logits[0].astype(np.float32)
    good, bad = (view.qualities[0] for view in views)
    assert readout.doubt["size"] > 0.5
    assert readout.confidence(row, bad) < readout.confidence(row, good)


@pytest.fixture(scope="module")
def rows():
    return load_pictures(shared("face"))


def test_published_and_clean_counts_are_those_of_the_papers(rows):
    test = published_test(rows)
    assert len(test) == 3153
    assert int((test.use == "test").sum()) == 3103
    assert len(teaching(rows)) == 25262
    assert len(validating(rows)) == 3051


def test_nothing_that_teaches_has_a_relative_in_validation_or_test(rows):
    taught = set(teaching(rows).group)
    assert not taught & set(rows.group[rows.split != "train"])
