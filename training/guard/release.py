"""From sentences to the weight file of both sides and its card."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from pathlib import Path

from mien.guard.local import LocalObserver
from mien.guard.local.encoder import COLUMN
from mien.guard.local.encoder import NAME as ENCODER_NAME
from mien.guard.local.weights import NAME, load_weights
from mien.guard.signals import Side, Signal
from mien.timeline.card import Figure, Training
from training.cards import file_sha256, wilson
from training.guard import assistant, language, user
from training.guard.cards import Card, write
from training.guard.data import FOLDER, TESTS, further, later_test, open_rows, rows
from training.guard.encoder_kept import key_of, read_kept
from training.guard.export import retell, save
from training.guard.lessons import Lessons
from training.guard.measure import Judged, figures, observe_rows, rankings
from training.guard.outside import GROUP
from training.guard.outside import figures as alarms
from training.guard.teach import Run, Taught, teach

SEALED = "sealed half"


ABOUT = (
    "What a turn shows: small nets over words and ideas read every turn, and what they find worth "
    "it a small transformer reads again (`encoder-v1`). Figures are of both looks together, but "
    "without what is said in so many words and, for replies, without the tables (`replies-v1`); "
    "those of tests are of all together. Written by `python -m training.guard`."
)
ENCODER = (
    "The second look: the six layers of all-MiniLM-L6-v2 (Apache-2.0) over a vocabulary of three "
    "languages, taught all signals of both sides at once by `python -m training.guard.encoder`, "
    "int8. Figures are of its logits alone; those of the guard stand in `guard-v1.card.md` and "
    "`replies-v1.card.md`."
)


def release(run: Run, weights: Path) -> None:
    """Write the weight file and its card into a folder."""
    date = datetime.datetime.now(datetime.UTC).date().isoformat()
    both = [part.lessons(run.data, run.seed) for part in (user, assistant)]
    taught = [teach(lessons, run) for lessons in both]
    path, trained = weights / f"{NAME}.npz", [one.trained for one in taught]
    if run.is_new:
        checked = language.teach(language.texts(run.data / "words"), run.seed)
        size = save(path, trained, checked, {"seed": run.seed, "date": date})
    else:
        size = retell(path, trained)
    print(f"{path.name}: {size:,} bytes")
    found = [figure for side, one in zip(both, taught, strict=True) for figure in _open(side, one)]
    write(Card(NAME, date, run.seed, tuple(found), _sets(run, taught), ABOUT), weights)
    show([*found, *_encoder_card(run, weights, date)])


def _open(lessons: Lessons, taught: Taught) -> list[Figure]:
    """Figures on the open half and on calm messages."""
    is_user = lessons.side is Side.USER
    of = "open rows, held out by pair" if is_user else "open rows, held out by pair, replies"
    return [*figures(taught.judged, of), *_calm(lessons, taught)]


def _encoder_card(run: Run, weights: Path, date: str) -> list[Figure]:
    """Figures of the encoder alone, on what did not teach it."""
    kept = read_kept(run.encoder)
    judged = [
        Judged(
            row, float(kept[key_of(Side(row.side), row.text)][COLUMN[Signal(row.signal)]]), False
        )
        for row in open_rows()
    ]
    found = rankings(judged, "open rows, encoder alone")
    own = sum(1 for _ in further())
    syco = Training(name="syco-bench", use="ordinary replies", licence="MIT-0", n=200, source="")
    data = (
        Training(
            name="Mien's own sentences",
            use="train: further pairs, talks, warm replies; open rows for figures",
            licence="Apache-2.0",
            n=own,
            source=", ".join(_own_files()),
        ),
        *_corpora(run, len(user.ordinary_examples(run.data / "words", run.seed)))[:2],
        syco,
    )
    write(Card(ENCODER_NAME, date, run.seed, tuple(found), data, ENCODER), weights)
    return found


def sealed(weights: Path) -> list[Figure]:
    """Figures of both sides on what is sealed, of all that ships together; adds them to the card.

    To be asked for once a release: what is tuned on them is sealed no longer.
    """
    observer = _shipping(weights)
    found = []
    tests = {name: list(later_test(name)) for name in reversed(TESTS)}
    for test, kept in {**tests, SEALED: list(rows(sealed=True))}.items():
        for side, of in ((Side.USER, test), (Side.ASSISTANT, f"{test}, replies")):
            mine = [row for row in kept if row.side == side.value]
            found += figures(observe_rows(observer, mine), of)
    _add(found, weights)
    return found


def outside(data: Path, weights: Path) -> list[Figure]:
    """Figures of all that ships together on chats of others; adds them to the card."""
    found = alarms(_shipping(weights), data)
    _add(found, weights)
    return found


def _shipping(weights: Path) -> LocalObserver:
    return LocalObserver(load_weights(weights / f"{NAME}.npz"))


def _add(found: Sequence[Figure], weights: Path) -> None:
    """Print figures and put them into the card, in place of older ones of the same."""
    show(found)
    path = weights / f"{NAME}.card.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    new = {(figure.of.partition(":")[0], figure.group == GROUP) for figure in found}
    old = [Figure(**figure) for figure in told["figures"]]
    kept = [one for one in old if (one.of.partition(":")[0], one.group == GROUP) not in new]
    all_of_it = (*found, *kept) if found[0].group != GROUP else (*kept, *found)
    data = tuple(Training(**one) for one in told["data"])
    write(Card(told["name"], told["date"], told["seed"], all_of_it, data, ABOUT), weights)


def show(found: Sequence[Figure]) -> None:
    """Print figures, one a line."""
    for figure in found:
        interval = "" if figure.low is None else f" [{figure.low:.3f}, {figure.high:.3f}]"
        print(f"{figure.name:28} {figure.of:60} {figure.value:.3f}{interval} n {figure.n}")


def _calm(lessons: Lessons, taught: Taught) -> list[Figure]:
    # A part of a reply is no turn, of which `mien.guard.accuracy` tells.
    what = "ordinary messages" if lessons.side is Side.USER else "parts of calm replies"
    named = [
        (f"false alarms on {what}", f": {signal.value}", counts)
        for signal, counts in taught.calm.items()
        if counts[1]
    ]
    found = []
    for name, of, (hits, n) in [*named, (f"{what} looked at twice", "", taught.looked)]:
        low, high = wilson(hits, n)
        found.append(
            Figure(
                name=name,
                of=f"own calm lines, GoEmotions, BRIGHTER, held out{of}",
                value=hits / n,
                low=low,
                high=high,
                n=n,
                group="ordinary",
            )
        )
    return found


def _sets(run: Run, taught: Sequence[Taught]) -> tuple[Training, ...]:
    own = sum(one.counts["open pairs"] + one.counts["further"] for one in taught)
    return (
        Training(
            name="Mien's own sentences",
            use="train: open pairs, further pairs, frames, talks, warm and calm replies; the "
            "sealed half and later tests for figures",
            licence="Apache-2.0",
            n=own,
            source=", ".join(_own_files()),
        ),
        *_corpora(run, sum(one.counts["calm"] for one in taught)),
    )


def _own_files() -> list[str]:
    """All that was written for the guard but later tests, which teach nothing."""
    names = sorted(path.name for path in FOLDER.glob("*.jsonl"))
    return [name for name in names if not name.startswith(tuple(TESTS.values()))]


def _corpora(run: Run, n: int) -> list[Training]:
    corpora = (
        ("GoEmotions", "goemotions.parquet", "Demszky et al. 2020"),
        ("BRIGHTER", "brighter.parquet", "Muhammad et al. 2025"),
        ("XED (language check alone)", "xed.parquet", "Öhman et al. 2020"),
    )
    return [
        Training(
            name=name,
            use="ordinary messages, the language check",
            licence="CC-BY-4.0",
            n=n,
            source=source,
            sha256=file_sha256(run.data / "words" / file),
        )
        for name, file, source in corpora
    ]
