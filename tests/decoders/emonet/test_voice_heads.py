"""Converted voice heads say what the published ones say, alone or together."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.core.config import Config
from mien.core.errors import BadWeights, DecoderError, MissingWeights
from mien.decoders.emonet import install
from mien.decoders.emonet.heads import basis as basis_module
from mien.decoders.emonet.heads import voice as voice_heads
from mien.decoders.emonet.heads.basis import NAME, Basis, fit
from mien.decoders.emonet.heads.voice import AT_ONCE, VoiceHeads, convert_head, pool
from tests.decoders.emonet.voice_sets import (
    COLUMNS,
    FRAMED,
    FRAMES,
    HIDDEN,
    PLUS,
    POOLED,
    WIDTH,
    asset_file,
    convert,
    embeddings,
    here,
    made_basis,
    opened,
    published,
)
from tests.fakes.emonet import save_checkpoint

SEVERAL = (*FRAMED[:3], POOLED[0], FRAMED[-1], POOLED[1])


@pytest.fixture(scope="module")
def basis(tmp_path_factory):
    return made_basis(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="module", params=[False, True], ids=["int8", "small"])
def form(request, tmp_path_factory, basis):
    """A folder with several heads in one form."""
    folder = tmp_path_factory.mktemp("set")
    for head in SEVERAL:
        convert(head, folder, basis, small=request.param)
    return folder, request.param


@pytest.fixture(scope="module")
def folder(form):
    return form[0]


def plain_scores(tensors, clips, *, is_pooled):
    """A head as published: FullEmbeddingMLP or PooledEmbeddingMLP, clip by clip."""
    state = {key: value.astype(np.float64) for key, value in tensors.items()}
    scores = []
    for clip in clips.astype(np.float64):
        values = clip.ravel()
        if is_pooled:
            deviation = np.sqrt(((clip - clip.mean(0)) ** 2).sum(0) / (len(clip) - 1))
            values = np.concatenate([clip.mean(0), clip.min(0), clip.max(0), deviation])
        values = state["proj.weight"] @ values + state["proj.bias"]
        for i in (2, 5, 8, 11):
            values = state[f"mlp.{i}.weight"] @ np.maximum(values, 0) + state[f"mlp.{i}.bias"]
        scores.append(values.item())
    return np.array(scores)


def torch_scores(tensors, clips, *, is_pooled):
    """The same by torch's own operations, whose deviation is that of n - 1."""
    torch = pytest.importorskip("torch", reason="torch is the oracle here")
    state = {key: torch.from_numpy(value) for key, value in tensors.items()}
    scores = []
    for clip in torch.from_numpy(clips)[:, None]:
        values = clip.flatten(1)
        if is_pooled:
            parts = clip.mean(1), clip.amin(1), clip.amax(1), clip.std(1)
            values = torch.cat(parts, dim=1)
        values = values @ state["proj.weight"].T + state["proj.bias"]
        for i in (2, 5, 8, 11):
            values = values.relu() @ state[f"mlp.{i}.weight"].T + state[f"mlp.{i}.bias"]
        scores.append(values.item())
    return np.array(scores)


def scores_as_published(folder, clips):
    found = [
        plain_scores(published(head, folder)[1], clips, is_pooled=head.pooled) for head in SEVERAL
    ]
    return np.stack(found, axis=1)


# --- what they say ---------------------------------------------------------------------------


@pytest.mark.parametrize("head", [SEVERAL[0], POOLED[0]], ids=["framed", "pooled"])
def test_torch_gives_what_the_reference_gives(form, head):
    tensors, clips = published(head, form[0])[1], embeddings(3)
    ours = plain_scores(tensors, clips, is_pooled=head.pooled)
    theirs = torch_scores(tensors, clips, is_pooled=head.pooled)
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_scores_are_those_of_the_published_heads(form, basis):
    folder, is_small = form
    clips = embeddings(40, seed=3)
    theirs = scores_as_published(folder, clips)
    ours = opened(SEVERAL, folder, basis).score(clips)
    error = np.sqrt(np.square(ours - theirs).mean(axis=0)) / theirs.std(axis=0)
    pooled = np.array([head.pooled for head in SEVERAL])
    assert error[~pooled].max() < (0.06 if is_small else 0.02)
    assert error[pooled].max() < 1e-4


