"""The card of a voice decoder, from what its folds, left-out corpora and references said."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.decoders.voice.decoder import TAUGHT
from mien.decoders.voice.quality import is_narrow, level_range
from mien.emotions.maps import label_map
from mien.timeline.card import Card, Figure, Training
from mien.timeline.reading import Channel
from training.voice import figures
from training.voice.calibration import (
    Sure,
    affect_scale,
    disagreement,
    fit_doubt,
    fit_temperature,
    least_confidence,
    sureness,
    typical_neutral,
)
from training.voice.corpora import LABELS, Clip, fingerprint, speaker_folds
from training.voice.gather import Said
from training.voice.measure import indices
from training.voice.store import Copy

SOURCES = {
    "ravdess": "Livingstone and Russo 2018, doi 10.1371/journal.pone.0196391",
    "nemo": "Christop 2024, github.com/amu-cai/nEMO",
    "emodb": "Burkhardt et al. 2005, as published in audb",
    "ased": "Retta et al. 2022, github.com/Ethio2021/ASED_V1",
    "baved": "github.com/40uf411/Basic-Arabic-Vocal-Emotions-Dataset",
}

LIMITS = (
    "What ships is the mean of three nets, each taught by two thirds of the speakers and all "
    "speakers between them; the main figures are those of the mean of three nets on speakers "
    "that none of the three heard.",
    "Trained on actors who played an emotion, sentence by sentence: natural speech is subtler, "
    "and published models of any size lose most of their accuracy on it.",
    "The gap between corpora is large: on recordings unlike the training data expect what the "
    "table of left-out corpora says, not the main figures.",
    "Confidence was fitted on unseen speakers of the corpora that taught: on other recordings it "
    "is too high, as the table of left-out corpora shows.",
    "Valence comes mostly from words, hardly from the voice: its own figure says how little.",
    "Shares are uncalibrated as shares: the corpora hold one acted label a clip, not votes.",
    "Boredom has no category of its own among the 41; it adds to no emotion that is covered.",
    "A reference must be neutral and from the same microphone: an angry one makes later anger "
    "sound ordinary. It helps some corpora and not others; the table has both.",
    "Laughs, sobs and sighs are kept as candidates (`burst`), not read.",
    "Dominance is not given: nothing here was rated on it.",
    "Recipe, confidence and its floor were chosen on the same folds that the main figures come "
    "from (there is no further set of speakers), so both are slightly optimistic.",
    "The nets of the left-out table were trained for 14 instead of 20 epochs with one seed, and "
    "their confidence uses the constants of the shipped nets, which heard that corpus.",
)
HEARD = {
    "voice-v1": (
        "English, Polish and German voices taught it; other languages, children and voices with "
        "speech disorders were not tested except where the table says so.",
        "Calm and boredom were each taught by one corpus only, so that a language or a studio "
        "may raise or lower them.",
    ),
    "voice-open-v1": (
        "Ten German actors taught it; other languages, children and voices with speech disorders "
        "were not tested except where the table says so.",
        "Calm and surprise were never taught: surprise is not judged.",
    ),
}
"""Limits that follow from who taught each decoder."""


@dataclass(frozen=True)
class Constants:
    """What the readout needs, and how sure the confidence is."""

    temperature: float
    doubt: float
    least: float
    spread: float
    neutral: tuple[float, ...]
    affect: tuple[float, float]
    sure: Sure
    figures: tuple[Figure, ...]

    def metadata(self) -> dict[str, object]:
        """As the ONNX file carries it."""
        return {
            "labels": list(LABELS),
            "temperature": round(self.temperature, 4),
            "doubt": round(self.doubt, 3),
            "least_confidence": self.least,
            "spread": round(self.spread, 4),
            "neutral": [round(value, 4) for value in self.neutral],
            "affect_scale": [round(scale, 4) for scale in self.affect],
        }


def qualities(copy: Copy) -> NDArray[np.float64]:
    """The quality the decoder would give each clip of a copy, clipping and length aside."""
    found = []
    for i in range(len(copy)):
        mel = copy.clip(i)[0].astype(np.float32)
        noise = float(np.clip((level_range(mel) - 8.0) / 20.0, 0.2, 1.0))
        found.append(noise * (0.8 if is_narrow(mel) else 1.0))
    return np.array(found)


def fit_constants(
    by_condition: dict[str, Said], quality: dict[str, NDArray[np.float64]]
) -> Constants:
    """Fit the readout on speakers that the folds' nets never heard, in all conditions.

    The calibration error is cross-fitted: constants from two folds judge the third.
    """
    clean = by_condition["clean"]
    rows = np.flatnonzero(clean.there & (indices(clean.clips) >= 0))
    truth = indices(clean.clips)[rows]
    fold = speaker_folds(clean.clips)[rows]
    logits = {name: said.together.labels[0, rows] for name, said in by_condition.items()}
    level = {name: quality[name][rows] for name in by_condition}

    def fit(chosen: NDArray[np.bool_]) -> tuple[float, float]:
        temperature = fit_temperature(logits["clean"][chosen], truth[chosen])
        every = np.concatenate([part[chosen] for part in logits.values()])
        levels = np.concatenate([part[chosen] for part in level.values()])
        wanted = np.tile(truth[chosen], len(logits))
        return temperature, fit_doubt(every, wanted, levels, temperature)

    judged: dict[str, Sure] = {}
    for name in by_condition:
        confidence, is_right = np.zeros(len(rows)), np.zeros(len(rows), dtype=bool)
        for part in np.unique(fold):
            out = fold == part
            sure = sureness(logits[name][out], truth[out], level[name][out], *fit(~out))
            confidence[out], is_right[out] = sure.confidence, sure.is_right
        judged[name] = Sure(confidence, is_right)
    temperature, doubt = fit(np.ones(len(rows), dtype=bool))
    least = least_confidence(judged["clean"])
    return Constants(
        temperature,
        doubt,
        least,
        disagreement(clean, temperature),
        typical_neutral(clean.together),
        affect_scale(clean.together, label_map("voice").priors),
        judged["clean"],
        tuple(_confidence_figures(judged, least)),
    )


def _confidence_figures(judged: dict[str, Sure], least: float) -> list[Figure]:
    found = []
    for name, sure in judged.items():
        where = figures.HEARD[name] or "clean"
        told = sure.confidence >= least
        n = len(told)
        rows = {
            "ECE of confidence": (sure.error, "15 equal-mass bins, cross-fitted over folds"),
            "share told": (float(told.mean()), f"confidence at least {least}"),
            "right among told": (float(sure.is_right[told].mean()), "all 9 labels allowed"),
            "right among all": (float(sure.is_right.mean()), "all 9 labels allowed"),
        }
        found += [
            Figure(name=key, of=where, value=value, n=n, group="confidence", note=note)
            for key, (value, note) in rows.items()
        ]
    return found


def confidence_unheard(
    said: Said,
    rows: NDArray[np.int64],
    corpus: str,
    constants: Constants,
    quality: NDArray[np.float64],
) -> list[Figure]:
    """What the confidence is worth on a corpus that the nets never heard."""
    truth = indices(said.clips)[rows]
    logits, level = said.labels[0, rows], quality[rows]
    sure = sureness(logits, truth, level, constants.temperature, constants.doubt)
    told = sure.confidence >= constants.least
    where = f"{figures.NAMES.get(corpus, corpus)}, never heard"
    rows_of = {
        "ECE of confidence": sure.error,
        "share told": float(told.mean()),
        "right among told": float(sure.is_right[told].mean()) if told.any() else 0.0,
    }
    note = "all 9 labels allowed"
    return [
        Figure(name=name, of=where, value=value, n=len(told), group="left out", note=note)
        for name, value in rows_of.items()
    ]


def trained_on(data: Path, taught: Sequence[str], judged: Sequence[str]) -> tuple[Training, ...]:
    """The data rows of a card."""
    from training.voice.corpora import read_clips

    rows = []
    for name in [*taught, *judged]:
        clips: list[Clip] = read_clips(data / name)
        rows.append(
            Training(
                name=figures.NAMES.get(name, name),
                use="teaches; tested by folds" if name in taught else "tests only",
                licence=clips[0].licence,
                n=len(clips),
                source=SOURCES.get(name, name),
                sha256=fingerprint(data / name),
            )
        )
    return tuple(rows)


def make_card(
    name: str,
    licence: str,
    constants: Constants,
    found: Sequence[Figure],
    data: tuple[Training, ...],
) -> Card:
    """The card itself."""
    taught = [row.name for row in data if row.use.startswith("teaches")]
    which = "open" if "open" in name else "voice"
    return Card(
        decoder=name,
        channel=Channel.VOICE,
        title=f"Reads emotion in voices, taught by {', '.join(taught)}",
        covers=label_map("voice").taught(TAUGHT[name]).covers,
        dimensions=("valence", "arousal"),
        licence=licence,
        commercial="NC" not in licence,
        calibration=(
            "uncalibrated as shares (trained on acted labels, not votes); confidence by a "
            f"temperature of {constants.temperature:.2f} on unseen speakers, raised as quality "
            f"falls; below {constants.least} the verdict is cannot_tell"
        ),
        data=data,
        figures=(*found, *constants.figures),
        limits=(*LIMITS, *HEARD[name]),
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        command=f"python -m training.voice --which {which}",
    )
