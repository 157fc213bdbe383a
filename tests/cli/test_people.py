"""`--people`, `--speakers` and `--name`, as people use them."""

import json

import pytest

from mien.cli.people import names_of
from mien.core.errors import ConfigError
from tests.cli.test_read import CHAT, PORTRAIT, mien
from tests.fakes.sounds import noise, write_sound


def test_names_are_given_by_label():
    assert names_of(["Voice 1=Ana", " Face 2 = Ben=B "]) == {"Voice 1": "Ana", "Face 2": "Ben=B"}
    assert names_of(None) == {}


@pytest.mark.parametrize("given", ["Ana", "=Ana", "Voice 1=", " = "])
def test_a_name_without_its_label_is_refused(given):
    with pytest.raises(ConfigError, match="LABEL=NAME"):
        names_of([given])


def test_two_names_for_one_label_are_refused():
    with pytest.raises(ConfigError, match="two names"):
        names_of(["Voice 1=Ana", "Voice 1=Ben"])


def test_people_of_a_chat_and_faces_are_renamed():
    ran = mien("read", CHAT, "--name", "user=Ana", "--json")
    assert "Ana" in {json.loads(line)["person"] for line in ran.stdout.splitlines()}
    ran = mien("read", PORTRAIT, "--name", "Face 1=Eileen", "--json")
    assert {json.loads(line)["person"] for line in ran.stdout.splitlines()} == {"Eileen"}


def test_a_file_of_speakers_is_of_one_recording(tmp_path):
    for name in ("a.wav", "b.wav"):
        write_sound(tmp_path / name, noise(1.0))
    ran = mien("read", tmp_path / "a.wav", tmp_path / "b.wav", "--speakers", tmp_path / "x.rttm")
    assert ran.returncode == 2
    assert "one recording" in ran.stderr


def test_no_people_are_refused():
    ran = mien("read", CHAT, "--people", "0")
    assert ran.returncode == 2
    assert "1 or more" in ran.stderr