def test_without_the_mean_rounding_would_move_scores_much_further(form, basis, tmp_path):
    folder, is_small = form
    clips = embeddings(40, seed=3)
    theirs = scores_as_published(folder, clips)[:, :3]
    ignorant = replace(basis, mean=np.zeros_like(basis.mean))
    for head in SEVERAL[:3]:
        convert(head, tmp_path, ignorant, small=is_small)
    errors = [
        np.square(opened(SEVERAL[:3], where, basis).score(clips) - theirs).mean()
        for where in (folder, tmp_path)
    ]
    assert errors[1] > 4 * errors[0]


def test_no_frame_is_skipped_though_it_were_silence(folder, basis):
    heads = opened(SEVERAL, folder, basis)
    clips = embeddings(8)
    others = clips.copy()
    others[:, -1] += 0.5
    assert (heads.score(clips) != heads.score(others)).any(axis=0).all()


def test_pooled_frames_are_mean_minimum_maximum_and_unbiased_deviation():
    clips = embeddings(2)
    parts = np.split(pool(clips), 4, axis=1)
    want = [
        clips.mean(1),
        clips.min(1),
        clips.max(1),
        clips.std(1) * (FRAMES / (FRAMES - 1)) ** 0.5,
    ]
    for part, wanted in zip(parts, want, strict=True):
        np.testing.assert_allclose(part, wanted, rtol=1e-4, atol=1e-5)


def test_scores_stand_in_the_order_of_the_heads(folder, basis):
    clips = embeddings(3)
    ahead = opened(SEVERAL, folder, basis)
    back = opened(SEVERAL[::-1], folder, basis)
    assert back.heads == SEVERAL[::-1]
    np.testing.assert_array_equal(ahead.score(clips), back.score(clips)[:, ::-1])


@pytest.mark.parametrize("small", [False, True])
def test_pieces_may_cut_a_frame_in_two(tmp_path, small):
    frames = FRAMES - 1
    clips = embeddings(40, seed=3)[:, :frames]
    fit(lambda heard: embeddings(len(heard))[:, :frames], tmp_path / NAME, n=8, directions=4)
    basis = Basis.open(tmp_path / NAME)
    assert basis.directions.cut.width % WIDTH
    convert(FRAMED[0], tmp_path, basis, small=small, columns=frames * WIDTH)
    _, tensors = published(FRAMED[0], tmp_path, columns=frames * WIDTH)
    theirs = plain_scores(tensors, clips, is_pooled=False)
    off = opened(FRAMED[:1], tmp_path, basis).score(clips)[:, 0] - theirs
    assert off.std() < 0.06 * theirs.std()


# --- nothing depends on its neighbors --------------------------------------------------------


@settings(max_examples=15)
@given(chosen=st.lists(st.integers(0, 5), min_size=1, max_size=6, unique=True))
def test_some_heads_say_the_same_as_among_all(folder, basis, chosen):
    clips = embeddings(2)
    whole = opened(SEVERAL, folder, basis).score(clips)
    some = opened([SEVERAL[i] for i in chosen], folder, basis).score(clips)
    np.testing.assert_allclose(some, whole[:, chosen], rtol=1e-5, atol=1e-6)


@settings(max_examples=15)
@given(
    chosen=st.lists(st.integers(0, AT_ONCE + 3), min_size=1, max_size=AT_ONCE + 4),
    loudest=st.floats(0.01, 1e4),
)
def test_a_clip_says_the_same_whatever_else_is_in_the_batch(folder, basis, chosen, loudest):
    clips = embeddings(AT_ONCE + 4)
    heads = opened(SEVERAL, folder, basis)
    alone = np.concatenate([heads.score(clip[None]) for clip in clips])
    beside = np.concatenate([clips[chosen], clips[:1] * loudest])
    np.testing.assert_allclose(heads.score(beside)[:-1], alone[chosen], rtol=1e-5, atol=1e-6)


