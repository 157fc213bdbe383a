"""`mien guard forget` on the command line."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from mien.cli.app import app
from mien.guard import Case, FileStore


@pytest.fixture
def store(tmp_path):
    path = tmp_path / "guard.db"
    kept = FileStore(path)
    for day in (1, 2, 3):
        at = datetime(2026, 11, day, tzinfo=UTC)
        case = replace(Case(), history=replace(Case().history, last=at))
        kept.put(f"c{day}", case, person="p" if day < 3 else "q")
    kept.close()
    return path


def run(*arguments):
    return CliRunner().invoke(app, ["guard", "forget", *map(str, arguments)])


@pytest.mark.parametrize(
    ("what", "left"),
    [
        (("--person", "p"), ["c3"]),
        (("--conversation", "c2"), ["c1", "c3"]),
        (("--before", "2026-11-03"), ["c3"]),
        (("--person", "nobody"), ["c1", "c2", "c3"]),
    ],
)
def test_what_was_named_is_gone_and_the_rest_stays(store, what, left):
    found = run(store, *what, "--json")
    assert json.loads(found.stdout) == {"forgotten": 3 - len(left)}
    kept = FileStore(store)
    assert [name for name in ("c1", "c2", "c3") if kept.get(name)] == left
    kept.close()


def test_the_number_is_said(store):
    assert run(store, "--conversation", "c1").stdout == "1 conversation forgotten\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "say what to forget"),
        (("--person", "p", "--before", "2026-11-01"), "one of them"),
        (("--before", "yesterday"), "no day"),
    ],
)
def test_what_is_not_clear_is_refused(store, arguments, said):
    assert said in str(run(store, *arguments).exception)
    assert FileStore(store).get("c1")


def test_no_store_is_made_by_asking_for_one(tmp_path):
    path = tmp_path / "none.db"
    assert "no store" in str(run(path, "--person", "p").exception)
    assert not path.exists()
