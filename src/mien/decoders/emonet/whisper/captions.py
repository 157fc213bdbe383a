"""What BUD-E-Whisper writes about a voice: tone, bursts and speaker, in a sentence or two."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from mien.core.arrays import Samples
from mien.core.config import Config
from mien.core.errors import BadWeights, ConfigError, MissingExtra, MissingWeights
from mien.core.redact import printable
from mien.decoders.emonet.whisper.captions_convert import MODEL, generation
from mien.decoders.emonet.whisper.files import CONFIG, Geometry, read_geometry
from mien.decoders.emonet.whisper.log_mel import log_mel

__all__ = ["Captioner", "clean"]

LONGEST = 200
"""Tokens of a caption; what writes on has lost itself."""
_AT_ONCE = 4

_STRAY = re.compile(r"[A-Z]{1,2}(?=[A-Z](?:[a-z]|['\u2019]))")
_ABBREVIATED = re.compile(r"([A-Z]+)(?:['\u2019]?s)?(?![A-Za-z'\u2019])")
_FAMILIAR = """AAVE AI ASL ASMR BBC CD CEO CNN DJ DVD EU FBI FM GA GP HR ID IT LA MC MP NASA NBA
NFL NPR NY NYC OK PA PC PM PR RP TV UAE UK UN US USA USSR VIP VO"""
ABBREVIATIONS = frozenset(_FAMILIAR.split())
"""Words of capitals that a caption may begin with; their plurals and genitives are meant too."""


class Captioner:
    """A loaded captioner.

    Args:
        model: CTranslate2's Whisper.
        geometry: What it measures.
        told: The published settings of how to write.
        tokens: Every token in order.
    """

    def __init__(
        self, model: Any, geometry: Geometry, told: dict[str, Any], tokens: Sequence[str]
    ) -> None:
        self._model = model
        self._geometry = geometry
        self._told = told
        self._tokens = tokens

    @classmethod
    def open(cls, folder: Path, config: Config) -> Captioner:
        """The captioner that `convert_captioner` wrote into a folder.

        Raises:
            MissingExtra: If ctranslate2 is not installed.
            MissingWeights: If it is not there.
            BadWeights: If it is damaged.
            ConfigError: If the device is not there.
        """
        try:
            import ctranslate2
        except ImportError as error:
            raise MissingExtra("captions", "emonet") from error
        if not (folder / MODEL / "model.bin").is_file():
            raise MissingWeights(
                f"no captioner in {folder}: run `mien models pull emonet-captions`"
            )
        device, kind = runs_on(config.device, ctranslate2.get_cuda_device_count())
        try:
            tokens = json.loads((folder / MODEL / "vocabulary.json").read_text(encoding="utf-8"))
            model = ctranslate2.models.Whisper(
                str(folder / MODEL), device, compute_type=kind, intra_threads=config.threads
            )
        except (OSError, RuntimeError, ValueError) as error:
            raise BadWeights(f"cannot load the captioner in {folder}: {error}") from error
        return cls(model, read_geometry(folder / CONFIG), generation(folder), tokens)

    def describe(self, windows: Sequence[Samples]) -> list[str]:
        """A caption for each window; empty where nothing was written.

        Args:
            windows: Mono sound at 16 kHz, up to 480,000 samples each.

        Raises:
            ConfigError: If a window is longer, or empty, or holds what is not finite.
        """
        captions: list[str] = []
        for first in range(0, len(windows), _AT_ONCE):
            written = self.write(windows[first : first + _AT_ONCE])
            captions += [clean(spoken(ids, self._tokens)) for ids in written]
        return captions

    def write(self, windows: Sequence[Samples]) -> list[list[int]]:
        """The tokens of each caption, without what they were begun with."""
        from ctranslate2 import StorageView

        bands, frames = self._geometry.bands, 2 * self._geometry.encoder.positions
        mels = np.stack([log_mel(window, bands, frames) for window in windows])
        heard = self._model.encode(StorageView.from_array(mels))
        told = self._told
        results = self._model.generate(
            heard,
            [begin(told, language) for language in self._languages(heard, len(windows))],
            beam_size=told.get("num_beams") or 1,
            max_length=min(2 * LONGEST, self._geometry.decoder.positions),
        )
        return [list(result.sequences_ids[0]) for result in results]

    def _languages(self, heard: Any, n: int) -> list[int | None]:
        """The language that each window is in by the model's own judgement, if it has any."""
        ids = self._told.get("lang_to_id")
        if not ids or not self._model.is_multilingual:
            return [None] * n
        return [ids[ranked[0][0]] for ranked in self._model.detect_language(heard)]


def runs_on(device: str, n_gpus: int) -> tuple[str, str]:
    """Device and arithmetic for CTranslate2.

    Args:
        device: As in `Config.device`.
        n_gpus: How many CTranslate2 sees.

    Raises:
        ConfigError: If CUDA is asked for and there is none.
    """
    if device == "cuda" and not n_gpus:
        raise ConfigError("device is cuda, and CTranslate2 sees none: set device to cpu or auto")
    return ("cuda", "float16") if device != "cpu" and n_gpus else ("cpu", "int8")


def begin(told: dict[str, Any], detected: int | None) -> list[int]:
    """What a caption is begun with: start, language, task, no marks of time.

    Args:
        told: The published settings; `language` and `task`, or the older `forced_decoder_ids`.
        detected: The language's token, used where the settings name none.
    """
    tokens: list[int | None] = [told["decoder_start_token_id"]]
    language, task = told.get("language"), told.get("task")
    if language is None and task is None:
        tokens += [token for _, token in told.get("forced_decoder_ids") or ()]
    if language is not None:
        tokens.append(told["lang_to_id"].get(language, told["lang_to_id"].get(f"<|{language}|>")))
    elif len(tokens) < 2:
        tokens.append(detected)
    elif tokens[1] is None:
        tokens[1] = detected
    if task is not None or language is not None:
        tokens.append((told.get("task_to_id") or {}).get(task or "transcribe"))
    last = told.get("no_timestamps_token_id")
    kept = [token for token in tokens if token is not None]
    return kept if last is None or kept[-1] == last else [*kept, last]


def spoken(ids: Sequence[int], tokens: Sequence[str]) -> str:
    """The text of some tokens, without the special ones."""
    bytes_of = _bytes_of()
    plain = (tokens[i] for i in ids if 0 <= i < len(tokens))
    joined = "".join(token for token in plain if not token.startswith("<|"))
    raw = bytes(bytes_of[character] for character in joined if character in bytes_of)
    return raw.decode("utf-8", "replace")


def clean(caption: str) -> str:
    r"""A caption as it may be shown: plain text without a stray capital or two before it.

    A capital is stray if another and then a lower-case letter or an apostrophe follow, unless
    the first word is an abbreviation.

    >>> [clean(text) for text in ("AThis is calm.", "UK accent\n", "DJ's voice", "NASA")]
    ['This is calm.', 'UK accent', "DJ's voice", 'NASA']
    """
    text = re.sub(r"<[^<>]*>|[<>]", " ", caption)
    text = printable(" ".join(text.split())).replace("\ufffd", " ")
    text = " ".join(text.split())
    stray, first = _STRAY.match(text), _ABBREVIATED.match(text)
    if stray is None or (first is not None and first[1] in ABBREVIATIONS):
        return text
    return text[stray.end() :]


@cache
def _bytes_of() -> dict[str, int]:
    """The byte that each character of a byte-level vocabulary stands for, as in GPT-2."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in plain]
    return {chr(byte): byte for byte in plain} | {chr(256 + i): b for i, b in enumerate(hidden)}
