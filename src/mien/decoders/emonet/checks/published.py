"""What a publisher's own run made of inputs that can be had: read from files as published."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from mien.core.errors import AssetError, ConfigError
from mien.decoders.emonet.suites import Suite
from mien.emotions.emotion import Emotion

CAPTIONS, GENDERS, GOLDEN = "captions.json", "result.json", "ferd.jsonl"


class Example(NamedTuple):
    """One input and what was published of it.

    Attributes:
        path: A recording or a photograph.
        values: Raw scores by key of the head.
    """

    path: Path
    values: Mapping[str, float]


def voice_examples(folder: Path) -> list[Example]:
    """LAION's clips in a folder, with the emotions that its captions name and the gender score.

    Args:
        folder: Of the asset `emonet-voice-examples`.

    Raises:
        AssetError: If a list is not what it was.
    """
    values = {}
    with _as_published(folder / CAPTIONS) as text:
        for row in json.loads(text):
            told = {Emotion.parse(e["emotion"]).value: float(e["value"]) for e in row["emotions"]}
            values[row["mp3"]] = told
    with _as_published(folder / GENDERS) as text:
        for row in json.loads(text)["rows"]:
            values[f"{row['sid']}.mp3"] = {"gender": float(row["ei_raw"])}
    return [
        Example(folder / name, told) for name, told in values.items() if (folder / name).is_file()
    ]


def face_examples(golden: Path, photographs: Path, suite: Suite) -> list[Example]:
    """The photographs of the golden file that are in a folder, with the raw scores of a set.

    Args:
        golden: The published `ferd.jsonl`.
        photographs: Where some of `NNNN_<Label>.jpg` lie.
        suite: Whose heads; the keys are theirs.

    Raises:
        AssetError: If the golden file is not what it was.
    """
    found = []
    with _as_published(golden) as text:
        for row in map(json.loads, text.splitlines()):
            path = photographs / Path(row["image_path"]).name
            told = row["results"]
            values = {
                head.key: float(told[head.file.removesuffix(".pth")]["raw"]) for head in suite.heads
            }
            if path.is_file():
                found.append(Example(path, values))
    return found


@contextmanager
def _as_published(path: Path) -> Iterator[str]:
    """The text of a file, whose form is as it was; else the error is ours."""
    try:
        yield path.read_text(encoding="utf-8")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ConfigError) as error:
        raise AssetError(
            f"cannot read {path} ({type(error).__name__}: {error}): remove what it is of with "
            "`mien models remove` and pull it again"
        ) from error