def test_no_clips_have_no_scores(folder, basis):
    none = np.zeros((0, FRAMES, WIDTH), np.float32)
    assert opened(SEVERAL, folder, basis).score(none).shape == (0, len(SEVERAL))


@pytest.mark.parametrize("threads", [1, 3])
def test_threads_change_nothing(folder, basis, threads):
    clips = embeddings(3)
    heads = opened(SEVERAL, folder, basis, threads=threads)
    alone = opened(SEVERAL, folder, basis).score(clips)
    with ThreadPoolExecutor(2) as pool_:
        for scores in pool_.map(heads.score, [clips] * 4):
            np.testing.assert_array_equal(scores, alone)


def test_both_forms_run_side_by_side(tmp_path, basis):
    clips = embeddings(2)
    for head, small in zip(FRAMED[:2], (False, True), strict=True):
        convert(head, tmp_path, basis, small=small)
    together = opened(FRAMED[:2], tmp_path, basis).score(clips)
    for i, head in enumerate(FRAMED[:2]):
        alone = opened([head], tmp_path, basis).score(clips)
        np.testing.assert_allclose(together[:, [i]], alone, rtol=1e-5, atol=1e-6)


# --- files -----------------------------------------------------------------------------------


def test_a_head_takes_a_byte_a_weight_or_half_a_byte(tmp_path, basis):
    weights = COLUMNS * HIDDEN[0]
    sizes = [convert(FRAMED[0], tmp_path, basis, small=s).stat().st_size for s in (False, True)]
    rest = 9_000  # scales, the float layers, the correction, names
    assert weights < sizes[0] < weights + rest
    assert weights / 2 < sizes[1] < weights / 2 + rest


def test_installed_heads_open_with_the_basis_beside_their_encoder(folder, basis, monkeypatch):
    assert basis.path.name == NAME
    monkeypatch.setattr(install, "encoder_folder", lambda name, config: basis.path.parent)
    clips = embeddings(2)
    heads = VoiceHeads.open(here(SEVERAL, folder), Config())
    np.testing.assert_array_equal(heads.score(clips), opened(SEVERAL, folder, basis).score(clips))


def test_quality_heads_need_no_basis(folder, monkeypatch):
    def absent(name, config):
        raise AssertionError("nobody needs the encoder's folder")

    monkeypatch.setattr(install, "encoder_folder", absent)
    assert VoiceHeads.open(here(POOLED[:2], folder), Config()).score(embeddings(1)).shape == (1, 2)


def test_the_encoder_of_the_shelf_is_looked_at_once_for_all_heads(tmp_path, basis, monkeypatch):
    class Shelf:
        def __init__(self, folder):
            assert folder == tmp_path

        def installed(self, asset):
            assert asset.name == PLUS.encoder
            return basis.path.parent

    looked = []
    monkeypatch.setattr(voice_heads, "Shelf", Shelf)
    monkeypatch.setattr(basis_module, "fit", lambda *given: looked.append(given))
    work = tmp_path / PLUS.name / "0123456789ab" / ".converting"
    work.mkdir(parents=True)
    for head in FRAMED[:2]:
        path, _ = published(head, tmp_path)
        convert_head(asset_file(head.file), path, work)
    assert not looked
    assert opened(FRAMED[:2], work, basis).score(embeddings(1)).shape == (1, 2)


def test_a_head_before_its_encoder_says_what_to_do(tmp_path):
    path, _ = published(FRAMED[0], tmp_path)
    with pytest.raises(MissingWeights, match="mien models pull bude-whisper"):
        convert_head(asset_file(FRAMED[0].file), path, tmp_path / PLUS.name)


