"""A basis tells what an encoder's embeddings have in common."""

import shutil

import numpy as np
import pytest

from mien.assets import AssetFile
from mien.core.config import Config
from mien.core.errors import BadWeights, MissingWeights
from mien.decoders.emonet.heads import basis as module
from mien.decoders.emonet.heads.basis import DIRECTIONS, NAME, Basis, basis_of, fit
from mien.decoders.emonet.heads.calibration_speech import LONGEST, SCENE, SHORTEST, windows
from mien.decoders.emonet.whisper import Encoder, convert_encoder
from tests.data import EXAMPLES
from tests.decoders.emonet.voice_sets import COLUMNS, FRAMES, WIDTH, embeddings, made_basis
from tests.decoders.emonet.voice_sets import Encoder as FakeEncoder
from tests.fakes.whisper import publish


@pytest.fixture(scope="module")
def basis(tmp_path_factory):
    return made_basis(tmp_path_factory.mktemp("encoder"))


def rows(basis):
    cut = basis.directions.cut
    return np.hstack([basis.directions.restore(block) for block in cut.blocks(3)])


def test_the_mean_is_that_of_what_the_encoder_gave_and_progress_is_told(tmp_path):
    encoder = FakeEncoder()
    told = []
    fit(encoder, tmp_path / NAME, n=10, directions=3, report=told.append)
    assert told == [4, 8, 10]
    assert len(encoder.heard) == 10
    again = FakeEncoder()
    seen = [again(encoder.heard[i : i + 4]) for i in range(0, 10, 4)]
    mean = np.concatenate(seen).reshape(10, -1).mean(axis=0)
    np.testing.assert_allclose(Basis.open(tmp_path / NAME).mean, mean, rtol=1e-3, atol=1e-3)


def test_directions_catch_the_ways_in_which_new_embeddings_differ(basis):
    new = embeddings(60, seed=99).reshape(60, -1)
    new -= new.mean(axis=0)
    along = new @ np.linalg.qr(rows(basis).T)[0]
    assert np.square(along).sum() > 0.95 * np.square(new).sum()


def test_directions_stand_upright_on_each_other(basis):
    products = rows(basis) @ rows(basis).T
    np.testing.assert_allclose(products, np.eye(len(products)), atol=0.02)


def test_embeddings_that_are_all_the_same_have_no_directions(tmp_path):
    fit(lambda heard: np.ones((len(heard), FRAMES, WIDTH), np.float32), tmp_path / NAME, n=5)
    found = Basis.open(tmp_path / NAME)
    assert found.directions.rows == 0
    np.testing.assert_array_equal(found.mean, np.ones(COLUMNS, np.float32))


def test_nothing_but_the_basis_is_left(tmp_path):
    made_basis(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_an_encoder_is_looked_at_once(tmp_path, monkeypatch):
    path = made_basis(tmp_path).path
    monkeypatch.setattr(module, "fit", None)
    assert basis_of(tmp_path, Config()).path == path


def test_a_damaged_basis_is_named(tmp_path):
    path = made_basis(tmp_path).path
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(BadWeights, match=NAME):
        Basis.open(path)


def test_a_missing_basis_is_named(tmp_path):
    with pytest.raises(MissingWeights, match=NAME):
        Basis.open(tmp_path / NAME)


# --- the speech it is shown ------------------------------------------------------------------


def test_windows_are_the_same_ones_every_time_and_all_different():
    first, again = list(windows(6)), list(windows(6))
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, other)
    assert len({one.tobytes() for one in first}) == 6


def test_windows_are_as_long_as_utterances_and_neither_silent_nor_clipped():
    for window in windows(12):
        assert window.dtype == np.float32
        assert SHORTEST <= len(window) / 16_000 <= LONGEST
        assert 0.005 < np.abs(window).max() <= 1.0
        assert (np.abs(window) == 1.0).mean() < 0.01


def test_the_scene_is_the_one_of_the_examples():
    assert SCENE.read_bytes() == (EXAMPLES / "scene.ogg").read_bytes()


def test_a_real_encoder_hears_no_more_than_it_can(tmp_path):
    pytest.importorskip("onnx", reason="encoders are converted with it")
    published = publish(tmp_path / "published")
    shutil.copyfile(published.folder / "config.json", tmp_path / "config.json")
    file = AssetFile(name="model.safetensors", bytes=1)
    convert_encoder(file, published.weights, tmp_path)
    basis = basis_of(tmp_path, Config())
    encoder = Encoder.open(tmp_path, Config())
    assert len(basis.mean) == encoder.frames * encoder.width
    assert basis.covariance.shape == (encoder.width, encoder.width)
    assert basis.directions.rows == DIRECTIONS
