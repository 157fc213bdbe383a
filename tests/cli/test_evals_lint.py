"""`mien evals lint` as people run it."""

import json

from typer.testing import CliRunner

from mien.cli.app import app
from mien.core.errors import EvalError
from mien.evals.tasks.live.folder import OWN
from tests.evals.tasks.made_people import plain, write


def mien(*arguments):
    return CliRunner().invoke(app, ["evals", "lint", *map(str, arguments)])


def test_our_own_people_pass():
    ran = mien(OWN)
    assert ran.exit_code == 0
    assert "0 errors, 0 warnings" in ran.stderr
    assert ran.stdout == ""


def test_errors_are_printed_and_end_with_one(tmp_path):
    ran = mien(write(tmp_path, plain(voice="")))
    assert ran.exit_code == 1
    assert ran.stdout == "0.json: error: voice is missing or empty\n"
    assert "0 personas, 1 errors" in ran.stderr


def test_findings_are_objects_a_line_in_json(tmp_path):
    ran = mien(write(tmp_path, plain(), plain()), "--json")
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    assert {one["level"] for one in lines} == {"error"}
    assert {one["file"] for one in lines} == {"1.json"}


def test_a_folder_that_is_none_is_an_error_of_ours(tmp_path):
    assert isinstance(mien(tmp_path / "none").exception, EvalError)
