"""The card of the model of turns: what it is worth on dialogues of several kinds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from mien.emotions.emotion import Emotion
from mien.moments.spoken import Spoken
from mien.moments.turns import BACK, NAME, TurnModel
from mien.timeline.card import Figure, Training
from training.moments.cards import Card
from training.moments.families import FAMILIES, FOLD, weighted_f1
from training.moments.turn_data import DECODERS, Talk, blind, comments, spoken

RESAMPLES = 500
BINS = 15
SEEN = (
    "evaluation only; looked at eight times: the decoder alone, first models without film lines, "
    "with and without film lines, two of the whole model, one whose context is believed by half "
    "since it had done harm here, twice, and this one, taught by further dialogues, whose weights "
    "of corpora were chosen on the dev split"
)

SEEN_LESS = (
    "evaluation only; looked at five times: two whole models, one whose context is believed by "
    "half since it had done harm here, twice, and this one, taught by further dialogues"
)

Array = NDArray[np.float32]
Turns = NDArray[np.int64]
Value = Callable[[Turns], float]


@dataclass(frozen=True, slots=True)
class Answers:
    """Turns with what they are and what was said of them.

    Attributes:
        truth: Classes, -1 where none is given, shape (n,).
        answer: So.
        talk: The dialogue of each turn, from 0.
        n: Classes.
    """

    truth: Turns
    answer: Turns
    talk: Turns
    n: int = len(FAMILIES)

    def f1(self, *, counts: bool = True, of: NDArray[np.bool_] | None = None) -> Value:
        """F1 of some turns, averaged by how often classes are true, or evenly."""
        kept = (self.truth >= 0) & (True if of is None else of)

        def value(at: Turns) -> float:
            at = at[kept[at]]
            return weighted_f1(self.truth[at], self.answer[at], self.n, counts)

        return value

    @property
    def is_shift(self) -> NDArray[np.bool_]:
        """Where the label is not the one of the turn before in the dialogue."""
        found = np.zeros(len(self.truth), bool)
        found[1:] = (self.talk[1:] == self.talk[:-1]) & (self.truth[1:] != self.truth[:-1])
        return found


def interval(talk: Turns, value: Value, seed: int = 1) -> tuple[float, float]:
    """95 %, by resampling dialogues."""
    rng = np.random.default_rng(seed)
    ends = np.cumsum(np.unique(talk, return_counts=True)[1])[:-1]
    places = np.split(np.argsort(talk, kind="stable"), ends)
    drawn = [
        value(np.concatenate([places[i] for i in rng.integers(len(places), size=len(places))]))
        for _ in range(RESAMPLES)
    ]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def figure(
    name: str,
    of: str,
    talk: Turns,
    value: Value,
    *,
    kept: NDArray[np.bool_] | None = None,
    group: str = "",
    note: str = "",
) -> Figure:
    """A figure with its interval."""
    low, high = interval(talk, value)
    n = len(talk) if kept is None else int(kept.sum())
    n_talks = f"{len(np.unique(talk)):,} dialogues"
    value_of = float(value(np.arange(len(talk))))
    return Figure(
        name=name, of=of, value=value_of, low=low, high=high, n=n, clusters=n_talks, group=group,
        note=note,
    )  # fmt: skip


def of_shares(
    shares: Array, talks: Sequence[Talk], of: str, confidence: Array, group: str
) -> list[Figure]:
    """All figures of answers to dialogues that name one of the 41."""
    truth = np.concatenate([talk.goals.argmax(axis=1) for talk in talks])
    talk = talk_numbers(talks)
    right = shares.argmax(axis=1) == truth
    loss = -np.log(np.maximum(shares[np.arange(len(truth)), truth], 1e-4))
    families = Answers(FOLD[truth].argmax(axis=1), (shares @ FOLD).argmax(axis=1), talk)
    return [
        figure("accuracy", f"{of}, 41 emotions", talk, lambda at: right[at].mean(), group=group),
        figure("log loss", f"{of}, 41 emotions", talk, lambda at: loss[at].mean(), group=group),
        figure(
            "ECE",
            f"{of}, confidence",
            talk,
            lambda at: calibration_error(confidence[at], right[at]),
            group=group,
        ),
        figure("weighted F1", f"{of}, 7 families", talk, families.f1(), group=group),
        figure("macro F1", f"{of}, 7 families", talk, families.f1(counts=False), group=group),
    ]


def calibration_error(confidence: Array, right: NDArray[np.bool_]) -> float:
    """Expected calibration error in equal bins."""
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    n, said = np.bincount(place, minlength=BINS), np.bincount(place, confidence, BINS)
    return float(np.abs(said - np.bincount(place, right, BINS)).sum() / n.sum())


def answered(model: TurnModel, read: Sequence[Sequence[Spoken]], back: int = BACK) -> Array:
    """Shares of every turn, 0 where none is told, shape (n, 41)."""
    rows = [
        model.read(talk[max(0, i - back) : i + 1]).scores.to_array()
        for talk in read
        for i in range(len(talk))
    ]
    return np.nan_to_num(np.array(rows))


def decoded(read: Sequence[Sequence[Spoken]]) -> Array:
    """What the decoder alone says; of a turn it cannot read, neutral."""
    shares = np.nan_to_num(np.array([turn.alone.to_array() for talk in read for turn in talk]))
    shares[shares.sum(axis=1) == 0, Emotion.NEUTRAL.position] = 1.0
    return np.asarray(shares, np.float32)


def talk_numbers(talks: Sequence[Talk]) -> Turns:
    """The number of its dialogue for every turn."""
    return np.repeat(np.arange(len(talks)), [len(talk.texts) for talk in talks])


def of_sets(model: TurnModel, data: Path, run: Path | None) -> list[Figure]:
    """Transfer to corpora that teach nothing; MELD's dev split chose how much others count."""
    found = []
    for title, talks, truth in (meld(data), emory(data), chats(data)):
        note = SEEN if title.startswith("MELD") else SEEN_LESS
        for name in DECODERS:
            read = spoken(talks, name, run)
            found += _transfer(model, f"{title}, {name}", read, truth, note)
    return found


