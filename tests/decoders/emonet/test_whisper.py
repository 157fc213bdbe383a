import json
from functools import cache

import numpy as np
import pytest

from mien.assets import AssetFile
from mien.core.config import Config
from mien.core.errors import BadWeights, ConfigError, MissingExtra, MissingWeights
from mien.decoders.emonet.whisper import Encoder, convert_encoder
from mien.decoders.emonet.whisper.convert import HALF, INT8, write_encoder
from mien.decoders.emonet.whisper.encoder import plan
from mien.decoders.emonet.whisper.files import open_tensors, read_geometry
from mien.decoders.emonet.whisper.float import Float
from mien.decoders.emonet.whisper.log_mel import log_mel
from mien.decoders.emonet.whisper.weights import read_weights, turned
from mien.decoders.session import CPU, CUDA, open_session
from tests.fakes import references
from tests.fakes.sounds import bursts
from tests.fakes.whisper import Size, publish, save, tensors, token_list

FILE = AssetFile(name="model.safetensors", url="", bytes=0, sha256="")
SIZE = Size(d_model=64, encoder_layers=3, encoder_attention_heads=4, max_source_positions=120)


def voice(n, seed=0):
    return bursts(n / 16_000 + 1, every=0.5, seed=seed)[:n, 0]


WINDOWS = [voice(n, n) for n in (38_400, 9_000, 20_000)]


def convert(published):
    return convert_encoder(FILE, published.weights, published.folder)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    published = publish(tmp_path_factory.mktemp("whisper"), SIZE)
    assert set(convert(published)) == {INT8, HALF}
    return published


@pytest.fixture(scope="module")
def loud(tmp_path_factory):
    published = publish(tmp_path_factory.mktemp("loud"), SIZE, outliers=20.0)
    convert(published)
    return published


def mels_of(windows):
    return [log_mel(w, SIZE.num_mel_bins, 2 * SIZE.max_source_positions) for w in windows]


@cache
def reference(outliers=1.0):
    """What the published network gives for `WINDOWS`, in plain numpy."""
    made = tensors(SIZE, len(token_list()), outliers=outliers)
    return np.stack([references.whisper_states(made, SIZE, mel) for mel in mels_of(WINDOWS)])


def error(found, wanted):
    """Of each moment, in parts of its length."""
    return np.linalg.norm(found - wanted, axis=-1) / np.linalg.norm(wanted, axis=-1)


def run(path, windows):
    session = open_session(path)
    return np.stack([session.run(None, {"mel": mel})[0] for mel in mels_of(windows)])


@pytest.mark.parametrize("outliers", [1.0, 20.0])
def test_the_reference_is_transformers_encoder(made, loud, outliers):
    torch = pytest.importorskip("torch", reason="the oracle is not installed")
    transformers = pytest.importorskip("transformers", reason="the oracle is not installed")
    folder = (made if outliers == 1.0 else loud).folder
    model = transformers.WhisperModel.from_pretrained(folder).encoder.eval().double()
    with torch.inference_mode():
        theirs = model(torch.from_numpy(np.stack(mels_of(WINDOWS))).double()).last_hidden_state
    np.testing.assert_allclose(reference(outliers), theirs.numpy(), atol=1e-6)


def test_floats_give_what_the_reference_gives(made, tmp_path):
    path = tmp_path / "float.onnx"
    write_encoder(made.weights, made.folder / "config.json", path, Float(np.float32))
    np.testing.assert_allclose(run(path, WINDOWS), reference(), atol=2e-5)


def test_half_floats_keep_close_to_the_reference(made):
    assert error(run(made.folder / HALF, WINDOWS), reference()).max() < 0.005


@pytest.mark.parametrize("outliers", [1.0, 20.0])
def test_integers_keep_close_to_the_reference(made, loud, outliers):
    published = made if outliers == 1.0 else loud
    found = Encoder.open(published.folder, Config(device="cpu")).embed(WINDOWS)
    assert found.shape == (3, SIZE.max_source_positions, SIZE.d_model)
    assert found.dtype == np.float32
    assert error(found, reference(outliers)).mean() < 0.05


def test_turning_changes_nothing_but_rounding(loud, tmp_path):
    from mien.decoders.emonet.whisper.graph import encoder_graph

    geometry = read_geometry(loud.folder / "config.json")
    with open_tensors(loud.weights) as file:
        weights = turned(read_weights(geometry, file), geometry)
        graph = encoder_graph(geometry, weights, Float(np.float32))
    (tmp_path / "turned.onnx").write_bytes(graph.SerializeToString())
    found = run(tmp_path / "turned.onnx", WINDOWS)
    np.testing.assert_allclose(found, reference(20.0), atol=2e-3)


def test_turning_leaves_no_channel_that_stands_out(loud):
    geometry = read_geometry(loud.folder / "config.json")
    with open_tensors(loud.weights) as file:
        plain = next(read_weights(geometry, file).blocks)
        block = next(turned(read_weights(geometry, file), geometry).blocks)
    assert plain.first.gain.max() > 10
    assert (block.first.gain == 1).all()
    assert np.abs(block.up.weight).max() < 8 * block.up.weight.std()


