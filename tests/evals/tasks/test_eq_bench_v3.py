"""EQ-Bench 3: its files, what models and judges are told, and what grades come to."""

import gzip
import hashlib
import json
import shutil
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import AssetError, ConfigError, EvalError
from mien.evals.bench import Setup
from mien.evals.catalogue import find
from mien.evals.pairs import Showing
from mien.evals.result import Fault
from mien.evals.tasks.eq_bench_v3.planning import plan_pairs
from mien.evals.tasks.eq_bench_v3.prompts import fill
from mien.evals.tasks.eq_bench_v3.rubric import read_grades, rubric_prompt, task_score
from mien.evals.tasks.eq_bench_v3.scenarios import Kind, parse_notes, parse_scenarios
from mien.evals.tasks.eq_bench_v3.sections import cut_sections, sections, spoken
from mien.evals.tasks.eq_bench_v3.versus import CRITERIA, Lead, pair_prompt, read_lead
from mien.evals.tokens import tokens_in
from tests.data import shared
from tests.evals.tasks import eq3

RUBRIC = find("eq_bench_v3")

PUBLISHED_PROMPTS = {
    "1": ("45a0b6d5737f7041", "b1598aaab2505310", "c309728cb8e849b8"),
    "208": ("b19b1d36e95cb3d4", "66ca5943dd7b8638", "f72b9799a8f07d29"),
    "404": ("94d74aaeb0005b42", "0c806001ab005a39", "dee4c7af49027cea"),
}
"""sha256 of what the published program (eqbench3 @ 3c21bcc) tells its judge of `eq3.talk`: graded,
graded truncated, compared."""


# The oracle: a published run


def test_the_published_run_comes_to_its_score():
    (run,) = RUBRIC.stored(shared("evals/eq_bench_v3/rubric_gemma-2-9b-it.json"), Setup())
    scored = RUBRIC.score(run.items, run.planned)
    assert round(scored.main.value, 2) == 45.93
    assert run.stated == 45.9
    assert round(scored.main.value, 1) == run.stated
    assert (scored.main.n, scored.main.clusters) == (43, 43)
    assert (run.model, run.roles) == ("google/gemma-2-9b-it", {"judge": "unknown"})


def test_all_43_scenarios_come_to_their_published_scores():
    path = shared("evals/eq_bench_v3/rubric_gemma-2-9b-it.json")
    (run,) = RUBRIC.stored(path, Setup())
    stated = [one["published_score_0_100"] for one in json.loads(path.read_text())["scenarios"]]
    assert [item.score * 5 for item in run.items] == pytest.approx(stated, abs=0.0501)


def test_a_run_file_of_the_published_program_is_read(tmp_path):
    done = {"status": "rubric_scored", "rubric_scores": {"depth_of_insight": 12, "warmth": 3.0}}
    tasks = {"1": {"1": done, "401": done, "2": {"status": "error"}}, "2": {"1": done}}
    held = {
        "model_name": "ant",
        "judge_model": "a judge",
        "scenario_tasks": tasks,
        "results": {"average_rubric_score": 12.0},
    }
    path = tmp_path / "runs.json.gz"
    path.write_bytes(gzip.compress(json.dumps({"x_ant": held}).encode()))
    (run,) = RUBRIC.stored(path, Setup())
    assert [(item.item, item.epoch, item.score) for item in run.items] == [
        ("1", 1, 12.0),
        ("401", 1, 12.0),
        ("2", 1, None),
        ("1", 2, 12.0),
    ]
    assert run.items[2].fault is Fault.FAILED
    assert (run.planned, run.stated, run.roles) == (4, 60.0, {"judge": "a judge"})
    assert RUBRIC.score(run.items, 4).main.value == 60.0


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{", "is not JSON"),
        (b"[]", "holds no run"),
        (b'{"raw_results": {}}', "a run of EQ-Bench 2"),
        (b'{"__metadata__": {}, "o3": {}}', "`mien rate` reads it"),
        (b'{"scenarios": [{"title": "a", "rubric_0_20": {"warmth": 21}}]}', "beyond 0 to 20"),
    ],
)
def test_files_that_are_no_run_are_refused(tmp_path, content, told):
    path = tmp_path / "run.json"
    path.write_bytes(content)
    with pytest.raises(EvalError, match=told):
        RUBRIC.stored(path, Setup())


# What models and judges are told


def test_there_are_45_scenarios_of_their_kinds_and_one_is_skipped():
    parsed = eq3.texts().parsed
    kinds = Counter(one.kind for one in parsed.scenarios)
    assert kinds == {Kind.ROLE_PLAY: 25, Kind.DRAFTING: 1, Kind.ANALYSIS: 19}
    assert parsed.skipped == ("409",)
    talks = [one for one in parsed.scenarios if one.kind is not Kind.ANALYSIS]
    assert Counter(len(one.prompts) for one in talks) == {3: 19, 4: 3, 1: 4}
    assert (talks[0].category, talks[0].title) == ("Work Dilemma", "Lunchroom Theft Scapegoat")
    assert len(eq3.texts().notes) == 19