def of_comments(model: TurnModel, data: Path, run: Path | None) -> list[Figure]:
    """Single texts: how often the top emotion is one that a label of GoEmotions' test means."""
    talks, found = comments(data, "test"), []
    goals = np.concatenate([talk.goals for talk in talks])
    each = np.arange(len(talks))
    for name in DECODERS:
        read = spoken(talks, name, run)
        for manner, shares in (("", answered(model, read)), (", decoder alone", decoded(read))):
            of = f"GoEmotions test, {name}{manner}"
            right = goals[each, shares.argmax(axis=1)]
            found.append(_share("top in labels", of, each, right))
    return found


def _share(name: str, of: str, each: Turns, right: Array) -> Figure:
    return figure(name, of, each, lambda at: float(right[at].mean()), group="single texts")


def _transfer(
    model: TurnModel, of: str, read: list[list[Spoken]], truth: Turns, note: str
) -> list[Figure]:
    talk = np.repeat(np.arange(len(read)), [len(one) for one in read])
    hidden = [blind(one) for one in read]
    found = []
    for manner, shares in (
        ("", answered(model, read)),
        (", speakers hidden", answered(model, hidden)),
        (", the turn by itself", answered(model, read, back=0)),
        (", decoder alone", decoded(read)),
    ):
        folded = shares @ FOLD
        mute = np.setdiff1d(np.arange(len(FAMILIES)), truth)
        folded[:, mute] = -1.0
        said = Answers(truth, folded.argmax(axis=1), talk)
        kept = truth >= 0
        title, group = f"{of}{manner}", "transfer"
        found += [
            figure("weighted F1", title, talk, said.f1(), kept=kept, group=group, note=note),
            figure(
                "macro F1", title, talk, said.f1(counts=False), kept=kept, group=group, note=note
            ),
        ]
        if len(read) < len(talk) / 4:
            shift = said.is_shift
            found.append(
                figure(
                    "weighted F1", f"{title}, where the label changes", talk, said.f1(of=shift),
                    kept=kept & shift, group=group, note=note,
                )
            )  # fmt: skip
    return found


