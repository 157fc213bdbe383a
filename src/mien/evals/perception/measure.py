"""The whole way from a folder and some names to a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.core.config import Config, load_config
from mien.core.errors import ConfigError
from mien.core.progress import Report, ignore
from mien.decoders.registry import find
from mien.emotions.emotion import Emotion
from mien.evals.intervals import DRAWS, Interval, Resampling
from mien.evals.perception.agreement import Staged, alphas, cronbach, staged
from mien.evals.perception.choice import ChoiceScorer, corpus_labels, uncovered
from mien.evals.perception.grades import GradesScorer
from mien.evals.perception.items import About, Form, Opened
from mien.evals.perception.keeping import keep_file, predictions
from mien.evals.perception.predict import (
    UNREADABLE,
    Prediction,
    Predictor,
    decoder_predictor,
)
from mien.evals.perception.results import Outcome, Row, Who
from mien.evals.perception.sets import open_sets

Values: TypeAlias = NDArray[np.float64]
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


def score(opened: Opened, predictors: Sequence[Predictor], manner: Manner) -> Outcome:
    """One set, with everyone in one table."""
    opened = limited(opened, manner.limit, manner.seed)
    answers = [(predictor.name, _ask(opened, predictor, manner)) for predictor in predictors]
    return tabulate(opened, answers, manner)


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
    table = _Choices if opened.about.form is Form.CHOICE else _Grades
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
    keep = manner.keep and keep_file(manner.keep, opened.about.name, predictor.name)
    with manner.watch(f"{opened.about.name}: {predictor.name}", shown) as report:
        return predictions(predictor, opened.items, keep, report)


class _Answers:
    """What one predictor said of a set, as an array.

    Attributes:
        scores: Shape (items, 41), NaN where nothing was said.
        kept: Items that count for it: with media, and readable.
        refused: How many of these have no answer.
        unreadable: How many could not be read.
        unsure: How many answers came with a note.
    """

    def __init__(self, opened: Opened, found: Mapping[str, Prediction]) -> None:
        self.scores = np.full((len(opened.items), len(Emotion)), np.nan)
        self.kept = np.zeros(len(opened.items), dtype=bool)
        self.refused = self.unreadable = self.unsure = 0
        for i, item in enumerate(opened.items):
            told = found.get(item.id)
            if told is None:
                continue
            if told.refused and told.note.startswith(UNREADABLE):
                self.unreadable += 1
                continue
            self.kept[i] = True
            self.refused += told.refused
            self.unsure += bool(told.note) and not told.refused
            if not told.refused:
                self.scores[i] = told.scores

    def row(self, name: str, note: str) -> Row:
        """The row without its figures."""
        n = int(self.kept.sum()) - self.refused
        return Row(
            who=Who.PREDICTOR,
            name=name,
            figures={},
            n=n,
            refused=self.refused,
            unreadable=self.unreadable,
            unsure=self.unsure,
            note=note,
        )


class _Grades:
    """Rows of a set of grades or tags."""

    def __init__(self, opened: Opened, resampling: Resampling, seed: int) -> None:
        self._opened, self._resampling = opened, resampling
        self._scorer = GradesScorer(opened, resampling, seed)
        self.n_ratings = float(len(opened.sheet.value))

    def main(self, rows: Sequence[Row]) -> str:
        """The figure to draw: with tags F1, else kappa, calibrated where that could be fitted."""
        keys = ("macro_f1_fitted", "macro_f1", "kappa_calibrated")
        told = [row.figures for row in rows if row.who is Who.PREDICTOR]
        return next((key for key in keys if any(key in figures for figures in told)), "kappa")

    def people(self) -> Row:
        """Raters among themselves."""
        sheet, about = self._opened.sheet, self._opened.about
        figures, by_label = self._scorer.people()
        alpha = alphas(sheet, self._resampling)
        figures |= alpha.pop("")
        for label, found in alpha.items():
            by_label.setdefault(label, {}).update(found)
        whole = cronbach(sheet) if figures else float("nan")
        if not np.isnan(whole):
            figures["cronbach"] = Interval(whole)
        chosen = staged(sheet, about.scale[0], self._resampling)
        note = "" if figures else "no item has two ratings"
        if chosen is not None:
            figures["confirmed"] = chosen.confirmed
            note = _warning(chosen)
        n = len(np.unique(sheet.item))
        return Row(
            who=Who.PEOPLE, name="people", figures=figures, by_label=by_label, n=n, note=note
        )

    def constants(self) -> list[Row]:
        """What looks at nothing."""
        rows = []
        for name, scores in self._scorer.constants().items():
            figures, _ = self._scorer.measure(scores)
            kept = {key: v for key, v in figures.items() if not key.startswith("kappa_")}
            rows.append(Row(who=Who.TRIVIAL, name=name, figures=kept, n=len(scores)))
        return rows

    def predictor(self, name: str, found: Mapping[str, Prediction]) -> Row:
        """A decoder or model."""
        answers = _Answers(self._opened, found)
        figures, by_label = self._scorer.measure(answers.scores)
        judged = sum(e.value in by_label for e in self._scorer.emotions)
        note = f"judges {judged} of {len(self._scorer.emotions)} emotions"
        return replace(
            answers.row(name, _told(note, _taught(name, self._opened.about))),
            figures=figures,
            by_label=by_label,
            chance=self._scorer.chance(answers.scores),
        )


class _Choices:
    """Rows of a set of choices."""

    def __init__(self, opened: Opened, resampling: Resampling, seed: int) -> None:
        self._opened = opened
        self._scorer = ChoiceScorer(opened, resampling, seed)
        self.n_ratings = float(opened.sheet.value.sum())

    def main(self, rows: Sequence[Row]) -> str:
        """The figure to draw."""
        return "uar"

    def people(self) -> Row:
        """One rater against the majority of the others."""
        figures, by_label = self._scorer.people()
        note = "one rater against the majority of the others" if figures else "no votes at hand"
        n = int(self._scorer.decided.sum())
        return Row(
            who=Who.PEOPLE, name="people", figures=figures, by_label=by_label, n=n, note=note
        )

    def constants(self) -> list[Row]:
        """What looks at nothing."""
        everything = np.ones(len(self._opened.items), dtype=bool)
        rows = []
        for name, scores in self._scorer.constants().items():
            figures, _, chance = self._scorer.measure(scores, everything)
            n = int(self._scorer.decided.sum())
            rows.append(Row(who=Who.TRIVIAL, name=name, figures=figures, chance=chance, n=n))
        return rows

    def predictor(self, name: str, found: Mapping[str, Prediction]) -> Row:
        """A decoder or model."""
        answers = _Answers(self._opened, found)
        kept = answers.kept & self._scorer.decided
        figures, by_label, chance = self._scorer.measure(answers.scores, kept)
        told = answers.scores[~np.isnan(answers.scores).all(axis=1)]
        covers = (
            tuple(e for e in Emotion if not np.isnan(told[:, e.position]).all())
            if len(told)
            else ()
        )
        never = uncovered(corpus_labels(self._opened), covers)
        note = f"cannot say {', '.join(never)}" if never and len(told) else ""
        return replace(
            answers.row(name, _told(note, _taught(name, self._opened.about))),
            figures=figures,
            by_label=by_label,
            chance=chance,
        )


def _warning(chosen: Staged) -> str:
    asked = "one yes" if chosen.first == 1 else "two yes"
    return (
        f"raters were chosen by earlier answers (another was asked only after {asked}), so that "
        f"kappa and alpha mean nothing here; of {chosen.n:,} that passed, "
        f"{chosen.confirmed.value:.3f} were confirmed by all later raters"
    )


def _taught(name: str, about: About) -> str:
    """What a decoder's card says of this set, so that nobody takes training data for a test."""
    from mien.core.errors import UnknownDecoder

    try:
        card = find(name).card()
    except UnknownDecoder:
        return ""
    uses = [row.use for row in card.data if any(known in row.name for known in about.known_as)]
    return f"its card on this data: {'; '.join(uses)}" if uses else ""


def _told(*notes: str) -> str:
    return "; ".join(note for note in notes if note)
