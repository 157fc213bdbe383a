"""EQ-Bench 1 and 2: the score of a run, published runs, and answers that read nothing."""

import gzip
import json
import math
import random
import re
import shlex
import statistics
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from mien.cli.app import app
from mien.core.errors import AssetError, ConfigError, EvalError
from mien.evals.bench import Setup
from mien.evals.catalogue import find
from mien.evals.estimate import mean, miss
from mien.evals.result import Fault, ItemResult
from mien.evals.tasks.eq_bench import lm_eval, v1, v2
from mien.evals.tasks.eq_bench.final import scored, settled
from tests.data import ROOT, shared
from tests.evals.tasks.made_questions import NAMES, REFERENCE, pairs, run_file, write_questions

PERFECT, FLAT, FAR = REFERENCE, (3, 3, 3, 3), (10, 0, 10, 0)


def stored(tmp_path, plain, *, bench=v2.BENCH, n=6, name="run.json", **args):
    """What a run file comes to."""
    setup = write_questions(tmp_path, n)
    path = tmp_path / name
    path.write_text(json.dumps(plain), encoding="utf-8")
    (run,) = bench.stored(path, Setup(data=setup.data, args=args))
    return run, bench.score(run.items, run.planned)


def answers(*both, n=6):
    return {str(i): both for i in range(1, n + 1)}


# --- which pass counts, and when there is a score ----------------------------------------------


def test_the_revised_pass_counts_if_it_is_not_worse(tmp_path):
    _, found = stored(tmp_path, run_file(answers(FLAT, PERFECT)))
    assert found.main.value == 100.0
    _, found = stored(tmp_path, run_file(answers(PERFECT, FLAT)))
    assert found.main.value == 100.0


def test_a_better_revised_pass_with_gaps_does_not_count(tmp_path):
    held = answers(FLAT, PERFECT, n=20)
    held["3"] = held["4"] = (FLAT, ())
    _, found = stored(tmp_path, run_file(held), n=20)
    assert found.main.value == found.parts["first_pass"].value < 100
    assert found.main.n == 20
    held["4"] = (FLAT, PERFECT)
    _, found = stored(tmp_path, run_file(held), n=20)
    assert (found.main.value, found.main.n) == (100.0, 19)


def test_a_revised_pass_below_zero_does_not_beat_an_unreadable_first_one(tmp_path):
    _, found = stored(tmp_path, run_file(answers((), FAR)))
    assert found.parts["revised"].value < 0
    assert math.isnan(found.main.value)
    _, found = stored(tmp_path, run_file(answers((), PERFECT)))
    assert found.main.value == 100.0


def test_items_of_a_stored_run_have_the_points_of_the_pass_that_counts(tmp_path):
    held = answers(FLAT, PERFECT, n=30)
    held["3"] = (FLAT, ())
    run, _ = stored(tmp_path, run_file(held), n=30)
    by_id = {item.item: item for item in run.items}
    assert by_id["1"].score == 10.0
    assert (by_id["3"].score, by_id["3"].fault) == (None, Fault.UNPARSEABLE)
    assert settled(run.items, v2.BENCH.rules) == run.items


def test_a_run_below_five_in_six_readable_answers_has_no_score(tmp_path):
    held = answers(PERFECT, ())
    del held["6"]
    _, found = stored(tmp_path, run_file(held, total=6))
    assert found.main.value == 100.0  # 5 of 6 are .83333, and .8333 is needed
    assert found.parts["parseable"].value == pytest.approx(83.33, abs=0.01)
    del held["5"]
    _, found = stored(tmp_path, run_file(held, total=6))
    assert math.isnan(found.main.value)
    assert "4 of 6 answers could be read" in found.why_none
    assert found.parts["first_pass"].value == 100.0


def test_nothing_readable_has_no_score_and_says_so(tmp_path):
    _, found = stored(tmp_path, run_file({}, total=6))
    assert math.isnan(found.main.value)
    assert found.why_none == "no answer could be read"


def test_the_mean_of_iterations_counts_each_by_its_own_pass(tmp_path):
    plain = run_file(answers(PERFECT, FLAT))
    other = run_file(answers(FLAT, FAR))["raw_results"]["1"]
    plain["raw_results"]["2"] = other
    run, found = stored(tmp_path, plain)
    _, flat = stored(tmp_path, run_file(answers(FLAT, ())))
    assert run.planned == 12
    assert found.main.value == pytest.approx((100 + flat.main.value) / 2)
    assert found.main.clusters == 6


