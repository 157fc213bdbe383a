"""Sets brought by hand: known by name where no hash was published, converted one by one."""

import hashlib
import json
import shutil
import sys

import pytest

from mien.assets import Shelf, import_files
from mien.core.errors import AssetError, ConfigError
from tests.assets.conftest import FILES, HEAD, HEADS, TEXTS, pinned, quarter, set_of

FIRST, SECOND, *_ = HEADS


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path / "models")


@pytest.fixture
def stick(tmp_path):
    """A folder with the published names, below another."""
    folder = tmp_path / "stick" / "deep"
    folder.mkdir(parents=True)
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    return folder


def take(shelf, source, asset=None, **options):
    return import_files(asset or set_of(), source, shelf, **{"convert": quarter, **options})


def test_a_carried_set_is_converted_and_left_where_it_was(shelf, stick, capsys):
    folder = take(shelf, stick.parent)
    assert folder == shelf.installed(set_of())
    assert shelf.status(set_of()).state == "installed"
    assert {path.name for path in stick.iterdir()} == set(FILES)
    assert not [path for path in folder.rglob("*") if path.name in HEADS]
    lock = json.loads((folder / "lock.json").read_text())
    assert lock["commit"] is None
    assert lock["files"][FIRST]["sha256"] == hashlib.sha256(HEADS[FIRST]).hexdigest()
    assert capsys.readouterr().err.count(f"first pull of {len(FILES)} heads") == 1


def test_the_disk_holds_no_second_copy_of_a_source(shelf, stick):
    peaks = []

    def convert(file, fetched, folder):
        assert fetched == stick / file.name
        written = quarter(file, fetched, folder)
        peaks.append(sum(p.stat().st_size for p in shelf.folder.rglob("*") if p.is_file()))
        return written

    take(shelf, stick, convert=convert)
    assert len(peaks) == len(HEADS)
    assert max(peaks) < HEAD * len(HEADS) / 4 + 10_000


def test_what_was_recorded_decides_over_the_name(shelf, stick):
    take(shelf, stick)
    (shelf.place(set_of()) / "model_a_best.bin").unlink()
    (stick / FIRST).write_bytes(b"x" * HEAD)
    with pytest.raises(AssetError, match=r"is not model_a_best\.pth \(it has the hash"):
        take(shelf, stick, only=[FIRST])
    (stick / FIRST).unlink()
    with pytest.raises(AssetError, match=r"no file of 40,000 bytes .*\(wanted: model_a_best\.pth"):
        take(shelf, stick, only=[FIRST])
    (stick / FIRST).write_bytes(HEADS[FIRST])
    take(shelf, stick, only=[FIRST])
    assert shelf.status(set_of()).state == "installed"


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
def test_a_snapshot_of_the_hubs_own_cache_can_be_imported(shelf, tmp_path):
    blobs, snapshot = tmp_path / "blobs", tmp_path / "snapshots" / "abc"
    blobs.mkdir()
    snapshot.mkdir(parents=True)
    for i, (name, content) in enumerate(FILES.items()):
        (blobs / str(i)).write_bytes(content)
        (snapshot / name).symlink_to(blobs / str(i))
    take(shelf, snapshot)
    assert shelf.status(set_of()).state == "installed"
    assert len(list(blobs.iterdir())) == len(FILES)


def test_a_known_hash_must_match(shelf, stick):
    asset = set_of(files=(pinned(FIRST, b"other"),))
    with pytest.raises(AssetError, match=r"is not model_a_best\.pth"):
        take(shelf, stick, asset)


def test_some_heads_are_better_than_none(shelf, stick, capsys):
    for name in list(HEADS)[2:]:
        (stick / name).unlink()
    take(shelf, stick)
    assert shelf.status(set_of()).state == "3 of 7 heads"
    assert "made: took 4 of 8 heads" in capsys.readouterr().err
    for name in list(HEADS)[2:]:
        (stick / name).write_bytes(HEADS[name])
    take(shelf, stick)
    assert shelf.status(set_of()).state == "installed"


def test_a_head_that_was_named_must_be_there(shelf, stick):
    (stick / SECOND).unlink()
    with pytest.raises(AssetError, match=r"no file is called model_b_best\.pth"):
        take(shelf, stick, only=[FIRST, SECOND])


def test_an_encoder_is_whole_or_not_at_all(shelf, stick):
    (stick / SECOND).unlink()
    asset = set_of(is_loose=False)
    with pytest.raises(AssetError, match=r"no file is called model_b_best\.pth"):
        take(shelf, stick, asset)
    assert not [path for path in shelf.place(asset).iterdir() if path.name != ".lock"]


def test_an_optional_file_may_be_missing(shelf, stick):
    (stick / "merges.txt").unlink()
    take(shelf, stick, set_of(is_loose=False))
    assert shelf.status(set_of()).state == "installed"


def test_a_folder_without_any_of_them_is_an_error(shelf, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(AssetError, match=r"no file is called config\.json in .*, nor any other"):
        take(shelf, tmp_path / "empty")


@pytest.mark.parametrize("size", [HEAD // 3, HEAD * 2])
def test_heads_of_another_set_with_the_same_names_are_refused(shelf, stick, size):
    (stick / FIRST).write_bytes(b"x" * size)
    with pytest.raises(AssetError, match=r"about 40,000 are needed: is it whole"):
        take(shelf, stick)


def test_two_files_of_one_name_must_be_the_same(shelf, stick):
    (stick / "again").mkdir()
    shutil.copy(stick / FIRST, stick / "again" / FIRST)
    take(shelf, stick, only=[FIRST])
    (stick / "again" / SECOND).write_bytes(b"x" * HEAD)
    with pytest.raises(AssetError, match="differ: name the folder of one"):
        take(shelf, stick, only=[SECOND])


def test_a_set_cannot_be_taken_in_raw(shelf, stick):
    with pytest.raises(ConfigError, match="nothing says how"):
        take(shelf, stick, convert=None)
    assert shelf.installed(set_of()) is None


def test_what_was_carried_is_not_fetched_again(server, manner, stick):
    from mien.assets import pull

    take(manner().shelf, stick, only=[FIRST, *TEXTS])
    pull(set_of(), manner(), only=[FIRST, SECOND], convert=quarter)
    assert server.files == [SECOND]
