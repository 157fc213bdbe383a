"""The rows of a table: people, what looks at nothing, and whoever was measured."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.charts.numbers import decimal
from mien.core.errors import UnknownDecoder
from mien.decoders.registry import find
from mien.emotions.emotion import Emotion
from mien.evals.intervals import Interval, Resampling
from mien.evals.perception.items import About, Opened
from mien.evals.perception.predict import UNREADABLE, Prediction
from mien.evals.perception.scoring.agreement import Staged, alphas, cronbach, staged
from mien.evals.perception.scoring.choice import ChoiceScorer, corpus_labels, uncovered
from mien.evals.perception.scoring.grades import GradesScorer
from mien.evals.perception.telling.results import Row, Who

Values: TypeAlias = NDArray[np.float64]

_FEW_RATERS = 30
"""Up to which single raters are told apart in a table."""


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

    @property
    def covers(self) -> tuple[Emotion, ...]:
        """The emotions of which anything was said."""
        return tuple(e for e in Emotion if not np.isnan(self.scores[:, e.position]).all())

    @property
    def why_silent(self) -> str:
        """Why there is nothing to score."""
        if self.unreadable:
            return "no file could be read"
        return "answered nothing" if self.kept.any() else "no files at hand: only labels are here"

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


class GradesTable:
    """Rows of a set of grades or tags.

    Args:
        opened: The set.
        resampling: Of its items.
        seed: Of halves and shuffles.
    """

    def __init__(self, opened: Opened, resampling: Resampling, seed: int) -> None:
        self._opened, self._resampling = opened, resampling
        self._scorer = GradesScorer(opened, resampling, seed)
        self.n_ratings = float(len(opened.sheet.value))

    def main(self, rows: Sequence[Row]) -> str:
        """The figure to draw: kappa where raters have one too, calibrated if that was fitted."""
        told = [row.figures for row in rows if row.who is Who.PREDICTOR]
        has_people = any("kappa" in row.figures for row in rows if row.who is Who.PEOPLE)
        by_tags = () if has_people else ("macro_f1_fitted", "macro_f1")
        keys = (*by_tags, "kappa_calibrated")
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
            # Whoever was outvoted is missing by design: raters cannot be held against each other.
            figures = {key: v for key, v in figures.items() if key.startswith("alpha_")}
            figures["confirmed"] = chosen.confirmed
            note = _warning(chosen)
        has_pairs = self._has_few_raters and chosen is None
        by_rater = self._scorer.among_each(sheet.raters) if has_pairs else {}
        return Row(
            who=Who.PEOPLE,
            name="people",
            figures=figures,
            by_label=by_label,
            by_rater=by_rater,
            n=len(np.unique(sheet.item)),
            note=note,
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
        if not answers.covers:
            return answers.row(name, answers.why_silent)
        figures, by_label = self._scorer.measure(answers.scores)
        lesson = _lesson(name, self._opened.about)
        note = self._scope(answers.covers, by_label)
        return replace(
            answers.row(name, _told(note, lesson.note)),
            is_seen=lesson.is_seen,
            figures=figures,
            by_label=by_label,
            chance=self._scorer.chance(answers.scores),
            by_rater=self._with_each(answers.scores),
        )

    def _scope(self, covers: Collection[Emotion], by_label: Collection[str]) -> str:
        """How many of the rated emotions it judges, and which had too few items for a figure."""
        rated = self._scorer.emotions
        judged = [emotion for emotion in rated if emotion in covers]
        note = f"judges {len(judged)} of {len(rated)} emotion{'s' * (len(rated) != 1)}"
        lacks = sum(emotion.value not in by_label for emotion in judged)
        if lacks:
            note += f", {'all' if lacks == len(judged) else lacks} on too few rated items to score"
        return note

    @property
    def _has_few_raters(self) -> bool:
        return 1 < len(self._opened.sheet.raters) <= _FEW_RATERS

    def _with_each(self, scores: Values) -> dict[str, Interval]:
        if not self._has_few_raters:
            return {}
        return self._scorer.with_each(scores, self._opened.sheet.raters)


class ChoiceTable:
    """Rows of a set of choices.

    Args:
        opened: The set.
        resampling: Of its items.
        seed: Of shuffles.
    """

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
        if not (answers.kept & self._scorer.decided).any():
            return answers.row(name, answers.why_silent)
        kept = answers.kept & self._scorer.decided
        figures, by_label, chance = self._scorer.measure(answers.scores, kept)
        told = answers.scores[~np.isnan(answers.scores).all(axis=1)]
        covers = (
            tuple(e for e in Emotion if not np.isnan(told[:, e.position]).all())
            if len(told)
            else ()
        )
        lesson = _lesson(name, self._opened.about)
        never = uncovered(corpus_labels(self._opened), covers)
        note = f"cannot say {', '.join(never)}" if never and len(told) else ""
        return replace(
            answers.row(name, _told(note, lesson.note)),
            is_seen=lesson.is_seen,
            figures=figures,
            by_label=by_label,
            chance=chance,
        )


def _warning(chosen: Staged) -> str:
    asked = "one yes" if chosen.first == 1 else "two yes"
    return (
        f"raters were chosen by earlier answers (another was asked only after {asked}), so that "
        f"alpha means nothing here; of {chosen.n:,} that passed, "
        f"{decimal(chosen.confirmed.value, 3)} were confirmed by all later raters"
    )


class _Lesson(NamedTuple):
    """What a decoder's card says of a set.

    Attributes:
        is_seen: Whether items of it taught the decoder.
        note: In words.
    """

    is_seen: bool
    note: str


def _lesson(name: str, about: About) -> _Lesson:
    """Whether a decoder has learned from a set, so that nobody takes a lesson for a test."""
    try:
        card = find(name).card()
    except UnknownDecoder:
        return _Lesson(False, "")
    uses = [row.use for row in card.data if any(known in row.name for known in about.known_as)]
    said = f"its card on this data: {'; '.join(uses)}" if uses else ""
    if uses and not about.is_test and any("teach" in use or "train" in use for use in uses):
        return _Lesson(True, f"not unseen, it learned from these items ({said})")
    return _Lesson(False, said)


def _told(*notes: str) -> str:
    return "; ".join(note for note in notes if note)
