import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.assets import AssetFile
from mien.core.config import Config
from mien.core.errors import BadWeights, ConfigError, MissingExtra, MissingWeights
from mien.core.redact import printable
from mien.decoders.emonet.whisper.captions import Captioner, begin, clean, runs_on, spoken
from mien.decoders.emonet.whisper.captions_convert import (
    MODEL,
    convert_captioner,
    generation,
    read_tokens,
    write_captioner,
)
from mien.decoders.emonet.whisper.files import read_geometry
from mien.decoders.emonet.whisper.log_mel import log_mel
from tests.fakes.sounds import bursts
from tests.fakes.whisper import Size, publish, token_list

ctranslate2 = pytest.importorskip("ctranslate2", reason="the extra emonet is not installed")

FILE = AssetFile(name="model.safetensors", url="", bytes=0, sha256="")
VOCABULARY = 51_865
SIZE = Size(max_target_positions=32)

WINDOWS = [bursts(2, every=0.5, seed=n)[:n, 0] for n in (32_000, 9_000, 20_000)]
KEPT = [
    "UK accent",
    "US English",
    "TV host",
    "NASA",
    "DJ",
    "DJ's set",
    "VIPs talk",
    "AI's voice",
    "A voice",
]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("captions")
    published = publish(folder, SIZE, vocabulary=VOCABULARY)
    for name in convert_captioner(FILE, published.weights, folder):
        assert (folder / name).is_file()
    return published


# What transformers writes of `WINDOWS`; CTranslate2 stops at half of the longest sequence, for a
# text that goes before.
WRITTEN = [
    [23624, 10882, 6729, 48376, 24833, 41488, 37276, 44175, 21748, 44175, 11742, 40419],
    [23624, 10882, 6729, 48376, 2995, 15498, 7289, 44175, 21748, 44175, 20096, 50057],
    [23624, 10882, 6729, 48376, 2995, 15498, 7289, 44175, 21748, 44175, 20096, 14292],
]


@pytest.fixture(scope="module")
def exact(tmp_path_factory):
    """A captioner in floats, which can be compared with others to the last token."""
    folder = tmp_path_factory.mktemp("exact")
    made = publish(folder, SIZE, vocabulary=VOCABULARY)
    write_captioner(made.weights, folder, None)
    return folder


def test_the_written_tokens_are_those_of_transformers(exact):
    torch = pytest.importorskip("torch", reason="the oracle is not installed")
    transformers = pytest.importorskip("transformers", reason="the oracle is not installed")
    model = transformers.WhisperForConditionalGeneration.from_pretrained(exact).eval()
    mels = np.stack([log_mel(w, SIZE.num_mel_bins, 200) for w in WINDOWS])
    with torch.inference_mode():
        found = model.generate(torch.from_numpy(mels)).tolist()
    end = token_list(VOCABULARY).index("<|endoftext|>")
    assert [[i for i in ids if i < end][:12] for ids in found] == WRITTEN


def test_writes_what_the_reference_writes(exact):
    model = ctranslate2.models.Whisper(str(exact / MODEL), "cpu", compute_type="float32")
    geometry = read_geometry(exact / "config.json")
    captioner = Captioner(model, geometry, generation(exact), ())
    assert [ids[:12] for ids in captioner.write(WINDOWS)] == WRITTEN


def test_describes_each_window_by_itself(made):
    captioner = Captioner.open(made.folder, Config(device="cpu"))
    together = captioner.describe(WINDOWS)
    assert together == [captioner.describe([window])[0] for window in WINDOWS]
    assert all(text == clean(text) for text in together)
    assert captioner.describe([]) == []


def test_text_of_tokens_is_the_tokenizers(made):
    tokenizers = pytest.importorskip("tokenizers", reason="the oracle is not installed")
    oracle = tokenizers.Tokenizer.from_file(str(made.folder / "tokenizer.json"))
    tokens = read_tokens(made.folder, VOCABULARY)
    text = "the voice is a “low” one, naïve \U0001f642"
    ids = oracle.encode(text).ids
    assert spoken(ids, tokens) == text
    special = [token_list(VOCABULARY).index(name) for name in ("<|en|>", "<|endoftext|>")]
    assert spoken([*special, *ids, special[1]], tokens) == text


def test_older_tokenizer_files_name_the_same_tokens(made, tmp_path):
    tokens = token_list()
    (tmp_path / "vocab.json").write_text(json.dumps({t: i for i, t in enumerate(tokens[:262])}))
    added = {t: i for i, t in enumerate(tokens) if i >= 262}
    (tmp_path / "added_tokens.json").write_text(json.dumps(added))
    assert read_tokens(tmp_path, len(tokens) + 2) == [*tokens, "<|0.00|>", "<|0.02|>"]


