"""From files of runs to tables: what may share one, what is said of it, and how it is drawn."""

import csv
import io
import json
import zipfile
import zlib
from contextlib import suppress
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from typer.testing import CliRunner

from mien.cli.evals import app
from mien.core.errors import ConfigError, EvalError
from mien.evals import catalogue
from mien.evals.bench import Setup
from mien.evals.boards.board import make_board
from mien.evals.boards.bundling import MANIFEST, bundle, verify
from mien.evals.boards.gathering import gather
from mien.evals.boards.report import render_page, render_terminal, write_boards
from mien.evals.boards.report.files import boards_csv, harmless
from mien.evals.boards.tables import boards_of, compare_files, score_files
from mien.evals.result import Usage
from tests.fakes import boards as made_task
from tests.fakes.boards import register, run

N = 40
LIMITED = {"items": f"first {N} of 100"}


@pytest.fixture(autouse=True)
def made(monkeypatch):
    register(monkeypatch)


def scores(level, seed=0, n=N):
    rng = np.random.default_rng(seed)
    hard = np.random.default_rng(99).normal(0, 1, n)
    return {f"i{i}": float(level + hard[i] + rng.normal(0, 0.3)) for i in range(n)}


@pytest.fixture
def write(tmp_path):
    def one(model, level, name="", **about):
        path = tmp_path / f"{name or model.replace('/', '-')}.json"
        held = {
            "model": model,
            "scores": scores(level, seed=zlib.crc32(model.encode())),
            "is": about,
        }
        path.write_text(json.dumps(held), encoding="utf-8")
        return path

    return one


# --- what may stand in one table ----------------------------------------------------------------


def test_other_judges_never_share_a_table(write):
    one = write("a", 5, roles={"judge": "gpt-5"})
    other = write("b", 6, roles={"judge": "claude-4"})
    with pytest.raises(EvalError, match=r"judge 'gpt-5' and 'claude-4'.*rejudge"):
        compare_files([one, other], task="made")
    found = boards_of([one, other], task="made")
    assert [len(board.rows) for board in found] == [1, 1]


def test_other_lengths_of_talks_never_share_a_table(write):
    one, other = write("a", 5, variant={"turns": "3"}), write("b", 6, variant={"turns": "20"})
    with pytest.raises(EvalError, match="turns '3' and '20'"):
        compare_files([one, other], task="made")


def test_two_runs_of_one_name_are_refused_until_one_is_renamed(write):
    one, other = write("a", 5, "first"), write("a", 6, "second")
    with pytest.raises(EvalError, match=r"two runs are called 'a'.*--label"):
        gather([one, other], task="made")
    runs = gather([one, other], task="made", labels={str(other): "a, again"})
    assert [held.model for held in runs] == ["a", "a, again"]


def test_the_same_file_twice_is_refused(write):
    one = write("a", 5)
    with pytest.raises(EvalError, match="the same file"):
        gather([one, one], task="made")


def test_a_file_of_nobody_is_refused_with_the_way_on(tmp_path):
    path = tmp_path / "notes.json"
    path.write_text("{}")
    with pytest.raises(EvalError, match="mien evals score TASK"):
        gather([path])
    with pytest.raises(EvalError, match="no such file"):
        gather([tmp_path / "nothing.json"], task="made")
    with pytest.raises(EvalError, match=r"no logs of Inspect"):
        gather([tmp_path])


# --- what a table says --------------------------------------------------------------------------


def test_models_that_are_not_told_apart_share_a_rank_and_the_rest_do_not(write):
    paths = [write("good", 8), write("fair", 8.02), write("poor", 3)]
    (board,) = boards_of(paths, task="made")
    assert [[row.model for row in group] for group in board.groups] == [
        ["fair", "good"],
        ["poor"],
    ]
    assert [row.rank for row in board.rows] == [1, 1, 3]


def test_a_run_without_a_score_is_last_and_says_why():
    board = make_board([run("silent", {"i1": None}), run("a", scores(5))])
    assert [row.model for row in board.rows] == ["a", "silent"]
    assert board.rows[1].rank is None
    assert "nothing was scored" in render_terminal([board])


def test_what_was_refused_or_never_answered_is_counted_and_no_zero():
    held = scores(5) | {"x": None, "y": None}
    board = make_board([run("a", held, planned=50)])
    (row,) = board.rows
    assert row.scored == N
    assert row.missing == 50 - N - 2
    assert row.refused == pytest.approx(2 / (N + 2))
    assert row.main.value == pytest.approx(10 * np.mean(list(scores(5).values())))
    assert any("2 of 42 answers refused" in remark for remark in row.remarks)


