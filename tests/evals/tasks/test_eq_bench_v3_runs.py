"""EQ-Bench 3 through Inspect, from talks to a table of ratings."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mien.cli.app import app
from mien.core.errors import ConfigError, EvalError
from mien.evals.catalogue import find
from mien.evals.logs import read_log
from mien.evals.pairs import read_talks, rows_of, write_rows
from mien.evals.result import Fault
from mien.evals.tasks.eq_bench_v3.scenarios import Kind
from mien.llm.testing import Answer, ScriptedServer, first_of, when
from mien.rate import Logged, Options, rate_files
from tests.evals.tasks import eq3

inspect_ai = pytest.importorskip("inspect_ai", reason="inspect-ai is not installed")

RUBRIC, PAIRS = find("eq_bench_v3"), find("eq_bench_v3_pairs")

ANALYSED = "[RESPONDENT ANALYSIS TRANSCRIPT]"


def mock(reply):
    """A model in this process that answers by the last message and the conversation's length."""
    from inspect_ai.model import ModelOutput, ModelUsage, get_model

    def answer(messages, tools, choice, config):
        told = reply(messages[-1].text, len(messages))
        text, stop = told if isinstance(told, tuple) else (told, "stop")
        output = ModelOutput.from_content("made", text, stop_reason=stop)
        output.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
        return output

    return get_model("mockllm/model", custom_outputs=answer, memoize=False)


def player(who, size=9):
    """Answers a turn with what is wanted, whatever it says."""

    def reply(said, n):
        if "# My response" in said:
            return eq3.answer(Kind.ROLE_PLAY, who, size)
        if "# Perspective-taking" in said:
            return eq3.answer(Kind.DRAFTING, who, size)
        return f"<think>hm</think>**{who}** sees it so. " * size

    return mock(reply)


def grader(value):
    """A judge that gives the same grade for everything."""
    return mock(lambda said, _: eq3.grades(kind_of(said), value))


def kind_of(said):
    return Kind.ANALYSIS if ANALYSED in said or "ANALYSIS]" in said else Kind.ROLE_PLAY


def run(task, judge, folder, model=None, **given):
    (log,) = inspect_ai.eval(
        task,
        model=model,
        model_roles={"judge": judge},
        display="none",
        log_dir=str(folder),
        **given,
    )
    return log


