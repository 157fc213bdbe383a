"""From sentences to the weight file of the user's side and its card."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from pathlib import Path

from mien.guard.local import LocalObserver
from mien.guard.local.weights import NAME, load_weights
from mien.timeline.card import Figure, Training
from training.cards import file_sha256, wilson
from training.guard import language
from training.guard.cards import Card, write
from training.guard.data import FOLDER, rows
from training.guard.export import save
from training.guard.measure import figures, observe_rows
from training.guard.user import FILES, Run, Taught, teach

SEALED = "sealed half"


def release(run: Run, weights: Path) -> None:
    """Write the weight file and its card into a folder."""
    date = datetime.datetime.now(datetime.UTC).date().isoformat()
    checked = language.teach(language.texts(run.data), run.seed)
    taught = teach(run)
    path = weights / f"{NAME}.npz"
    size = save(path, [taught.trained], checked, {"seed": run.seed, "date": date})
    print(f"{path.name}: {size:,} bytes")
    found = [*figures(taught.judged, "open half, held out by pair"), *_calm(taught)]
    write(Card(NAME, date, run.seed, tuple(found), _sets(run, taught)), weights)
    show(found)


def sealed(weights: Path) -> list[Figure]:
    """Figures of a weight file on the sealed half; adds them to its card.

    To be asked for once a release: what is tuned on them is sealed no longer.
    """
    observer = LocalObserver(load_weights(weights / f"{NAME}.npz"))
    kept = [row for row in rows(sealed=True, names=FILES) if row.side == "user"]
    found = figures(observe_rows(observer, kept), SEALED)
    show(found)
    path = weights / f"{NAME}.card.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    old = [Figure(**figure) for figure in told["figures"] if SEALED not in figure["of"]]
    card = Card(
        told["name"],
        told["date"],
        told["seed"],
        (*found, *old),
        tuple(Training(**one) for one in told["data"]),
    )
    write(card, weights)
    return found


def show(found: Sequence[Figure]) -> None:
    """Print figures, one a line."""
    for figure in found:
        interval = "" if figure.low is None else f" [{figure.low:.3f}, {figure.high:.3f}]"
        print(f"{figure.name:28} {figure.of:60} {figure.value:.3f}{interval} n {figure.n}")


def _calm(taught: Taught) -> list[Figure]:
    found = []
    for signal, (raised, n) in taught.calm.items():
        low, high = wilson(raised, n)
        found.append(
            Figure(
                name="false alarms on ordinary comments",
                of=f"GoEmotions and BRIGHTER train, held out: {signal.value}",
                value=raised / n,
                low=low,
                high=high,
                n=n,
                group="ordinary",
            )
        )
    return found


def _sets(run: Run, taught: Taught) -> tuple[Training, ...]:
    own = sorted(path.name for path in FOLDER.glob("*.jsonl"))
    corpora = (
        ("GoEmotions", "goemotions.parquet", "Demszky et al. 2020"),
        ("BRIGHTER", "brighter.parquet", "Muhammad et al. 2025"),
        ("XED (language check alone)", "xed.parquet", "Öhman et al. 2020"),
    )
    return (
        Training(
            name="Mien's own sentences",
            use="train: open pairs, further pairs, frames, talks; the sealed half for figures",
            licence="Apache-2.0",
            n=taught.counts["open pairs"] + taught.counts["further"],
            source=", ".join(own),
        ),
        *(
            Training(
                name=name,
                use="ordinary messages, the language check",
                licence="CC-BY-4.0",
                n=taught.counts["ordinary"],
                source=source,
                sha256=file_sha256(run.data / file),
            )
            for name, file, source in corpora
        ),
    )
