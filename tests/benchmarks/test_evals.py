"""The measurement of the harness runs, in a process of its own since it keeps to one core."""

import subprocess
import sys

import pytest

from tests.data import ROOT

pytest.importorskip("inspect_ai", reason="inspect-ai is not installed")


def test_it_prints_what_a_sample_costs():
    words = ["-m", "benchmarks.evals", "--samples", "40", "--large", "60"]
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "each sample after the start" in done.stdout
    assert "read a log of 60 samples" in done.stdout
