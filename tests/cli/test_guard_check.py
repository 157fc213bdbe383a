"""`mien guard check` as people run it."""

import json

import pytest
from typer.testing import CliRunner

from mien.cli.app import app
from mien.core.errors import MienError
from mien.llm.testing import ScriptedServer
from tests.fakes.judge import saying
from tests.fakes.observers import Cues, Unsure
from tests.fakes.scans import CRISIS, SPIRAL, chat, write_lines


@pytest.fixture(autouse=True)
def cues(monkeypatch):
    monkeypatch.setattr("mien.guard.local.LocalObserver", Cues)


@pytest.fixture
def one(tmp_path):
    path = tmp_path / "one.json"
    path.write_text(json.dumps(chat(SPIRAL)))
    return path


def check(*arguments):
    return CliRunner().invoke(app, ["guard", "check", *map(str, arguments)])


def refused(*arguments):
    ran = check(*arguments)
    assert isinstance(ran.exception, MienError), ran.output
    return str(ran.exception)


def test_json_is_one_check_a_turn(one):
    ran = check(one, "--json")
    checks = [json.loads(line) for line in ran.stdout.splitlines()]
    assert ran.exit_code == 0
    assert [row["turn"] for row in checks] == list(range(len(SPIRAL)))
    assert "ground" in {row["action"] for row in checks}
    assert checks[1]["reasons"][0]["quote"] == "it is a prophecy"


def test_people_see_turns_with_action_risk_and_reasons(one):
    text = check(one).stdout
    assert "the policy would have stepped in" in " ".join(text.split())
    assert "it is a prophecy" in text
    assert "because" in text
    assert max(map(len, text.splitlines())) <= 80


def test_people_see_what_a_law_has_users_told(one):
    assert "tells the user" not in check(one).stdout
    assert (
        "tells the user: “I am an AI, not a person.”"
        in check(one, "--policy", "default+california").stdout
    )


def test_a_chat_of_an_export_is_chosen_by_its_title(tmp_path):
    lines = write_lines(tmp_path / "c.jsonl", chat(SPIRAL, title="Signs"), chat(CRISIS, title="b"))
    assert "--chat" in refused(lines)
    assert "Signs" in check(lines, "--chats").stdout
    first = json.loads(check(lines, "--chat", "b", "--json").stdout.splitlines()[0])
    assert first["action"] == "crisis"


def test_resources_are_offered_where_the_user_is(tmp_path):
    listed = tmp_path / "r.toml"
    listed.write_text(
        '[[resource]]\nid = "a"\nname = "A line"\ncountry = "DE"\ncontact = "0800"\n'
        "crisis = true\nchecked = 2020-01-01\n"
    )
    lines = write_lines(tmp_path / "c.jsonl", chat(CRISIS * 2))
    ran = check(lines, "--resources", listed, "--country", "de", "--json")
    assert "A line: 0800" in ran.stdout
    assert "not checked for half a year" in ran.stderr


def test_a_turn_that_cannot_be_judged_shows_and_counts(one, monkeypatch):
    monkeypatch.setattr("mien.guard.local.LocalObserver", lambda: Cues(breaks_on="chosen"))
    ran = check(one)
    assert ran.exit_code == 1
    assert "not judged" in ran.stdout
    assert "3 of 5 turns were not judged" in ran.stderr


def test_what_is_no_chat_is_refused(tmp_path, one):
    bare = tmp_path / "s.json"
    bare.write_text('[{"role": "system", "content": "rules"}]')
    assert "no turn in it" in refused(bare)
    assert "mode must be" in refused(one, "--mode", "loud")
    assert "no policy is called" in refused(one, "--policy", "nonesuch")
    assert "two letters" in refused(one, "--country", "germany")
    assert "two letters" in refused(one, "--language", "english")


def test_a_judge_is_asked_about_doubtful_turns_and_named_in_their_checks(one, monkeypatch):
    monkeypatch.setattr("mien.guard.local.LocalObserver", Unsure)
    with ScriptedServer(saying({})) as server:
        name = f"{server.url}#made"
        ran = check(one, "--json", "--judge", name, "--force-uncalibrated")
        assert len(server.requests) == len(SPIRAL)
    checks = [json.loads(line) for line in ran.stdout.splitlines()]
    assert all(row["by"].endswith("-uncalibrated") for row in checks)
    assert f"was asked about {len(SPIRAL)} turns" in ran.stderr


def test_a_judge_that_nobody_calibrated_is_refused(one, tmp_path, monkeypatch):
    monkeypatch.setenv("MIEN_HOME", str(tmp_path))
    assert "mien guard calibrate" in refused(one, "--judge", "http://127.0.0.1:9/v1#made")
