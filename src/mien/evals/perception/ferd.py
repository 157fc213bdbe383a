"""LAION's own scores of 152 faces of FERD under its lenient rule and plain argmax."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import ConfigError, SourceNotFound, UnreadableSource
from mien.decoders.calibrate import softmax
from mien.emotions.emotion import EMONET_40, Emotion
from mien.evals.intervals import Interval, Resampling
from mien.evals.perception.files import STRANGE
from mien.evals.perception.items import About, Form
from mien.evals.perception.scoring.lenient import passing
from mien.evals.perception.scoring.moments import mean_of
from mien.evals.perception.telling.results import Outcome, Row, Who
from mien.timeline.reading import Channel

Values = NDArray[np.float64]

SHUFFLES = 2000
FERD = About(
    name="ferd",
    title="152 faces of FERD, scored by LAION",
    channel=Channel.FACE,
    form=Form.CHOICE,
    licence="CC-BY-4.0 (data), MIT (repository)",
    restriction="",
    source="LAION-AI/emonet-face, eval/results/ferd.jsonl",
    files="ferd.jsonl, emotions40.json",
    cluster="faces",
)
_FERD_NOTES = (
    "the lenient rule is LAION's own accuracy: a label passes if any head mapped to it holds "
    "more than 1.5/40 of the softmax, so shuffled labels score far above one in eight",
    "labels are those of LAION's map, which takes fear for surprise and surprise for fear",
)


def ferd(path: Path, draws: int, seed: int) -> Outcome:
    """LAION's lenient rule, plain argmax and the chance of both on its own scores of FERD."""
    truth, shares, head_labels, labels = read_ferd(path)
    resampling = Resampling([str(i) for i in range(len(truth))], draws, seed)
    passes = passing(shares, head_labels, len(labels), shares.shape[1])
    said = head_labels[shares.argmax(axis=1)]
    items = np.arange(len(truth))
    row = Row(
        who=Who.PUBLISHED,
        name="Empathic-Insight-Face",
        figures={
            "lenient": mean_of(passes[items, truth], resampling),
            "accuracy": mean_of(said == truth, resampling),
        },
        chance=_shuffled(truth, passes, said, seed),
        n=len(truth),
        by_label={
            name: {"recall": Interval(float(passes[truth == k, k].mean()))}
            for k, name in enumerate(labels)
        },
        note=f"under the lenient rule {passes.sum(axis=1).mean():.2f} labels pass on average",
    )
    usual = Row(
        who=Who.TRIVIAL,
        name=f"constant: {labels[0]}",
        figures={"accuracy": mean_of(truth == 0, resampling)},
        n=len(truth),
    )
    n = len(truth)
    return Outcome(
        about=FERD,
        main="accuracy",
        rows=[usual, row],
        n_items=n,
        n_clusters=n,
        n_ratings=n,
        notes=_FERD_NOTES,
    )


def _shuffled(
    truth: NDArray[np.intp], passes: NDArray[np.bool_], said: NDArray[np.intp], seed: int
) -> dict[str, float]:
    """What both rules reach when labels are dealt out again."""
    random = np.random.default_rng(seed)
    items = np.arange(len(truth))
    orders = [random.permutation(items) for _ in range(SHUFFLES)]
    return {
        "lenient": float(np.mean([passes[items, truth[order]].mean() for order in orders])),
        "accuracy": float(np.mean([(said == truth[order]).mean() for order in orders])),
    }


def read_ferd(path: Path) -> tuple[NDArray[np.intp], Values, NDArray[np.intp], list[str]]:
    """LAION's scores of FERD with the softmax formed anew.

    Returns:
        The label of each face, shape (n,); softmax over the forty emotions, shape (n, 40); the
        label that each emotion stands for, shape (40,); the labels' names.

    Raises:
        SourceNotFound: If `emotions40.json` is not beside it.
        UnreadableSource: If one of the two is damaged.
    """
    beside = path.with_name("emotions40.json")
    if not beside.is_file():
        raise SourceNotFound(beside, "the map from emotions to labels is needed")
    try:
        rows = json.loads(beside.read_text(encoding="utf-8"))["emotions"]
        label_of = {Emotion.parse(row["name"]): str(row["ferd8"]) for row in rows}
        lines = path.read_text(encoding="utf-8").splitlines()
        truth, subtracted = zip(*(_face(json.loads(line)) for line in lines), strict=True)
    except (*STRANGE, ConfigError) as error:
        raise UnreadableSource(path, f"not LAION's scores of FERD ({error!r})") from error
    labels = sorted({*truth, *label_of.values()})
    shares = softmax(np.array(subtracted, dtype=np.float32)).astype(np.float64)
    heads = np.array([labels.index(label_of[emotion]) for emotion in EMONET_40])
    return np.array([labels.index(label) for label in truth]), shares, heads, labels


def _face(plain: Mapping[str, Any]) -> tuple[str, list[float]]:
    name = Path(plain["image_path"]).stem.rsplit("_", 1)[1].lower()
    scores = {}
    for key, values in plain["results"].items():
        if values["softmax"] is not None:
            stem = key.removeprefix("model_").removesuffix("_best")
            scores[Emotion.parse(stem)] = float(values["mean_subtracted"])
    label = "surprise" if name == "surprised" else name
    return label, [scores[emotion] for emotion in EMONET_40]