@pytest.mark.parametrize("text", KEPT)
def test_abbreviations_are_kept(text):
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("AThis is calm.", "This is calm."),
        ("ABThis is calm.", "This is calm."),
        ("AI'm told", "I'm told"),
        ("XHe's laughing", "He's laughing"),
        ("  This  is\na\tline ", "This is a line"),
        ("<|en|>A man<b>laughs</b>", "A man laughs"),
        ("a\x1b[2Jb\u202ec", "a [2Jb c"),
        ("", ""),
    ],
)
def test_what_is_wrong_is_mended(text, mended):
    assert clean(text) == mended


@given(
    first=st.sampled_from(["UK", "US", "TV", "NASA", "DJ"]),
    rest=st.text(st.characters(categories=["Ll", "Lu", "Nd"]), min_size=1),
)
def test_an_abbreviation_is_never_cut(first, rest):
    assert clean(f"{first} {rest}") == f"{first} {rest}"


@given(
    stray=st.text("ABCXYZ", min_size=1, max_size=2), word=st.sampled_from(["This", "He's", "She"])
)
def test_one_or_two_stray_capitals_are_cut(stray, word):
    assert clean(f"{stray}{word} is calm") == f"{word} is calm"


@given(st.text() | st.text("ABcd' <|>\n\x1b", max_size=12))
def test_cleaning_twice_is_cleaning_once(text):
    once = clean(text)
    assert clean(once) == once
    assert printable(once) == once
    assert not set("<>\n") & set(once)


SETTINGS = {
    "decoder_start_token_id": 1,
    "lang_to_id": {"<|en|>": 2, "<|de|>": 3},
    "task_to_id": {"transcribe": 7, "translate": 8},
    "no_timestamps_token_id": 9,
}


@pytest.mark.parametrize(
    ("settings", "begun"),
    [
        ({}, [1, 3, 9]),
        ({"language": "en"}, [1, 2, 7, 9]),
        ({"language": "<|en|>", "task": "translate"}, [1, 2, 8, 9]),
        ({"task": "transcribe"}, [1, 3, 7, 9]),
        ({"forced_decoder_ids": [[1, None], [2, 7]]}, [1, 3, 7, 9]),
        ({"forced_decoder_ids": [[1, 2], [2, 7], [3, 9]]}, [1, 2, 7, 9]),
    ],
)
def test_captions_begin_as_published_settings_say(settings, begun):
    assert begin(SETTINGS | settings, 3) == begun


def test_a_model_of_one_language_needs_none():
    assert begin({"decoder_start_token_id": 1, "no_timestamps_token_id": 9}, None) == [1, 9]


@pytest.mark.parametrize(
    ("device", "n_gpus", "wanted"),
    [
        ("auto", 0, ("cpu", "int8")),
        ("auto", 1, ("cuda", "float16")),
        ("cuda", 2, ("cuda", "float16")),
        ("cpu", 1, ("cpu", "int8")),
    ],
)
def test_it_runs_where_it_is_told(device, n_gpus, wanted):
    assert runs_on(device, n_gpus) == wanted


def test_a_gpu_that_is_not_there_is_missed():
    with pytest.raises(ConfigError, match="cuda"):
        runs_on("cuda", 0)


def test_a_captioner_that_is_not_there_is_missed(tmp_path):
    with pytest.raises(MissingWeights, match="emonet-captions"):
        Captioner.open(tmp_path, Config(device="cpu"))


def test_a_damaged_captioner_is_named(made, tmp_path):
    (tmp_path / "ctranslate2").mkdir()
    for name in ("model.bin", "vocabulary.json", "config.json"):
        (tmp_path / "ctranslate2" / name).write_bytes(b"no")
    with pytest.raises(BadWeights, match="captioner"):
        Captioner.open(tmp_path, Config(device="cpu"))


def test_tokens_that_are_not_there_are_missed(tmp_path):
    published = publish(tmp_path)
    (tmp_path / "tokenizer.json").unlink()
    with pytest.raises(MissingWeights, match=r"tokenizer\.json"):
        convert_captioner(FILE, published.weights, tmp_path)


def test_a_tokenizer_of_another_kind_is_refused(tmp_path):
    published = publish(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(BadWeights, match="tokenizer"):
        convert_captioner(FILE, published.weights, tmp_path)


def test_a_missing_package_is_named(tmp_path, monkeypatch):
    published = publish(tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "ctranslate2", None)
    monkeypatch.setitem(__import__("sys").modules, "ctranslate2.specs", None)
    with pytest.raises(MissingExtra, match=r"mien\[emonet\]"):
        convert_captioner(FILE, published.weights, tmp_path)
