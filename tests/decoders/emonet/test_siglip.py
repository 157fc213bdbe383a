"""The picture tower says what transformers' says, in little memory, and refuses what it cannot."""

import json
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mien.assets import AssetFile
from mien.core.config import Config
from mien.core.errors import BadWeights, MissingWeights
from mien.decoders.emonet.siglip import Tower, convert_tower
from mien.decoders.emonet.siglip.geometry import read_geometry
from mien.decoders.emonet.siglip.graph import GraphFile, TowerGraph, quantize
from mien.decoders.emonet.siglip.smooth import Smoother, factors
from mien.decoders.emonet.siglip.tower import chosen_form, prepare
from mien.decoders.emonet.siglip.weights import Linear, TowerWeights
from tests.fakes import references
from tests.fakes.siglip import SMALL, Shape, config, preprocessor, tensors, write_siglip

WEIGHTS = AssetFile(name="model.safetensors", bytes=1)
CUDA = ["CUDAExecutionProvider", "CPUExecutionProvider"]


def crops(n=5, seed=0):
    """Pictures of several sizes and proportions, with large shapes as well as noise."""
    rng = np.random.default_rng(seed)
    made = []
    for i in range(n):
        coarse = rng.integers(0, 256, (3, 3, 3)).repeat(20 + 7 * i, 0).repeat(40 - 3 * i, 1)
        noise = rng.integers(-40, 40, coarse.shape)
        made.append(np.clip(coarse + noise, 0, 255).astype(np.uint8))
    return made


def converted(folder, made, shape=SMALL, forms=("int8", "float32")):
    published = write_siglip(folder, made, shape)
    convert_tower(WEIGHTS, published, folder, precisions=forms)
    published.unlink()
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return converted(tmp_path_factory.mktemp("siglip2"), tensors())


@pytest.fixture(scope="module")
def stretched(tmp_path_factory):
    return converted(tmp_path_factory.mktemp("outliers"), tensors(outliers=3))


def opened(folder, form="int8", threads=1):
    return Tower.open(folder, Config(threads=threads, device="cpu"), precision=form)


def prepared(given, shape=SMALL):
    """Crops by PIL's own resizing to the tower's square, bytes."""
    from PIL import Image

    size = (shape.image_px, shape.image_px)
    return [np.asarray(Image.fromarray(c).resize(size, Image.Resampling.BILINEAR)) for c in given]


def plain_vectors(made, given, shape=SMALL):
    """What the published network says of crops, in plain numpy."""
    pictures = prepared(given, shape)
    return np.stack([references.siglip_vector(made, shape, picture) for picture in pictures])


def cosines(one, two):
    return (one * two).sum(axis=1)


# --- the same as the published code ----------------------------------------------------------


def transformers_vectors(made, given, shape=SMALL):
    torch = pytest.importorskip("torch", reason="the oracle needs torch")
    transformers = pytest.importorskip("transformers", reason="the oracle is transformers' class")
    net = transformers.SiglipVisionModel(
        transformers.SiglipVisionConfig(**config(shape)["vision_config"])
    ).eval()
    stem = "vision_model."
    net.load_state_dict(
        {key.removeprefix(stem): torch.tensor(v) for key, v in made.items() if stem in key}
    )
    with torch.inference_mode():
        pooled = net(pixel_values=torch.tensor(given)).pooler_output
    return torch.nn.functional.normalize(pooled).numpy()


def processed(given, shape=SMALL):
    """What the published processor makes of crops, (n, 3, px, px) float32."""
    module = pytest.importorskip(
        "transformers.models.siglip.image_processing_pil_siglip",
        reason="the oracle is transformers' processor",
    )
    pytest.importorskip("torch", reason="the processor needs torch")
    processor = module.SiglipImageProcessorPil(**preprocessor(shape))
    return np.stack(processor(images=list(given))["pixel_values"])


@pytest.mark.parametrize("outliers", [0, 3])
def test_the_reference_is_transformers_tower_with_its_processor(outliers):
    made = tensors(outliers=outliers)
    theirs = transformers_vectors(made, processed(crops()))
    np.testing.assert_allclose(plain_vectors(made, crops()), theirs, atol=1e-5)


