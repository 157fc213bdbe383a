"""Predictions kept on disk, so that a measurement may be interrupted and go on."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from mien.core.errors import ConfigError
from mien.emotions.emotion import Emotion
from mien.emotions.scores import Scores
from mien.evals.perception.items import Item, Text
from mien.evals.perception.predict import UNREADABLE, Prediction, Predictor, Stamped


def predictions(
    predictor: Predictor,
    items: Sequence[Item],
    keep: Path | None = None,
    report: Callable[[int], None] = lambda done: None,
) -> dict[str, Prediction]:
    """Predictions by item, those that are kept read back and not asked for again.

    Items without media are passed over. Files that could not be read are tried again, and so is
    what was answered by another version or calibration of the predictor, or about other content.

    Args:
        predictor: Whom to ask.
        items: Of one set.
        keep: A file, a prediction a line, which grows as they come; None keeps nothing.
        report: Told how many items are done.

    Raises:
        ConfigError: If the file cannot be written to, or holds something else.
    """
    shown = [item for item in items if item.media is not None]
    stamps = {item.id: _stamp(predictor, item) for item in shown} if keep is not None else {}
    found = _read_back(keep, stamps) if keep is not None else {}
    open_items = [item for item in shown if item.id not in found]
    done = len(shown) - len(open_items)
    report(done)
    if open_items:
        for prediction in _written(predictor.predict(open_items), keep, stamps):
            found[prediction.id] = prediction
            done += 1
            report(done)
    return {item.id: found[item.id] for item in shown if item.id in found}


def keep_file(folder: Path, set_name: str, predictor: str) -> Path:
    """Where the predictions of one predictor for one set are kept."""
    return folder / f"{set_name}.{re.sub(r'[^A-Za-z0-9._-]+', '_', predictor)}.jsonl"


def _stamp(predictor: Predictor, item: Item) -> str:
    """What an answer depends on besides the names of who gave it and of the item."""
    own = predictor.stamp if isinstance(predictor, Stamped) else ""
    words = item.media.text if isinstance(item.media, Text) else ""
    whole = "\0".join([own, item.stamp, words])
    return blake2b(whole.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _written(
    found: Iterator[Prediction], keep: Path | None, stamps: Mapping[str, str]
) -> Iterator[Prediction]:
    if keep is None:
        yield from found
        return
    try:
        keep.parent.mkdir(parents=True, exist_ok=True)
        end_line(keep)
        file = keep.open("a", encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot keep predictions in {keep}: {error.strerror}") from error
    with file:
        for prediction in found:
            plain = {**_plain(prediction), "stamp": stamps[prediction.id]}
            file.write(json.dumps(plain, allow_nan=False) + "\n")
            file.flush()
            yield prediction


def end_line(path: Path) -> None:
    """Close a line that an interruption left open, so that what follows stands on its own."""
    if path.is_file() and path.stat().st_size:
        with path.open("rb+") as file:
            file.seek(-1, 2)
            if file.read(1) != b"\n":
                file.write(b"\n")


def _read_back(path: Path, stamps: Mapping[str, str]) -> dict[str, Prediction]:
    if not path.is_file():
        return {}
    found: dict[str, Prediction] = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        prediction = _parsed(line, stamps)
        if prediction is not None and not prediction.note.startswith(UNREADABLE):
            found[prediction.id] = prediction
    return found


def _plain(prediction: Prediction) -> dict[str, Any]:
    scores = Scores.from_array(prediction.scores)
    return {
        "id": prediction.id,
        "scores": {e.value: share for e, share in scores.items() if share is not None},
        "refused": prediction.refused,
        "note": prediction.note,
    }


def _parsed(line: str, stamps: Mapping[str, str]) -> Prediction | None:
    """The prediction in a line; None if it is of no use, or cut, as the last one may be."""
    try:
        plain = json.loads(line)
        if plain["stamp"] != stamps.get(plain["id"]):
            return None
        shares = {Emotion(slug): float(share) for slug, share in plain["scores"].items()}
        scores = Scores(shares).to_array()
        return Prediction(plain["id"], np.array(scores), bool(plain["refused"]), plain["note"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
