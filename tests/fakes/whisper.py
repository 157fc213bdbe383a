"""A maker of Whisper as it is published: the five files, with random weights, without torch.

Key names, shapes and settings are those of `laion/BUD-E-Whisper`; the size is whatever a test
can afford. Weights are drawn so that sound matters: attention has peaks, norms have gains.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

LANGUAGES = ("en", "zh", "de", "fr")


@dataclass(frozen=True)
class Size:
    """What `config.json` says of a Whisper, by its own names."""

    d_model: int = 32
    encoder_layers: int = 2
    encoder_attention_heads: int = 2
    encoder_ffn_dim: int = 64
    decoder_layers: int = 2
    decoder_attention_heads: int = 2
    decoder_ffn_dim: int = 64
    num_mel_bins: int = 16
    max_source_positions: int = 100
    max_target_positions: int = 48


SMALL = Size(768, 12, 12, 3072, 12, 12, 3072, 80, 1500, 448)
"""The published one."""


@dataclass(frozen=True)
class Published:
    """A made repository.

    Attributes:
        folder: Where its files are.
        size: What it measures.
    """

    folder: Path
    size: Size

    @property
    def weights(self) -> Path:
        """The one big file."""
        return self.folder / "model.safetensors"


def publish(folder, size=None, *, seed=0, outliers=1.0, vocabulary=None, **settings) -> Published:
    """Write a whole repository.

    Args:
        folder: Where to; made if it is not there.
        size: By default a tiny one.
        seed: Of all weights.
        outliers: By how much a few channels of each norm are larger than the others.
        vocabulary: How many tokens; by default no more than are needed.
        settings: What `generation_config.json` shall say otherwise.
    """
    size = size or Size()
    folder.mkdir(parents=True, exist_ok=True)
    tokens = token_list(vocabulary)
    save(folder / "model.safetensors", tensors(size, len(tokens), seed, outliers))
    write_settings(folder, size, tokens, settings)
    write_tokenizer(folder, tokens)
    return Published(folder, size)


def tensors(size, vocabulary, seed=0, outliers=1.0) -> dict:
    """The state dict; `proj_out` is tied to the embedding and not in it, as published."""
    rng = np.random.default_rng(seed)
    width = size.d_model
    made = {}

    def linear(name, out, into, gain=1.0, bias=0.1):
        made[f"{name}.weight"] = _normal(rng, (out, into), gain / into**0.5)
        if bias is not None:
            made[f"{name}.bias"] = _normal(rng, (out,), bias)

    def norm(name, *readers):
        # Taught networks have such channels too; what reads them is smaller there.
        gain = np.exp(_normal(rng, (width,), 0.3))
        loud = rng.integers(0, width, max(1, width // 256))
        gain[loud] *= outliers
        made[f"{name}.weight"], made[f"{name}.bias"] = gain, _normal(rng, (width,), 0.1)
        for reader in readers:
            made[f"{reader}.weight"][:, loud] /= outliers**0.75

    def attention(name):
        # Logits with a spread of two: peaks, as in taught networks.
        linear(f"{name}.k_proj", width, width, 1.4, bias=None)
        linear(f"{name}.v_proj", width, width)
        linear(f"{name}.q_proj", width, width, 1.4, bias=0.5)
        linear(f"{name}.out_proj", width, width)

    def layer(name, inner, *, crosses):
        attention(f"{name}.self_attn")
        asked = [f"{name}.self_attn.{part}_proj" for part in "qkv"]
        norm(f"{name}.self_attn_layer_norm", *asked)
        if crosses:
            attention(f"{name}.encoder_attn")
            norm(f"{name}.encoder_attn_layer_norm", f"{name}.encoder_attn.q_proj")
        linear(f"{name}.fc1", inner, width)
        linear(f"{name}.fc2", width, inner)
        norm(f"{name}.final_layer_norm", f"{name}.fc1")
        made[f"{name}.fc2.bias"][3] += outliers - 1.0  # one moment's number stands out for good

    bands = size.num_mel_bins
    made["model.encoder.conv1.weight"] = _normal(rng, (width, bands, 3), (1 / bands) ** 0.5)
    made["model.encoder.conv1.bias"] = _normal(rng, (width,), 0.1)
    made["model.encoder.conv2.weight"] = _normal(rng, (width, width, 3), (1 / width) ** 0.5)
    made["model.encoder.conv2.bias"] = _normal(rng, (width,), 0.1)
    made["model.encoder.embed_positions.weight"] = _sinusoids(size.max_source_positions, width)
    for i in range(size.encoder_layers):
        layer(f"model.encoder.layers.{i}", size.encoder_ffn_dim, crosses=False)
    norm("model.encoder.layer_norm")
    made["model.decoder.embed_tokens.weight"] = _normal(rng, (vocabulary, width), 0.3)
    shape = (size.max_target_positions, width)
    # Larger than the tokens, or a text would say one thing over and over.
    made["model.decoder.embed_positions.weight"] = _normal(rng, shape, 3.0)
    for i in range(size.decoder_layers):
        layer(f"model.decoder.layers.{i}", size.decoder_ffn_dim, crosses=True)
    norm("model.decoder.layer_norm")
    return made


def save(path, arrays) -> Path:
    """A safetensors file, after the format's own description."""
    header, at = {"__metadata__": {"format": "pt"}}, 0
    for name, array in arrays.items():
        kind = {"float32": "F32", "float16": "F16"}[array.dtype.name]
        header[name] = {
            "dtype": kind,
            "shape": array.shape,
            "data_offsets": [at, at + array.nbytes],
        }
        at += array.nbytes
    told = json.dumps(header).encode()
    told += b" " * (-len(told) % 8)
    with path.open("wb") as file:
        file.write(len(told).to_bytes(8, "little") + told)
        for array in arrays.values():
            file.write(np.ascontiguousarray(array).tobytes())
    return path