@pytest.mark.parametrize("outliers", [0, 3])
def test_in_float_it_is_the_published_network(folder, stretched, outliers):
    ours = opened(stretched if outliers else folder, "float32").embed(crops())
    np.testing.assert_allclose(ours, plain_vectors(tensors(outliers=outliers), crops()), atol=1e-5)


def test_it_follows_another_geometry(tmp_path):
    shape = Shape(width=48, hidden=80, layers=3, heads=6, image_px=96)
    made = tensors(shape, seed=4)
    ours = opened(converted(tmp_path, made, shape), "float32")
    assert ours.width == 48
    np.testing.assert_allclose(ours.embed(crops()), plain_vectors(made, crops(), shape), atol=1e-5)


def test_a_published_file_in_half_precision_is_read_too(tmp_path):
    halves = {key: value.astype(np.float16) for key, value in tensors().items()}
    ours = opened(converted(tmp_path, halves), "float32").embed(crops())
    np.testing.assert_allclose(ours, plain_vectors(halves, crops()), atol=1e-5)


@pytest.mark.parametrize("size", [(640, 31), (7, 300), (64, 64)])
def test_pictures_are_resized_by_pil_without_keeping_proportions(folder, size):
    crop = np.random.default_rng(1).integers(0, 256, (*size, 3), dtype=np.uint8)
    np.testing.assert_array_equal(prepare([crop], read_geometry(folder)), prepared([crop]))


@pytest.mark.parametrize("size", [(224, 224), (640, 31), (7, 300), (5, 4), (64, 64), (65, 63)])
def test_pictures_are_prepared_as_the_published_processor_does(folder, size):
    crop = np.random.default_rng(1).integers(0, 256, (*size, 3), dtype=np.uint8)
    geometry = read_geometry(folder)
    ours = prepare([crop], geometry)[0] * np.float32(geometry.rescale)
    ours = (ours - np.float32(geometry.mean)) / np.float32(geometry.std)
    np.testing.assert_allclose(ours.transpose(2, 0, 1), processed([crop])[0], atol=1e-6)


@pytest.mark.parametrize("size", [(224, 224), (200, 31), (7, 90)])
def test_torch_resizes_to_within_a_step_of_the_same(folder, size):
    torch = pytest.importorskip("torch", reason="compares with torch's own resizing")
    crop = np.random.default_rng(2).integers(0, 256, (*size, 3), dtype=np.uint8)
    given = torch.tensor(crop).permute(2, 0, 1)[None]
    theirs = torch.nn.functional.interpolate(given, (64, 64), mode="bilinear", antialias=True)
    ours = prepare([crop], read_geometry(folder))[0].astype(int)
    assert np.abs(ours - theirs[0].permute(1, 2, 0).numpy()).max() <= 1


# --- int8 ------------------------------------------------------------------------------------


def test_int8_stays_close_to_float(folder):
    given = crops(12)
    assert (
        cosines(opened(folder).embed(given), opened(folder, "float32").embed(given)).min() > 0.998
    )


def ones(values, *_):
    """In place of `factors`: evens nothing out."""
    return np.ones(values.shape[-1], np.float32)


def test_int8_survives_channels_that_lie_far_out(stretched, tmp_path, monkeypatch):
    given = crops(12)
    exact = opened(stretched, "float32").embed(given)
    smooth = (1 - cosines(opened(stretched).embed(given), exact)).mean()
    # The same without evening out: each factor is 1.
    monkeypatch.setattr("mien.decoders.emonet.siglip.smooth.factors", ones)
    plain = opened(converted(tmp_path, tensors(outliers=3), forms=("int8",))).embed(given)
    assert smooth < 0.002
    assert (1 - cosines(plain, exact)).mean() > 5 * smooth