@pytest.mark.parametrize("scenario", PUBLISHED_PROMPTS)
def test_judges_are_told_what_the_published_program_tells_them(scenario):
    texts = eq3.texts()
    ant, bee = eq3.talk(texts, scenario, "ant", 300), eq3.talk(texts, scenario, "bee", 9)
    told = (
        rubric_prompt(texts, ant),
        rubric_prompt(texts, ant, truncate=True),
        pair_prompt(texts, Showing(ant, bee)),
    )
    hashes = tuple(hashlib.sha256(one.encode()).hexdigest()[:16] for one in told)
    assert hashes == PUBLISHED_PROMPTS[scenario]


def test_what_a_model_says_fills_no_field_of_a_prompt():
    texts = eq3.texts()
    sly = eq3.talk(texts, "1", "{debrief_B} {scenario_notes}", 1)
    told = pair_prompt(texts, Showing(sly, eq3.talk(texts, "1", "bee", 1)))
    assert "{debrief_B} {scenario_notes}" in told
    assert fill("{a}{b}{c}", a="{b}", b="{a}") == "{b}{a}{c}"


def test_sections_are_cut_before_marks_are_removed_and_debriefs_after():
    texts = eq3.texts()
    told = pair_prompt(texts, Showing(eq3.talk(texts, "1", size=300), eq3.talk(texts, "1", "b", 1)))
    first = told.partition("[/RESPONDENT A0493]")[0]
    debrief = first.partition("Ok let's debrief.\n---\nAssistant:\n")[2].rstrip()
    assert len(debrief) == 4_000 + len("... [truncated]")
    begin = "Assistant:\n I'm thinking & feeling\n\n"
    section = first.partition(begin)[2].partition("... [truncated]")[0]
    assert 1_900 < len(section) < 2_200


@given(st.text(alphabet="#- \n'’Imy responseThand&flikg*a", max_size=200))
def test_no_section_is_longer_than_its_answer(text):
    for kind in (Kind.ROLE_PLAY, Kind.DRAFTING):
        found = sections(text, kind)
        assert len(found) == 3
        assert all(part in text for part in found.values())
        assert cut_sections(text, kind) == found


def test_sections_are_told_by_their_headings():
    text = (
        "#I’M THINKING & FEELING\nsad\n# They're thinking & feeling \n\nglad\n# My response\nHi -x-"
    )
    assert list(sections(text, Kind.ROLE_PLAY).values()) == ["sad", "glad", "Hi -x-"]
    assert list(sections("no headings", Kind.ROLE_PLAY).values()) == ["", "", ""]
    assert sections("anything", Kind.ANALYSIS) == {}
    assert spoken("<think>hm</think> Hello ") == "Hello"
    assert spoken("<think>hm") == "<think>hm"


def test_a_malformed_file_of_scenarios_is_refused():
    with pytest.raises(EvalError, match="holds none"):
        parse_scenarios("nothing here")
    twice = "######## 1 | a | b\n####### Prompt1\nHi\n" * 2
    with pytest.raises(EvalError, match="has 1 twice"):
        parse_scenarios(twice)
    assert parse_notes("before\n# 1\nNote.\n# 2\n\n") == {"1": "Note."}


def test_a_changed_file_is_in_the_name_of_the_score(tmp_path):
    pytest.importorskip("inspect_ai", reason="inspect-ai is not installed")
    folder = tmp_path / "data"
    shutil.copytree(shared("evals/eq_bench_v3/data"), folder)
    path = folder / "debrief_prompt.txt"
    path.write_text(path.read_text() + " Be brief.")
    task = RUBRIC.task(Setup(data=tmp_path))
    assert task.metadata["mien"]["variant"]["data"].startswith("changed ")
    path.unlink()
    with pytest.raises(EvalError, match=r"debrief_prompt\.txt"):
        RUBRIC.task(Setup(data=tmp_path))


def test_without_the_data_one_is_told_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setenv("MIEN_HOME", str(tmp_path))
    with pytest.raises(AssetError, match="mien models pull eq-bench-v3"):
        RUBRIC.plan(Setup())


def test_unknown_arguments_are_refused():
    for args, told in (({"turns": 3}, "does not know 'turns'"), ({"truncate": 1}, "true or false")):
        with pytest.raises(ConfigError, match=told):
            RUBRIC.plan(eq3.setup(args=args))


