"""The figures of a voice card, each with its interval over speakers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from mien.timeline.card import Figure
from training.cards import bootstrap
from training.voice.corpora import LABELS, Clip
from training.voice.gather import Said
from training.voice.measure import FOUR, answers, high_arousal, indices, recalls, uar

NAMES = {"ravdess": "RAVDESS", "nemo": "nEMO", "emodb": "EmoDB", "ased": "ASED", "baved": "BAVED"}
HEARD = {
    "clean": "",
    "telephone": "telephone band",
    "noise20": "recorded noise at 20 dB",
    "noise10": "recorded noise at 10 dB",
    "white10": "white noise at 10 dB",
    "room": "recorded rooms",
}
_DRAWS = 500

Rows = NDArray[np.int64]


class Table:
    """Makes figures about what was said of some clips."""

    def __init__(
        self, clips: Sequence[Clip], group: str = "", seen: str = "unseen speakers"
    ) -> None:
        self._clips, self._group, self._seen = clips, group, seen
        self._speakers = np.array([clip.speaker for clip in clips])

    def figure(
        self,
        name: str,
        of: str,
        rows: Rows,
        statistic: Callable[[Rows], float],
        chance: float | None = None,
        note: str = "",
    ) -> Figure:
        """One figure with a bootstrap over speakers."""
        people = self._speakers[rows]
        low, high = bootstrap(lambda drawn: statistic(rows[drawn]), people, _DRAWS)
        return Figure(
            name=name,
            of=of,
            value=statistic(rows),
            low=low,
            high=high,
            n=len(rows),
            clusters=f"{len(np.unique(people))} speakers",
            chance=chance,
            group=self._group,
            note=note,
        )

    def labels(self, said: Said, rows: Rows, corpus: str, where: str = "", **more) -> Figure:
        """Unweighted average recall over the labels of a corpus."""
        allowed = present(self._clips, rows)
        of = f"{NAMES.get(corpus, corpus)}, {len(allowed)} labels, {where or self._seen}"
        return self.figure(
            more.pop("name", "UAR"),
            of,
            rows,
            said.scorer(allowed),
            chance=1 / len(allowed),
            **more,
        )

    def arousal(self, said: Said, rows: Rows, corpus: str, where: str = "", **more) -> Figure:
        """Unweighted average recall of high against low arousal."""
        told = rows[~np.isnan(high_arousal(self._clips)[rows])]
        of = f"{NAMES.get(corpus, corpus)}, {where or self._seen}"
        name = more.pop("name", "UAR of arousal")
        return self.figure(name, of, told, said.arousal_scorer(), chance=0.5, **more)


def present(clips: Sequence[Clip], rows: Rows) -> list[str]:
    """The labels that occur, in order."""
    found = np.unique(indices(clips)[rows])
    return [LABELS[i] for i in found if i >= 0]


def of_corpus(clips: Sequence[Clip], corpus: str, there: NDArray[np.bool_]) -> Rows:
    """The tested clips of a corpus that have a label."""
    own = np.array([clip.corpus == corpus for clip in clips])
    return np.flatnonzero(own & there & (indices(clips) >= 0))


def main_figures(said: Said, corpora: Sequence[str]) -> list[Figure]:
    """What ships, on speakers it never heard: labels and arousal by corpus."""
    table = Table(said.clips)
    n = len(said.labels)
    mean, found = said.together, []
    for corpus in corpora:
        rows = of_corpus(said.clips, corpus, said.there)
        found += [
            table.labels(mean, rows, corpus),
            table.arousal(mean, rows, corpus),
            table.labels(
                said,
                rows,
                corpus,
                name="UAR of one net",
                note=f"mean of {n} seeds: {_each(said, rows)}",
            ),
            table.arousal(
                said, rows, corpus, name="UAR of arousal, one net", note=f"mean of {n} seeds"
            ),
        ]
    return found


def _each(said: Said, rows: Rows) -> str:
    allowed = present(said.clips, rows)
    scores = [said.seed(i).label_score(rows, allowed) for i in range(len(said.labels))]
    return ", ".join(f"{score:.3f}" for score in scores)


def open_figures(said: Said, corpora: Sequence[str]) -> list[Figure]:
    """The same with all nine labels competing, as in use; and valence."""
    table, mean, found = Table(said.clips, "in use"), said.together, []
    for corpus in corpora:
        rows = of_corpus(said.clips, corpus, said.there)
        name = NAMES.get(corpus, corpus)
        found.append(
            table.figure(
                "UAR, all 9 labels allowed",
                f"{name}, unseen speakers",
                rows,
                mean.scorer(LABELS),
            )
        )
        found.append(_valence(table, mean, rows, name))
    return found


def _valence(table: Table, said: Said, rows: Rows, name: str) -> Figure:
    pleasant = [LABELS.index("happy")]
    unpleasant = [LABELS.index(label) for label in ("angry", "sad", "fearful", "disgust")]
    truth = indices(said.clips)
    told = rows[np.isin(truth[rows], pleasant + unpleasant)]
    wanted = np.isin(truth, pleasant).astype(np.int64)
    positive = (said.affect[0, :, 0] > 0).astype(np.int64)
    of = f"{name}, happy against angry, sad, fearful and disgust, unseen speakers"
    return table.figure(
        "UAR of the sign of valence",
        of,
        told,
        lambda rows: uar(wanted[rows], positive[rows]),
        chance=0.5,
    )


def robustness_figures(by_condition: dict[str, Said], corpora: Sequence[str]) -> list[Figure]:
    """Telephone, noise and rooms."""
    found = []
    for condition, said in by_condition.items():
        table, mean = Table(said.clips, "robustness"), said.together
        for corpus in corpora:
            rows = of_corpus(said.clips, corpus, said.there)
            where = HEARD[condition]
            found.append(table.labels(mean, rows, corpus, where))
            found.append(table.arousal(mean, rows, corpus, where))
    return found


def group_figures(said: Said, corpora: Sequence[str]) -> list[Figure]:
    """By sex, by intensity, by label, and the spread over speakers."""
    table, mean, found = Table(said.clips, "groups"), said.together, []
    for corpus in corpora:
        rows = of_corpus(said.clips, corpus, said.there)
        for key in ("sex", "intensity"):
            values = np.array([getattr(said.clips[i], key) for i in rows])
            parts = sorted(set(values.tolist()) - {""})
            found += [table.labels(mean, rows[values == part], corpus, part) for part in parts]
        found += _recalls(table, mean, rows, corpus)
        found += _speakers(mean, rows, corpus)
    return found


def _recalls(table: Table, said: Said, rows: Rows, corpus: str) -> list[Figure]:
    truth, allowed = indices(said.clips), present(said.clips, rows)
    name, found = NAMES.get(corpus, corpus), []
    for label in allowed:
        own = rows[truth[rows] == LABELS.index(label)]

        right = answers(said.labels[0], allowed) == LABELS.index(label)
        found.append(table.figure("recall", f"{name}, {label}", own, _share(right)))
    return found


def _share(values: NDArray[np.generic]) -> Callable[[Rows], float]:
    return lambda rows: float(values[rows].mean())


def _speakers(said: Said, rows: Rows, corpus: str) -> list[Figure]:
    people = np.array([said.clips[i].speaker for i in rows])
    allowed = present(said.clips, rows)
    scores = sorted(
        (said.label_score(rows[people == person], allowed), int((people == person).sum()))
        for person in np.unique(people)
    )
    picks = {"lowest": scores[0], "median": scores[len(scores) // 2], "highest": scores[-1]}
    return [
        Figure(
            name=f"UAR of the {which} speaker",
            of=f"{NAMES.get(corpus, corpus)}, {len(scores)} speakers",
            value=score,
            n=n,
            group="groups",
        )
        for which, (score, n) in picks.items()
    ]


def reference_figures(
    plain: Said, adapted: Said, references: NDArray[np.bool_], corpora: Sequence[str]
) -> list[Figure]:
    """What two neutral clips of the speaker bring, on the same clips; none of them tested."""
    table = Table(plain.clips, "speaker reference")
    without, given, found = plain.together, adapted.together, []
    for corpus in corpora:
        rows = of_corpus(plain.clips, corpus, plain.there & ~references)
        for said, where in ((without, "without a reference"), (given, "with two neutral clips")):
            found.append(table.labels(said, rows, corpus, where))
            found.append(table.arousal(said, rows, corpus, where))
        found.append(_gain(table, without, given, rows, corpus))
        found += _one_emotion(table, without, given, rows, corpus)
    return found


def _gain(table: Table, plain: Said, adapted: Said, rows: Rows, corpus: str) -> Figure:
    allowed = present(plain.clips, rows)

    before, after = plain.scorer(allowed), adapted.scorer(allowed)

    def gain(drawn: Rows) -> float:
        return after(drawn) - before(drawn)

    of = f"{NAMES.get(corpus, corpus)}, by a reference"
    return table.figure("gain in UAR", of, rows, gain)


def _one_emotion(table: Table, plain: Said, adapted: Said, rows: Rows, corpus: str) -> list[Figure]:
    """The gain in recall where a speaker shows one emotion only: each label by itself."""
    truth, allowed = indices(plain.clips), present(plain.clips, rows)
    name, found = NAMES.get(corpus, corpus), []
    before = recalls(truth[rows], answers(plain.labels[0, rows], allowed))
    after = recalls(truth[rows], answers(adapted.labels[0, rows], allowed))
    for label in allowed:
        own = rows[truth[rows] == LABELS.index(label)]

        right = [answers(s.labels[0], allowed) == LABELS.index(label) for s in (plain, adapted)]
        change = right[1].astype(np.int64) - right[0]
        of = f"{name}, speakers who are only {label}"
        note = f"{before[label]:.3f} to {after[label]:.3f}"
        found.append(table.figure("gain in recall", of, own, _share(change), note=note))
    return found


def left_out_figures(said: Said, corpus: str, where: str, group: str = "left out") -> list[Figure]:
    """A corpus that the net never heard: four labels and arousal."""
    table, mean, found = Table(said.clips, group), said.together, []
    rows = of_corpus(said.clips, corpus, said.there)
    four = rows[np.isin(indices(said.clips)[rows], [LABELS.index(label) for label in FOUR])]
    if len(four):
        found.append(table.labels(mean, four, corpus, where))
    own = np.array([clip.corpus == corpus for clip in said.clips])
    found.append(table.arousal(mean, np.flatnonzero(own & said.there), corpus, where))
    return found
