"""Small data sets in the forms their publishers use."""

import csv
import gzip
import io
import wave
import zipfile

import numpy as np
from PIL import Image

from mien.emotions import EMONET_40, Emotion
from mien.evals.perception.items import About, Form, Item, Opened, SheetBuilder, Text
from mien.evals.perception.predict import Prediction
from mien.evals.perception.sets.ferplus import LABELS, OTHER
from mien.timeline.reading import Channel

HQ_KEYS = [f"{emotion.group.value.title()} Emotions|{emotion.label}" for emotion in EMONET_40]


class Says:
    """A predictor that answers from a function of the item."""

    def __init__(self, answer, name="made-v1"):
        self.name, self._answer = name, answer
        self.asked = []

    def predict(self, items):
        for item in items:
            self.asked.append(item.id)
            yield self._answer(item)


def shares(item, **values):
    """A prediction with the shares of some emotions."""
    row = np.full(len(Emotion), np.nan, dtype=np.float32)
    for slug, value in values.items():
        row[Emotion(slug).position] = value
    return Prediction(item.id, row)


def graded(rows, scale=(0.0, 7.0), form=Form.GRADES, clusters=None):
    """A set of (item, rater, emotion, value)."""
    names = list(dict.fromkeys(row[0] for row in rows))
    emotions = sorted({row[2] for row in rows}, key=lambda slug: Emotion(slug).position)
    builder = SheetBuilder(emotions)
    for item, rater, emotion, value in rows:
        builder.add(names.index(item), rater, emotion, value)
    about = About(
        name="made",
        title="Made",
        channel=Channel.WORDS,
        form=form,
        licence="CC0-1.0",
        restriction="",
        source="here",
        files="",
        cluster="items",
        scale=scale,
    )
    asked = tuple(Emotion(slug) for slug in emotions)
    clusters = clusters or {}
    items = tuple(
        Item(name, Channel.WORDS, Text(name), clusters.get(name, name), asked) for name in names
    )
    return Opened(about, items, builder.finish())


def write_rows(path, heads, rows):
    text = io.StringIO()
    csv.writer(text).writerows([heads, *rows])
    data = text.getvalue().encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


def hq(folder, n=6, raters=3):
    """`hq.csv` as LAION wrote it, with rows of a model, extra keys and one that is damaged."""
    random = np.random.default_rng(0)
    rows = []
    for i in range(n):
        Image.new("RGB", (8, 8), (i, 0, 0)).save(folder / f"{i:05}.png")
        for rater in range(raters):
            grades = {key: int(random.integers(8)) for key in HQ_KEYS}
            grades["Extra Dimensions|Age"] = 3
            rows.append([f"{i:05}.png", f"human-{rater}", True, str(grades)])
        rows.append([f"{i:05}.png", "gemini", False, str(dict.fromkeys(HQ_KEYS, 7))])
    rows.append(["00000.png", "human-0", True, "{'Anger': __import__('os')}"])
    write_rows(folder / "hq.csv", ["image", "annotator", "human", "annotations"], rows)


def binary(folder, rows):
    write_rows(folder / "binary.csv.gz", ["path", "annotator", "value", "emotion"], rows)


def voice_bench(folder, labels):
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {"audioId": list(labels), "label": list(labels.values())}
    pq.write_table(pa.table(columns), folder / "emonet-voice-bench.parquet")


def ferplus(folder, rows):
    """`fer2013new.csv` with a zip of the pictures."""
    write_rows(folder / "fer2013new.csv", ["Usage", "Image name", *LABELS, *OTHER], rows)
    with zipfile.ZipFile(folder / "FER2013Test.zip", "w") as archive:
        for row in rows:
            picture = folder / "picture.png"
            Image.new("L", (48, 48), 128).save(picture)
            archive.write(picture, f"FER2013Test/{row[1]}")
            picture.unlink()


def clip(path, seconds=0.3):
    """A mono tone at 16 kHz."""
    samples = 8000 * np.sin(np.arange(int(16_000 * seconds)) / 20)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(samples.astype("<i2").tobytes())
