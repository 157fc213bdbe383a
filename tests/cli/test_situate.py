"""`mien situate` as people run it."""

import json
import re

import pytest
from typer.testing import CliRunner

from mien.cli.app import app
from mien.core.errors import ConfigError, MienError
from mien.llm.testing import ScriptedServer
from mien.moments import SCHEMA, moment_of
from mien.moments.explain import MODEL, URL
from tests.data import EXAMPLES
from tests.report.test_report import headings

CHAT = """Ana: I got the job! I'm so happy!
Ben: Congratulations, I'm so proud of you.
Ana: You told Mum before I could. I'm so angry with you!
Ben: I'm sorry. I was too excited.
Ana: It's fine.
Ben: Really?
Ana: No. I'm really disappointed, you ruined my surprise.
Ben: I'm so sorry, I feel terrible about it.
Ana: Thank you for saying that. I love you.
"""


@pytest.fixture
def chat(tmp_path):
    path = tmp_path / "chat.txt"
    path.write_text(CHAT, encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def no_model(monkeypatch):
    monkeypatch.delenv(URL, raising=False)
    monkeypatch.delenv(MODEL, raising=False)


def mien(*arguments, command="situate"):
    return CliRunner().invoke(app, [command, *map(str, arguments), "--decoders", "words-fast"])


def again(*arguments):
    return CliRunner().invoke(app, ["situate", *map(str, arguments)])


def refused(*arguments):
    ran = again(*arguments)
    assert isinstance(ran.exception, MienError), ran.output
    return str(ran.exception)


def rows(ran):
    assert ran.exit_code == 0, ran.output
    return [json.loads(line) for line in ran.stdout.splitlines()]


def test_json_is_one_moment_a_line_that_comes_back(chat):
    found = rows(mien(chat, "--json"))
    assert len(found) == len(CHAT.splitlines())
    assert {row["schema"] for row in found} == {SCHEMA}
    assert [moment_of(row).turns for row in found] == [(i,) for i in range(len(found))]


def test_a_jsonl_file_holds_the_same(chat, tmp_path):
    out = tmp_path / "moments.jsonl"
    ran = mien(chat, "--json", "--out", out)
    assert out.read_text(encoding="utf-8") == ran.stdout
    assert "wrote" in ran.stderr


def test_the_page_has_the_story_and_read_alone_has_not(chat, tmp_path):
    story, alone = tmp_path / "story.html", tmp_path / "alone.html"
    assert mien(chat, "--out", story).exit_code == 0
    assert mien(chat, "--out", alone, command="read").exit_code == 0
    assert "What happened" in headings(story.read_text(encoding="utf-8"))
    assert "What happened" not in headings(alone.read_text(encoding="utf-8"))


def test_the_terminal_shows_a_sentence_and_what_it_rests_on(chat):
    ran = mien(chat)
    assert ran.exit_code == 0
    assert re.search(r"Ana .*(likely|clearly) ", ran.stdout)
    assert "“You told Mum before I could." in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 80
    assert "\x1b[" not in ran.stdout


def test_a_block_for_a_prompt_is_short(chat):
    ran = mien(chat, "--brief")
    assert ran.stdout.startswith("Ana ")
    assert len(ran.stdout.splitlines()) == 1
    assert "Ask rather than assume." in ran.stdout


@pytest.mark.parametrize("ending", ["parquet", "json", "jsonl"])
def test_what_was_read_before_is_not_read_again(chat, tmp_path, ending):
    kept = tmp_path / f"kept.{ending}"
    assert mien(chat, "--out", kept, command="read").exit_code == 0
    assert rows(again(kept, "--json")) == rows(mien(chat, "--json"))


def test_a_chat_whose_file_looks_like_readings_is_still_a_chat(tmp_path):
    path = tmp_path / "chat.jsonl"
    lines = [{"role": "user", "content": text} for text in CHAT.splitlines()[:2]]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert len(rows(mien(path, "--json"))) == 2


def test_people_get_the_names_they_are_given(chat, tmp_path):
    kept = tmp_path / "kept.parquet"
    mien(chat, "--out", kept, command="read")
    for ran in (
        mien(chat, "--name", "Ana=Zoe", "--json"),
        again(kept, "--name", "Ana=Zoe", "--json"),
    ):
        assert {row["person"] for row in rows(ran)} == {"Zoe", "Ben"}
    page = tmp_path / "page.html"
    again(kept, "--name", "Ana=Zoe", "--out", page)
    assert "Ana" not in page.read_text(encoding="utf-8").split("<h2>")[0]


def test_private_leaves_words_and_names_out_and_so_causes(chat, tmp_path):
    page = tmp_path / "page.html"
    ran = mien(chat, "--private", "--json", "--out", page)
    found = rows(ran)
    assert {row["person"] for row in found} == {"Person 1", "Person 2"}
    assert all(row["causes"] == [] and row["target"] is None for row in found)
    for text in (ran.stdout, page.read_text(encoding="utf-8"), mien(chat, "--private").stdout):
        assert not any(said in text for said in ("Ana", "surprise.", "chat.txt", "Mum"))


def test_private_words_are_sent_to_no_model(chat, monkeypatch):
    assert "--private" in refused(chat, "--private", "--llm", "http://127.0.0.1:9", "--model", "m")
    with ScriptedServer(lambda request: "{}") as server:
        monkeypatch.setenv(URL, server.url)
        monkeypatch.setenv(MODEL, "m")
        assert mien(chat, "--private", "--json").exit_code == 0
        assert not server.requests


def test_a_language_model_explains_and_is_announced(chat):
    def script(request):
        key = re.search(r"key of this request is (\w+)", request.last).group(1)
        entry = {
            "turn": 2,
            "target": None,
            "causes": [{"quote": "told Mum", "turn": 2, "type": "no_context"}],
            "appraisal": None,
            "explanation": "Ben told their mother first.",
        }
        return json.dumps({"key": key, "moments": [entry]})

    with ScriptedServer(script) as server:
        ran = mien(chat, "--json", "--llm", server.url, "--model", "m")
    assert "the words are sent to 127.0.0.1" in ran.stderr
    assert rows(ran)[2]["explanation"] == "Ben told their mother first."
    assert rows(ran)[2]["causes"][0]["text"] == "told Mum"


def test_a_model_that_fails_leaves_the_built_in_answer(chat):
    with ScriptedServer(lambda request: "no JSON at all") as server:
        ran = mien(chat, "--json", "--llm", server.url, "--model", "m")
    plain, failed = rows(mien(chat, "--json")), rows(ran)
    assert [row["emotions"] for row in failed] == [row["emotions"] for row in plain]
    assert sum(row["dropped"]["llm_errors"] for row in failed) > 0


def test_the_example_with_voice_face_and_words_has_a_fused_ribbon(tmp_path):
    page = tmp_path / "scene.html"
    ran = again(EXAMPLES / "scene.ogg", "--json", "--out", page)
    assert any(len({e["channel"] for e in row["evidence"]}) > 1 for row in rows(ran))
    assert "all channels" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["missing.txt"], "missing.txt"),
        (["CHAT", "--out", "x.csv"], r"end it in \.html or \.jsonl"),
        (["CHAT", "--out", "CHAT"], "end it in"),
        (["CHAT", "--out", "nowhere/x.html"], "no folder nowhere"),
        (["CHAT", "--name", "Ana"], "LABEL=NAME"),
        (["CHAT", "--llm", "http://127.0.0.1:9"], "--model"),
        (["CHAT", "--model", "m"], "--llm"),
        (["CHAT", "--brief", "--json"], "choose one"),
        (["FOLDER"], r"mien read .* --out X\.parquet first"),
        (["-"], "first"),
        (["CHAT", "--chat", "Nobody"], "Nobody|--chat"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_read(chat, tmp_path, arguments, told):
    stands = {"CHAT": str(chat), "FOLDER": str(tmp_path)}
    assert re.search(told, refused(*(stands.get(word, word) for word in arguments)))


def test_options_of_reading_are_refused_for_what_was_read(chat, tmp_path):
    kept = tmp_path / "kept.parquet"
    mien(chat, "--out", kept, command="read")
    ran = mien(kept)
    assert isinstance(ran.exception, ConfigError)
    assert "was read already" in str(ran.exception)


def test_a_table_that_is_no_timeline_is_refused(tmp_path):
    path = tmp_path / "x.parquet"
    path.write_bytes(b"PAR1nothing")
    assert "not a timeline" in refused(path)


def test_an_output_never_replaces_what_is_read(chat, tmp_path):
    kept = tmp_path / "kept.jsonl"
    mien(chat, "--out", kept, command="read")
    before = kept.read_bytes()
    assert "being read" in refused(kept, "--out", kept)
    assert kept.read_bytes() == before


def test_a_file_that_cannot_be_written_leaves_the_others(chat, tmp_path, monkeypatch):
    def full(*_, **__):
        raise ConfigError("cannot write story.html: No space left on device")

    monkeypatch.setattr("mien.report.write_report", full)
    lines = tmp_path / "moments.jsonl"
    ran = mien(chat, "--out", tmp_path / "story.html", "--out", lines)
    assert ran.exit_code == 2
    assert "No space left" in ran.stderr
    assert lines.stat().st_size > 100