def test_a_token_far_out_that_was_not_foreseen_costs_the_others_nothing(tmp_path, monkeypatch):
    """One hidden value of one token is 300; with one scale for all, cosines fall to .981."""
    monkeypatch.setattr("mien.decoders.emonet.siglip.smooth.factors", ones)
    made = tensors()
    stem = "vision_model.encoder.layers.0"
    made["vision_model.embeddings.position_embedding.weight"][5, 3] = 60  # marks the token
    for part in ("weight", "bias"):
        made[f"{stem}.layer_norm2.{part}"][3] = part == "weight"
    made[f"{stem}.mlp.fc1.weight"][7] = 0
    made[f"{stem}.mlp.fc1.weight"][7, 3] = 100
    made[f"{stem}.mlp.fc1.bias"][7] = -400
    made[f"{stem}.mlp.fc2.weight"][:, 7] *= 0.02
    given = crops(8)
    folder = converted(tmp_path, made)
    exact = opened(folder, "float32").embed(given)
    assert cosines(opened(folder).embed(given), exact).min() > 0.998


def test_no_picture_changes_what_another_gives(folder):
    given = [*crops(4), np.zeros((9, 9, 3), np.uint8), np.full((9, 9, 3), 255, np.uint8)]
    tower = opened(folder)
    alone = np.concatenate([tower.embed([crop]) for crop in given])
    np.testing.assert_array_equal(tower.embed(given), alone)


@pytest.mark.parametrize("form", ["int8", "float32"])
@pytest.mark.parametrize("threads", [2, 3])
def test_threads_change_nothing(folder, form, threads):
    given = crops(5)
    one, several = opened(folder, form), opened(folder, form, threads)
    np.testing.assert_array_equal(several.embed(given), one.embed(given))


def test_two_callers_may_use_one_tower(folder):
    tower = opened(folder, threads=2)
    alone = tower.embed(crops())
    with ThreadPoolExecutor(2) as pool:
        for both in pool.map(lambda _: tower.embed(crops()), range(6)):
            np.testing.assert_array_equal(both, alone)


@given(
    weight=arrays(
        np.float32,
        st.tuples(st.integers(1, 9), st.integers(1, 5)),
        elements=st.floats(-1e3, 1e3, width=32),
    )
)
def test_rounded_weights_are_within_half_a_step(weight):
    rounded, scales = quantize(weight)
    assert np.abs(rounded.astype(int)).max() <= 127
    assert (np.abs(rounded * scales - weight) <= 0.5001 * scales).all()


@given(
    arrays(np.float32, (6, 8), elements=st.floats(-1e3, 1e3, width=32)),
    arrays(np.float32, (8, 4), elements=st.floats(-10, 10, width=32)),
)
def test_channels_are_only_ever_made_smaller_and_half_stay(values, weight):
    found = factors(values, Linear(weight, np.zeros(4, np.float32)))
    assert (found >= 1).all()
    assert np.isfinite(found).all()
    assert (found == 1).sum() >= 4


def test_evening_out_changes_nothing_in_float(stretched, tmp_path):
    published = write_siglip(tmp_path, tensors(outliers=3))
    geometry = read_geometry(tmp_path)
    weights = TowerWeights(published, geometry)
    with GraphFile(tmp_path / "tower-float32.onnx") as file:
        graph, smoother = TowerGraph(file, geometry, "float32"), Smoother(geometry, weights.stem())
        tokens = graph.stem(weights.stem())
        for index in range(geometry.layers):
            tokens = graph.block(tokens, *smoother.block(weights.block(index)))
        file.save(["n", 64, 64, 3], graph.pool(tokens, smoother.pool(weights.pool())))
    even = opened(tmp_path, "float32").embed(crops())
    np.testing.assert_allclose(even, opened(stretched, "float32").embed(crops()), atol=1e-5)


# --- vectors ---------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["int8", "float32"])
def test_vectors_have_length_one_and_the_towers_width(folder, form):
    tower = opened(folder, form)
    found = tower.embed(crops(3))
    assert (found.shape, found.dtype) == ((3, tower.width), np.float32)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)


def test_no_crops_give_no_vectors(folder):
    assert opened(folder, threads=2).embed([]).shape == (0, SMALL.width)


def test_a_view_gives_what_its_copy_gives(folder):
    tower, [crop] = opened(folder), crops(1)
    found = tower.embed([crop[:, ::-1], crop[:, ::-1].copy()])
    np.testing.assert_array_equal(*found)


def test_the_order_of_colours_matters(folder):
    tower, [crop] = opened(folder, "float32"), crops(1)
    rgb, bgr = tower.embed([crop, crop[:, :, ::-1]])
    assert rgb @ bgr < 0.99


