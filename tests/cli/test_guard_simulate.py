"""`mien guard simulate` and `mien guard tune` on the command line."""

import json

import pytest
from typer.testing import CliRunner

from mien.cli.app import app
from mien.guard import load_policy
from mien.llm.testing import ScriptedServer


def run(*arguments):
    return CliRunner().invoke(app, ["guard", *map(str, arguments)], catch_exceptions=True)


WRITTEN = ("simulate", "--observer", "written")


def test_a_simulation_is_a_table_a_page_and_json(tmp_path):
    page = tmp_path / "page.html"
    plain = run(*WRITTEN, "--out", page)
    assert plain.exit_code == 0, plain.output
    assert "right moments were met" in plain.output
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    told = json.loads(run(*WRITTEN, "--plays", 2, "--recall", 0.9, "--json").stdout)
    assert {"policy", "by", "users", "figures", "curve"} == told.keys()
    assert all(user["plays"] == 2 for user in told["users"])


def test_local_detectors_judge_by_default(tmp_path):
    chats = tmp_path / "chats.jsonl"
    rows = [{"messages": [{"role": "user", "content": "Hello."}], "alarm_at": None}]
    chats.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    told = json.loads(run("simulate", "--ordinary", chats, "--json").stdout)
    assert told["by"].startswith("local-")
    assert told["users"][-1]["user"] == "chats"


def test_language_models_play_the_users():
    from mien.guard.simulate import shipped_users

    with ScriptedServer("I am well, thank you.") as server:
        named = f"{server.url}#scripted"
        found = run(
            *("simulate", "--user", named, "--assistant", named, "--exchanges", 2, "--json")
        )
        assert found.exit_code == 0, found.output
        asked = len(server.requests)
    told = json.loads(found.stdout)
    assert len(told["users"]) == len(shipped_users())
    assert asked == 4 * len(shipped_users())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--observer", "psychic"], "psychic"),
        (["--user", "http://127.0.0.1:1#m"], "--assistant"),
        (["--user", "m", "--assistant", "m"], "URL#MODEL"),
        (["--plays", "3"], "--observer written"),
        (["--observer", "written", "--ordinary", "x.jsonl"], "local"),
        (["--out", "page.pdf"], ".html"),
        (["--users", "nowhere.toml"], "nowhere.toml"),
        (["--policy", "nobody"], "nobody"),
        (["--ordinary", "nowhere.jsonl"], "nowhere.jsonl"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, said):
    found = run("simulate", *arguments)
    assert said in str(found.exception)


def labeled(tmp_path, positive, negative):
    calm = [{"role": "user", "content": "Which bread flour should I buy?"}]
    grave = [
        {"role": "user", "content": "I want to kill myself tonight. I have the pills here."},
        {"role": "assistant", "content": "Are you safe?"},
        {"role": "user", "content": "No. I want to die tonight."},
    ]
    rows = [
        *({"id": f"p{i}", "messages": grave, "alarm_at": 0} for i in range(positive)),
        *({"id": f"n{i}", "messages": calm, "alarm_at": None} for i in range(negative)),
    ]
    path = tmp_path / "labeled.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def test_tuning_writes_a_policy_that_loads(tmp_path):
    out = tmp_path / "mine.toml"
    found = run("tune", labeled(tmp_path, 40, 40), "--max-alarms-per-1000", 50, "--out", out)
    assert found.exit_code == 0, found.output
    assert "recall 1.00" in found.stdout
    assert load_policy(out).name == "mine"
    again = run("tune", labeled(tmp_path, 40, 40), "--max-alarms-per-1000", 50, "--json")
    assert json.loads(again.stdout)["n_positive"] == 40
    assert "new file" in str(
        run("tune", tmp_path / "labeled.jsonl", "--max-alarms-per-1000", 50, "--out", out).exception
    )


def test_tuning_refuses_too_few(tmp_path):
    found = run("tune", labeled(tmp_path, 5, 40), "--max-alarms-per-1000", 50)
    assert "40 are needed" in str(found.exception)


@pytest.mark.parametrize(
    "command",
    [
        ("simulate", "--out", "none/page.html"),
        ("tune", "none.jsonl", "--max-alarms-per-1000", 5, "--out", "none/policy.toml"),
    ],
)
def test_a_folder_that_is_not_there_is_told_before_anything_is_judged(
    command, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("mien.guard.local.LocalObserver", lambda: pytest.fail("it was judged"))
    assert "no folder none" in str(run(*command).exception)
