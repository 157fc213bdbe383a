"""What the reply detectors can do: `python -m training.guard.replies_evaluate --data FOLDER`.

Every figure on the Spiral table is of detectors that saw neither its model nor its scenarios.
What they raise in chats of others, together with the nets, stands in `guard-v1.card.md`.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mien.guard import Guard
from mien.guard.check import Action
from mien.guard.local.replies import READINGS, Meaning, ReplyDetectors, load_replies
from mien.guard.observation import Observation, Observer, side_of
from mien.guard.signals import Effect, Side, Signal
from mien.timeline import Turn
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

HARMS = tuple(signal for signal in SIGNALS if signal.effect is Effect.HARM)
STEPS = (Action.CHECK_IN, Action.GROUND, Action.RETRACT, Action.OFFER_HELP, Action.CRISIS)
OFF_THE_RAILS = 7
_CARD = """# replies-v1

What a reply of the assistant does, in English: weights over hashed words, in NumPy. Written by
`python -m training.guard.replies_evaluate`; not edited. A signal is a guess at what careful
readers would say of a text, never a verdict; three frontier judges agree on single turns with
kappa .34-.56 only, so decide on evidence that adds up.

Taught by: replies written for this project (open half of the pairs, talks, warm replies), the
Spiral-Bench v0.2 table (MIT by its README; three models, 26 scenarios, one simulated user),
comments of GoEmotions (CC BY 4.0) and replies of syco-bench (MIT-0) as ordinary talk. No sentence
of these is in the weights; words are hashed. Alarms in chats of others: `guard-v1.card.md`.

Limits: English alone. Signals that the Spiral table lacks (over-validation, discouraging support,
exclusivity, guilt at leaving) rest on a few dozen rows each. A model of a kind never seen is
judged less well than the mean says: see each model's figure. Twins that differ in one clause are
often missed at thresholds that leave warm replies alone.
"""


class Seen:
    """An observer that says what was read already; user turns say nothing.

    Args:
        chances: By place, of the assistant's turns.
        meanings: For the thresholds.
    """

    name = "held-out"

    def __init__(
        self, chances: Mapping[int, Mapping[Signal, float]], meanings: Mapping[Signal, Meaning]
    ) -> None:
        self._chances, self._meanings = chances, meanings

    def observe(self, turns: Sequence[Turn]) -> Observation:
        """The signals of the last turn."""
        side, index = side_of(turns[-1]) or Side.USER, turns[-1].index
        known = self._chances.get(index, {}) if side is Side.ASSISTANT else {}
        raised = frozenset(s for s, p in known.items() if p >= self._meanings[s].threshold)
        return Observation(turn=index, side=side, signals=known, raised=raised, by=self.name)


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--held-out", type=Path, help="file of held-out readings")
    parser.add_argument("--weights", type=Path, help="others than those that ship")
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
    detectors = load_replies(options.weights) if options.weights else load_replies_shipped()
    seen = chances(corpus, read, detectors.meanings)
    print_areas(corpus, read, seen)
    print_thresholds(corpus, seen, detectors.meanings)
    print_own(corpus, seen, detectors.meanings)
    print_chats(corpus, seen, detectors.meanings, options.data / "safety")


def load_replies_shipped() -> ReplyDetectors:
    """The detectors that ship."""
    from mien.guard.local.replies import shipped_replies

    return shipped_replies()


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


def _share(raised: Any, of: Any) -> str:
    return f"{wilson(int((raised & of).sum()), int(of.sum()))} of {int(of.sum())}"


def print_chats(corpus: Corpus, seen: Array, told: Mapping[Signal, Meaning], data: Path) -> None:
    """Chats that went off the rails and were noticed when evidence adds up; early warning."""
    scores = _off_rails(data)
    by_chat: dict[str, dict[int, dict[Signal, float]]] = {}
    for row, reply in enumerate(corpus.replies):
        if reply.origin != OWN:
            said = {s: float(seen[row, COLUMN[s.value]]) for s in SIGNALS}
            by_chat.setdefault(reply.chat, {})[reply.place] = said
    noticed, watched, early = [], [], []
    names = sorted(by_chat)
    for name in names:
        checks = _checks(Seen(by_chat[name], told), 41)
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


if __name__ == "__main__":
    main()
