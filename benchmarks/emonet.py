"""`python -m benchmarks.emonet`: EmoNet's speed, memory and rounding, beside the published way.

Weights are random, of the true shapes. Needs torch, transformers, 14 GB of disk and 9 GB of
memory; the whole table takes half an hour. `--only` asks for some groups, whose inputs are kept.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.machine import TORCH, about
from benchmarks.measure import ROOT, Measured, measure
from benchmarks.read import load, save
from benchmarks.table import Figure, Row, Table, Unit

HEAD_BY_HEAD = "torch, one by one"
WEIGHTS_MB = {"voice": 16_222.0}
"""Of all 55 Small heads in float32."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How a run is set up.

    Attributes:
        cache: Folder of made weights.
        is_quick: Fewer heads, clips and runs: shows that everything works, not how fast.
        threads: Of both sides.
        speech: A folder with recordings of people, for the encoder to be judged on.
    """

    cache: Path
    is_quick: bool = False
    threads: int = 2
    speech: Path | None = None

    @property
    def runs(self) -> int:
        """Counted runs of everything short."""
        return 1 if self.is_quick else 5

    def work(self, work: str, **options: Any) -> Measured:
        """What a child measured."""
        pools = ("MKL", "NUMBA", "OMP", "OPENBLAS")
        threads = {f"{pool}_NUM_THREADS": str(self.threads) for pool in pools}
        return measure(f"benchmarks.{work}", threads, **options)

    def made(self, name: str, work: str, **options: Any) -> str:
        """A folder of weights, made if it is not there yet."""
        folder = self.cache / name
        if not (folder / "made").is_file():
            print(f"making {name} ...", file=sys.stderr, flush=True)
            found = self.work(work, folder=folder, **options)
            if found.missing:
                raise SystemExit(f"cannot make {folder}: {found.missing}")
            (folder / "made").touch()
        return str(folder)

    def heads(self, form: str) -> str:
        """The 55 converted heads of a form."""
        return self.made(f"heads-{form}", "emonet_heads:make_set", small=form == "small")

    @property
    def encoder(self) -> str:
        """A converted encoder."""
        return self.made("whisper", "emonet_paths:make_whisper")


def heads(setting: Setting) -> list[Row]:
    """All 55 Small voice heads: time over batches, memory, start and conversion."""
    rows = []
    for form, goal in (("int8", 10.0), ("small", None)):
        folder = setting.heads(form)
        for n, batched in ((1, False), (8, False), (8, True)):
            found = setting.work(
                "emonet_heads:beside",
                folder=folder, n=n, threads=setting.threads, runs=setting.runs, batched=batched,
            )  # fmt: skip
            peer = "torch, head by head" if batched else "torch, clip by clip"
            row = Row("heads", f"55 voice heads, {form}, {_clips(n)}", Unit.CLIPS, peer=peer)
            rows.append(_in_turns(row, found, goal if n == 8 and not batched else None))
        rows += _memory(setting, form, folder)
    return rows


def _memory(setting: Setting, form: str, folder: str) -> list[Row]:
    most = {"int8": 4_600.0, "small": 2_600.0}[form]
    alone = setting.work("emonet_heads:alone", folder=folder, n=8, threads=setting.threads)
    begun = setting.work("emonet_heads:begin", folder=folder, threads=setting.threads)
    converted = setting.work("emonet_heads:convert", folder=folder, small=form == "small")
    weights = Figure((WEIGHTS_MB["voice"],))
    row = Row("heads", f"55 voice heads, {form}, memory of the process", Unit.MB, goal=most)
    return [
        replace(_peak(row, alone), peer="float32 weights", theirs=weights),
        _seconds(Row("heads", f"55 voice heads, {form}, open and one clip", Unit.S), begun),
        _seconds(Row("heads", f"one head to {form}", Unit.S), converted),
        _peak(Row("heads", f"one head to {form}, memory", Unit.MB, goal=700.0), converted),
    ]


def errors(setting: Setting) -> list[Row]:
    """Scores against float32, by their own deviation over clips, by what clips have in common."""
    n = 1 if setting.is_quick else 6
    worlds: list[tuple[str, dict[str, Any]]] = [("white clips", {"alike": None})]
    if not setting.is_quick:
        worlds += [(f"alike, noise {noise}", {"alike": noise}) for noise in (0.1, 0.3)]
    rows = []
    for name, options in worlds:
        rows += _errors(setting, "errors", name, heads=n, embeddings=None, **options)
    return rows


def encoder_errors(setting: Setting) -> list[Row]:
    """The same on what an encoder gives: a basis from the example scene, scores on other speech."""
    encoder = setting.encoder
    if not (Path(encoder) / "fresh.npy").is_file():
        found = setting.work("emonet_paths:make_basis", folder=encoder, speech=setting.speech)
        if found.missing:
            raise SystemExit(f"cannot make a basis in {encoder}: {found.missing}")
    n = 1 if setting.is_quick else 6
    return _errors(
        setting, "encoder-errors", "encoder output", heads=n, embeddings=encoder, alike=None
    )


def _errors(setting: Setting, group: str, name: str, **options: Any) -> list[Row]:
    rows = []
    for kind in ("uniform", "Gaussian"):
        found = setting.work("emonet_heads:errors", kind=kind, **options)
        values = json.loads(found.told) if not found.missing else {}
        for form, goal in (("int8", 0.02), ("small", 0.06)):
            is_asked = form == "int8" or name != "white clips"
            row = Row(group, f"error, {form}, {kind} weights, {name}", Unit.SD)
            row = replace(row, goal=goal if is_asked else None, note=_missing(found))
            rows.append(replace(row, ours=Figure(tuple(values[form]))) if values else row)
    return rows


def face(setting: Setting) -> list[Row]:
    """All 44 face heads, stacked."""
    from benchmarks.emonet_face import face_heads_table

    sizes, faces = (("small",), (8,)) if setting.is_quick else (("small", "large"), (1, 8, 128))
    rows = []
    for one in face_heads_table(sizes, faces, setting.threads):
        ours, theirs = one.n / one.seconds, one.n / one.face_by_face
        goal = {"float32": 7.0, "int8": 15.0}[one.form] if one.n == 128 else None
        what = f"44 {one.size} face heads, {one.form}, {one.n} faces"
        row = Row("face", what, Unit.FACES, Figure((ours,)), peer=HEAD_BY_HEAD)
        row = replace(row, theirs=Figure((theirs,)), goal=goal and goal * theirs)
        rows.append(replace(row, note=f"error {one.error_white:.4f}, alike {one.error_alike:.4f}"))
    return rows


def sound(setting: Setting) -> list[Row]:
    """Sound to embeddings and to 55 scores."""
    folder, kept = setting.encoder, setting.heads("int8")
    rows = []
    for what, used in (("sound to embeddings", None), ("sound to 55 scores, int8 heads", kept)):
        rows.append(_path(setting, "sound", what, "hear", Unit.CLIPS, encoder=folder, heads=used))
    begun = setting.work(
        "emonet_paths:begin_hearing", encoder=folder, heads=kept, threads=setting.threads
    )
    return [*rows, _seconds(Row("sound", "open encoder and 55 heads", Unit.S, goal=5.0), begun)]


def photo(setting: Setting) -> list[Row]:
    """Crops of faces to embeddings and to 44 scores."""
    tower = setting.made("siglip", "emonet_paths:make_siglip")
    kept = setting.made("faces", "emonet_paths:make_faces")
    rows = []
    for what, used in (("photo to embedding", None), ("photo to 44 scores, Large heads", kept)):
        rows.append(_path(setting, "photo", what, "see", Unit.FACES, tower=tower, heads=used))
    return rows


def _path(setting: Setting, group: str, what: str, work: str, unit: Unit, **options: Any) -> Row:
    n, runs = (2, 1) if setting.is_quick else (8, 3 if options["heads"] else 1)
    found = setting.work(f"emonet_paths:{work}", n=n, threads=setting.threads, runs=runs, **options)
    row = Row(group, f"{what}, batch {n}", unit, peer="torch and transformers")
    return _in_turns(row, found, 2.5 if options["heads"] else None)


GROUPS: dict[str, Callable[[Setting], list[Row]]] = {
    "heads": heads,
    "errors": errors,
    "encoder-errors": encoder_errors,
    "face": face,
    "sound": sound,
    "photo": photo,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is asked for and print the table."""
    asked = _parser().parse_args(arguments)
    if asked.merge:
        print(joined([load(path) for path in asked.merge]).markdown())
        return
    unknown = sorted(set(asked.only) - set(GROUPS))
    if unknown:
        raise SystemExit(f"nothing is called {', '.join(unknown)}: choose from {', '.join(GROUPS)}")
    setting = Setting(asked.cache.resolve(), asked.quick, asked.threads, asked.speech)
    lines = about(f"{asked.threads} threads on both sides, in turns with the peer", TORCH)
    if asked.quick:
        lines.append("quick: small batches, one run; these figures are not to be quoted")
    rows: list[Row] = []
    for group in asked.only or GROUPS:
        print(f"measuring {group} ...", file=sys.stderr, flush=True)
        rows += GROUPS[group](setting)
    table = Table(rows, lines)
    if asked.json:
        save(table, asked.json)
    print(table.text())


