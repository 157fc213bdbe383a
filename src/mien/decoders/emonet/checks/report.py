"""A check that failed, as a text for an issue: all that matters, and nothing of this machine."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from mien.assets import Asset, Record, Shelf, find
from mien.core.config import Config
from mien.core.paths import models_folder
from mien.decoders.emonet.checks.comparing import Finding
from mien.decoders.emonet.suites import suites

PACKAGES = (
    "mien",
    "numpy",
    "onnxruntime",
    "onnxruntime-gpu",
    "ctranslate2",
    "soxr",
    "av",
    "pillow",
)

WORST = 12
"""Rows of the table of differences."""


def issue(finding: Finding, config: Config) -> str:
    """Markdown that can be pasted into an issue.

    Args:
        finding: What was found.
        config: Settings; the device counts and where the weights lie does not.
    """
    return "\n".join(_lines(finding, config)) + "\n"


def _lines(finding: Finding, config: Config) -> Iterator[str]:
    shelf = Shelf(models_folder(config))
    assets = [find(finding.name), find(suites()[finding.name].encoder)]
    yield f"### {finding.name}: what comes out is not what was published"
    yield ""
    yield f"- Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    yield f"- {', '.join(_versions())}; device {config.device}, {config.threads} threads"
    for asset in assets:
        yield f"- {_origin(asset, shelf.record(asset))}"
    yield f"- against {finding.against}"
    yield f"- {summary(finding)}"
    yield from (f"- {note}" for note in finding.notes)
    if finding.rows:
        yield ""
        yield from _table(finding)
    yield ""
    yield "<details><summary>sha256 of the published files as they came</summary>"
    yield ""
    for asset in assets:
        for name, seen in sorted(shelf.record(asset).files.items()):
            yield f"    {seen.sha256}  {asset.name}/{name}"
    yield ""
    yield "</details>"


def summary(finding: Finding) -> str:
    """How many values were compared, and how far they lie apart."""
    if finding.mean is None or finding.worst is None:
        return "no values were compared"
    allowed = finding.tolerance
    return (
        f"{len(finding.rows)} values: mean difference {finding.mean:.3f} "
        f"(allowed {allowed.mean:g}), largest {finding.worst:.3f} (allowed {allowed.worst:g})"
    )


def _table(finding: Finding) -> Iterator[str]:
    yield "| input | head | published | here | difference |"
    yield "| --- | --- | ---: | ---: | ---: |"
    worst = sorted(finding.rows, key=lambda row: -row.difference)[:WORST]
    for row in worst:
        numbers = f"{row.published:.3f} | {row.here:.3f} | {row.difference:.3f}"
        yield f"| {row.input} | {row.head} | {numbers} |"


def _origin(asset: Asset, record: Record) -> str:
    form = f", {record.form} form" if record.form else ""
    commit = record.commit or "brought by hand"
    return f"{asset.hub}: {commit} (listed as {asset.revision}{form}), {len(record.files)} files"


def _versions() -> Iterator[str]:
    for name in PACKAGES:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            continue