@pytest.mark.parametrize(
    "crop",
    [
        np.zeros((8, 8), np.uint8),
        np.zeros((8, 8, 4), np.uint8),
        np.zeros((8, 8, 3)),
        np.zeros((0, 8, 3), np.uint8),
    ],
)
def test_what_is_no_rgb_picture_is_refused(folder, crop):
    with pytest.raises(ValueError, match="RGB bytes, not"):
        opened(folder).embed([crop])


# --- conversion ------------------------------------------------------------------------------


def convert_all(published, folder, **options):
    """As a pull does: one file after another, the weights last."""
    folder.mkdir(exist_ok=True)
    names = []
    for name in ("config.json", "preprocessor_config.json", "model.safetensors"):
        file = AssetFile(name=name, bytes=1)
        names += convert_tower(file, published / name, folder, **options)
    return names


def test_file_by_file_everything_is_there_and_nothing_else(tmp_path, folder):
    write_siglip(tmp_path / "published")
    names = convert_all(tmp_path / "published", tmp_path / "kept")
    assert sorted(names) == sorted(path.name for path in (tmp_path / "kept").iterdir())
    assert "model.safetensors" not in names
    found = opened(tmp_path / "kept").embed(crops())
    np.testing.assert_array_equal(found, opened(folder).embed(crops()))


def test_only_int8_is_kept_without_a_gpu_and_half_precision_as_well_with_one(tmp_path, monkeypatch):
    write_siglip(tmp_path / "published")
    assert "tower-float16.onnx" not in convert_all(tmp_path / "published", tmp_path / "cpu")
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: CUDA)
    names = convert_all(tmp_path / "published", tmp_path / "gpu")
    assert {"tower-int8.onnx", "tower-float16.onnx"} <= set(names)


def test_half_precision_is_kept_where_it_is_set(tmp_path, monkeypatch, folder):
    write_siglip(tmp_path / "published")
    monkeypatch.setenv("MIEN_PRECISION", "half")
    names = convert_all(tmp_path / "published", tmp_path / "kept")
    assert {"tower-int8.onnx", "tower-float16.onnx"} <= set(names)
    exact = opened(folder, "float32").embed(crops())
    int8, half = (
        Tower.open(tmp_path / "kept", Config(device="cpu", precision=precision)).embed(crops())
        for precision in ("int8", "half")
    )
    assert np.linalg.norm(half - exact, axis=1).max() < np.linalg.norm(int8 - exact, axis=1).min()


def test_the_form_for_a_gpu_says_the_same(folder, tmp_path):
    """Without a GPU onnxruntime widens it where it must; the graph and its weights are the same."""
    half = opened(converted(tmp_path, tensors(), forms=("float16",)), "float16").embed(crops())
    assert cosines(half, opened(folder, "float32").embed(crops())).min() > 0.9999
    assert (tmp_path / "tower-float16.bin").stat().st_size < 0.6 * (
        folder / "tower-float32.bin"
    ).stat().st_size


def test_int8_takes_about_a_quarter_of_the_bytes(tmp_path):
    shape = Shape(256, 1024, 4, 4)
    folder = converted(tmp_path, tensors(shape), shape)
    int8, exact = ((folder / f"tower-{form}.bin").stat().st_size for form in ("int8", "float32"))
    assert int8 < 0.45 * exact  # the vector's own layers, a fifth of so small a tower, stay float


def peak_of(convert):
    tracemalloc.start()
    try:
        convert()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_layers(tmp_path):
    peaks = []
    for layers in (1, 8):
        shape = Shape(256, 1024, layers, 4)
        published = write_siglip(tmp_path / str(layers), tensors(shape), shape)
        peaks.append(peak_of(partial(convert_tower, WEIGHTS, published, published.parent)))
    assert peaks[1] < peaks[0] + 4e6  # seven layers more have 22 MB


def test_the_text_tower_is_never_read(tmp_path):
    made = tensors()
    made["text_model.embeddings.token_embedding.weight"] = np.full((10**7, 1), np.nan, np.float32)
    published = write_siglip(tmp_path, made)
    assert peak_of(partial(convert_tower, WEIGHTS, published, tmp_path)) < 2e7
    assert np.isfinite(opened(tmp_path).embed(crops())).all()