def joined(tables: Sequence[Table]) -> Table:
    """Tables of several runs as one; a group measured twice is taken from the later run."""
    kept = {row.group: table for table in tables for row in table.rows}
    rows = [row for table in tables for row in table.rows if kept[row.group] is table]
    rows.sort(key=lambda row: [*GROUPS].index(row.group))
    return Table(rows, list(dict.fromkeys(line for table in tables for line in table.about)))


def _in_turns(row: Row, found: Measured, times: float | None) -> Row:
    """The row of a work whose calls were ours and theirs in turns.

    Args:
        row: To be filled.
        found: What was measured.
        times: How many times as fast as theirs ours shall be.
    """
    if found.missing:
        return replace(row, note=_missing(found))
    ours = Figure(tuple(found.amount / seconds for seconds in found.wall[::2]))
    theirs = Figure(tuple(found.amount / seconds for seconds in found.wall[1::2]))
    own = sum(found.cpu[1::2]) / sum(found.cpu[::2])
    goal = times and times * theirs.median
    note = f"{own:.1f} times by the process' own time"
    return replace(row, ours=ours, theirs=theirs, goal=goal, note=note)


def _seconds(row: Row, found: Measured) -> Row:
    if found.missing:
        return replace(row, note=_missing(found))
    return replace(row, ours=Figure(found.wall))


def _peak(row: Row, found: Measured) -> Row:
    if found.missing:
        return replace(row, note=_missing(found))
    return replace(row, ours=Figure((found.peak_mb,)))


def _missing(found: Measured) -> str:
    return f"not measured: {found.missing}" if found.missing else ""


def _clips(n: int) -> str:
    return "one clip" if n == 1 else f"batch {n}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.emonet", description=__doc__)
    names = ",".join(GROUPS)
    parser.add_argument("--only", type=_names, default=[], help=f"some of {names}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the table here as well")
    parser.add_argument("--quick", action="store_true", help="small batches: does it all work?")
    parser.add_argument("--threads", type=int, default=2, help="of both sides")
    parser.add_argument("--cache", type=Path, default=ROOT / "out" / "emonet", help="made weights")
    parser.add_argument("--speech", type=Path, help="a folder with recordings of people")
    parser.add_argument(
        "--merge", type=Path, nargs="+", metavar="FILE", help="print kept tables as one, and stop"
    )
    return parser


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


if __name__ == "__main__":
    main()
