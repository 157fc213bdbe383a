"""The whole way from a folder and some names to a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np

from mien.core.config import Config, load_config
from mien.core.errors import ConfigError
from mien.core.progress import Report, ignore
from mien.decoders.registry import find
from mien.evals.intervals import DRAWS, Resampling
from mien.evals.perception.items import Form, Opened
from mien.evals.perception.keeping import keep_file, predictions
from mien.evals.perception.predict import Costs, Prediction, Predictor, decoder_predictor
from mien.evals.perception.ratings import open_ratings
from mien.evals.perception.scoring.tables import ChoiceTable, GradesTable
from mien.evals.perception.sets import open_sets
from mien.evals.perception.telling.results import Outcome
from mien.timeline.reading import Channel

Watch: TypeAlias = Callable[[str, int], AbstractContextManager[Report]]
"""Given what is done and how many items there are, takes reports of how many are through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How to measure.

    Attributes:
        limit: At most so many items a set, drawn by the seed; None for all.
        seed: Of that draw, of resamples, halves and shuffles.
        draws: Resamples behind each interval.
        keep: A folder for predictions, so that an interrupted run goes on; None keeps none.
        watch: Shows progress.
        config: Settings; by default those of `mien.toml` and the environment.
    """

    limit: int | None = None
    seed: int = 0
    draws: int = DRAWS
    keep: Path | None = None
    watch: Watch = field(default=lambda title, total: nullcontext(ignore))
    config: Config = field(default_factory=load_config)

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise ConfigError(f"a seed of {self.seed} is none: give 0 or more")
        if self.draws < 1:
            raise ConfigError(f"{self.draws} draws give no interval: give 1 or more")


def measure(
    data: str | Path,
    sets: Sequence[str] = (),
    *,
    decoders: Sequence[str] = (),
    predictors: Sequence[Predictor] = (),
    manner: Manner | None = None,
) -> list[Outcome]:
    """Decoders and other predictors on published sets, beside people, chance and the trivial.

    Args:
        data: A folder that holds one set, or several.
        sets: Names, see `sets.data_sets`; empty for all that are in the folder.
        decoders: Names of decoders; each is measured on the sets of its channel. Without any, and
            without predictors, only raters and trivial answers are.
        predictors: Others, such as models that are asked; they answer for every set.
        manner: How.

    Raises:
        SourceError: If a set is not there or damaged.
        ConfigError: If a name is unknown, or a decoder reads none of the sets' channels.
        DecoderError: If a decoder cannot be had.
    """
    manner = manner if manner is not None else Manner()
    opened = open_sets(tuple(sets), Path(data))
    by_channel = {offer.name: offer.channel for offer in map(find, decoders)}
    channels = {one.about.channel for one in opened}
    for name, channel in by_channel.items():
        if channel not in channels:
            found = ", ".join(one.about.name for one in opened)
            raise ConfigError(f"{name} reads the {channel} channel, and none of {found} is that")
    loaded = {name: decoder_predictor(name, manner.config) for name in by_channel}
    return [
        score(
            one,
            [*(loaded[n] for n, c in by_channel.items() if c is one.about.channel), *predictors],
            manner,
        )
        for one in opened
    ]


def measure_ratings(
    ratings: str | Path,
    folder: str | Path,
    *,
    decoders: Sequence[str] = (),
    predictors: Sequence[Predictor] = (),
    channel: Channel | None = None,
    manner: Manner | None = None,
) -> list[Outcome]:
    """Decoders against a user's own raters: one table a channel.

    Args:
        ratings: CSV with the columns file, start, end, rater, label and perhaps score.
        folder: Where the files are.
        decoders: Names of decoders.
        predictors: Others, for the channel that is named.
        channel: What is read of the files, where no decoder says it.
        manner: How.

    Raises:
        SourceError: If the table cannot be read.
        ConfigError: If it has other columns, or nothing says which channel to read.
        DecoderError: If a decoder cannot be had.
    """
    manner = manner if manner is not None else Manner()
    offers = [find(name) for name in decoders]
    channels = dict.fromkeys([offer.channel for offer in offers])
    if channel is not None:
        channels.setdefault(channel)
    if not channels:
        raise ConfigError("name a decoder or a channel: the same files may be heard, seen or read")
    found = []
    for one in channels:
        opened = open_ratings(Path(ratings), Path(folder), one)
        own = [decoder_predictor(o.name, manner.config) for o in offers if o.channel is one]
        found.append(score(opened, [*own, *predictors], manner))
    return found


def score(opened: Opened, predictors: Sequence[Predictor], manner: Manner) -> Outcome:
    """One set, with everyone in one table."""
    opened = limited(opened, manner.limit, manner.seed)
    answers, remarks = [], []
    for predictor in predictors:
        answers.append((predictor.name, _ask(opened, predictor, manner)))
        if isinstance(predictor, Costs):
            remarks.append(f"{predictor.name}: {predictor.remark}")
    made = tabulate(opened, answers, manner)
    return replace(made, notes=(*made.notes, *remarks))


def tabulate(
    opened: Opened, answers: Sequence[tuple[str, Mapping[str, Prediction]]], manner: Manner
) -> Outcome:
    """The table of answers that are at hand.

    Args:
        opened: What was rated.
        answers: By predictor, then by item.
        manner: Seed and draws are used.
    """
    resampling = Resampling([item.cluster for item in opened.items], manner.draws, manner.seed)
    table = ChoiceTable if opened.about.form is Form.CHOICE else GradesTable
    made = table(opened, resampling, manner.seed)
    rows = [made.people(), *made.constants()]
    rows += [made.predictor(name, found) for name, found in answers]
    return Outcome(
        about=opened.about,
        main=made.main(rows),
        rows=rows,
        n_items=len(opened.items),
        n_clusters=resampling.n_clusters,
        n_ratings=round(made.n_ratings),
        notes=opened.notes,
        skipped=opened.skipped,
    )


def limited(opened: Opened, limit: int | None, seed: int) -> Opened:
    """The set with at most so many items, drawn at random; those with media if there are any.

    Raises:
        ConfigError: If the limit is not positive.
    """
    if limit is None or limit >= len(opened.items):
        return opened
    if limit < 1:
        raise ConfigError(f"a limit of {limit} leaves nothing: give 1 or more")
    shown = [i for i, item in enumerate(opened.items) if item.media is not None]
    pool = shown or list(range(len(opened.items)))
    chosen = np.sort(np.random.default_rng(seed).permutation(pool)[:limit]).astype(np.intp)
    return replace(
        opened,
        items=tuple(opened.items[i] for i in chosen),
        sheet=opened.sheet.pick(chosen),
        truth=opened.truth[chosen] if opened.truth is not None else None,
        notes=(
            *opened.notes,
            f"{len(chosen):,} of {len(opened.items):,} items, drawn by seed {seed}",
        ),
    )


def _ask(opened: Opened, predictor: Predictor, manner: Manner) -> dict[str, Prediction]:
    shown = sum(item.media is not None for item in opened.items)
    keep = None
    if manner.keep is not None and not isinstance(predictor, Costs):
        keep = keep_file(manner.keep, opened.about.name, predictor.name)
    with manner.watch(f"{opened.about.name}: {predictor.name}", shown) as report:
        return predictions(predictor, opened.items, keep, report)
