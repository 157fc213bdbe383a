"""Bad input: each kind of file that cannot be read says so, and why, before memory is taken."""

import os
import subprocess
import sys
import tarfile
import zipfile

import pytest

from mien.core.errors import MienError, SourceNotFound, TooLarge, UnreadableSource
from mien.media import limits, open_source
from mien.media.sniff import Content, sniff
from tests.fakes.sounds import tone, wav_header, write_sound
from tests.fakes.videos import talk

POSIX = pytest.mark.skipif(os.name != "posix", reason="needs pipes, permissions, sparse files")


def test_a_missing_file_is_not_found(tmp_path):
    with pytest.raises(SourceNotFound, match=r"gone\.mp4: no such file"):
        open_source(tmp_path / "gone.mp4")


def test_a_path_through_a_file_is_not_found(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"x")
    with pytest.raises(SourceNotFound):
        open_source(tmp_path / "a.wav" / "b.wav")


@pytest.mark.parametrize("name", ["a\0b.wav", "x" * 5000])
def test_an_impossible_name_is_an_error_of_ours(tmp_path, name):
    with pytest.raises(MienError):
        open_source(f"{tmp_path}/{name}")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.wav", b"", "the file is empty"),
        ("text.wav", b"This is no sound at all.\n", "no chat, subtitles or transcript"),
        ("a.zip", b"PK\x03\x04" + bytes(60), "ZIP archive"),
        ("a.mp4", b"\x1f\x8b\x08" + bytes(60), "gzip archive"),
        ("a.mp3", b"7z\xbc\xaf\x27\x1c" + bytes(60), "7-Zip archive"),
        ("a.pdf", b"%PDF-1.7\n" + bytes(60), "a PDF document"),
        ("noise.mp4", os.urandom(20_000) + b"\0", "not sound, video, a photo or a text"),
        ("hole.mp4", bytes(20_000), "nothing but zeros"),
        ("phone.jpg", b"\0\0\0\x18ftypheic" + bytes(60), "HEIC"),
        ("cut.jpg", b"\xff\xd8\xff\xe0", "damaged or cut off"),
        ("list.m3u8", b"#EXTM3U\n#EXTINF:9,\n/etc/passwd\n", "no chat"),
    ],
)
def test_what_is_no_source_says_why(tmp_path, name, content, reason):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableSource) as caught:
        open_source(tmp_path / name)
    assert reason in caught.value.reason
    assert name in str(caught.value)


def test_archives_made_by_python_are_refused(tmp_path):
    (tmp_path / "a.txt").write_text("Ana: hi")
    with zipfile.ZipFile(tmp_path / "a.wav", "w") as made:
        made.write(tmp_path / "a.txt", "a.txt")
    with tarfile.open(tmp_path / "b.wav", "w") as made:
        made.add(tmp_path / "a.txt", "a.txt")
    for name in ("a.wav", "b.wav"):
        with pytest.raises(UnreadableSource, match="archive"):
            open_source(tmp_path / name)


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(UnreadableSource, match="a folder"):
        open_source(tmp_path)


@POSIX
def test_a_pipe_is_refused_without_waiting_for_it(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnreadableSource, match="not a regular file"):
        open_source(tmp_path / "pipe")


@POSIX
def test_a_file_without_permission_is_refused(tmp_path):
    path = tmp_path / "secret.wav"
    write_sound(path, tone(0.1))
    path.chmod(0)
    if os.geteuid():
        with pytest.raises(UnreadableSource, match="no permission"):
            open_source(path)
        return
    # Root may read everything: ask as someone else, in a process of its own.
    tmp_path.chmod(0o755)
    for parent in (tmp_path.parent, tmp_path.parent.parent):
        parent.chmod(0o755)
    code = (
        "import os; from pathlib import Path; from mien.media.sniff import sniff\n"
        f"path = Path({str(path)!r}); os.setgid(65534); os.setuid(65534)\n"
        "try: sniff(path)\n"
        "except Exception as error: print(type(error).__name__, error.reason)"
    )
    made = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    if "PermissionError" in made.stderr:
        pytest.skip("cannot become another user here")
    assert made.stdout == "UnreadableSource no permission to read it\n"


def test_a_header_without_samples_is_refused(tmp_path):
    with pytest.raises(UnreadableSource):
        open_source(wav_header(tmp_path / "head.wav"))
    (tmp_path / "riff.wav").write_bytes(b"RIFF\x24\0\0\0WAVE")
    with pytest.raises(UnreadableSource, match="a header without sound"):
        open_source(tmp_path / "riff.wav")


def test_an_mp4_cut_before_its_index_is_refused(tmp_path):
    whole = talk(tmp_path / "whole.mp4").read_bytes()
    (tmp_path / "cut.mp4").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableSource, match="ends before its index"):
        open_source(tmp_path / "cut.mp4")


@POSIX
@pytest.mark.parametrize("head", [b"", b"RIFF\xff\xff\xff\x7fWAVEfmt ", b"\0\0\0\x18ftypisom"])
def test_a_sparse_file_of_10_gb_is_refused(tmp_path, head):
    path = tmp_path / "sparse.wav"
    with path.open("wb") as file:
        file.write(head)
        file.truncate(10 * 2**30)
    with pytest.raises(UnreadableSource):
        open_source(path)


def test_a_text_beyond_the_limit_is_too_large(tmp_path):
    path = tmp_path / "chat.txt"
    with path.open("wb") as file:
        file.write(b"Ana: hello\n" * 1000)
        file.truncate(limits.TEXT_BYTES + 1)
    with pytest.raises(TooLarge, match="at most 64 are read"):
        open_source(path)


def test_kind_goes_by_content_not_by_name(tmp_path):
    write_sound(tmp_path / "a.wav", tone(0.2)).rename(tmp_path / "a.txt")
    (tmp_path / "b.mp4").write_text("Ana: hi\nBen: hello\n")
    assert sniff(tmp_path / "a.txt") is Content.MEDIA
    with open_source(tmp_path / "b.mp4") as source:
        assert source.kind == "chat"


def test_letters_of_many_bytes_are_text_wherever_the_head_ends(tmp_path):
    for extra in range(4):
        (tmp_path / "a.txt").write_text("Ana: " + "x" * extra + "\u4f60\u597d" * 5000)
        assert sniff(tmp_path / "a.txt") is Content.TEXT