def test_a_window_does_not_depend_on_its_batch(made):
    encoder = Encoder.open(made.folder, Config(device="cpu", threads=2))
    together = encoder.embed(WINDOWS)
    for window, found in zip(WINDOWS, together, strict=True):
        np.testing.assert_array_equal(encoder.embed([window])[0], found)


def test_it_tells_what_it_measures(made):
    encoder = Encoder.open(made.folder, Config(device="cpu"))
    assert (encoder.width, encoder.frames, encoder.longest) == (64, 120, 38_400)
    assert encoder.embed([]).shape == (0, 120, 64)


@pytest.mark.parametrize(
    "window",
    [voice(38_401), np.zeros(0, np.float32), np.full(100, np.nan, np.float32)],
    ids=["too long", "empty", "not finite"],
)
def test_what_is_no_window_is_refused(made, window):
    with pytest.raises(ConfigError, match="window"):
        Encoder.open(made.folder, Config(device="cpu", threads=2)).embed([WINDOWS[0], window])


def test_silence_has_an_embedding(made):
    found = Encoder.open(made.folder, Config(device="cpu")).embed([np.zeros(1_000, np.float32)])
    assert np.isfinite(found).all()


def test_a_gpu_runs_half_floats_where_there_is_one():
    with_gpu = plan(Config(device="auto", threads=4), lambda _: [CUDA, CPU])
    without = plan(Config(device="auto", threads=4), lambda _: [CPU])
    assert (with_gpu.file, with_gpu.device, with_gpu.workers) == (HALF, "auto", 1)
    assert (without.file, without.device, without.workers) == (INT8, "cpu", 4)


def test_a_cpu_runs_half_floats_where_they_are_set():
    chosen = plan(Config(device="auto", threads=4, precision="half"), lambda _: [CPU])
    assert (chosen.file, chosen.device, chosen.workers) == (HALF, "cpu", 4)


def test_half_floats_that_are_set_come_nearer_to_the_reference(loud):
    int8, half = (
        Encoder.open(loud.folder, Config(device="cpu", precision=precision)).embed(WINDOWS)
        for precision in ("int8", "half")
    )
    assert error(half, reference(20.0)).mean() < error(int8, reference(20.0)).mean() / 4
    np.testing.assert_array_equal(half, run(loud.folder / HALF, WINDOWS))


def test_the_decoder_is_never_read(tmp_path):
    published = publish(tmp_path, SIZE)
    made = tensors(SIZE, len(token_list()))
    listening = {name: array for name, array in made.items() if ".encoder." in name}
    save(published.weights, listening)
    assert set(convert(published)) == {INT8, HALF}


def change_config(published, **settings):
    path = published.folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | settings))


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"model_type": "wav2vec2"}, "not about a Whisper"),
        ({"activation_function": "relu"}, "not about a Whisper"),
        ({"d_model": 0}, "d_model to 0"),
        ({"d_model": "many"}, "d_model to 'many'"),
        ({"encoder_attention_heads": 7}, "cannot be dealt"),
        ({"d_model": 32}, "has the shape"),
        ({"encoder_layers": 4}, "lacks model.encoder.layers.3"),
    ],
)
def test_a_config_that_does_not_fit_is_refused(tmp_path, settings, match):
    published = publish(tmp_path, SIZE)
    change_config(published, **settings)
    with pytest.raises(BadWeights, match=match):
        convert(published)
    assert not (tmp_path / INT8).exists()


def test_a_folder_without_config_is_refused(tmp_path):
    published = publish(tmp_path, SIZE)
    (tmp_path / "config.json").unlink()
    with pytest.raises(MissingWeights, match=r"config\.json"):
        convert(published)


@pytest.mark.parametrize("kept", [0, 5, 1_000, -1_000])
def test_a_file_that_was_cut_is_refused(tmp_path, kept):
    published = publish(tmp_path, SIZE)
    published.weights.write_bytes(published.weights.read_bytes()[:kept])
    with pytest.raises(BadWeights, match=r"model\.safetensors"):
        convert(published)


def test_a_missing_tensor_is_named(tmp_path):
    published = publish(tmp_path, SIZE)
    made = tensors(SIZE, len(token_list()))
    del made["model.encoder.layers.1.fc2.bias"]
    save(published.weights, made)
    with pytest.raises(BadWeights, match=r"lacks model\.encoder\.layers\.1\.fc2\.bias"):
        convert(published)


def test_weights_that_are_not_finite_are_refused(tmp_path):
    published = publish(tmp_path, SIZE)
    made = tensors(SIZE, len(token_list()))
    made["model.encoder.layers.1.fc2.bias"][0] = np.nan
    save(published.weights, made)
    with pytest.raises(BadWeights, match="not finite"):
        convert(published)


def test_an_encoder_that_is_not_there_is_missed(made, tmp_path):
    (tmp_path / "config.json").write_bytes((made.folder / "config.json").read_bytes())
    with pytest.raises(MissingWeights, match=INT8):
        Encoder.open(tmp_path, Config(device="cpu"))


@pytest.mark.parametrize("module", ["safetensors", "onnx"])
def test_a_missing_package_is_named(made, monkeypatch, module):
    monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(MissingExtra, match=r"mien\[emonet\]"):
        convert(made)