def test_a_judge_of_the_models_own_family_is_named():
    runs = [run(m, scores(5), roles={"judge": "openai/gpt-5"}) for m in ("openai/o3", "kimi-k2")]
    own, other = sorted(make_board(runs).rows, key=lambda row: row.model != "openai/o3")
    assert any("own family (gpt)" in remark for remark in own.remarks)
    assert not other.remarks


def test_one_judge_in_all_seats_is_named_once():
    seats = dict.fromkeys(("judge_1", "judge_2"), "openai/gpt-5")
    (row,) = make_board([run("openai/o3", scores(5), roles=seats)]).rows
    (remark,) = [one for one in row.remarks if "own family" in one]
    assert remark.startswith("openai/gpt-5 (judge_1, judge_2) is")


def test_a_limited_run_says_by_how_much_it_misses_the_whole():
    whole, part = (run(m, scores(5), variant=v) for m, v in (("a", {}), ("b", LIMITED)))
    assert not make_board([whole]).rows[0].remarks
    (row,) = make_board([part]).rows
    off = row.main.se * (1 - N / 100) ** 0.5 * (2 / np.pi) ** 0.5
    assert f"{N} items miss the score of all 100 by {off:.1f} points" in row.remarks[0]


def test_scripted_characters_are_said_to_be_so(write):
    board = make_board([run("mien/empathic", scores(9), is_scripted=True)])
    assert "Scripted characters, not models: mien/empathic." in render_terminal([board])
    assert "scripted" in render_page([board])


def test_no_label_hides_a_scripted_character_in_a_table(write):
    path = write("mien/flat", 5, is_scripted=True)
    (held,) = gather([path], task="made", labels={str(path): "GPT"})
    assert held.model == "mien/GPT"
    (again,) = gather([path], task="made", labels={str(path): "mien/GPT"})
    assert again.model == "mien/GPT"


def test_a_spreadsheet_says_who_is_scripted(write):
    one = write("mien/flat", 5, is_scripted=True)
    other = write("a", 5, is_scripted=False)
    rows = csv.DictReader(io.StringIO(boards_csv(boards_of([one, other], task="made"))))
    assert {row["model"]: row["scripted"] for row in rows} == {"mien/flat": "yes", "a": ""}


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", " ="])
def test_no_cell_is_a_formula(begin):
    assert harmless(f"{begin}cmd()").startswith("'")


def test_whoever_is_no_better_than_reading_nothing_is_told(tmp_path, write):
    (board,) = boards_of([write("poor", 2)], task="made", setup=Setup(data=tmp_path))
    assert [row.model for row in board.baselines] == ["the same everywhere"]
    assert "poor is no better than the same everywhere" in render_terminal([board])


def test_baselines_of_other_items_stand_in_no_table(tmp_path, write):
    path = write("a", 5, variant={"data": "changed 1234"})
    (board,) = boards_of([path], task="made", setup=Setup(data=tmp_path))
    assert board.baselines == ()
    assert any("No baselines" in note for note in board.notes)


def test_baselines_answer_the_items_that_a_limited_run_was_asked(tmp_path):
    path = tmp_path / "part.json"
    held = {f"i{n}": 5.0 for n in range(6)}
    about = {"variant": {"items": "first 6 of 12"}}
    path.write_text(json.dumps({"model": "part", "scores": held, "is": about}))
    (board,) = boards_of([path], task="made", setup=Setup(data=tmp_path))
    assert [len(row.run.items) for row in board.baselines] == [6]


def test_without_items_the_table_says_that_baselines_are_missing(write):
    (board,) = boards_of([write("a", 5)], task="made")
    assert any("give --data DIR" in note for note in board.notes)


@pytest.mark.parametrize("what", ["data", "prompts"])
def test_runs_that_were_asked_other_texts_never_share_a_table(write, what):
    one, other = (write(m, 5, **{what: {"q": m * 64}}) for m in "ab")
    with pytest.raises(EvalError, match=r"the text of (data|prompt) q"):
        compare_files([one, other], task="made")
    found = boards_of([one, other], task="made")
    assert [len(board.rows) for board in found] == [1, 1]
    assert all(
        f"differs in the text of {what.removesuffix('s')} q" in board.notes[-1] for board in found
    )