def item_of(log, i=0):
    from mien.evals.inspecting import as_item

    (score,) = log.samples[i].scores.values()
    return as_item(score, log.samples[i].epoch)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Logs of two models, whose answers differ in length, on all scenarios."""
    folder = tmp_path_factory.mktemp("runs")
    logs = [
        run(RUBRIC.task(eq3.setup()), grader(12), folder, player(who, size))
        for who, size in (("ant", 9), ("bee", 15))
    ]
    return [f"{who}={log.location}" for who, log in zip(("ant", "bee"), logs, strict=True)]


def test_a_run_talks_debriefs_and_is_graded(tmp_path):
    log = run(RUBRIC.task(eq3.setup(limit=2)), grader(12), tmp_path, player("ant"))
    assert log.status == "success"
    assert [score.metrics["published_score"].value for score in log.results.scores] == [60.0]
    roles = [message.role for message in log.samples[0].messages]
    assert roles == ["user", "assistant"] * 4
    item = item_of(log)
    assert (item.item, item.cluster, item.score, item.kind) == ("1", "1", 12.0, "role-play")
    assert (item.judge, item.fault) == ("mockllm/model", None)
    assert item.parts["warmth"] == 12.0
    assert (item.counts["answers"], item.counts["judge_tries"]) == (3, 1)
    assert log.eval.metadata["mien"]["planned"] == 2
    assert log.eval.metadata["mien"]["variant"] == {"items": "first 2 of 45"}
    assert "rubric_scoring_prompt.txt" in log.eval.metadata["mien"]["prompts"]


def test_turns_and_judge_are_asked_as_published_over_the_wire(tmp_path, monkeypatch):
    script = first_of(
        when("Now I see. " * 30, message="out of character"),
        when(Answer(eq3.grades(Kind.ROLE_PLAY, 8)), model="judge"),
        eq3.answer(Kind.ROLE_PLAY, "ant", 5),
    )
    with ScriptedServer(script) as server:
        for name, value in server.environ().items():
            monkeypatch.setenv(name, value)
        task = RUBRIC.task(eq3.setup(limit=1))
        model, judge = (f"openai-api/scripted/{name}" for name in ("ant", "judge"))
        log = run(task, judge, tmp_path, model)
    assert item_of(log).score == 8.0
    *turns, debrief, graded = [request.body for request in server.requests]
    assert [(one["temperature"], one["min_p"], one["max_tokens"]) for one in turns] == [
        (0.7, 0.1, 12_000)
    ] * 3
    assert (debrief["temperature"], "min_p" in debrief) == (0.5, False)
    assert (graded["model"], graded["temperature"]) == ("judge", 0)
    assert "min_p" not in graded
    assert "Now I see." in server.requests[-1].last
    assert not set("*#") & set(server.requests[-1].last)


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        ("I'm sorry, but I can't help with that.", Fault.REFUSED),
        (("", "content_filter"), Fault.REFUSED),
        (("Dear", "max_tokens"), Fault.TRUNCATED),
        ("Hm.", Fault.EMPTY),
        ("", Fault.EMPTY),
    ],
)
def test_a_talk_with_nothing_to_judge_is_not_judged(tmp_path, reply, fault):
    judge = mock(lambda *_: pytest.fail("the judge was asked"))
    log = run(RUBRIC.task(eq3.setup(limit=1)), judge, tmp_path, mock(lambda *_: reply))
    item = item_of(log)
    assert (item.score, item.fault) == (None, fault)
    assert log.results.scores[0].unscored_samples == 1


def test_a_cut_or_copied_answer_is_judged_and_said_to_be_one(tmp_path):
    cut = mock(lambda *_: (eq3.answer(Kind.ROLE_PLAY, "ant", 20), "max_tokens"))
    copied = mock(lambda said, _: said)
    found = [
        item_of(run(RUBRIC.task(eq3.setup(limit=1)), grader(5), tmp_path, model))
        for model in (cut, copied)
    ]
    assert [(item.score, item.fault) for item in found] == [
        (5.0, Fault.TRUNCATED),
        (5.0, Fault.PLACEHOLDER),
    ]
    assert found[0].counts["cut_off"] == 4


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        ("I'm sorry, but as an AI I cannot take part in this. " * 4, Fault.REFUSED),
        ("Well, first I would put the kettle on and listen. " * 4, Fault.UNPARSEABLE),
    ],
)
def test_a_talk_that_is_blank_to_the_judge_is_said_to_be_one(tmp_path, reply, fault):
    log = run(RUBRIC.task(eq3.setup(limit=1)), grader(1), tmp_path, mock(lambda *_: reply))
    item = item_of(log)
    assert (item.score, item.fault, item.counts["without_sections"]) == (1.0, fault, 3)


def test_a_judge_without_a_verdict_leaves_the_talk_unscored(tmp_path):
    log = run(RUBRIC.task(eq3.setup(limit=1)), mock(lambda *_: "hm"), tmp_path, player("ant"))
    item = item_of(log)
    assert (item.score, item.fault, item.counts["judge_tries"]) == (None, Fault.JUDGE, 3)


def test_a_grade_that_the_judge_never_gives_is_missing_not_zero(tmp_path):
    partly = eq3.grades(Kind.ROLE_PLAY, 10, pragmatic_ei=None)
    log = run(RUBRIC.task(eq3.setup(limit=1)), mock(lambda *_: partly), tmp_path, player("ant"))
    item = item_of(log)
    assert (item.score, item.counts["criteria_missing"]) == (10.0, 1)


def test_a_log_can_be_judged_anew(tmp_path):
    from inspect_ai import score

    task = RUBRIC.task(eq3.setup(limit=1))
    log = run(task, grader(4), tmp_path, player("ant"))
    anew = score(
        log, task.scorer, action="overwrite", model_roles={"judge": grader(16)}, display="none"
    )
    assert item_of(anew).score == 16.0


def test_no_judge_no_run(tmp_path):
    (log,) = inspect_ai.eval(
        RUBRIC.task(eq3.setup(limit=1)), model=player("ant"), display="none", log_dir=str(tmp_path)
    )
    assert log.status == "error"
    assert "judge" in log.error.message


# Pairs


def one_sided(said, _):
    """Prefers bee, wherever it stands, by twelve pluses."""
    kind = kind_of(said)
    begins = (said.partition(f"[RESPONDENT {code}")[2] for code in ("A0493", "A0488"))
    sides = [one.partition("[/RESPONDENT")[0] for one in begins]
    is_first, is_second = ("bee feels" in side or "bee sees" in side for side in sides)
    assert is_first != is_second
    criterion = {"overall_eq": "A0493+++++" if is_first else "A0488 +++++"}
    return eq3.verdict(kind, "A0493" if is_first else "A0488", 1, **criterion)


def test_pairs_are_judged_in_both_orders_and_rated(runs, tmp_path):
    setup = eq3.setup(args={"runs": ",".join(runs)})
    (planned,) = PAIRS.plan(setup)
    assert (planned.role, planned.calls) == ("judge", 90)
    log = run(PAIRS.task(setup), mock(one_sided), tmp_path)
    assert (log.status, len(log.samples)) == ("success", 90)
    (rows,) = rows_of([log.location]).values()
    assert {(row["first"], row["second"], round(row["outcome"], 6)) for row in rows} == {
        ("ant", "bee", 0.3),
        ("bee", "ant", 0.7),
    }
    assert all(row["judge"] == "mockllm/model" for row in rows)
    row = next(row for row in rows if row["first"] == "bee" and row["kind"] == "analysis")
    assert row["abilities"]["overall_eq"] == 1.0
    assert row["first_length"] > row["second_length"] > 0
    assert row["first_markdown"] > 0
    # The file of rows and the log itself make the same table.
    assert write_rows([log.location], tmp_path / "rows.jsonl") == 90
    options = Options(draws=50)
    tables = [
        rate_files(files, options)
        for files in ([tmp_path / "rows.jsonl"], [Logged(tmp_path / "rows.jsonl", rows)])
    ]
    for table in tables:
        assert [(one.model, one.rank, one.n) for one in table.rows] == [
            ("bee", 1, 90),
            ("ant", 2, 90),
        ]
    assert tables[0].rows == tables[1].rows
    told = CliRunner().invoke(app, ["rate", log.location, "--draws", "50", "--json"])
    assert [one["model"] for one in json.loads(told.stdout)["rows"]] == ["bee", "ant"]


def test_a_judgement_that_cannot_be_read_is_a_row_with_its_error(runs, tmp_path):
    setup = eq3.setup(args={"runs": runs}, limit=4)
    log = run(PAIRS.task(setup), mock(lambda *_: "Both are fine."), tmp_path)
    (rows,) = rows_of([log.location]).values()
    assert [(row["error"], row["outcome"]) for row in rows] == [("judge", None)] * 4
    assert PAIRS.score([item_of(log)], 1).why_none


def test_judgements_that_were_never_made_are_counted(runs, tmp_path):
    from inspect_ai.log import read_eval_log, write_eval_log

    setup = eq3.setup(args={"runs": runs}, limit=4)
    log = read_eval_log(run(PAIRS.task(setup), mock(one_sided), tmp_path).location)
    log.samples = log.samples[:3]
    write_eval_log(log, str(tmp_path / "cut.eval"))
    (rows,) = rows_of([tmp_path / "cut.eval"]).values()
    assert [row.get("error") for row in rows] == [None, None, None, "never judged"]
    log.eval.metadata["mien"]["variant"] = {"data": "changed 12345678"}
    write_eval_log(log, str(tmp_path / "other.eval"))
    with pytest.raises(EvalError, match="don't mean the same"):
        rows_of([tmp_path / "cut.eval", tmp_path / "other.eval"])
    with pytest.raises(EvalError, match="no judgements of pairs"):
        rows_of([runs[0].partition("=")[2]])


def test_a_limit_keeps_both_orders_of_a_pair(runs, tmp_path):
    task = PAIRS.task(eq3.setup(args={"runs": runs}, limit=10))
    shown = [(one.metadata["scenario"], one.metadata["first"]) for one in task.dataset]
    assert len(shown) == 10
    assert [scenario for scenario, _ in shown][::2] == [scenario for scenario, _ in shown][1::2]
    assert task.metadata["mien"]["variant"] == {"judgements": "10 of 90"}


def test_pairs_need_runs_that_can_be_compared(runs, tmp_path):
    cases = [
        ({}, ConfigError, "name their logs"),
        ({"runs": runs, "judge": "x"}, ConfigError, "does not know 'judge'"),
        ({"runs": runs[:1]}, EvalError, "at least two"),
        ({"runs": runs, "against": "cat"}, EvalError, "no run of 'cat'"),
        ({"runs": [one.partition("=")[2] for one in runs]}, EvalError, "both of 'mockllm/model'"),
        ({"runs": [str(tmp_path / "none.eval")]}, EvalError, "no log at"),
        ({"runs": 3}, ConfigError, "no list of names"),
    ]
    for args, error, told in cases:
        with pytest.raises(error, match=told):
            PAIRS.plan(eq3.setup(args=args))


def test_a_talk_too_short_to_be_judged_is_left_out_and_counted(runs, tmp_path):
    terse = run(RUBRIC.task(eq3.setup()), grader(1), tmp_path, mock(lambda *_: "No."))
    args = {"runs": [*runs, f"terse={terse.location}"]}
    task = PAIRS.task(eq3.setup(args=args))
    assert len(task.dataset) == 90
    task = PAIRS.task(eq3.setup(args=args, limit=2))
    log = run(task, mock(one_sided), tmp_path / "pairs")
    (note,) = read_log(Path(log.location)).notes
    assert note == "not compared: 45 talks in which no answer has 100 characters"


def test_runs_of_other_lengths_or_items_are_not_compared(runs, tmp_path):
    from inspect_ai.log import read_eval_log, write_eval_log

    from mien.evals.pairs import TALK

    name, _, path = runs[1].partition("=")
    log = read_eval_log(path)
    log.samples[0].store[TALK]["messages"] = log.samples[0].store[TALK]["messages"][:2]
    write_eval_log(log, str(tmp_path / "short.eval"))
    with pytest.raises(EvalError, match="answers 3 times and bee 1 times"):
        read_talks([runs[0], f"{name}={tmp_path / 'short.eval'}"], "eq_bench_v3")
    log = read_eval_log(path)
    log.eval.metadata["mien"]["version"] = "0"
    write_eval_log(log, str(tmp_path / "old.eval"))
    with pytest.raises(EvalError, match="differ in version '1' and '0'"):
        read_talks([runs[0], f"{name}={tmp_path / 'old.eval'}"], "eq_bench_v3")
    with pytest.raises(EvalError, match="is a run of 'eq_bench_v3', and only"):
        read_talks([path], "live")


def test_no_label_hides_a_scripted_character(tmp_path):
    log = run(RUBRIC.task(eq3.setup(limit=1)), grader(1), tmp_path, "mien/empathic")
    assert read_talks([f"wise={log.location}"], "eq_bench_v3").models == ("mien/wise",)


def test_a_damaged_log_is_refused(tmp_path):
    (tmp_path / "a.eval").write_bytes(b"PK\x03\x04 and nothing more")
    with pytest.raises(EvalError, match="damaged, or no log of Inspect"):
        read_talks([tmp_path], "eq_bench_v3")


def test_talks_are_in_the_log_to_the_letter(runs):
    talks = read_talks(runs, "eq_bench_v3")
    assert (talks.models, len(talks.talks), talks.left_out) == (("ant", "bee"), 90, {})
    first = talks.talks[0]
    assert replace(first, more={}) == replace(
        eq3.talk(eq3.texts(), "1", "ant", 9), debrief=first.debrief
    )
    assert json.loads(json.dumps(dict(first.more))) == {"cut_off": 0, "held_back": 0}