# --- what is refused -------------------------------------------------------------------------


def refused(folder, reason):
    """The conversion fails naming the file, and leaves nothing of the weights behind."""
    with pytest.raises(BadWeights, match=reason) as caught:
        convert_tower(WEIGHTS, folder / "model.safetensors", folder)
    assert str(folder) in str(caught.value)
    assert not list(folder.glob("tower-*"))


@pytest.mark.parametrize("kept", [0, 4, 8, 500, 20_000, -4])
def test_a_file_cut_short_is_refused(tmp_path, kept):
    path = write_siglip(tmp_path)
    path.write_bytes(path.read_bytes()[:kept])
    refused(tmp_path, "no whole safetensors file")


@pytest.mark.parametrize(
    "key",
    [
        "embeddings.position_embedding.weight",
        "encoder.layers.1.mlp.fc2.bias",
        "head.probe",
        "post_layernorm.weight",
    ],
)
def test_a_missing_tensor_is_named(tmp_path, key):
    made = tensors()
    del made[f"vision_model.{key}"]
    write_siglip(tmp_path, made)
    refused(tmp_path, f"lacks vision_model.{key}")


def test_a_tensor_of_another_shape_is_named(tmp_path):
    made = tensors()
    made["vision_model.head.mlp.fc1.weight"] = np.zeros((8, 64), np.float32)
    write_siglip(tmp_path, made)
    refused(tmp_path, r"head.mlp.fc1.weight has shape \(8, 64\).* asks for \(160, 64\)")


def test_more_layers_than_the_configuration_says_are_refused(tmp_path):
    write_siglip(tmp_path, tensors(SMALL._replace(layers=3)))
    refused(tmp_path, "more than the 2 layers")


def test_a_number_that_is_none_is_refused(tmp_path):
    made = tensors()
    made["vision_model.encoder.layers.1.mlp.fc1.weight"][3, 4] = np.nan
    write_siglip(tmp_path, made)
    refused(tmp_path, "layers.1.mlp.fc1.weight holds values that are not finite")


def test_whole_numbers_are_refused(tmp_path):
    made = tensors()
    made["vision_model.head.probe"] = made["vision_model.head.probe"].astype(np.int32)
    write_siglip(tmp_path, made)
    refused(tmp_path, "head.probe is I32")


CONFIGS = {
    "naflex": ({"model_type": "siglip2"}, {}, "NaFlex"),
    "clip": ({"model_type": "clip"}, {}, "'clip'"),
    "patch14": ({}, {"patch_size": 14, "image_size": 378}, "378 px into patches of 14"),
    "uneven": ({}, {"image_size": 70}, "70 px into patches of 16"),
    "heads": ({}, {"num_attention_heads": 5}, "among 5 heads"),
    "act": ({}, {"hidden_act": "quick_gelu"}, "quick_gelu"),
    "channels": ({}, {"num_channels": 4}, "num_channels 4"),
    "layers": ({}, {"num_hidden_layers": 0}, "num_hidden_layers 0"),
    "words": ({}, {"hidden_size": "64"}, "hidden_size '64'"),
    "epsilon": ({}, {"layer_norm_eps": -1}, "layer_norm_eps -1"),
    "whole": ({"vision_config": None}, None, "no vision_config"),
}


@pytest.mark.parametrize(("outer", "inner", "reason"), CONFIGS.values(), ids=CONFIGS)
def test_the_configuration_of_another_model_is_refused(tmp_path, outer, inner, reason):
    write_siglip(tmp_path)
    found = config()
    found["vision_config"].update(inner or {})
    (tmp_path / "config.json").write_text(json.dumps(found | outer))
    refused(tmp_path, reason)


PIXELS = {
    "size": ({"size": {"height": 512, "width": 512}}, "resizes to"),
    "edge": ({"size": {"shortest_edge": 64}}, "resizes to"),
    "mean": ({"image_mean": [0.5, 0.5]}, "not three numbers"),
    "std": ({"image_std": [0.5, 0, 0.5]}, "image_std 0"),
    "way": ({"resample": "bilinear"}, "resample 'bilinear'"),
}