def test_money_of_a_role_without_a_price_is_unknown_and_not_nothing():
    used = {"model": Usage(calls=1, usd=0.5), "judge": Usage(calls=1, usd=None)}
    assert make_board([run("a", scores(5), usage=used)]).rows[0].usd is None
    used["judge"] = Usage(calls=1, usd=0.25)
    assert make_board([run("a", scores(5), usage=used)]).rows[0].usd == 0.75


# --- how it is drawn ----------------------------------------------------------------------------


def test_no_name_of_a_model_becomes_markup(write):
    page = render_page(boards_of([write("<script>alert(1)</script>", 5, "x")], task="made"))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_the_same_boards_give_the_same_page(write):
    boards = boards_of([write("a", 5), write("b", 6)], task="made")
    on = date(2026, 11, 23)
    assert render_page(boards, on=on) == render_page(boards, on=on)


def test_a_terminal_of_eighty_columns_holds_every_line(write):
    paths = [write(f"provider/a-model-with-a-very-long-name-{i}", 3 + i) for i in range(4)]
    text = render_terminal(boards_of(paths, task="made"))
    assert max(map(len, text.splitlines())) <= 80


def test_a_table_is_written_in_the_form_of_its_ending(tmp_path, write):
    boards = boards_of([write("=cmd()", 5, "x"), write("b", 6)], task="made")
    for ending in ("html", "json", "csv"):
        write_boards(boards, tmp_path / f"t.{ending}")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "t.csv").read_text("utf-8"))))
    assert [row["model"] for row in rows] == ["b", "'=cmd()"]
    held = json.loads((tmp_path / "t.json").read_text("utf-8"))
    assert [row["rank"] for row in held["boards"][0]["rows"]] == [1, 2]
    with pytest.raises(ConfigError, match=r"\.html"):
        write_boards(boards, tmp_path / "t.pdf")


def test_scores_of_files_have_the_fields_that_scripts_read(write):
    (found,) = score_files("made", [write("a", 5)])
    assert found.keys() >= {"file", "task", "model", "score", "n", "parseable", "se", "ci"}
    assert found["n"] == found["parseable"] == N


def test_a_run_of_another_task_is_not_scored_as_this_one(monkeypatch, write):
    monkeypatch.setitem(catalogue._HOMES, "kin", "made")
    path = write("a", 5)
    monkeypatch.setattr(made_task.Made, "info", replace(made_task.INFO, name="kin"))
    with pytest.raises(EvalError, match=r"a run of 'made', not of 'kin'.*evals score made"):
        score_files("kin", [path])


def test_one_run_alone_is_compared_with_nothing(write):
    with pytest.raises(EvalError, match="one run alone"):
        compare_files([write("a", 5)], task="made")


def test_scores_that_mean_different_things_are_printed_with_their_names(write):
    one, other = write("a", 5), write("b", 6, roles={"judge": "gpt-5"})
    assert "made (judge gpt-5)" in invoke("score", "made", one, other).stdout
    assert "judge" not in invoke("score", "made", other).stdout


# --- bundles ------------------------------------------------------------------------------------


@pytest.fixture
def bundled(tmp_path, write):
    out = tmp_path / "runs.zip"
    bundle([write("a", 5), write("b", 6), write("c", 6.1)], out, task="made")
    return out


