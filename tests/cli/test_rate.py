"""`mien rate` as people run it."""

import json
import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from mien.cli.app import app
from mien.core.errors import MienError
from tests.data import shared
from tests.rate.made import drawn


@pytest.fixture
def votes(tmp_path):
    path = tmp_path / "votes.jsonl"
    winner = {1.0: "model_a", 0.0: "model_b", 0.5: "tie"}
    rows = [
        {"model_a": j.first, "model_b": j.second, "winner": winner[j.share], "scenario": j.scenario}
        for j in drawn(scenarios=12)
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


def mien(*arguments):
    return CliRunner().invoke(app, ["rate", *map(str, arguments)])


def refused(*arguments):
    ran = mien(*arguments)
    assert isinstance(ran.exception, MienError), ran.output
    return str(ran.exception)


def test_a_table_is_shown_and_written(votes, tmp_path):
    outs = [tmp_path / f"table.{ending}" for ending in ("html", "json", "csv")]
    ran = mien(votes, "--draws", 50, *(word for out in outs for word in ("--out", out)))
    assert ran.exit_code == 0, ran.output
    assert "240 judgements, five models" in ran.output
    assert all(out.stat().st_size > 200 for out in outs)


def test_json_is_one_object_on_one_line(votes):
    ran = mien(votes, "--json", "--draws", 50, "--seed", 3)
    held = json.loads(ran.stdout)
    assert ran.stdout.count("\n") == 1
    assert held["sampling"]["seed"] == 3
    assert [row["model"] for row in held["rows"]] == ["ant", "bee", "cat", "dog", "eel"]


def test_options_reach_the_rating(votes):
    ran = mien(votes, "--json", "--method", "elo", "--anchor", "ant=1500", "--anchor", "eel=200")
    held = json.loads(ran.stdout)
    assert (held["method"], held["rows"][0]["rating"]) == ("elo", pytest.approx(1500))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--method", "glicko"], "--method 'glicko' is not known: choose from bradley-terry"),
        (["--response", "best"], "choose from margin, win, blend"),
        (["--style", "length,color"], "--style 'color' is not known"),
        (["--style", "length"], "no judgement says what the length of the answers is"),
        (["--anchor", "ant"], "is not MODEL=RATING"),
        (["--anchor", "ant=high"], "is not MODEL=RATING"),
        (["--against", "published"], "there is no published ladder in these files"),
        (["--out", "table.pdf"], "end it in .html"),
    ],
)
def test_what_makes_no_sense_is_refused(votes, arguments, told):
    assert told in refused(votes, *arguments)


def test_the_published_scale_needs_the_name_of_the_judge():
    path = shared("evals/early_pairwise_2025-04-29.json.gz")
    told = refused(path, "--against", "published")
    assert "if so were they, say --judge claude-3.7-sonnet" in told
    assert "judging anew takes 6,362 answers" in told
    assert "another judge" in refused(path, "--against", "published", "--judge", "gpt-5")


def test_without_scipy_the_extra_is_named(votes):
    code = "import sys; sys.modules['scipy'] = None; from mien.cli.app import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", code, "rate", str(votes)],
        capture_output=True,
        text=True,
        env={**os.environ},
        check=False,
    )
    assert ran.returncode == 2
    assert (
        ran.stderr.strip() == "mien: rating models needs an optional part: pip install 'mien[rate]'"
    )
