import json

import pytest

import mien
from mien.reader import Veil
from mien.timeline import write_timeline
from tests.fakes.videos import talk

SECRETS = ("Anastasia", "Smithers", "treasure", "therapy")


@pytest.fixture
def timeline(tmp_path):
    path = talk(tmp_path / "Anastasia Smithers therapy.mp4", 1.0)
    (tmp_path / "Anastasia Smithers therapy.vtt").write_text(
        "WEBVTT\n\n00:00.100 --> 00:00.900\n<v Anastasia Smithers>The treasure is under the tree\n",
        encoding="utf-8",
    )
    return mien.read(path)


def test_without_a_veil_the_secrets_are_there(timeline, tmp_path):
    write_timeline(timeline, tmp_path / "out.json")
    text = (tmp_path / "out.json").read_text(encoding="utf-8")
    assert all(secret in text for secret in SECRETS)


@pytest.mark.parametrize("ending", [".json", ".jsonl", ".csv", ".parquet", ".html"])
def test_no_output_holds_words_names_pictures_or_sound(timeline, tmp_path, ending):
    veiled = Veil().timeline(timeline)
    path = tmp_path / f"out{ending}"
    if ending == ".html":
        mien.write_report(path, veiled)
    else:
        write_timeline(veiled, path)
    content = path.read_bytes()
    for secret in SECRETS:
        assert secret.encode() not in content
        assert secret.lower().encode() not in content.lower()
    assert b"image/jpeg" not in content


def test_thumbnails_and_envelope_are_gone(timeline):
    origin = Veil().timeline(timeline).origins[0]
    assert origin.thumbnails == ()
    assert origin.envelope == ()
    assert origin.private


def test_the_same_person_keeps_the_same_number():
    veil = Veil()
    assert veil.person("Ana") == veil.person("Ana") == "Person 1"
    assert veil.person("Ben") == "Person 2"
    assert veil.person("Face 1") == "Face 1"
    assert veil.person(None) is None
    for name in ("Face plant Joe", "leftover Larry", "Voice of Reason"):
        assert veil.person(name).startswith("Person ")


def test_scores_are_untouched(timeline):
    veiled = Veil().timeline(timeline)
    assert [r.scores for r in veiled] == [r.scores for r in timeline]


def test_a_file_is_called_by_its_number_in_the_order_given():
    veil = Veil(["b.wav", "a.mp4", "Session Dr. Meier"])
    assert veil.source("a.mp4") == "source-2.mp4"
    assert veil.source("Session Dr. Meier") == "source-3"


def test_only_names_are_hidden_in_a_note():
    from mien.timeline import Kind, Origin

    notes = ("put a transcript beside a.wav", "words from a.srt")
    origin = Veil().origin(Origin(source="a.wav", kind=Kind.SOUND, notes=notes))
    assert origin.notes == ("put a transcript beside it", "words from it")


def test_a_broken_sidecar_is_not_named():
    from mien.timeline import Skipped

    part = Skipped(source="Alice.wav", where="Alice.srt", reason="no times")
    assert "Alice" not in Veil().skipped(part).where


def test_a_reason_that_names_the_file_does_not(tmp_path):
    from mien.timeline import Skipped

    part = Skipped(source="/home/ana/a.wav", where="", reason="a.wav is empty")
    assert "ana" not in json.dumps([Veil().skipped(part).source, Veil().skipped(part).reason])