@pytest.mark.parametrize("keep", [0, 5, 60, 900, -1])
@pytest.mark.parametrize("head", [FRAMED[0], POOLED[0]], ids=["framed", "pooled"])
def test_a_cut_file_is_named(tmp_path, basis, head, keep):
    path = convert(head, tmp_path, basis)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(BadWeights, match=path.name):
        opened([head], tmp_path, basis)


@pytest.mark.parametrize("damage", [b'{"a":', b"[]", b'{"a": {"dtype": "F32"}}', b"\xff\xfe"])
def test_a_damaged_header_is_named(tmp_path, basis, damage):
    path = convert(FRAMED[0], tmp_path, basis)
    whole = bytearray(path.read_bytes())
    whole[8 : 8 + len(damage)] = damage
    path.write_bytes(whole)
    with pytest.raises(BadWeights, match=path.name):
        opened([FRAMED[0]], tmp_path, basis)


def test_a_missing_file_is_named(tmp_path, basis):
    with pytest.raises(MissingWeights, match="model_Amusement_best"):
        opened([FRAMED[0]], tmp_path, basis)


def test_heads_of_other_sizes_are_named(tmp_path, basis):
    convert(FRAMED[0], tmp_path, basis)
    for changes in ({"hidden": (8, 16, 8, 4)}, {"hidden": (16, 16, 9, 4)}, {"hidden": (16, 4)}):
        odd = convert(FRAMED[1], tmp_path, basis, **changes)
        with pytest.raises(BadWeights, match=odd.name):
            opened(FRAMED[:2], tmp_path, basis)


def test_a_head_of_another_encoder_is_refused_before_anything_is_kept(tmp_path, basis):
    with pytest.raises(BadWeights, match=r"reads 6,208 numbers, its encoder gives 6,144"):
        convert(FRAMED[0], tmp_path, basis, columns=COLUMNS + WIDTH)
    assert not list(tmp_path.glob("*.safetensors"))


@pytest.mark.parametrize("head", [FRAMED[0], POOLED[0]], ids=["framed", "pooled"])
def test_embeddings_of_another_shape_are_refused(tmp_path, basis, head):
    convert(head, tmp_path, basis)
    heads = opened([head], tmp_path, basis)
    with pytest.raises(BadWeights, match=head.file.removesuffix(".pth")):
        heads.score(np.zeros((1, FRAMES, WIDTH + 1), np.float32))


def test_heads_of_another_copy_of_the_encoder_are_refused(tmp_path, basis):
    path = convert(FRAMED[0], tmp_path, basis)
    whole = path.read_bytes()
    assert basis.key.encode() in whole
    path.write_bytes(whole.replace(basis.key.encode(), b"0" * len(basis.key)))
    with pytest.raises(BadWeights, match="another copy of its encoder"):
        opened([FRAMED[0]], tmp_path, basis)


@pytest.mark.parametrize("key", ["proj.weight", "proj.bias", "mlp.5.weight", "mlp.11.bias"])
@pytest.mark.parametrize("head", [FRAMED[0], POOLED[0]], ids=["framed", "pooled"])
def test_weights_that_are_no_numbers_are_refused(tmp_path, basis, head, key):
    path, tensors = published(head, tmp_path)
    tensors[key].flat[-1] = np.nan
    save_checkpoint(path, tensors)
    with pytest.raises(DecoderError, match="no numbers"):
        convert_head(asset_file(head.file), path, tmp_path, basis=basis)
    assert not list(tmp_path.glob("*.safetensors"))


def test_keys_that_torch_compile_left_are_read(tmp_path, basis):
    clips = embeddings(2)
    convert(FRAMED[0], tmp_path, basis)
    plain = opened([FRAMED[0]], tmp_path, basis).score(clips)
    convert(FRAMED[0], tmp_path, basis, prefix="_orig_mod.")
    np.testing.assert_array_equal(opened([FRAMED[0]], tmp_path, basis).score(clips), plain)