def test_the_plan_counts_turns_debriefs_and_gradings():
    model, judge = RUBRIC.plan(eq3.setup())
    # 19 of three turns, 3 of four, 4 of one, each with a debrief, and 19 analyses.
    assert (model.role, model.calls) == ("model", 19 * 4 + 3 * 5 + 4 * 2 + 19)
    assert (judge.role, judge.calls) == ("judge", 45)
    assert min(model.read, model.written, judge.read, judge.written) > 10_000
    few, graded = RUBRIC.plan(eq3.setup(limit=2))
    assert (few.calls, graded.calls) == (8, 2)


def test_the_plan_of_pairs_knows_its_prompts():
    texts = eq3.texts()
    size = {"ant": 30, "bee": 9, "cat": 3}
    shown = [
        Showing(*(eq3.talk(texts, scenario, who, size[who]) for who in (one, other)))
        for scenario in ("1", "208", "404")
        for one, other in (("ant", "bee"), ("bee", "ant"), ("cat", "ant"))
    ]
    (judge,) = plan_pairs(texts, shown)
    told = sum(tokens_in(pair_prompt(texts, one)) for one in shown)
    assert judge.read == pytest.approx(told, rel=0.01)


# What judges say


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ('{"warmth": 12, "humanlike": 7.5}', {"warmth": 12.0, "humanlike": 7.5}),
        ('{"chain_of_thought_reasoning": "20", "warmth": "15/20"}', {"warmth": 15.0}),
        ('Sure!\n```json\n{"warmth": 3,}\n```', {"warmth": 3.0}),
        ('{"warmth": 21, "moralising": -1, "reactive": true, "analytical": "high"}', {}),
        ('{"warmth": 1e999}', {}),
        ("[3]", {}),
        ("", {}),
    ],
)
def test_grades_are_read_as_published(said, found):
    assert read_grades(said) == found


def test_style_is_no_part_of_the_score():
    grades = read_grades(eq3.grades(Kind.ROLE_PLAY, 10, warmth=20, moralising=0))
    assert task_score(grades, Kind.ROLE_PLAY) == 10.0
    assert task_score({"warmth": 20.0}, Kind.ROLE_PLAY) is None
    assert task_score({"correctness": 4.0, "theory_of_mind": 8.0}, Kind.ANALYSIS) == 6.0


@pytest.mark.parametrize(
    "said",
    [
        eq3.verdict(Kind.ROLE_PLAY, overall_eq="A0493"),
        eq3.verdict(Kind.ROLE_PLAY, overall_eq="++"),
        eq3.verdict(Kind.ROLE_PLAY, overall_eq="A0493++ A0488+"),
        eq3.verdict(Kind.ROLE_PLAY, overall_eq="A0493++++++"),
        eq3.verdict(Kind.ROLE_PLAY, overall_eq=None),
        eq3.verdict(Kind.ROLE_PLAY).replace("overall_eq", "overall"),
        eq3.verdict(Kind.ANALYSIS),
        "A0493 is better",
    ],
)
def test_verdicts_that_leave_a_criterion_open_are_none(said):
    assert read_lead(said, Kind.ROLE_PLAY) is None


def test_the_trailing_comma_of_the_published_example_is_forgiven():
    said = eq3.verdict(Kind.ROLE_PLAY, "A0488", 3)[:-1] + ",\n}"
    assert read_lead(said, Kind.ROLE_PLAY).pluses == dict.fromkeys(CRITERIA, -3)


@given(st.lists(st.integers(-5, 5).filter(bool), min_size=8, max_size=8))
def test_a_lead_turns_round_with_the_order(pluses):
    lead = Lead(dict(zip(CRITERIA, pluses, strict=True)))
    other = Lead({name: -count for name, count in lead.pluses.items()})
    assert lead.share + other.share == pytest.approx(1.0)
    assert lead.share == pytest.approx(0.5 + max(-1.0, min(1.0, sum(pluses) / 30)) / 2)
    assert all(-1.0 <= margin <= 1.0 for margin in lead.margins.values())


def test_verdicts_of_the_published_log_come_to_their_pluses():
    log = json.loads(
        gzip.decompress(shared("evals/early_pairwise_2025-04-29.json.gz").read_bytes())
    )
    records = log["__metadata__"]["global_pairwise_comparisons"]
    judged, odd = 0, 0
    for record in (one for one in records if not one.get("error")):
        lead = read_lead(json.dumps(record["judge_response"]), Kind.of(record["scenario_id"]))
        if lead is None:
            odd += 1
            continue
        test_first = record["order"].startswith("A0493:test")
        diff = record["plus_for_test"] - record["plus_for_other"]
        assert sum(lead.pluses.values()) == (diff if test_first else -diff)
        assert abs(lead.share - 0.5) * 2 == pytest.approx(record["plus_diff_normalized"])
        judged += 1
    assert (judged, odd) == (6_362, 0)
