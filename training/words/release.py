"""Weight files and their cards, from what the stages made."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from mien.decoders.words.affect import AffectScale, AffectWeights, load_affect
from mien.decoders.words.clean import words
from mien.decoders.words.decoder import WordsDecoder
from mien.decoders.words.language import load_english
from mien.decoders.words.models import NGramModel, Transformer, load_ngrams, load_transformer
from mien.decoders.words.ngrams import LinearSum
from mien.decoders.words.passages import passages
from mien.decoders.words.readout import Readout, labels
from mien.timeline import Figure
from training.cards import write_card
from training.words import affect, language, measure
from training.words.cards import affect_card, decoder_card, english_card
from training.words.export import save
from training.words.stages import Run, config, detector, fast_model, student

Array = NDArray[np.float32]
SHIPPED_PIECES = 7_800
"""The rarest of the 8,000 are dropped: with them the file is over 14 MB."""

STRETCHED_ON = 2_000
"""Dev texts that the slope of valence, arousal and dominance is taken from."""

UNSET = Readout((0.0, 1.0, 0.0, 0.0), (0.0, 1.0), (0.0, 1.0), 0.0, ())
_BLANK = AffectScale(np.ones(3, np.float32), np.ones(3, np.float32))


def release(run: Run, weights: Path) -> None:
    """Write every weight file and card into a folder."""
    weights.mkdir(parents=True, exist_ok=True)
    release_english(run, weights)
    transformer = _transformer(run, weights)
    fast = _fast(run, weights)
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
        weights=np.round(values / step).astype(np.int8),
        step=step,
        bias=np.float32(bias),
        floors=floors,
    )


def _transformer(run: Run, weights: Path) -> Transformer:
    arrays = dict(student(run))
    arrays["words.weight"] = arrays["words.weight"][:SHIPPED_PIECES]
    pieces = "\n".join(run.vocabulary[:SHIPPED_PIECES])
    path = weights / "words-v1.onnx"
    told = {"vocabulary": pieces, "labels": "\n".join(labels().labels)}
    save(arrays, {**told, "readout": UNSET.to_json()}, path)
    dev = run.corpora["dev"]
    unset = load_transformer(path, affect=_no_affect())
    readout, how = measure.fit_readout(*_judged(run, "words-v1", unset, "dev"), dev)
    print(f"words-v1: {how}", flush=True)
    size = save(arrays, {**told, "readout": readout.to_json(), "thresholds": how}, path)
    print(f"words-v1.onnx {size:,} bytes", flush=True)
    return load_transformer(path, affect=_no_affect())


def _fast(run: Run, weights: Path) -> NGramModel:
    linear = fast_model(run)
    step = np.abs(linear.weights).max(axis=0) / 127
    whole = np.round(linear.weights / step).astype(np.int8)
    path = weights / "words-fast-v1.npz"

    def write(readout: Readout) -> NGramModel:
        np.savez_compressed(
            path,
            grams=np.frombuffer("\n".join(run.grams).encode(), np.uint8),
            weights=whole,
            step=step.astype(np.float32),
            bias=linear.bias,
            readout=np.frombuffer(readout.to_json().encode(), np.uint8),
        )
        return load_ngrams(path, _no_affect(len(whole)))

    dev = run.corpora["dev"]
    judged = _judged(run, "words-fast-v1", write(UNSET), "dev")
    readout, how = measure.fit_readout(*judged, dev)
    print(f"words-fast-v1: {how}", flush=True)
    model = write(readout)
    print(f"words-fast-v1.npz {path.stat().st_size:,} bytes", flush=True)
    return model


def _affect(run: Run, weights: Path, transformer: Transformer, fast: NGramModel) -> list[Figure]:
    rated = affect.read_emobank(run.data)
    pooled = run.made(
        "emobank", lambda: {split: _states(transformer, p.texts) for split, p in rated.items()}
    )
    grams = {split: _grams_and_shares(run, fast, part.texts) for split, part in rated.items()}
    fits = {
        "words-v1": affect.fit_affect(pooled, rated),
        "words-fast-v1": affect.fit_affect(grams, rated),
    }
    dev = run.corpora["dev"].take(range(STRETCHED_ON))
    expected = labels().affect(dev.targets)
    slopes = {}
    for name, features in (
        ("words-v1", _states(transformer, dev.texts)),
        ("words-fast-v1", _grams_and_shares(run, fast, dev.texts)),
    ):
        found = fits[name]
        slopes[name] = affect.stretch(np.asarray(features @ found.weights + found.bias), expected)
    one, two = fits["words-v1"], fits["words-fast-v1"]
    over_grams, over_shares = np.split(two.weights, [len(run.grams)])
    step = np.abs(over_grams).max(axis=0) / 127
    np.savez_compressed(
        weights / "words-affect-v1.npz",
        pooled=one.weights,
        pooled_bias=one.bias,
        pooled_slope=slopes["words-v1"],
        pooled_sd=one.deviation * slopes["words-v1"],
        grams=np.round(over_grams / step).astype(np.int8),
        grams_step=step.astype(np.float32),
        grams_bias=two.bias,
        shares=over_shares,
        grams_slope=slopes["words-fast-v1"],
        grams_sd=two.deviation * slopes["words-fast-v1"],
    )
    load_affect.cache_clear()
    figures = [
        f
        for name, found in fits.items()
        for f in _affect_figures(name, found, rated["test"], slopes[name])
    ]
    write_card(affect_card(run, figures), weights)
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
                Figure(
                    name=f"{measure_name}, {dimension}",
                    of=f"EmoBank test, {name}",
                    value=statistic(said, true),
                    low=low,
                    high=high,
                    n=len(true),
                    clusters="texts",
                    group="affect",
                    note=f"before the stretch by {slope[k]:.2f}",
                )
            )
    return figures


def _finish(
    run: Run, weights: Path, name: str, model: Transformer | NGramModel, scales: list[Figure]
) -> None:
    test, dev = run.corpora["test"], run.corpora["dev"]
    path = weights / f"{name}.{'onnx' if isinstance(model, Transformer) else 'npz'}"
    scale = load_affect(weights / "words-affect-v1.npz")
    loaded: Transformer | NGramModel = (
        load_transformer(path, affect=scale)
        if isinstance(model, Transformer)
        else load_ngrams(path, scale)
    )
    shares, sizes = _judged(run, name, loaded, "test")
    dev_shares, _ = _judged(run, name, loaded, "dev")
    card = decoder_card(run, name)
    decoder = WordsDecoder(name, card, loaded, load_english(weights / "english-v1.npz"))
    figures = measure.label_figures(shares, test, loaded.readout, (dev_shares, dev))
    told, sure, right = measure.confidence_figures(loaded.readout, shares, sizes, test)
    figures += told + [figure for figure in scales if figure.of.endswith(name)]
    figures += measure.behavior_figures(decoder) + measure.identity_figures(decoder)
    figures += _language_figures(run, weights)
    figures.append(
        Figure(name="size of the weights, MB", of=path.name, value=path.stat().st_size / 1e6, n=1)
    )
    curve = json.loads(run.curve_file.read_text()) if isinstance(model, Transformer) else ()
    write_card(
        replace(card, figures=tuple(figures)),
        weights,
        confidence=sure,
        is_right=right,
        curve=curve,
        config=config(),
    )


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
    figures = [Figure(**row) for row in json.loads(path.read_text())]
    write_card(english_card(run, figures), weights)
    return figures


def _plain(figure: Figure) -> dict[str, object]:
    return {name: getattr(figure, name) for name in Figure.__slots__}


def _judged(
    run: Run, name: str, model: Transformer | NGramModel, split: str
) -> tuple[Array, NDArray[np.int64]]:
    """Shares and sizes of one split's texts, kept from earlier runs."""

    def judge() -> dict[str, Array]:
        shares, sizes = measure.label_shares(model, run.corpora[split].texts)
        return {"shares": shares, "sizes": sizes.astype(np.float32)}

    found = run.made(f"{name}-{split}", judge)
    return found["shares"], found["sizes"].astype(np.int64)


def _states(transformer: Transformer, texts: Sequence[str]) -> Array:
    """Pooled vectors and logits of texts, shape (n, features), as the affect weights want them."""
    rows = []
    for text in texts:
        logits, pooled = transformer.states(passages(words(text)))
        rows.append(np.concatenate([pooled, logits], axis=1).mean(axis=0))
    return np.stack(rows)


def _grams_and_shares(run: Run, fast: NGramModel, texts: list[str]) -> csr_matrix:
    """N-gram features and label shares of texts, side by side."""
    shares = fast([words(text) for text in texts]).shares
    return hstack([run.matrix(texts), csr_matrix(shares)]).tocsr()


def _no_affect(features: int = 1) -> AffectWeights:
    """Stands in until the affect weights are fitted."""
    grams = LinearSum(
        np.zeros((features, 3), np.int8), np.ones(3, np.float32), np.zeros(3, np.float32)
    )
    width = 3 * 384 + len(labels().labels)
    return AffectWeights(
        pooled=np.zeros((width, 3), np.float32),
        pooled_bias=np.zeros(3, np.float32),
        grams=grams,
        shares=np.zeros((len(labels().labels), 3), np.float32),
        pooled_scale=_BLANK,
        grams_scale=_BLANK,
    )