def test_the_interval_is_around_the_mean_of_iterations(tmp_path):
    plain = run_file({**answers(PERFECT, ()), "1": (FLAT, ())})
    second = run_file({**answers(PERFECT, ()), "2": (FAR, ())})["raw_results"]["1"]
    del second["respondent_answers"]["6"]
    plain["raw_results"]["2"] = second
    _, found = stored(tmp_path, plain)
    main = found.main
    assert main.high - main.value == pytest.approx(main.value - main.low)
    assert main.se > 0


points = st.floats(-20, 10)


@given(st.lists(st.tuples(points, st.none() | points), min_size=1, max_size=30))
def test_the_score_is_one_of_the_passes_and_the_better_if_both_are_whole(both):
    items = [
        ItemResult(
            item=str(i),
            cluster=str(i),
            score=first,
            parts={"first_pass": first} | ({} if revised is None else {"revised": revised}),
        )
        for i, (first, revised) in enumerate(both)
    ]
    found = scored(items, len(items), v2.BENCH.rules)
    passes = [part.value for name, part in found.parts.items() if name in ("first_pass", "revised")]
    assert any(found.main.value == pytest.approx(value) for value in passes)
    if all(revised is not None for _, revised in both):
        assert found.main.value == pytest.approx(max(passes))


@given(st.lists(points, min_size=6, max_size=30), st.integers(0, 40))
def test_unreadable_answers_are_left_out_or_zero_by_rule(values, lost):
    items = [
        ItemResult(item=str(i), cluster=str(i), score=value, parts={"first_pass": value})
        for i, value in enumerate(values)
    ]
    planned = len(values) + lost
    found = scored(items, planned, v2.BENCH.rules)
    zeros = found.parts["unparseable_as_zero"].value
    assert zeros == pytest.approx(10 * math.fsum(values) / planned)
    assert math.isnan(found.main.value) == (len(values) < 0.8333 * planned)


def test_the_harness_counts_zero_for_what_it_cannot_read(tmp_path):
    held = answers(PERFECT, ())
    del held["6"], held["5"], held["4"]
    run, found = stored(tmp_path, run_file(held, total=6), bench=lm_eval.BENCH)
    assert found.main.value == 50.0
    assert found.parts["parseable"].value == 50.0
    assert [item.fault for item in run.items[3:]] == [Fault.UNPARSEABLE] * 3


def test_version_1_is_scored_by_its_own_reference(tmp_path):
    plain = run_file(answers((0, 8, 4, 8), ()), eqbench_version="v1")
    _, found = stored(tmp_path, plain, bench=v1.BENCH)
    assert found.main.value == 100.0


# --- published runs ----------------------------------------------------------------------------

FOLDER = "evals/eq_bench_v2"


def published_runs():
    return [
        (path, Setup(data=path.parents[1])) for path in sorted(shared(f"{FOLDER}/runs").iterdir())
    ]


@pytest.mark.parametrize("source", ["parsed", "text"])
def test_all_28_published_runs_come_to_their_published_scores(source):
    runs = published_runs()
    assert len(runs) == 28
    for path, setup in runs:
        (run,) = v2.BENCH.stored(path, Setup(data=setup.data, args={"answers": source}))
        found = v2.BENCH.score(run.items, run.planned)
        assert abs(round(found.main.value, 2) - run.stated) <= 0.02 + 1e-9, path.name


def test_passes_errors_and_zeros_are_those_recomputed_elsewhere():
    expected = json.loads(shared(f"{FOLDER}/expected.json").read_text())
    folder = shared(FOLDER)
    for row in expected:
        (run,) = v2.BENCH.stored(folder / "runs" / row["file"], Setup(data=folder))
        found = v2.BENCH.score(run.items, run.planned)
        assert found.main.value == pytest.approx(row["score"], abs=1e-3)
        assert found.main.n == row["n_used"]
        assert found.main.se == pytest.approx(row["se"], abs=1e-3)
        assert found.parts[row["used"]].value == pytest.approx(row["score"], abs=1e-3)
        zeros = found.parts["unparseable_as_zero"].value
        assert zeros == pytest.approx(row["score_unparseable_zero"], abs=1e-3)
        (harness,) = lm_eval.BENCH.stored(folder / "runs" / row["file"], Setup(data=folder))
        main = lm_eval.BENCH.score(harness.items, harness.planned).main
        assert main.value == pytest.approx(row["score_unparseable_zero"], abs=1e-3)


