import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.assets import AssetFile
from mien.core.config import Config
from mien.core.errors import BadWeights, MissingWeights
from mien.decoders.emonet.checkpoint import read_checkpoint
from mien.decoders.emonet.heads.face import FaceHeads, convert_head
from mien.decoders.emonet.heads.tails import layers
from mien.decoders.emonet.install import Installed
from mien.decoders.emonet.suites import suites
from tests.fakes.emonet import PREFIX, face_files, face_head, save_checkpoint, write_face_set

SUITE = suites()["emonet-face-small"]
WIDTH = 24
NAMES = ["model_anger_best.pth", "model_jealousy_&_envy_best.pth", "model_valence_best.pth"]


def published(folder, hidden=(12, 8), names=NAMES, width=WIDTH):
    folder.mkdir(exist_ok=True)
    return write_face_set(folder, hidden=hidden, width=width, names=names)


def converted(paths, folder, exact=None):
    folder.mkdir(exist_ok=True)
    for path in paths:
        convert_head(AssetFile(name=path.name, bytes=1), path, folder, exact=exact)
    heads = {head.file: head for head in SUITE.heads}
    return Installed(folder, tuple(heads[path.name] for path in paths))


def one_by_one(paths, embeddings):
    """The published networks, one after the other, in float64."""
    columns = []
    for path in paths:
        values = embeddings.astype(float)
        found = layers(read_checkpoint(path), path)
        for i, layer in enumerate(found):
            values = values @ layer.weight.T.astype(float) + layer.bias
            values = np.maximum(values, 0) if i < len(found) - 1 else values
        columns.append(values[:, 0])
    return np.stack(columns, axis=1)


def faces(n, width=WIDTH, seed=0, common=0.0):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, width)) + common * rng.normal(size=width)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    paths = published(folder / "published")
    return paths, converted(paths, folder / "kept")


def test_the_made_files_have_the_published_names():
    assert {head.file for head in SUITE.heads} == set(face_files())
    assert len(SUITE.heads) == 44


def test_stacked_heads_score_as_the_published_networks_one_by_one(small):
    paths, here = small
    heads = FaceHeads.open(here, Config())
    assert (heads.heads, heads.width) == (here.heads, WIDTH)
    np.testing.assert_allclose(heads.score(faces(40)), one_by_one(paths, faces(40)), atol=2e-6)


def test_torch_gives_the_same(small):
    torch = pytest.importorskip("torch", reason="torch, the oracle, is not installed")
    paths, here = small
    scores = FaceHeads.open(here, Config()).score(faces(5))
    for i, path in enumerate(paths):
        state = torch.load(path, weights_only=True)
        state = {key.removeprefix(PREFIX): value for key, value in state.items()}
        weights = [value for key, value in state.items() if key.endswith("weight")]
        parts = [
            part
            for weight in weights
            for part in (
                torch.nn.Linear(weight.shape[1], weight.shape[0]),
                torch.nn.ReLU(),
                torch.nn.Dropout(0.1),
            )
        ]
        net = torch.nn.Module()
        net.layers = torch.nn.Sequential(*parts[:-2]).eval()
        net.load_state_dict(state)
        with torch.no_grad():
            theirs = net.layers(torch.tensor(faces(5)))[:, 0].numpy()
        np.testing.assert_allclose(scores[:, i], theirs, atol=2e-6)


@pytest.mark.parametrize("common", [0.0, 3.0], ids=["white", "alike"])
def test_whole_numbers_move_a_score_by_less_than_two_hundredths_of_its_deviation(tmp_path, common):
    paths = published(tmp_path / "published", hidden=(128, 96, 64), width=256)
    here = converted(paths, tmp_path / "kept", exact=False)
    embeddings = faces(200, 256, common=common)
    exact = one_by_one(paths, embeddings)
    error = FaceHeads.open(here, Config()).score(embeddings) - exact
    assert (error.std(axis=0) / exact.std(axis=0)).max() <= 0.02
    assert np.abs(error).max() > 1e-6  # they are rounded indeed


@pytest.mark.parametrize("exact", [True, False])
@given(cuts=st.lists(st.integers(1, 69), max_size=3).map(sorted), n=st.integers(1, 70))
@settings(max_examples=15)
def test_what_else_is_in_a_batch_does_not_matter(tmp_path_factory, exact, cuts, n):
    folder = tmp_path_factory.getbasetemp() / f"batch-{exact}"
    folder.mkdir(exist_ok=True)
    here = converted(published(folder / "published"), folder / "kept", exact=exact)
    heads = FaceHeads.open(here, Config())
    rows = faces(n)
    parts = [heads.score(part) for part in np.split(rows, [cut for cut in cuts if cut < n])]
    np.testing.assert_allclose(np.concatenate(parts), heads.score(rows), atol=1e-6)


def test_no_face_gives_no_row(small):
    assert FaceHeads.open(small[1], Config()).score(faces(0)).shape == (0, 3)


def test_a_large_head_is_kept_in_a_quarter_and_a_small_one_as_it_is(tmp_path):
    for size, ratio in {"small": 1.0, "large": 0.25}.items():
        head = face_head(size, rng=np.random.default_rng(0))
        path = save_checkpoint(tmp_path / f"model_{size}_best.pth", head)
        [name] = convert_head(AssetFile(name=path.name, bytes=1), path, tmp_path)
        kept = (tmp_path / name).stat().st_size / sum(part.nbytes for part in head.values())
        assert kept == pytest.approx(ratio, abs=0.01)


def test_a_published_file_may_be_deleted_once_it_is_converted(tmp_path):
    paths = published(tmp_path / "published")
    here = converted(paths, tmp_path / "kept")
    before = FaceHeads.open(here, Config()).score(faces(2))
    for path in paths:
        path.unlink()
    np.testing.assert_array_equal(FaceHeads.open(here, Config()).score(faces(2)), before)


def test_weights_that_are_no_numbers_are_refused(tmp_path):
    head = face_head(width=9, hidden=(4,), rng=np.random.default_rng(0))
    head["layers.0.weight"][1, 2] = np.nan
    path = save_checkpoint(tmp_path / "model_anger_best.pth", head)
    with pytest.raises(BadWeights, match="no numbers"):
        convert_head(AssetFile(name=path.name, bytes=1), path, tmp_path)


def damage_cut(path):
    path.write_bytes(path.read_bytes()[:-20])


def damage_kind(path):
    path.write_bytes(b"not safetensors at all")


@pytest.mark.parametrize("damage", [damage_cut, damage_kind])
def test_a_damaged_file_in_the_cache_is_named(tmp_path, damage):
    here = converted(published(tmp_path / "published"), tmp_path / "kept")
    path = here.folder / here.heads[1].file.replace(".pth", ".safetensors")
    damage(path)
    with pytest.raises(BadWeights, match="pull the set again") as raised:
        FaceHeads.open(here, Config())
    assert path.name in str(raised.value)


def test_a_file_that_went_away_is_named(tmp_path):
    here = converted(published(tmp_path / "published"), tmp_path / "kept")
    (here.folder / "model_anger_best.safetensors").unlink()
    with pytest.raises(MissingWeights, match="model_anger_best"):
        FaceHeads.open(here, Config())


def test_heads_of_another_size_are_not_stacked(tmp_path):
    paths = published(tmp_path / "published", names=NAMES[:2])
    paths += published(tmp_path / "published", hidden=(10, 8), names=NAMES[2:])
    with pytest.raises(BadWeights, match="another form"):
        FaceHeads.open(converted(paths, tmp_path / "kept"), Config())
