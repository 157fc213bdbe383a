"""What the finished decoders are worth, measured through the code that users run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from mien.decoders.calibrate import expected_calibration_error, fit_monotone
from mien.decoders.words.clean import words
from mien.decoders.words.decoder import WordsDecoder, count_words
from mien.decoders.words.language import EnglishDetector
from mien.decoders.words.models import WordsModel
from mien.decoders.words.passages import passages, strongest
from mien.decoders.words.readout import Readout, confidence_features, labels
from mien.emotions.emotion import Emotion
from mien.timeline import Figure, Reading, Turn
from training.cards import bootstrap, wilson
from training.words import behavior
from training.words.augment import own_sentences
from training.words.data import FREQUENT, LABELS, Labelled
from training.words.language import Lines
from training.words.thresholds import (
    choose_thresholds,
    f1_per_label,
    interval,
    macro_f1,
    micro_f1,
    one_threshold,
)

Array = NDArray[np.float32]
MEANT = 0.3
"""A label means an emotion if the map gives it at least this weight."""

FLOORS = (0.25, 0.3, 0.35, 0.4)
MOST_REFUSED = 0.2


def label_shares(model: WordsModel, texts: Sequence[str]) -> tuple[Array, NDArray[np.int64]]:
    """Shares of labels and the number of words of every text, long ones cut as in use."""
    neutral = LABELS.index("neutral")
    rows, sizes = [], []
    for text in texts:
        found = words(text)
        rows.append(strongest(model(passages(found)).shares, neutral))
        sizes.append(count_words(found))
    return np.stack(rows), np.array(sizes)


def fit_readout(shares: Array, sizes: NDArray[np.int64], dev: Labelled) -> tuple[Readout, str]:
    """Thresholds, confidence and floor from dev, and how they came about in words."""
    thresholds, pull = choose_thresholds(shares, dev.targets)
    spread = labels().spread(shares)
    right = top_is_right(spread, dev.targets)
    features = confidence_features(spread, sizes.astype(np.float32))
    model = LogisticRegression(C=10.0, fit_intercept=False).fit(features, right)
    weights = tuple(map(float, model.coef_[0]))
    raw = (features @ np.array(weights, np.float32)).astype(np.float64)
    bent = fit_monotone(raw, right.astype(np.float64))
    sure = bent(raw.astype(np.float32))
    floor = max(f for f in FLOORS if f == FLOORS[0] or (sure < f).mean() <= MOST_REFUSED)
    how = (
        f"28 thresholds from dev alone, rare labels pulled to a shared one by {pull:.0f} texts "
        f"(chosen by 5-fold cross-validation); confidence floor {floor}"
    )
    readout = Readout(weights, bent.x, bent.y, floor, tuple(map(float, thresholds)))
    return readout, how


def top_is_right(spread: Array, targets: Array) -> NDArray[np.bool_]:
    """Whether the strongest emotion is one that a label of the text means."""
    top = np.nanargmax(spread, axis=1)
    meant = (targets @ (labels().matrix >= MEANT).astype(np.float32)) > 0
    found: NDArray[np.bool_] = meant[np.arange(len(top)), top]
    return found


def label_figures(
    shares: Array, test: Labelled, readout: Readout, dev: tuple[Array, Labelled]
) -> list[Figure]:
    """F1 in all its forms on the official test set."""
    named = shares >= np.array(readout.thresholds, np.float32)
    y, n = test.targets, len(test)
    frequent = y.sum(axis=0) >= FREQUENT
    shared = one_threshold(dev[0], dev[1].targets)
    where = "GoEmotions test, 28 labels"
    rule = "a threshold a label, from dev, rare ones pulled to a shared one"
    figures = [
        _scored("macro-F1", where, macro_f1, y, named, rule),
        _scored(
            "macro-F1",
            f"GoEmotions test, {frequent.sum()} labels with >= {FREQUENT} texts",
            macro_f1,
            y[:, frequent],
            named[:, frequent],
            rule,
        ),
        _scored("micro-F1", where, micro_f1, y, named, rule),
        _scored(
            "macro-F1 with one threshold",
            where,
            macro_f1,
            y,
            shares >= shared,
            f"{shared:.2f} for all labels, from dev",
        ),
    ]
    each = f1_per_label(y, named)
    figures += [
        Figure(
            name=f"F1 {label}",
            of="GoEmotions test",
            value=float(score),
            n=n,
            group="per label",
            note=f"{int(count)} texts; threshold {t:.2f}",
        )
        for label, score, count, t in zip(
            LABELS, each, y.sum(axis=0), readout.thresholds, strict=True
        )
    ]
    return figures


def confidence_figures(
    readout: Readout, shares: Array, sizes: NDArray[np.int64], test: Labelled
) -> tuple[list[Figure], NDArray[np.float64], NDArray[np.bool_]]:
    """Calibration on the test set, the confidences and whether each was right."""
    spread = labels().spread(shares)
    sure = readout.sureness(spread, sizes.astype(np.float32)).astype(np.float64)
    right = top_is_right(spread, test.targets)
    told = sure >= readout.floor
    single = test.targets.sum(axis=1) == 1
    of, texts = "GoEmotions test", np.arange(len(test))

    def ece(rows: NDArray[np.int64]) -> float:
        return expected_calibration_error(sure[rows], right[rows])

    low, high = bootstrap(ece, texts, draws=300)
    note = "strongest emotion against the texts' labels; fitted on dev"
    figures = [
        Figure(
            name="ECE of confidence",
            of=of,
            value=ece(texts),
            low=low,
            high=high,
            n=len(test),
            clusters="texts",
            group="confidence",
            note=note,
        ),
        Figure(
            name="ECE of confidence",
            of=f"{of}, one label",
            value=ece(np.flatnonzero(single)),
            n=int(single.sum()),
            group="confidence",
        ),
        Figure(
            name="ECE of confidence",
            of=f"{of}, two labels or more",
            value=ece(np.flatnonzero(~single)),
            n=int((~single).sum()),
            group="confidence",
            note="right if any label is met",
        ),
        Figure(
            name="strongest emotion is right",
            of=f"{of}, all",
            value=float(right.mean()),
            n=len(test),
            group="confidence",
        ),
        Figure(
            name="strongest emotion is right",
            of=f"{of}, where told",
            value=float(right[told].mean()),
            n=int(told.sum()),
            group="confidence",
        ),
        Figure(
            name="cannot tell",
            of=of,
            value=float((~told).mean()),
            n=len(test),
            group="confidence",
            note=f"confidence below {readout.floor}, chosen on dev",
        ),
    ]
    return figures, sure, right


def read(decoder: WordsDecoder, texts: Sequence[str]) -> list[Reading]:
    """A reading of every text, as a conversation gives them."""
    return decoder.open().push([Turn(index=i, text=text) for i, text in enumerate(texts)])


def identity_figures(decoder: WordsDecoder) -> list[Figure]:
    """How far anger and fear move when only the person spoken of changes."""
    pairs = list(behavior.identity_pairs())
    texts = sorted({text for _, one, two in pairs for text in (one, two)})
    shares = {t: r.scores.to_array() for t, r in zip(texts, read(decoder, texts), strict=True)}
    columns = [Emotion.ANGER.position, Emotion.FEAR.position]
    moved: dict[str, list[float]] = defaultdict(list)
    for kind, one, two in pairs:
        gap = np.abs(shares[one] - shares[two])[columns]
        moved[kind] += gap.tolist()
        moved["all pairs"] += gap.tolist()
    figures = []
    for kind in ("all pairs", *(kind for kind in moved if kind != "all pairs")):
        for name, value in (("mean", np.mean(moved[kind])), ("largest", np.max(moved[kind]))):
            figures.append(
                Figure(
                    name=f"{name} change of anger and fear",
                    of=kind,
                    value=float(value),
                    n=len(moved[kind]) // 2,
                    clusters="pairs of own sentences",
                    group="identity",
                )
            )
    return figures


def behavior_figures(decoder: WordsDecoder) -> list[Figure]:
    """Own test sentences: negation, emoji, swearing in praise, varieties of English."""
    figures = []
    taught = {tuple(words(text)) for text in own_sentences(0).texts}
    for name, claims in (("negation", behavior.NEGATION), ("emoji", behavior.EMOJI)):
        kept = [
            behavior.claim_holds(c, r)
            for c, r in zip(claims, read(decoder, [c.text for c in claims]), strict=True)
        ]
        met = sum(tuple(words(claim.text)) in taught for claim in claims)
        low, high = wilson(sum(kept), len(kept))
        figures.append(
            Figure(
                name=f"{name} sentences read as claimed",
                of="own sentences",
                value=float(np.mean(kept)),
                low=low,
                high=high,
                n=len(kept),
                group="behavior",
                note=f"{met} of them, such as a bare emoji, also stand in training" if met else "",
            )
        )
    for name, pairs in (
        ("swearing in praise", behavior.SWEARING),
        ("varieties of English", behavior.DIALECT),
    ):
        plain, varied = (read(decoder, [pair[i] for pair in pairs]) for i in (0, 1))
        gaps = [_hostile(two) - _hostile(one) for one, two in zip(plain, varied, strict=True)]
        figures.append(
            Figure(
                name="mean rise of anger, impatience and fear together",
                of=name,
                value=float(np.mean(gaps)),
                n=len(gaps),
                clusters="pairs of own sentences",
                group="behavior",
                note=f"largest {max(gaps):.3f}",
            )
        )
    return figures


def language_figures(
    english: EnglishDetector,
    unmet: EnglishDetector,
    without: Sequence[str],
    test: Lines,
    dev: Lines,
) -> list[Figure]:
    """Refusals by language; for English every refusal is false.

    Args:
        english: The detector that ships.
        unmet: One trained without the languages `without`.
        without: Languages whose figures show how it does on what it never met.
        test: GoEmotions test as English, BRIGHTER test.
        dev: BRIGHTER dev, whose English has no published test.
    """
    here, forum, blind = _Refusals(english, test), _Refusals(english, dev), _Refusals(unmet, test)
    false = "false refusals of English"
    figures = [
        here.figure(false, "eng", "GoEmotions test"),
        here.figure(false, "eng", "GoEmotions test, >= 20 words", least=20),
        forum.figure(false, "eng", "BRIGHTER eng dev (no test labels exist)"),
    ]
    figures += [
        here.figure("refused", language, f"BRIGHTER {language} test, >= 20 words", least=20)
        for language in sorted(set(test.languages) - {"eng"})
    ]
    figures += [
        blind.figure(
            "refused, never met", language, f"BRIGHTER {language} test, >= 20 words", least=20
        )
        for language in without
    ]
    return [figure for figure in figures if figure.n]


class _Refusals:
    """What a detector refuses of some lines."""

    def __init__(self, detector: EnglishDetector, lines: Lines) -> None:
        self._refused = np.array([detector.refuses(line) for line in lines.words])
        self._languages = np.array(lines.languages)
        self._sizes = np.array([len(line) for line in lines.words])

    def figure(self, name: str, language: str, of: str, *, least: int = 1) -> Figure:
        """The part refused of one language's texts of at least so many words."""
        rows = self._refused[(self._languages == language) & (self._sizes >= least)]
        if not len(rows):
            return Figure(name=name, of=of, value=0.0, n=0)
        low, high = bootstrap(lambda i: float(rows[i].mean()), np.arange(len(rows)), draws=300)
        return Figure(
            name=name,
            of=of,
            value=float(rows.mean()),
            low=low,
            high=high,
            n=len(rows),
            clusters="texts",
            group="language",
        )


def _hostile(reading: Reading) -> float:
    emotions = (Emotion.ANGER, Emotion.IMPATIENCE, Emotion.FEAR)
    return sum(reading.scores[emotion] or 0.0 for emotion in emotions)


def _scored(
    name: str, of: str, statistic, targets: Array, named: NDArray[np.bool_], note: str
) -> Figure:
    low, high = interval(statistic, targets, named)
    return Figure(
        name=name,
        of=of,
        value=statistic(targets, named),
        low=low,
        high=high,
        n=len(targets),
        clusters="texts",
        note=note,
    )
