import os
import sys

import pytest

from mien.core.errors import UnreadableSource
from mien.media.folder import list_folder
from tests.fakes.sounds import noise, write_sound

CHAT = "Ana: hello there\nBen: hi\n"
WORDS = "1\n00:00:00,000 --> 00:00:01,000\nHello there\n"


def fill(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def names(folder, **options):
    return [file.name for file in list_folder(folder, **options).found]


def reasons(folder):
    return {skip.source: skip.reason for skip in list_folder(folder).skipped}


def test_files_of_all_folders_are_found_in_one_order(tmp_path):
    fill(tmp_path, b_txt=CHAT, a__z_txt=CHAT, a__b__c_txt=CHAT, B_txt=CHAT)
    assert names(tmp_path) == ["B.txt", "a/b/c.txt", "a/z.txt", "b.txt"]


def test_words_beside_a_recording_belong_to_it_and_others_stand_alone(tmp_path):
    write_sound(tmp_path / "talk.wav", noise(0.1))
    fill(tmp_path, talk_srt=WORDS, talk_wav_json="{}", other_srt=WORDS)
    listing = list_folder(tmp_path)
    assert [file.name for file in listing.found] == ["other.srt", "talk.wav"]
    assert [path.name for path in listing.found[1].beside] == ["talk.srt", "talk.wav.json"]


def test_hidden_files_are_counted_and_left_out(tmp_path):
    fill(tmp_path, a_txt=CHAT, _b_txt=CHAT, _git__c_txt=CHAT)
    (skip,) = list_folder(tmp_path).skipped
    assert names(tmp_path) == ["a.txt"]
    assert skip.count == 2


def test_what_no_reader_can_use_is_named_with_its_reason(tmp_path):
    (tmp_path / "x.zip").write_bytes(b"PK\x05\x06" + bytes(18))
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "talk.wav").write_bytes(b"")
    assert "ZIP" in reasons(tmp_path)["x.zip"]
    assert "empty" in reasons(tmp_path)["empty"]
    assert names(tmp_path) == ["talk.wav"], "a recording that is broken is the reader's to judge"


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_links_are_followed_and_nothing_is_read_twice(tmp_path):
    fill(tmp_path, in__a_txt=CHAT, elsewhere__b_txt=CHAT)
    folder = tmp_path / "in"
    (folder / "loop").symlink_to(folder)
    (folder / "up").symlink_to(tmp_path)
    (folder / "again.txt").symlink_to(folder / "a.txt")
    (folder / "far").symlink_to(tmp_path / "elsewhere")
    (folder / "gone.txt").symlink_to(tmp_path / "nowhere")
    found = names(folder)
    assert found == sorted(found)
    assert [os.path.realpath(folder / name) for name in found].count(str(folder / "a.txt")) == 1
    assert [os.path.realpath(folder / name) for name in found].count(
        str(tmp_path / "elsewhere" / "b.txt")
    ) == 1
    assert reasons(folder)["gone.txt"] == "no such file"
    assert "the same as" in reasons(folder)["loop"]


def test_ledgers_and_outputs_are_never_read(tmp_path):
    fill(tmp_path, a_txt=CHAT, r_parquet_ledger__x_txt=CHAT, out_json=CHAT)
    assert names(tmp_path, leave_out=[tmp_path / "out.json"]) == ["a.txt"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows names are Unicode")
def test_a_name_that_is_not_utf8_can_be_written(tmp_path):
    with open(os.fsencode(tmp_path) + b"/caf\xe9.txt", "w") as file:  # noqa: PTH123
        file.write(CHAT)
    (name,) = names(tmp_path)
    assert name == "caf\ufffd.txt"
    name.encode("utf-8")


def test_a_folder_that_cannot_be_listed_is_an_error_that_names_it(tmp_path):
    with pytest.raises(UnreadableSource, match="nowhere"):
        list_folder(tmp_path / "nowhere")
