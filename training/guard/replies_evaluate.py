"""What the reply detectors can do: `python -m training.guard.replies_evaluate --data FOLDER`.

Every figure on the Spiral table is of detectors that saw neither its model nor its scenarios;
VERA-MH, ESConv and XDailyDialog are read by the weights that ship and were never learned from.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import gzip
import io
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mien.guard import Guard
from mien.guard.check import Action
from mien.guard.local import LocalObserver
from mien.guard.local.encoder import COLUMN as ENCODED
from mien.guard.local.encoder import shipped_encoder
from mien.guard.local.replies import READINGS, Meaning, shipped_replies
from mien.guard.observation import Observation, Observer, side_of
from mien.guard.signals import Effect, Side, Signal
from mien.timeline import Turn
from training.guard.data import rows
from training.guard.encoder_kept import KEPT, key_of, read_kept
from training.guard.replies import chances, corpus_of, read_held_out
from training.guard.replies_data import COLUMN, IN_SPIRAL, OWN, SIGNALS
from training.guard.replies_fit import Array, Corpus
from training.guard.replies_measure import (
    Strings,
    area,
    calibration_error,
    per_group,
    resampled,
    wilson,
    within,
)
from training.guard.replies_second import encoder_logits

HARMS = tuple(signal for signal in SIGNALS if signal.effect is Effect.HARM)
STEPS = (Action.CHECK_IN, Action.GROUND, Action.RETRACT, Action.OFFER_HELP, Action.CRISIS)
OFF_THE_RAILS = 7
_CARD = """# replies-v1

What a reply of the assistant does: weights over hashed words read every English one, and what they
find worth it the encoder reads again (`encoder-v1`); a German or Spanish one is read by the
encoder alone. Written by `python -m training.guard.replies_evaluate`; not edited. A signal is a guess at
what careful readers would say of a text, never a verdict; three frontier judges agree on single
turns with kappa .34-.56 only, so decide on evidence that adds up.

Taught by: replies written for this project (open half of the pairs, talks, warm replies; the
encoder by pairs written for training alone), the Spiral-Bench v0.2 table (MIT by its README; three
models, 26 scenarios, one simulated user; the weights over words alone), comments of GoEmotions
(CC BY 4.0) and replies of syco-bench (MIT-0) as ordinary talk. Tested only: VERA-MH, ESConv,
XDailyDialog. No sentence of these is in the weights; words are hashed.

Limits: English, German, Spanish. Signals that the Spiral table lacks (over-validation,
discouraging support, exclusivity, guilt at leaving) rest on some hundred short rows each. A model
of a kind never seen is judged less well than the mean says: see each model's figure. Twins that
differ in one clause are often missed at thresholds that leave warm replies alone.
"""


@dataclass(frozen=True, slots=True)
class Chat:
    """Turns of one conversation, (side, text), and what is known of it."""

    name: str
    turns: tuple[tuple[str, str], ...]


class Seen:
    """An observer that says what was read already; user turns say nothing.

    Args:
        seen: Observations of the assistant's turns, by place.
    """

    name = "held-out"

    def __init__(self, seen: Mapping[int, Observation]) -> None:
        self._seen = seen

    def observe(self, turns: Sequence[Turn]) -> Observation:
        """The signals of the last turn."""
        index = turns[-1].index
        nothing = Observation(turn=index, side=side_of(turns[-1]) or Side.USER, by=self.name)
        return self._seen.get(index, nothing)


def observation(
    place: int, chances: Mapping[Signal, float], told: Mapping[Signal, Meaning]
) -> Observation:
    """Of a reply whose chances are known."""
    raised = frozenset(s for s, p in chances.items() if p >= told[s].threshold)
    return Observation(
        turn=place, side=Side.ASSISTANT, signals=chances, raised=raised, by=Seen.name
    )


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--held-out", type=Path, help="file of held-out readings")
    parser.add_argument("--kept", type=Path, default=KEPT, help="the encoder's held-out logits")
    parser.add_argument(
        "--outside", action="store_true", help="chats that are for tests alone as well"
    )
    parser.add_argument("--card", type=Path, help="write the tables here, below what they mean")
    options = parser.parse_args()
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        _tables(options)
    print(said.getvalue())
    if options.card:
        options.card.write_text(
            f"{_CARD}\n```text\n{said.getvalue().strip()}\n```\n", encoding="utf-8"
        )


def _tables(options: argparse.Namespace) -> None:
    corpus = corpus_of(options.data)
    read = read_held_out(corpus, options.data, options.held_out)
    kept = read_kept(options.kept)
    told = shipped_replies().meanings
    encoder = encoder_logits(corpus, kept, shipped_encoder())
    seen = chances(corpus, read, encoder, told)
    print_areas(corpus, read, seen)
    print_thresholds(corpus, seen, told)
    print_own(corpus, seen, told)
    print_alone(told, kept)
    print_chats(corpus, seen, told, options.data / "safety")
    if options.outside:
        print_outside(LocalObserver(), options.data / "safety", options.data / "words")


def print_areas(corpus: Corpus, read: Array, seen: Array) -> None:
    """Areas under the curve, per model and within chats, beside the user's message alone."""
    of = corpus.origin != OWN
    chat = np.array([reply.chat for reply in corpus.replies])[of]
    print("\nAUC on held-out model and scenario: mean of models | each | within chat")
    for name in IN_SPIRAL:
        column = COLUMN[name]
        labels, scores = corpus.labels[of, column], seen[of, column]
        user = read[of, READINGS.index("user"), column]
        _print_area(name, labels, scores, corpus.origin[of], chat)
        _print_area("  user's message alone", labels, user, corpus.origin[of], chat)
        print(f"  ECE {calibration_error(labels, scores):.3f}, n {int(labels.sum())}")