def test_the_other_48_published_runs_come_to_their_scores():
    path = shared(f"{FOLDER}/other_runs_answers_only.jsonl.gz")
    runs = v2.BENCH.stored(path, Setup(data=path.parent))
    assert len(runs) == 48
    for run in runs:
        found = v2.BENCH.score(run.items, run.planned)
        assert abs(round(found.main.value, 2) - run.stated) <= 0.02 + 1e-9, run.model


@pytest.mark.parametrize("n", [10, 20, 40, 80])
def test_parts_of_the_items_miss_the_whole_as_far_as_is_said(n):
    draw = random.Random(n)
    missed, said = [], []
    for path, setup in published_runs():
        (run,) = v2.BENCH.stored(path, setup)
        points = [10 * item.score for item in run.items if item.score is not None]
        for _ in range(20):
            part = mean(draw.sample(points, n), [str(i) for i in range(n)])
            missed.append(abs(part.value - statistics.fmean(points)))
            said.append(miss(part, n / len(points)))
    assert statistics.fmean(missed) == pytest.approx(statistics.fmean(said), rel=0.12)


def test_stored_runs_need_neither_inspect_nor_scipy(tmp_path):
    write_questions(tmp_path)
    (tmp_path / "run.json").write_text(json.dumps(run_file(answers(FLAT, ()))))
    program = (
        "import sys; from pathlib import Path; from mien.evals.bench import Setup\n"
        "from mien.evals.catalogue import find\n"
        "bench, here = find('eq_bench'), Path(sys.argv[1])\n"
        "(run,) = bench.stored(here / 'run.json', Setup(data=here))\n"
        "bench.score(run.items, run.planned); bench.baselines(Setup(data=here))\n"
        "print({name.partition('.')[0] for name in sys.modules} & {'inspect_ai', 'scipy'})"
    )
    made = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert made.stdout.strip() == "set()"


def test_a_result_says_where_it_is_from(tmp_path):
    run, _ = stored(tmp_path, run_file(answers(FLAT, ()), lora_path="a/lora"))
    assert run.model == "some/model + a/lora"
    assert run.version == "published"
    assert run.created == "2024-01-15T21:44:18+00:00"
    assert run.source.endswith("run.json")
    assert len(run.sha256) == 64
    assert [*run.data] == [v2.BENCH.rules.questions]
    assert {item.fault for item in run.items} == {Fault.PLACEHOLDER}


def test_questions_that_are_not_as_published_are_in_the_name_of_the_score(tmp_path):
    run, _ = stored(tmp_path, run_file(answers(FLAT, ())))
    assert run.variant["data"].startswith("changed ")
    assert "data changed" in run.name


# --- files that are something else, or damaged -------------------------------------------------


@pytest.mark.parametrize(
    ("plain", "reason"),
    [
        ([], "an object is needed"),
        ({}, "no run of EQ-Bench 1 or 2"),
        ({"eval": {}, "samples": []}, "it is a log of Inspect"),
        ({"some/model": {}, "__metadata__": {}}, "pairwise judgements of EQ-Bench 3"),
        ({"1": {"prompt": "Say", "reference_answer": {}}}, "it holds questions"),
        (run_file(answers(FLAT, ()), eqbench_version="v1"), "mien evals score eq_bench_v1"),
        (run_file(answers(FLAT, ()), eqbench_version="v9"), "no task of Mien"),
        (run_file(answers(FLAT, ()), language="de"), "mien evals score eq_bench_de"),
        (run_file(answers(FLAT, ()), total=171), "171 questions, eq_bench has 6"),
        (run_file({**answers(FLAT, ()), "99": (FLAT, ())}, total=6), "answers question '99'"),
        (run_file(answers(FLAT, ()), stated="good"), "is damaged"),
        (run_file(answers(FLAT, ()), run_completed=1e300), "is damaged"),
        ({"run": {"__meta__": {}}}, "a run of Spiral-Bench"),
        ({**run_file(answers(FLAT, ())), "raw_results": {}}, "is damaged"),
        ({**run_file(answers(FLAT, ())), "raw_results": {"1": {}}}, "is damaged"),
        ({**run_file(answers(FLAT, ())), "raw_results": {"x": {}}}, "is damaged"),
        ({**run_file(answers(FLAT, ())), "raw_results": "none"}, "is damaged"),
    ],
)
def test_other_files_are_refused_with_what_they_are(tmp_path, plain, reason):
    with pytest.raises(EvalError, match=reason):
        stored(tmp_path, plain)