@pytest.mark.parametrize(("change", "reason"), PIXELS.values(), ids=PIXELS)
def test_a_processor_for_another_tower_is_refused(tmp_path, change, reason):
    write_siglip(tmp_path)
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(preprocessor() | change))
    refused(tmp_path, reason)


@pytest.mark.parametrize("name", ["config.json", "preprocessor_config.json"])
@pytest.mark.parametrize(
    ("text", "reason"),
    [(None, "is missing"), ("{", "not valid JSON"), ("[]", "holds list"), ("\xff", "JSON")],
)
def test_a_damaged_configuration_is_refused(tmp_path, name, text, reason):
    write_siglip(tmp_path)
    if text is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(text.encode("latin-1"))
    refused(tmp_path, reason)


def test_what_a_configuration_leaves_out_is_what_transformers_takes(tmp_path):
    found = config(Shape(768, 3072, 12, 12, 224))
    found["vision_config"] = {"model_type": "siglip_vision_model"}
    (tmp_path / "config.json").write_text(json.dumps(found))
    pixels = preprocessor(SMALL._replace(image_px=224))
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(pixels))
    geometry = read_geometry(tmp_path)
    assert (geometry.width, geometry.hidden, geometry.layers) == (768, 3072, 12)
    assert (geometry.heads, geometry.tokens, geometry.head_width) == (12, 196, 64)


# --- opening ---------------------------------------------------------------------------------


def test_a_missing_tower_says_how_to_get_it(tmp_path):
    write_siglip(tmp_path)
    with pytest.raises(MissingWeights, match="mien models pull siglip2"):
        Tower.open(tmp_path, Config())


@pytest.mark.parametrize("name", ["tower-int8.onnx", "tower-int8.bin"])
def test_a_damaged_tower_is_refused(tmp_path, name):
    converted(tmp_path, tensors())
    path: Path = tmp_path / name
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(BadWeights, match="tower-int8"):
        opened(tmp_path)


FORMS = [
    ("cpu", [], "int8", ("int8", "cpu")),
    ("auto", [], "int8 float16", ("int8", "cpu")),
    ("auto", [], "float32", ("float32", "cpu")),
    ("auto", CUDA, "int8 float16", ("float16", "cuda")),
    ("auto", CUDA, "int8 float32", ("float32", "cuda")),
    ("auto", CUDA, "int8", ("int8", "cpu")),
    ("cuda", CUDA, "int8 float16", ("float16", "cuda")),
    ("cpu", CUDA, "int8 float16", ("int8", "cpu")),
]


@pytest.mark.parametrize(("device", "there", "kept", "chosen"), FORMS)
def test_the_form_follows_the_device_and_what_is_kept(
    tmp_path, monkeypatch, device, there, kept, chosen
):
    for form in kept.split():
        (tmp_path / f"tower-{form}.onnx").touch()
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: there)
    assert chosen_form(tmp_path, Config(device=device)) == chosen


def test_a_gpu_asked_for_does_without_int8_only(tmp_path, monkeypatch):
    (tmp_path / "tower-int8.onnx").touch()
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: CUDA)
    with pytest.raises(MissingWeights, match="float16 or float32"):
        chosen_form(tmp_path, Config(device="cuda"))


def test_half_precision_runs_on_a_cpu_where_it_is_set_and_kept(tmp_path, monkeypatch):
    for form in ("int8", "float16"):
        (tmp_path / f"tower-{form}.onnx").touch()
    monkeypatch.setattr(onnxruntime, "get_available_providers", list)
    assert chosen_form(tmp_path, Config(precision="half")) == ("float16", "cpu")


def test_half_precision_that_is_not_kept_says_how_to_get_it(tmp_path):
    write_siglip(tmp_path / "published")
    convert_all(tmp_path / "published", tmp_path / "kept")
    with pytest.raises(MissingWeights, match=r"remove siglip2.*MIEN_PRECISION=half") as caught:
        Tower.open(tmp_path / "kept", Config(device="cpu", precision="half"))
    assert "tower in float16 or float32" in str(caught.value)