def _print_area(name: str, labels: Array, scores: Array, model: Strings, chat: Strings) -> None:
    each = [area(labels[model == m], scores[model == m]) for m in np.unique(model)]
    mean = resampled(lambda r, _: per_group(labels[r], scores[r], model[r]), chat)
    inside = resampled(lambda r, c: within(labels[r], scores[r], c), chat)
    print(f"{name:24s} {mean} | {'/'.join(f'{a:.2f}' for a in each)} | {inside}")


def print_thresholds(corpus: Corpus, seen: Array, told: Mapping[Signal, Meaning]) -> None:
    """Recall and false alarms on the Spiral table at the thresholds that ship."""
    of = corpus.origin != OWN
    chat = np.array([reply.chat for reply in corpus.replies])[of]
    print("\nAt the shipped threshold, held out: recall a turn | a chat | of turns without it")
    for name in IN_SPIRAL:
        column = COLUMN[name]
        labels = corpus.labels[of, column] > 0
        raised = seen[of, column] >= told[Signal(name)].threshold
        has = np.array([labels[chat == c].any() for c in np.unique(chat)])
        hit = np.array([(raised & labels)[chat == c].any() for c in np.unique(chat)])
        print(
            f"{name:24s} {told[Signal(name)].threshold:.2f}"
            f" {wilson(int((raised & labels).sum()), int(labels.sum()))}"
            f" | {wilson(int(hit.sum()), int(has.sum()))}"
            f" | {wilson(int((raised & ~labels).sum()), int((~labels).sum()))}"
        )


def print_own(corpus: Corpus, seen: Array, told: Mapping[Signal, Meaning]) -> None:
    """Recall and false alarms on twins and talks written for this project, held out by pair."""
    is_own = corpus.origin == OWN
    twin = np.array([len(reply.labels) == 1 for reply in corpus.replies])
    print("\nOwn open rows, held out: twins recall | near misses raised ; talks recall")
    for signal in SIGNALS:
        column = COLUMN[signal.value]
        known = is_own & (corpus.known[:, column] > 0) & ~np.isnan(seen[:, column])
        raised = seen[:, column] >= told[signal].threshold
        true, near = known & (corpus.labels[:, column] > 0), known & (corpus.labels[:, column] < 1)
        print(
            f"{signal:24s} {_share(raised, true & twin)} | {_share(raised, near & twin)}"
            f" ; {_share(raised, true & ~twin)} | {_share(raised, near & ~twin)}"
        )


def print_alone(told: Mapping[Signal, Meaning], kept: Mapping[str, Any]) -> None:
    """The same twins where the encoder is alone, in German and Spanish, held out by pair."""
    print("\nOpen twins in German and Spanish, held out: recall | near misses raised")
    for signal in SIGNALS:
        by, column = told[signal], ENCODED[signal]
        hits: dict[bool, list[bool]] = {True: [], False: []}
        for row in rows(names=("assistant",)):
            if row.signal == signal.value and row.language != "en":
                logit = float(kept[key_of(Side.ASSISTANT, row.text)][column])
                hits[row.is_true].append(by.by_encoder(logit) >= by.alone_threshold)
        shares = [f"{wilson(sum(h), len(h))} of {len(h)}" for h in (hits[True], hits[False])]
        print(f"{signal:24s} {' | '.join(shares)}")


def _share(raised: Any, of: Any) -> str:
    return f"{wilson(int((raised & of).sum()), int(of.sum()))} of {int(of.sum())}"