@pytest.mark.parametrize(
    ("name", "raw", "reason"),
    [
        ("run.eval", b"PK\x03\x04whatever", "a log of Inspect or another archive"),
        ("run.json", b'{"eqbench_version": "v2"', "was it cut"),
        ("run.json", b'{"model": "\xff"}', "not UTF-8"),
        ("run.json", b'{"raw_results": 1, "raw_results": 2}', "'raw_results' is there twice"),
        ("run.json", b"[" * 100_000, "not JSON"),
        ("run.json.gz", b"\x1f\x8bnot gzip", "is it whole"),
        ("run.json.gz", gzip.compress(b"{}" * 1000, mtime=0)[:20], "is it whole"),
        ("run.jsonl", b"{}\n", "line 1 of .* is no run"),
        ("missing.json", None, "cannot read"),
    ],
)
def test_damaged_files_are_named(tmp_path, name, raw, reason):
    setup = write_questions(tmp_path)
    if raw is not None:
        (tmp_path / name).write_bytes(raw)
    with pytest.raises(EvalError, match=reason):
        v2.BENCH.stored(tmp_path / name, setup)


@pytest.mark.parametrize("values", [{"Calm": "x"}, {"Calm": "nan"}, {"Calm": None}, {}, None])
def test_answers_that_are_no_numbers_are_unreadable(tmp_path, values):
    plain = run_file(answers(FLAT, ()))
    held = dict(zip(NAMES, FLAT, strict=True)) | values if values else values
    plain["raw_results"]["1"]["respondent_answers"]["1"]["first_pass"] = held
    run, _ = stored(tmp_path, plain)
    assert (run.items[0].score, run.items[0].fault) == (None, Fault.UNPARSEABLE)


def test_texts_are_needed_to_parse_them(tmp_path):
    with pytest.raises(EvalError, match="holds no texts"):
        stored(tmp_path, run_file(answers(FLAT, ())), answers="text")
    plain = run_file(answers(FLAT, ()))
    texts = {str(i): pairs(PERFECT) for i in range(1, 6)} | {"6": "I cannot rate feelings."}
    plain["raw_results"]["1"]["raw_inference"] = texts
    run, found = stored(tmp_path, plain, answers="text")
    assert found.main.value == 100.0
    assert run.items[5].fault is Fault.REFUSED


