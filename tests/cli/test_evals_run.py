"""`mien evals list`, `info`, `plan`, `run` and `rejudge` as a person types them."""

import json
import sys

import pytest

from mien.cli.app import main
from mien.evals import catalogue
from tests.data import shared
from tests.fakes.bench import BENCH, JUDGED

pytest.importorskip("inspect_ai", reason="inspect-ai is not installed")

PROBES = {"probe": BENCH, "judged_probe": JUDGED}


@pytest.fixture
def mien(monkeypatch, capsys, tmp_path):
    """Runs a command in an empty folder; gives its exit code, output and errors."""
    find = catalogue.find
    for module in ("mien.evals.catalogue", "mien.evals.running.rejudging"):
        __import__(module)
        monkeypatch.setattr(f"{module}.find", lambda name: PROBES.get(name) or find(name))
    monkeypatch.chdir(tmp_path)

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["mien", "evals", *map(str, words)])
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def test_every_task_is_listed_with_what_it_needs(mien):
    code, out, _ = mien("list", "--json")
    told = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [one["name"] for one in told] == list(catalogue.NAMES)
    assert all(one["measures"] and one["licence"] and one["citation"] for one in told)
    plain = mien("list")[1]
    assert all(name in plain for name in catalogue.NAMES)


@pytest.mark.parametrize("name", catalogue.NAMES)
def test_every_task_says_what_it_measures(mien, name):
    code, out, _ = mien("info", name)
    assert code == 0
    assert "measures" in out
    assert catalogue.find(name).info.licence in out


def test_an_unknown_task_is_refused_with_those_that_are_known(mien):
    code, _, err = mien("info", "iq_bench")
    assert code == 2
    assert "eq_bench_v3" in err


def test_a_plan_is_printed_and_nothing_is_sent(mien, tmp_path):
    code, out, err = mien("plan", "probe", "--model", "openai/gpt-5-mini", "--model", "a/unpriced")
    assert code == 0
    assert "unknown" in out
    assert "price of a/unpriced: unknown" in err
    assert not list(tmp_path.iterdir())


def test_a_plan_gives_one_judge_all_seats_as_a_run_does(mien):
    words = ("--role", "user=mien/flat", "--role", "judge=mien/flat", "--json")
    _, out, _ = mien("plan", "live", "--model", "mien/flat", *words)
    told = json.loads(out)
    assert {part["model"] for part in told["parts"]} == {"mien/flat"}
    assert told["usd"] == 0.0


def test_a_plan_as_json_has_null_for_what_is_unknown(mien):
    _, out, _ = mien("plan", "judged_probe", "--model", "mien/flat", "--json")
    told = json.loads(out)
    assert told["usd"] is None
    assert [part["usd"] for part in told["parts"]] == [0.0, None]


def test_a_run_prints_score_cost_and_log(mien):
    code, out, err = mien("run", "probe", "--model", "mien/flat", "--limit", "4")
    assert code == 0
    assert out.startswith("probe, mien/flat: 3.00 (95 % interval 3.00 to 3.00)")
    assert "scripted characters took part" in out
    assert "(planned)" in out
    assert "log: " in out
    assert "--limit 4: about 33 % of the task" in err


def test_json_goes_to_stdout_and_all_else_to_stderr(mien):
    _, out, err = mien("run", "probe", "--model", "mien/flat", "--model", "mien/empathic", "--json")
    told = [json.loads(line) for line in out.splitlines()]
    assert [one["score"] for one in told] == [3.0, 4.0]
    assert all(one["is_scripted"] for one in told)
    assert "12 requests" in err


def test_a_second_run_says_that_nothing_was_asked(mien):
    mien("run", "probe", "--model", "mien/flat")
    _, out, err = mien("run", "probe", "--model", "mien/flat")
    assert "all 12 samples were answered by an earlier run" in err
    assert "3.00" in out


def test_answers_are_judged_again(mien):
    asked = ("run", "judged_probe", "--model", "mien/empathic", "--role", "judge=mien/empathic")
    log = json.loads(mien(*asked, "--json")[1])["log"]
    code, out, _ = mien("rejudge", log, "--role", "judge=mien/flat", "--logs", "again", "--json")
    assert code == 0
    told = json.loads(out)
    assert told["score"] == 5.0
    assert told["roles"] == {"judge": "mien/flat"}


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["run", "judged_probe", "--model", "mien/flat"], "--role judge=PROVIDER/MODEL"),
        (["run", "probe", "--model", "flat"], "PROVIDER/flat"),
        (["run", "probe"], "--model PROVIDER/MODEL"),
        (["plan", "probe"], "--model PROVIDER/MODEL"),
        (["run", "probe", "--model", "mien/flat", "--role", "judge"], "NAME=VALUE"),
        (["run", "probe", "--model", "mien/flat", "--set", "n"], "NAME=VALUE"),
        (["run", "probe", "--model", "mien/flat", "--set", "turns=3"], "turns"),
        (["run", "probe", "--model", "mien/flat", "--data", "none"], "no folder"),
        (["run", "probe", "--model", "mien/flat", "--budget", "0"], "above 0"),
        (["run", "probe", "--model", "mien/flat", "--prices", "none.toml"], "cannot read prices"),
        (["rejudge", "none.eval", "--role", "judge=mien/flat"], "no such file"),
    ],
)
def test_what_makes_no_sense_is_said_in_one_line(mien, words, reason):
    code, out, err = mien(*words)
    assert (code, out) == (2, "")
    assert reason in err.splitlines()[-1]
    assert "Traceback" not in err


def test_eq_bench_runs_on_a_laptop_without_a_key(mien):
    data = shared("evals/eq_bench_v2")
    code, out, _ = mien("run", "eq_bench", "--model", "mien/flat", "--data", data, "--json")
    assert code == 0
    assert json.loads(out)["score"] == pytest.approx(38.89, abs=0.01)
