"""Logs as results: whole ones, torn ones, others' ones."""

import json
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from mien.core.errors import EvalError
from mien.evals.bench import Setup
from mien.evals.boards.gathering import Key, is_log
from mien.evals.logs import open_log, read_log, read_sample, sha256
from mien.evals.result import Fault
from mien.llm.testing import first_of, when
from tests.fakes.bench import BENCH, JUDGED

ANSWER = "Calm: 4\nSad: 2"


@pytest.fixture
def log(served, probe):
    served(first_of(when("nonsense", message=r"Question 2\."), ANSWER))
    (ran,) = probe()
    return ran.log


def copied(path, into, *, without=(), change=None):
    """The same log with members left out or changed."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(into, "w") as new:
        for name in old.namelist():
            if not any(part in name for part in without):
                content = old.read(name)
                new.writestr(name, change(name, content) if change else content)
    return into


def test_a_log_tells_all_that_a_table_needs(log):
    run = read_log(log)
    assert (run.task, run.version, run.model) == ("probe", "1", "openai-api/scripted/m")
    assert len(run.items) == run.planned == 12
    assert [item.item for item in run.items] == [f"q{n}" for n in range(12)]
    assert run.items[2].fault is Fault.UNPARSEABLE
    assert run.items[2].score is None
    assert {item.cluster for item in run.items} == {f"c{n}" for n in range(6)}
    assert run.prompts == {"ask": "0"}
    assert run.packages["inspect_ai"]
    assert run.created.endswith("+00:00")
    assert run.sha256 == sha256(log)
    assert run.notes == ()


def test_json_logs_say_the_same(log, tmp_path):
    from inspect_ai.log import read_eval_log, write_eval_log

    path = tmp_path / "same.json"
    write_eval_log(read_eval_log(str(log)), str(path))
    assert is_log(path)
    assert read_log(path).items == read_log(log).items


def test_the_log_of_a_killed_run_gives_what_is_there_and_counts_the_rest(log, tmp_path):
    half = copied(log, tmp_path / "half.eval", without=("header.json", "summaries.json", "reduc"))
    with zipfile.ZipFile(half) as members:
        assert any("_journal/start.json" in name for name in members.namelist())
    run = read_log(half)
    assert run.planned == 12
    assert 0 < len(run.items) <= 12
    assert run.notes == (f"the run was killed: {len(run.items)} of 12 samples are there",)


def test_a_single_sample_is_found_by_item_and_epoch(log):
    assert "Question 3." in read_sample(log, "q3").messages[0].text
    assert read_sample(log, "q99") is None
    assert read_sample(log, "q3", epoch=2) is None


def test_who_judged_and_what_it_took_is_told_by_role(probe):
    (ran,) = probe("mien/flat", bench=JUDGED, roles={"judge": "mien/empathic"})
    run = read_log(ran.log)
    assert run.name == "judged_probe (judge mien/empathic)"
    assert run.is_scripted
    assert set(run.usage) == {"model", "judge"}
    assert all(used.calls == 12 and used.usd == 0.0 for used in run.usage.values())


def test_a_judge_that_breaks_leaves_items_unscored(probe):
    (ran,) = probe("mien/flat", bench=JUDGED, roles={"judge": "mien/refusing"})
    assert {item.fault for item in ran.result.items} == {Fault.JUDGE}
    assert ran.scored.why_none


@pytest.mark.parametrize("cut", [0, 4, 100, 3000])
def test_a_torn_log_is_an_error_with_a_reason(log, tmp_path, cut):
    torn = tmp_path / "torn.eval"
    torn.write_bytes(log.read_bytes()[:cut])
    with pytest.raises(EvalError, match=r"torn\.eval"):
        read_log(torn)


def test_every_damaged_byte_is_read_or_refused(log, tmp_path):
    content = log.read_bytes()
    torn = tmp_path / "torn.eval"
    for at in range(0, len(content), len(content) // 60):
        torn.write_bytes(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])
        with suppress(EvalError):
            assert len(read_log(torn).items) <= 12


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.eval", b"not a zip"),
        ("a.json", b"{}"),
        ("a.json", b"[1, 2"),
        ("a.json", b"\xff\xfe"),
        ("a.txt", b"anything"),
        ("a.json", b'{"version": 2, "eval": {"task": 3}}'),
    ],
)
def test_other_files_are_refused(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(EvalError, match=name.replace(".", r"\.")):
        read_log(path)


def test_a_folder_or_nothing_is_refused(tmp_path):
    (tmp_path / "a.eval").mkdir()
    with pytest.raises(EvalError, match="it is a folder"):
        open_log(tmp_path / "a.eval")
    with pytest.raises(EvalError, match="no such file"):
        open_log(tmp_path / "b.eval")


def test_items_that_inspect_left_out_are_in_the_name_of_the_score(probe, tmp_path):
    import inspect_ai

    def asked(limit):
        logs = inspect_ai.eval(
            BENCH.task(Setup()),
            model="mien/flat",
            limit=limit,
            display="none",
            log_dir=str(tmp_path / "inspect"),
        )
        return read_log(Path(logs[0].location))

    (ran,) = probe("mien/flat")
    first, others = asked(4), asked((4, 8))
    assert others.name.startswith("probe (items 4 of 12, ids ")
    assert len({Key.of(run) for run in (ran.result, first, others)}) == 3
    assert Key.of(asked(4)) == Key.of(first)
    assert Key.of(asked(None)) == Key.of(ran.result)


def test_the_log_of_another_task_is_refused(tmp_path):
    import inspect_ai
    from inspect_ai.dataset import Sample

    task = inspect_ai.Task(dataset=[Sample(input="Hi")], name="theirs")
    (log,) = inspect_ai.eval(task, model="mien/flat", display="none", log_dir=str(tmp_path))
    with pytest.raises(EvalError, match=r"'theirs', which is no task of Mien"):
        read_log(tmp_path / log.location.rpartition("/")[2])


@pytest.mark.parametrize(
    "held",
    [
        {"item": "q0", "parts": 3, "counts": {}},
        {"item": "q0", "parts": {"a": "x"}, "counts": {}},
        {"item": "q0", "parts": {}, "counts": {}, "fault": "invented"},
    ],
)
def test_a_tampered_score_is_an_error(log, tmp_path, held):
    def change(name, content):
        if name != "summaries.json":
            return content
        samples = json.loads(content)
        for sample in samples:
            for score in sample["scores"].values():
                score["metadata"] = held
        return json.dumps(samples).encode()

    with pytest.raises(EvalError, match="score"):
        read_log(copied(log, tmp_path / "tampered.eval", change=change))