def rewritten(path, change):
    """The archive with its members changed: name to bytes, None to leave it out."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w") as archive:
        for name, held in members.items():
            archive.writestr(name, held)


def test_a_bundle_holds_on_another_machine(bundled):
    verdict = verify(bundled)
    assert verdict.differs == ""
    assert verdict.figures > 30


def test_a_changed_run_is_found_by_its_hash(bundled):
    def change(members):
        members["a.json"] = members["a.json"].replace(b"5.", b"6.", 1)

    rewritten(bundled, change)
    assert verify(bundled).differs.startswith("sha256 of a.json")


def test_a_changed_figure_is_named(bundled):
    def change(members):
        held = json.loads(members[MANIFEST])
        row = next(row for row in held["boards"][0]["rows"] if row["model"] == "b")
        row["score"] += 0.5
        members[MANIFEST] = json.dumps(held).encode()

    rewritten(bundled, change)
    assert verify(bundled).differs.startswith("made: b: score is")


def manifest(path, change):
    """The archive with its manifest changed."""

    def edit(members):
        held = json.loads(members[MANIFEST])
        change(held["boards"])
        members[MANIFEST] = json.dumps(held).encode()

    rewritten(path, edit)


def test_who_is_a_scripted_character_cannot_be_hidden(tmp_path, write):
    out = tmp_path / "scripted.zip"
    bundle([write("mien/flat", 5, is_scripted=True)], out, task="made")
    manifest(out, lambda boards: boards[0]["rows"][0].update(is_scripted=False))
    assert "is_scripted is True, not False" in verify(out).differs


def test_tables_of_one_name_are_verified_each(tmp_path, write):
    out = tmp_path / "twins.zip"
    one, other = (write("a", 5, f"v{v}", data={"q": v * 64}) for v in "12")
    bundle([other, one], out, task="made")
    assert verify(out).differs == ""
    for i in (0, 1):
        copy = tmp_path / f"{i}.zip"
        copy.write_bytes(out.read_bytes())
        manifest(copy, lambda boards, i=i: boards[i]["rows"][0].update(planned=99))
        assert "planned is 40, not 99" in verify(copy).differs


def test_baselines_are_made_again_where_their_items_are(tmp_path, write):
    out, setup = tmp_path / "grey.zip", Setup(data=tmp_path)
    bundle([write("a", 5)], out, task="made", setup=setup)
    assert verify(out, setup).differs == ""
    assert verify(out).differs == ""
    manifest(out, lambda boards: boards[0]["baselines"][0].update(score=1.0))
    assert "the same everywhere: score is 30.0, not 1.0" in verify(out, setup).differs


@pytest.mark.parametrize("held", [[], [{"task": "made"}], [{"rows": 1}], [7]])
def test_a_manifest_of_another_form_is_refused_or_found_wrong(bundled, held):
    def change(boards):
        boards[:] = held

    manifest(bundled, change)
    with suppress(EvalError):
        assert verify(bundled).differs


def test_a_rank_that_was_left_out_is_named(bundled):
    def change(members):
        held = json.loads(members[MANIFEST])
        held["boards"][0]["rows"] = held["boards"][0]["rows"][:-1]
        members[MANIFEST] = json.dumps(held).encode()

    rewritten(bundled, change)
    assert "the bundle does not tell it" in verify(bundled).differs


@pytest.mark.parametrize("name", ["../evil.json", "more.json"])
def test_a_bundle_with_more_than_it_lists_is_refused(bundled, name):
    rewritten(bundled, lambda members: members.update({name: b"{}"}))
    with pytest.raises(EvalError, match="does not list"):
        verify(bundled)


def test_a_bundle_that_lists_a_path_is_refused(bundled):
    def change(members):
        held = json.loads(members[MANIFEST])
        held["files"]["../a.json"] = held["files"].pop("a.json")
        members["../a.json"] = members.pop("a.json")
        members[MANIFEST] = json.dumps(held).encode()

    rewritten(bundled, change)
    with pytest.raises(EvalError, match="outside itself"):
        verify(bundled)


def test_what_is_no_bundle_is_refused(tmp_path):
    (tmp_path / "x.zip").write_bytes(b"no zip")
    with zipfile.ZipFile(tmp_path / "y.zip", "w") as archive:
        archive.writestr(MANIFEST, "[]")
    for name in ("x.zip", "y.zip", "nothing.zip"):
        with pytest.raises(EvalError, match="cannot read"):
            verify(tmp_path / name)


def test_a_bundle_tells_no_path_of_this_machine(bundled, tmp_path):
    with zipfile.ZipFile(bundled) as archive:
        assert str(tmp_path) not in archive.read(MANIFEST).decode()


# --- commands -----------------------------------------------------------------------------------


def invoke(*words):
    return CliRunner().invoke(app, list(map(str, words)))


def test_the_commands_print_tables_and_json(write, tmp_path, bundled):
    paths = [write("a", 5), write("b", 8)]
    assert "b leads" in invoke("report", *paths, "--task", "made").stdout
    lines = invoke("compare", *paths, "--task", "made", "--json").stdout.splitlines()
    assert json.loads(lines[0])["better"] == "b"
    assert "over" in invoke("compare", *paths, "--task", "made").stdout
    scored = invoke("score", "made", *paths, "--json").stdout.splitlines()
    assert [json.loads(line)["model"] for line in scored] == ["a", "b"]
    out = tmp_path / "b.zip"
    assert invoke("bundle", *paths, "--task", "made", "--out", out).exit_code == 0
    assert invoke("verify", out).exit_code == 0


def test_a_bundle_that_does_not_hold_ends_with_1(bundled):
    rewritten(bundled, lambda members: members.update({"a.json": b"{}"}))
    found = invoke("verify", bundled, "--json")
    assert found.exit_code == 1
    assert "sha256 of a.json" in json.loads(found.stdout)["differs"]