@pytest.mark.parametrize(
    ("bench", "args", "reason"),
    [
        (v2.BENCH, {"turns": 3}, "takes no argument 'turns': it knows revise, tries"),
        (v2.BENCH, {"revise": "perhaps"}, "give true or false"),
        (v2.BENCH, {"tries": 0}, "whole number from 1"),
        (v2.BENCH, {"answers": "guessed"}, "give parsed or text"),
        (v1.BENCH, {"revise": False}, "always True in eq_bench_v1"),
        (lm_eval.BENCH, {"tries": 3}, "always 1 in eq_bench_lm_eval"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(tmp_path, bench, args, reason):
    setup = write_questions(tmp_path)
    with pytest.raises(ConfigError, match=reason):
        bench.plan(Setup(data=setup.data, args=args))


def test_without_its_questions_a_task_says_how_to_get_them(monkeypatch, tmp_path):
    monkeypatch.setenv("MIEN_HOME", str(tmp_path))
    with pytest.raises(AssetError, match="mien models pull eq-bench-v2"):
        v2.BENCH.stored(Path("run.json"), Setup())


# --- answers that read nothing, and what a run costs -------------------------------------------


def test_answers_that_read_nothing_come_to_the_known_scores():
    setup = Setup(data=shared(f"{FOLDER}/questions"))
    runs = v2.BENCH.baselines(setup)
    found = {run.model: v2.BENCH.score(run.items, run.planned).main.value for run in runs}
    known = {0: 2.4, 1: 19.6, 2: 33.0, 4: 36.2, 5: 26.9, 6: 15.8, 7: -3.0, 8: -25.1, 10: -78.6}
    for value, score in known.items():
        assert found[f"always {value}"] == pytest.approx(score, abs=0.06)
    assert found["always 3"] == pytest.approx(38.89, abs=0.005)
    assert found["mean of each position"] == pytest.approx(43.4, abs=0.05)
    assert found["random 0 to 10"] == pytest.approx(1.7, abs=3 * 3.1 / math.sqrt(50))
    assert found["random 0 to 5"] == pytest.approx(26.4, abs=3 * 1.9 / math.sqrt(50))


def test_version_1_has_one_constant_answer():
    setup = Setup(data=shared(f"{FOLDER}/questions"))
    runs = v1.BENCH.baselines(setup)
    found = {run.model: v1.BENCH.score(run.items, run.planned).main.value for run in runs}
    assert found["always 1"] == pytest.approx(13.8, abs=0.05)
    assert len(found) == 4


def test_baselines_are_the_same_every_time(tmp_path):
    setup = write_questions(tmp_path)
    assert v2.BENCH.baselines(setup) == v2.BENCH.baselines(setup)


def test_a_plan_counts_calls_and_tokens(tmp_path):
    setup = write_questions(tmp_path)
    (calls,) = v2.BENCH.plan(setup)
    assert (calls.role, calls.calls) == ("model", 6)
    (fewer,) = v2.BENCH.plan(Setup(data=setup.data, limit=2))
    assert fewer.calls == 2
    assert fewer.read * 3 == calls.read
    (longer,) = v2.BENCH.plan(Setup(data=setup.data, args={"revise": True}))
    assert longer.read > calls.read
    assert longer.written > calls.written


@pytest.mark.parametrize("name", ["eq_bench", "eq_bench_v1", "eq_bench_de", "eq_bench_lm_eval"])
def test_the_catalogue_finds_each_member_by_its_name(name):
    bench = find(name)
    assert bench.info.name == name
    assert bench.info.asset == "eq-bench-v2"


def test_the_commands_of_the_page_score_a_published_run(tmp_path, monkeypatch):
    page = (ROOT / "docs/how-to/score-eq-bench.md").read_text(encoding="utf-8")
    commands = re.findall(r"^\$ mien (evals score .*--data.*)$", page, re.MULTILINE)
    run = shared(f"{FOLDER}/runs") / "gpt-4-0314_eqbench_v2_results.json"
    (tmp_path / "run.json").write_bytes(run.read_bytes())
    (tmp_path / "EQ-Bench").mkdir()
    (tmp_path / "EQ-Bench/data").symlink_to(shared(f"{FOLDER}/questions"))
    monkeypatch.chdir(tmp_path)
    assert len(commands) == 2
    for line in commands:
        made = CliRunner().invoke(app, shlex.split(line))
        row = json.loads(made.stdout)
        assert row["file"] == "run.json"
        assert (row["score"], row["n"], row["parseable"]) == (85.73, 171, 171)
        assert row["ci"][0] < row["score"] < row["ci"][1]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


def places(plain, path=()):
    """Every place in nested objects."""
    yield path
    for key, value in plain.items() if isinstance(plain, dict) else ():
        yield from places(value, (*path, key))


@given(st.data(), json_values, st.sampled_from(["parsed", "text"]))
def test_whatever_a_run_file_holds_it_has_a_score_or_is_refused(
    tmp_path_factory, data, value, source
):
    folder = tmp_path_factory.mktemp("spoiled")
    plain = run_file(answers(FLAT, PERFECT, n=2))
    plain["raw_results"]["1"]["raw_inference"] = {"1": pairs(FLAT), "2": "no"}
    *above, last = data.draw(st.sampled_from([place for place in places(plain) if place]))
    inner = plain
    for key in above:
        inner = inner[key]
    inner[last] = value
    try:
        run, found = stored(folder, plain, n=2, answers=source)
    except EvalError:
        return
    assert len(run.items) == run.planned
    assert math.isnan(found.main.value) == bool(found.why_none)