def write_settings(folder, size, tokens, settings) -> None:
    """The three JSON files that say how the weights are meant."""
    ids = {token: i for i, token in enumerate(tokens)}
    special = {
        "bos_token_id": ids["<|endoftext|>"],
        "eos_token_id": ids["<|endoftext|>"],
        "pad_token_id": ids["<|endoftext|>"],
        "decoder_start_token_id": ids["<|startoftranscript|>"],
    }
    model = {
        "architectures": ["WhisperForConditionalGeneration"],
        "model_type": "whisper",
        "activation_function": "gelu",
        "scale_embedding": False,
        "tie_word_embeddings": True,
        "torch_dtype": "float32",
        "vocab_size": len(tokens),
        **asdict(size),
        **special,
    }
    generation = {
        **special,
        "is_multilingual": True,
        "max_length": size.max_target_positions,
        "begin_suppress_tokens": [ids["\u0120"], ids["<|endoftext|>"]],
        "suppress_tokens": [ids["#"], ids["<|startoftranscript|>"], ids["<|nospeech|>"]],
        "lang_to_id": {f"<|{code}|>": ids[f"<|{code}|>"] for code in LANGUAGES},
        "task_to_id": {task: ids[f"<|{task}|>"] for task in ("transcribe", "translate")},
        "no_timestamps_token_id": ids["<|notimestamps|>"],
        "return_timestamps": False,
        **settings,
    }
    reader = {
        "feature_extractor_type": "WhisperFeatureExtractor",
        "feature_size": size.num_mel_bins,
        "hop_length": 160,
        "n_fft": 400,
        "n_samples": size.max_source_positions * 320,
        "nb_max_frames": size.max_source_positions * 2,
        "chunk_length": 30,
        "padding_value": 0.0,
        "sampling_rate": 16000,
    }
    _write(folder / "config.json", model)
    _write(folder / "generation_config.json", generation)
    _write(folder / "preprocessor_config.json", reader)


def token_list(vocabulary=None) -> list[str]:
    """Bytes, a few joined pairs, then the special tokens in Whisper's order."""
    merged = [first + second for first, second in MERGES]
    spoken = [*_byte_characters(), *merged]
    special = ["<|endoftext|>", "<|startoftranscript|>", *(f"<|{code}|>" for code in LANGUAGES)]
    special += ["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>"]
    special += ["<|nospeech|>", "<|notimestamps|>"]
    if vocabulary is None:
        return spoken + special
    fill = [f"{i}~" for i in range(FIRST_SPECIAL - len(spoken) - 1)]
    fill.append("")  # published too; CTranslate2 knows by it a Whisper of many languages
    n = vocabulary - FIRST_SPECIAL - len(special)
    return spoken + fill + special + [f"<|{0.02 * i:.2f}|>" for i in range(n)]


FIRST_SPECIAL = 50_257
"""Where the special tokens of a Whisper of many languages begin."""
MERGES = (("t", "h"), ("th", "e"), ("\u0120", "the"), ("i", "s"), ("\u0120", "is"), ("\u0120", "a"))
"""The only pairs that this tokenizer joins; a blank is written as U+0120."""


def write_tokenizer(folder, tokens) -> None:
    """`tokenizer.json` as the tokenizers library writes it for Whisper."""
    first = tokens.index("<|endoftext|>")
    added = [
        {
            "id": i,
            "content": token,
            "single_word": False,
            "lstrip": False,
            "rstrip": False,
            "normalized": False,
            "special": True,
        }
        for i, token in enumerate(tokens[first:], first)
    ]
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
    _write(
        folder / "tokenizer.json",
        {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": added,
            "normalizer": None,
            "pre_tokenizer": {**level, "use_regex": True},
            "post_processor": None,
            "decoder": {**level, "use_regex": True},
            "model": {
                "type": "BPE",
                "dropout": None,
                "unk_token": None,
                "continuing_subword_prefix": "",
                "end_of_word_suffix": "",
                "fuse_unk": False,
                "byte_fallback": False,
                "vocab": {token: i for i, token in enumerate(tokens[:first])},
                "merges": [" ".join(pair) for pair in MERGES],
            },
        },
    )


def _write(path, plain) -> None:
    path.write_text(json.dumps(plain, ensure_ascii=False), encoding="utf-8")


def _normal(rng, shape, scale) -> np.ndarray:
    return rng.standard_normal(shape, dtype=np.float32) * np.float32(scale)


def _sinusoids(length, width) -> np.ndarray:
    steps = np.exp(-np.log(10_000) / (width // 2 - 1) * np.arange(width // 2))
    angles = np.arange(length)[:, None] * steps
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype(np.float32)


def _byte_characters() -> list[str]:
    """The character that stands for each byte in a byte-level vocabulary, in GPT-2's order."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in plain]
    return [chr(byte) for byte in plain] + [chr(256 + i) for i in range(len(hidden))]
