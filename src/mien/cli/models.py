"""`mien models`: weights and data sets of other publishers, and what weights are checked with."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mien.cli.output import advise, result, result_json
from mien.core.errors import ConfigError

if TYPE_CHECKING:
    from mien.assets import AssetFile, Status
    from mien.decoders.calibration_file import Calibration
    from mien.decoders.emonet.checks.comparing import Finding

app = typer.Typer(
    help="Files of other publishers: list, pull, import, verify, check, calibrate, remove.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Name = Annotated[str, typer.Argument(help="As `mien models list` prints it.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
Emotions = Annotated[
    str | None,
    typer.Option(
        help="Of an EmoNet set only the heads of these emotions, and valence, arousal and "
        "dominance; later pulls add to them.",
        metavar="A,B",
    ),
]
Small = Annotated[
    bool, typer.Option("--small", help="Keep an EmoNet voice set smaller and less exact.")
]


@app.command("list")
def list_models(
    data: Annotated[
        bool, typer.Option("--data", help="The data sets that evals read, instead of weights.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say which there are, what they are for, under which licence, and which are here."""
    from mien.assets import listing, size

    for status in listing():
        if status.asset.is_data != data:
            continue
        if as_json:
            result_json(_plain(status))
            continue
        asset = status.asset
        result(f"{asset.name}: {status.state}, {size(asset.bytes)}, {asset.licence}")
        result(f"  {asset.title}")
        result(f"  {asset.use}")


@app.command()
def info(name: Name, as_json: Json = False) -> None:
    """Say all that a pull would say, and what is here, without asking the network.

    That is source, revision, files, hashes, licence, citation, what it covers, size, time, memory.
    """
    status = _status(name)
    if as_json:
        result_json(_plain(status) | {"each": [_plain_file(status, f) for f in status.asset.files]})
        return
    for line in status.asset.describe_long(status.state):
        result(line)


@app.command()
def pull(
    name: Name, emotions: Emotions = None, small: Small = False, as_json: Json = False
) -> None:
    """Fetch it from its publisher, after saying what it is; a cut pull goes on.

    What it requires is fetched too. Large files are converted one by one, each deleted before
    the next comes.
    """
    from mien.assets import Manner
    from mien.decoders.emonet.install import install

    line = _Line()
    manner = Manner(tell=line.tell, progress=line.show)
    try:
        held = install(name, emotions=_names(emotions), small=small, manner=manner)
    finally:
        line.end()
    _done(name, held, as_json)
    _say_how_to_use(name, as_json)


@app.command("import")
def import_model(
    name: Name,
    source: Annotated[Path, typer.Argument(help="A file, or a folder that holds it.")],
    emotions: Emotions = None,
    small: Small = False,
    as_json: Json = False,
) -> None:
    """Take it from files carried here by hand.

    They are known by their hash where it was published, else by their published name. What it
    requires is imported on its own, before it.
    """
    from mien.decoders.emonet.install import carry

    _done(name, carry(name, source, emotions=_names(emotions), small=small), as_json)
    _say_how_to_use(name, as_json)


@app.command()
def verify(name: Name, as_json: Json = False) -> None:
    """Hash its files; a damaged one is moved aside, and the exit code is 1 until it is replaced."""
    from mien.decoders.emonet.install import verify as hash_all

    held = hash_all(name)
    if not as_json:
        advise(f"{name}: {_status(name).state}; what is here has the recorded hashes")
    _done(name, held, as_json)