def meld(data: Path) -> tuple[str, list[Talk], Turns]:
    """MELD's test dialogues."""
    rows = pq.read_table(data / "meld.parquet", filters=[("split", "==", "test")]).to_pylist()
    talks = _grouped(rows, lambda row: str(row["Dialogue_ID"]))
    truth = np.array([FAMILIES.index(row["Emotion"]) for row in rows])
    return "MELD test", talks, truth


def emory(data: Path) -> tuple[str, list[Talk], Turns]:
    """EmoryNLP's test scenes; `Peaceful` and `Powerful` have no family and are not asked."""
    rows = pq.read_table(data / "emorynlp.parquet", filters=[("split", "==", "test")]).to_pylist()
    talks = _grouped(rows, lambda row: f"{row['Season']}-{row['Episode']}-{row['Scene_ID']}")
    of = {"Joyful": "joy", "Mad": "anger", "Neutral": "neutral", "Sad": "sadness", "Scared": "fear"}
    named = [of.get(row["Emotion"]) for row in rows]
    truth = np.array([-1 if one is None else FAMILIES.index(one) for one in named])
    return "EmoryNLP test, 5 of 7 classes", talks, truth


def chats(data: Path) -> tuple[str, list[Talk], Turns]:
    """EmoContext's test chats: the third turn; `others` counts as neutral."""
    path = data / "emocontext.parquet"
    rows = pq.read_table(path, filters=[("split", "==", "test")]).to_pylist()
    of = {"happy": "joy", "sad": "sadness", "angry": "anger", "others": "neutral"}
    talks, truth = [], []
    for row in rows:
        texts = [row["turn1"], row["turn2"], row["turn3"]]
        talks.append(Talk(row["id"], ["A", "B", "A"], texts, np.zeros((3, len(Emotion)))))
        truth += [-1, -1, FAMILIES.index(of[row["label"]])]
    return "EmoContext test, third turns", talks, np.array(truth)


def _grouped(rows: Sequence[dict[str, str]], key: Callable[[dict[str, str]], str]) -> list[Talk]:
    found: list[Talk] = []
    for row in rows:
        if not found or found[-1].name != key(row):
            found.append(Talk(key(row), [], [], np.zeros((0, len(Emotion)), np.float32)))
        found[-1].speakers.append(row["Speaker"])
        found[-1].texts.append(row["Utterance"])
    return found


def card(figures: Sequence[Figure], n: Sequence[int], seed: int) -> Card:
    """What the run found, from turns of dialogues of two kinds, film lines and comments."""
    return Card(
        name=NAME,
        title="The emotion of a turn in its conversation, over the shares of a words decoder.",
        command="python -m training.moments.turns --sealed",
        seed=seed,
        figures=tuple(figures),
        data=(
            Training(
                name="Dialogues written for Mien",
                use="fitted on the open two thirds, folds by file; the sealed third is test, "
                "looked at three times",
                licence="Apache-2.0",
                n=n[0],
                source="training/moments/data/talks-*.jsonl",
            ),
            Training(
                name="Dialogues written for Mien, with nothing but an emotion a turn",
                use="fitted",
                licence="Apache-2.0",
                n=n[1],
                source="training/moments/data/felt-*.jsonl",
            ),
            Training(
                name="XED, English film lines without neutral ones",
                use="fitted, each line counting half a turn; a label is a set of emotions",
                licence="CC-BY-4.0",
                n=n[2],
                source="Helsinki-NLP/XED @ 76666d2",
            ),
            Training(
                name="GoEmotions, dev comments",
                use="fitted, each counting one turn; a label is a set of emotions",
                licence="CC-BY-4.0",
                n=n[3],
                source="monologg/GoEmotions-pytorch @ b75f9d3",
            ),
        ),
        limits=(
            "The dialogues were written, and their emotions named, by a language model",
            "Television comedy is read better by the turn itself than with the turns before, and "
            "so are three-turn chats, which the decoder alone reads best",
            "A text of a single comment is labelled less well than by the words decoder alone",
            "English alone, as the words decoders",
            "Which of several like emotions it is (elation, amusement, affection) is right less "
            "often than which family",
        ),
    )
