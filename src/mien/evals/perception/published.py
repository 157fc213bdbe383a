"""Outputs and figures that others published, scored again or shown as they are."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.charts.numbers import decimal
from mien.core.errors import ConfigError, SourceNotFound, UnreadableSource
from mien.emotions.emotion import EMONET_40, Emotion
from mien.evals.intervals import Interval, Resampling
from mien.evals.perception.ferd import ferd
from mien.evals.perception.files import STRANGE, table
from mien.evals.perception.items import About
from mien.evals.perception.scoring.moments import mean_of
from mien.evals.perception.sets.emonet_face_hq import ABOUT as FACE_HQ
from mien.evals.perception.sets.emonet_voice_bench import ABOUT as VOICE_BENCH
from mien.evals.perception.telling.results import Outcome, Row, Who
from mien.evals.stats import pearson

Values = NDArray[np.float64]

_SYSTEMS = {
    "gpt4o_mini_audio": "GPT-4o mini audio",
    "gpt4o_audio": "GPT-4o audio",
    "hume_voice": "Hume Voice",
    "gemini20_flash": "Gemini 2.0 Flash",
    "gemini25_pro": "Gemini 2.5 Pro",
    "ei_voice_small": "Empathic-Insight-Voice Small",
    "ei_voice_large": "Empathic-Insight-Voice Large",
}
"""Columns of LAION's table of Spearman correlations."""


def rescore(folder: str | Path, *, draws: int = 1000, seed: int = 0) -> list[Outcome]:
    """What a folder of published outputs holds, in the tables of `measure`.

    Args:
        folder: Holds any of `ferd.jsonl` with `emotions40.json` (LAION's map of emotions to
            labels), `emonet_voice_bench.csv` and `emonet_face_hq_results.json`.
        draws: Resamples behind intervals.
        seed: Of resamples and shuffles.

    Raises:
        SourceNotFound: If it holds none of them.
        UnreadableSource: If one is damaged.
    """
    folder = Path(folder)
    readers: Mapping[str, Callable[[Path, int, int], Outcome]] = {
        "ferd.jsonl": ferd,
        "emonet_voice_bench.csv": _voice_bench,
        "emonet_face_hq_results.json": _face_hq,
    }
    found = [
        read(folder / name, draws, seed)
        for name, read in readers.items()
        if (folder / name).is_file()
    ]
    if not found:
        raise SourceNotFound(folder, f"none of {', '.join(readers)} is there")
    return found


def _voice_bench(path: Path, draws: int, seed: int) -> Outcome:
    """Mean Spearman of each system over the forty emotions, resampled over emotions."""
    emotions, alpha, rho = _bench_columns(path)
    resampling = Resampling(emotions, draws, seed)
    people = Row(
        who=Who.PEOPLE,
        name="people",
        figures={"cronbach": mean_of(alpha, resampling)},
        n=len(emotions),
        by_label={
            e: {"cronbach": Interval(float(a))} for e, a in zip(emotions, alpha, strict=True)
        },
        note="mean over emotions; published overall: .138 [.124, .152]",
    )
    together = pearson(alpha, rho[_SYSTEMS["ei_voice_large"]])
    return Outcome(
        about=_as_published(VOICE_BENCH, "emotions"),
        main="spearman",
        rows=[people, *(_system(name, row, emotions, resampling) for name, row in rho.items())],
        n_items=len(emotions),
        n_clusters=len(emotions),
        n_ratings=33_605,
        notes=(
            f"published figures of {len(emotions)} emotions, averaged and resampled over these",
            f"alpha against Large's correlations over the emotions: r {decimal(together)}",
            "the paper's overall figures (Small .418, Large .415) are not the means of this table",
        ),
    )


def _bench_columns(path: Path) -> tuple[list[str], Values, dict[str, Values]]:
    """The forty emotions, their Cronbach alpha, and the correlations of each system."""
    with table(path) as lines:
        rows = [row for row in lines if _is_emotion(row.get("emotion"))]
    try:
        alpha = np.array([float(row["alpha"]) for row in rows])
        rho = {
            name: np.array([float(row[f"rho_{key}"] or "nan") for row in rows])
            for key, name in _SYSTEMS.items()
        }
    except STRANGE as error:
        raise UnreadableSource(path, f"not LAION's table of the bench ({error!r})") from error
    if not rows:
        raise UnreadableSource(path, "it holds none of the forty emotions")
    return [Emotion.parse(row["emotion"]).value for row in rows], alpha, rho


def _is_emotion(name: str | None) -> bool:
    """Whether a row is of the forty: the bench also has Authenticity and Arousal."""
    try:
        return name is not None and Emotion.parse(name) in EMONET_40
    except ConfigError:
        return False


def _system(name: str, values: Values, emotions: Sequence[str], resampling: Resampling) -> Row:
    told = ~np.isnan(values)
    return Row(
        who=Who.PUBLISHED,
        name=name,
        figures={"spearman": mean_of(values, resampling)},
        n=int(told.sum()),
        note="" if told.all() else f"refused {int((~told).sum())} emotions whole",
        by_label={
            e: {"spearman": Interval(float(v))}
            for e, v in zip(emotions, values, strict=True)
            if not np.isnan(v)
        },
    )


def _face_hq(path: Path, draws: int, seed: int) -> Outcome:
    """Kappas of EmoNet-Face HQ as its readers published them; nothing is computed here."""
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        anchor = plain["human_anchor"]
        rows = [
            _published("people", anchor["all_40"], anchor["reliable_5"], Who.PEOPLE),
            _published("Empathic-Insight-Face Large", **plain["eif_large"]),
            _published("Empathic-Insight-Face Small", **plain["eif_small"]),
            *(_published(f"{name}, P(yes)", **row) for name, row in plain["verify_p_yes"].items()),
            *(
                _published(f"{name}, JSON prompt", None, value)
                for name, value in plain["published_generative_baselines_reliable_5"].items()
            ),
        ]
    except STRANGE as error:
        raise UnreadableSource(path, f"not the results of emonet-readout ({error!r})") from error
    return Outcome(
        about=_as_published(FACE_HQ, "pictures"),
        main="kappa_reliable_five",
        rows=rows,
        n_items=2_500,
        n_clusters=2_500,
        n_ratings=10_000,
        notes=(
            "published, not computed here: arXiv 2610.08162; kappa against single raters, "
            "calibrated per emotion to the raters' own marginal, which is an oracle",
            "reliable five: Elation, Amusement, Anger, Astonishment, Thankfulness",
        ),
    )


def _published(
    name: str, all_40: Any = None, reliable_5: Any = None, who: Who = Who.PUBLISHED
) -> Row:
    # Calibration is for models: raters already speak in grades.
    key = "kappa" if who is Who.PEOPLE else "kappa_oracle"
    whole = {key: _as_interval(all_40)} if all_40 is not None else {}
    five = {"kappa_reliable_five": _as_interval(reliable_5)} if reliable_5 is not None else {}
    return Row(who=who, name=name, figures={**whole, **five}, n=2_500)


def _as_interval(value: Any) -> Interval:
    return Interval(*map(float, value)) if isinstance(value, list) else Interval(float(value))


def _as_published(about: About, cluster: str) -> About:
    return replace(
        about, name=f"{about.name}-published", title=f"{about.title}, published", cluster=cluster
    )