@app.command()
def check(
    name: Name,
    inputs: Annotated[
        Path | None,
        typer.Option(help="For a face set: a folder with photographs of the golden file."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Run an EmoNet set on its publisher's examples and compare; 1 if it differs, 2 if it can't.

    What differs is printed as a text that is ready for an issue.
    """
    from mien.core.config import load_config
    from mien.decoders.emonet.checks.checking import check as compare
    from mien.decoders.emonet.checks.comparing import Verdict
    from mien.decoders.emonet.checks.report import issue, summary

    config = load_config()
    finding = compare(name, config, inputs=inputs)
    report = issue(finding, config) if finding.verdict is Verdict.DIFFERS else None
    if as_json:
        result_json(_plain_finding(finding, report))
    else:
        for row in finding.rows:
            result(
                f"{row.input:40} {row.head:20} published {row.published:7.3f}  "
                f"here {row.here:7.3f}  difference {row.difference:.3f}"
            )
        result(f"{finding.name}: {finding.verdict}; {summary(finding)}")
        for note in finding.notes:
            advise(note)
        if report:
            advise("please open an issue with this:")
            result(report)
    raise typer.Exit({Verdict.PASSED: 0, Verdict.DIFFERS: 1, Verdict.OPEN: 2}[finding.verdict])


@app.command()
def calibrate(
    decoder: Annotated[str, typer.Argument(help="Such as emonet-face-small.")],
    ratings: Annotated[Path, typer.Argument(help="CSV: file, start, end, rater, label, score.")],
    folder: Annotated[
        Path | None,
        typer.Option(help="Where the rated files are; by default beside the table.", metavar="DIR"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Teach a decoder the shares of your own raters, emotion by emotion.

    From then on it gives those. Emotions that come no nearer to the raters, or no nearer than
    always their mean, on files that the map was not fitted on get none and stay uncalibrated.
    """
    from mien.core.config import load_config
    from mien.decoders.calibration_file import save_calibration
    from mien.evals.perception.calibrating import calibrate as fit

    config = load_config()
    fitted = fit(decoder, ratings, folder or ratings.parent, config)
    if not as_json:
        for line in _fit_lines(fitted):
            advise(line)
    if not fitted.maps:
        raise ConfigError(
            f"no map for {fitted.decoder} is nearer to the raters than what it says already, or "
            "than always their mean: it stays as it was; more rated items may help"
        )
    held = save_calibration(fitted, config)
    if as_json:
        told = {"decoder": fitted.decoder, "path": str(held), "n": fitted.n}
        told |= {"raters": fitted.raters, "emotions": [e.value for e in fitted.maps]}
        result_json({**told, "figures": dict(fitted.figures)})
        return
    advise(
        f"{fitted.decoder}: {fitted.n} items of {fitted.raters} raters, maps for "
        f"{len(fitted.maps)} emotions; RMSE of shares {fitted.figures['rmse_before']:.3f} before, "
        f"{fitted.figures['rmse_after']:.3f} after, on files not fitted on"
    )
    result(str(held))


def _fit_lines(fitted: Calibration) -> Iterator[str]:
    """A row an emotion that had enough items: its errors, and whether it got a map."""
    slugs = [name.split(".")[1] for name in fitted.figures if name.startswith("rmse_before.")]
    if slugs:
        yield f"{'RMSE on files not fitted on':28} {'as is':>6} {'mean':>6} {'map':>6}"
    kept = {emotion.value for emotion in fitted.maps}
    for slug in slugs:
        plain, mean, mapped = (
            f"{fitted.figures[f'rmse_{kind}.{slug}']:6.3f}" for kind in ("before", "mean", "after")
        )
        verdict = "map kept" if slug in kept else "no map: stays uncalibrated"
        yield f"{slug:28} {plain} {mean} {mapped}  {verdict}"


@app.command()
def path(name: Name, as_json: Json = False) -> None:
    """Print where its main file lies."""
    from mien.assets import path as find

    _done(name, find(name), as_json)


@app.command()
def remove(name: Name, as_json: Json = False) -> None:
    """Delete it from this machine."""
    from mien.assets import remove as delete

    was_here = delete(name)
    if as_json:
        result_json({"name": name, "removed": was_here})
        return
    advise(f"{name}: removed" if was_here else f"{name}: was not here")
    for user in _users(name):
        advise(f"{user} cannot be used without {name}")


def _names(told: str | None) -> list[str] | None:
    if told is None:
        return None
    return [name.strip() for name in told.split(",") if name.strip()]


def _status(name: str) -> Status:
    from mien.assets import Shelf, find

    return Shelf().status(find(name))


def _users(name: str) -> list[str]:
    """Assets of which something is here and which require this one."""
    from mien.assets import listing

    return [status.name for status in listing() if status.here and name in status.asset.requires]


def _say_how_to_use(name: str, as_json: bool) -> None:
    """What to do with a set that was pulled or imported; other assets serve without being named."""
    from mien.decoders.emonet.suites import suites

    if name in suites() and not as_json:
        advise(f"use it with: mien read FILE --decoders {name}")


def _done(name: str, held: Path, as_json: bool) -> None:
    if as_json:
        result_json({"name": name, "path": str(held)})
    else:
        result(str(held))


def _plain_finding(finding: Finding, report: str | None) -> dict[str, Any]:
    return {
        "name": finding.name,
        "verdict": finding.verdict.value,
        "n": len(finding.rows),
        "mean": _finite(finding.mean),
        "worst": _finite(finding.worst),
        "tolerance": finding.tolerance._asdict(),
        "against": finding.against,
        "rows": [
            {**row._asdict(), "here": _finite(row.here), "difference": _finite(row.difference)}
            for row in finding.rows
        ],
        "notes": list(finding.notes),
        "report": report,
    }


def _finite(number: float | None) -> float | None:
    """The number, or None for what JSON has no sign for."""
    return number if number is not None and math.isfinite(number) else None


def _plain(status: Status) -> dict[str, Any]:
    asset = status.asset
    return {
        "name": asset.name,
        "title": asset.title,
        "use": asset.use,
        "covers": asset.covers or None,
        "state": status.state,
        "path": str(status.path) if status.path else None,
        "here": status.here,
        "files": sum(not file.optional for file in asset.files),
        "checked": status.is_checked,
        "requires": list(asset.requires),
        "repository": asset.repository,
        "revision": asset.revision,
        "commit": status.record.commit,
        "form": status.record.form or None,
        "bytes": asset.bytes,
        "sha256": [file.sha256 for file in asset.files],
        "licence": asset.licence,
        "commercial": asset.commercial,
        "notice": asset.notice,
        "citation": asset.citation,
        "disk_mb": round(asset.disk(asset.files) / 1e6, 1),
        "memory_mb": asset.memory_mb,
    }


def _plain_file(status: Status, file: AssetFile) -> dict[str, Any]:
    """A file as published, and as it came here, if it did."""
    seen = status.record.files.get(file.name)
    return {
        "name": file.name,
        "bytes": file.bytes,
        "exact": file.sized,
        "sha256": file.sha256,
        "recorded_sha256": seen.sha256 if seen else None,
        "optional": file.optional,
        "converted": file.converts,
    }


class _Line:
    """How far a pull is: on a terminal, a line that is rewritten in place with each hundredth.

    Whatever else is said begins on a line of its own.
    """

    def __init__(self) -> None:
        self._told = (0, -1)
        self._is_open = False

    def show(self, done: int, total: int) -> None:
        """Say how many of all bytes are here."""
        now = (total, 100 * done // max(total, 1))
        if now != self._told and sys.stderr.isatty():
            self._told, self._is_open = now, True
            sys.stderr.write(f"\r  {done / 1e6:,.1f} of {total / 1e6:,.1f} MB")
            sys.stderr.flush()

    def tell(self, message: str) -> None:
        """Say something else."""
        self.end()
        advise(message)

    def end(self) -> None:
        """Go on below the line, if there is one."""
        if self._is_open:
            sys.stderr.write("\n")
        self._is_open = False