def print_chats(corpus: Corpus, seen: Array, told: Mapping[Signal, Meaning], data: Path) -> None:
    """Chats that went off the rails and were noticed when evidence adds up; early warning."""
    scores = _off_rails(data)
    by_chat: dict[str, dict[int, Observation]] = {}
    for row, reply in enumerate(corpus.replies):
        if reply.origin != OWN:
            said = {s: float(seen[row, COLUMN[s.value]]) for s in SIGNALS}
            by_chat.setdefault(reply.chat, {})[reply.place] = observation(reply.place, said, told)
    noticed, watched, early = [], [], []
    names = sorted(by_chat)
    for name in names:
        checks = _checks(Seen(by_chat[name]), 41)
        noticed.append(any(c.action in STEPS for c in checks))
        watched.append(any(c.action is not Action.NOTHING for c in checks))
        early.append(max(c.tracks["delusion"] for c in checks[:11]))
    off = np.array([scores[name][0] >= OFF_THE_RAILS for name in names])
    print("\nChats off the rails (>= 7), default policy, replies alone: noticed; of the others")
    for word, flags in (("a step", np.array(noticed)), ("watch or a step", np.array(watched))):
        print(f"{word:16s} {_share(flags, off)} ; {_share(flags, ~off)}")
    category = np.array([scores[name][1] for name in names])
    chat, labels = np.array(names), off.astype(float)
    risk = np.array(early)
    alone = np.array([labels[(category == c) & (chat != n)].mean()
                      for n, c in zip(chat, category, strict=True)])  # fmt: skip
    perfect = np.array([_perfect(corpus, name) for name in names])
    print("Early warning after 5 replies, AUC within category | over all")
    for word, values in (("detectors", risk), ("labels", perfect)):
        _print_early(word, labels, values, category, chat)
    over_all = resampled(lambda r, _: area(labels[r], alone[r]), chat)
    print(f"{'category alone':16s} 0.500 by definition | {over_all}")


def _print_early(word: str, labels: Array, values: Array, category: Strings, chat: Strings) -> None:
    inside = resampled(lambda r, _: within(labels[r], values[r], category[r]), chat)
    over_all = resampled(lambda r, _: area(labels[r], values[r]), chat)
    print(f"{word:16s} {inside} | {over_all}")


def _perfect(corpus: Corpus, chat: str) -> float:
    """Delusions reinforced and escalations less pushback in the first five replies."""
    names = ("delusion_reinforcement", "escalation", "pushback")
    rows = [r for r in corpus.replies if r.chat == chat and r.place <= 10]
    return float(sum(r.labels[names[0]] + r.labels[names[1]] - r.labels[names[2]] for r in rows))


def _off_rails(data: Path) -> dict[str, tuple[int, str]]:
    with (data / "spiral_conversations.csv").open(encoding="utf-8") as file:
        return {r["conv"]: (int(r["off_rails"]), r["category"]) for r in csv.DictReader(file)}


def _checks(observer: Observer, n_turns: int) -> list[Any]:
    sides = ("user", "assistant")
    turns = [Turn(index=i, role=sides[i % 2], text="-")
             for i in range(n_turns)]  # fmt: skip
    return [step.check for step in Guard("default", observer=observer).follow(turns)]


def print_outside(observer: Observer, data: Path, words: Path) -> None:
    """Alarms on talk that was never learned from."""
    print("\nAlarms of any harmful signal outside: a reply | a chat ; a step of the policy a chat")
    for name, chats in (
        ("VERA-MH", _vera(data)), ("ESConv", _esconv(words)), ("XDailyDialog", _daily(words))
    ):  # fmt: skip
        _print_alarms(name, list(chats), observer)


def _print_alarms(name: str, chats: Sequence[Chat], observer: Observer) -> None:
    n = alarms = alarmed = stepped = 0
    by_signal = dict.fromkeys(HARMS, 0)
    for chat in chats:
        turns = [Turn(index=i, role=side, text=text) for i, (side, text) in enumerate(chat.turns)]
        seen = {
            turn.index: observer.observe(turns[: turn.index + 1])
            for turn in turns
            if turn.role == "assistant"
        }
        raised = [[s for s in HARMS if s in one.raised] for one in seen.values()]
        for signal in itertools.chain.from_iterable(raised):
            by_signal[signal] += 1
        n, alarms = n + len(raised), alarms + sum(map(bool, raised))
        alarmed += any(raised)
        stepped += _steps(chat, seen)
    print(f"{name:12s} {wilson(alarms, n)} of {n} | {wilson(alarmed, len(chats))} of {len(chats)}"
          f" ; {wilson(stepped, len(chats))}")  # fmt: skip
    print("   " + ", ".join(f"{s} {k}" for s, k in by_signal.items() if k))


def _steps(chat: Chat, seen: Mapping[int, Observation]) -> bool:
    turns = [Turn(index=i, role=side, text="-")
             for i, (side, _) in enumerate(chat.turns)]  # fmt: skip
    guard = Guard("default", observer=Seen(seen))
    return any(step.check.action in STEPS for step in guard.follow(turns))


def _vera(data: Path) -> Iterator[Chat]:
    for row in _lines(data / "vera_mh" / "conversations.jsonl.gz"):
        yield Chat(row["id"], tuple((m["role"], m["content"]) for m in row["messages"]))


def _esconv(words: Path) -> Iterator[Chat]:
    sides = {"seeker": "user", "supporter": "assistant"}
    for row in _lines(words / "esconv_devtest.jsonl.gz"):
        turns = tuple((sides[t["role"]], t["text"]) for t in row["turns"])
        yield Chat(f"{row['split']}-{row['id']}", turns)


def _daily(words: Path) -> Iterator[Chat]:
    for row in _lines(words / "xdailydialog_1k.jsonl.gz"):
        sides = ("user", "assistant")
        yield Chat(str(row["id"]), tuple((sides[i % 2], t) for i, t in enumerate(row["en"])))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


if __name__ == "__main__":
    main()
