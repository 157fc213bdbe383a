"""What is here, whether it is right, and how it goes away again."""

import json
import re
import shutil
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mien.assets import Shelf, catalogue, find, import_files, listing, path, remove, verify
from mien.assets.entry import read_catalogue
from mien.assets.shelf import installed, sha256
from mien.core.errors import AssetError, ConfigError, DamagedAsset
from tests.assets.test_fetching import CONTENT, asset_of
from tests.data import shared

NET = asset_of("http://127.0.0.1:9")


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path / "models")


@pytest.fixture
def known(monkeypatch):
    monkeypatch.setattr("mien.assets.entry.catalogue", lambda: {"net": NET})
    monkeypatch.setattr("mien.assets.shelf.catalogue", lambda: {"net": NET})


def carried(tmp_path, name="renamed.onnx", content=CONTENT):
    folder = tmp_path / "stick" / "deep"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "other.txt").write_text("no net")
    (folder / name).write_bytes(content)
    return folder / name


def test_files_carried_by_hand_are_known_by_their_hash(shelf, tmp_path):
    origin = carried(tmp_path)
    held = import_files(NET, tmp_path / "stick", shelf)
    assert held == shelf.installed(NET)
    assert held.read_bytes() == CONTENT
    assert origin.is_file()


def test_a_single_file_can_be_imported(shelf, tmp_path):
    assert import_files(NET, carried(tmp_path), shelf).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.onnx", b"x" * len(CONTENT), "is not net.onnx"),
        ("net.onnx", b"short", "is not net.onnx"),
        ("a.onnx", b"short", "no file of 512,000 bytes"),
    ],
)
def test_what_is_not_the_file_is_refused(shelf, tmp_path, name, content, reason):
    carried(tmp_path, name, content)
    with pytest.raises(AssetError) as caught:
        import_files(NET, tmp_path / "stick", shelf)
    assert reason in str(caught.value)
    assert NET.files[0].sha256 in str(caught.value)
    assert shelf.installed(NET) is None


def test_an_import_from_nowhere_is_an_error(shelf, tmp_path):
    with pytest.raises(AssetError, match="nothing is at"):
        import_files(NET, tmp_path / "gone", shelf)


@pytest.mark.parametrize("has_lock", [True, False])
def test_two_imports_at_once_do_not_spoil_each_other(shelf, tmp_path, monkeypatch, has_lock):
    if not has_lock:
        monkeypatch.setitem(sys.modules, "filelock", None)
    origin, copy = carried(tmp_path), shutil.copyfile
    started, going = threading.Event(), threading.Event()

    def slow(source, target):
        target.write_bytes(CONTENT[:1000])
        if started.is_set():
            going.set()
        started.set()
        # The first one goes on when the second waits at the lock or, without one, writes too.
        assert going.wait(20)
        return copy(source, target)

    monkeypatch.setattr("mien.assets.carry.to_stderr", lambda _: going.set())
    monkeypatch.setattr("mien.assets.keeping.shutil.copyfile", slow)
    with ThreadPoolExecutor(2) as pool:
        found = [pool.submit(import_files, NET, origin, shelf) for _ in range(2)]
        assert [one.result().read_bytes() for one in found] == [CONTENT, CONTENT]
    left = {path.name for path in shelf.place(NET).iterdir()}
    assert left <= {"net.onnx", ".lock", "lock.json"}


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs /proc")
def test_a_home_that_cannot_be_is_an_error_of_ours(tmp_path):
    with pytest.raises(AssetError, match="set MIEN_HOME"):
        import_files(NET, carried(tmp_path), Shelf(Path("/proc/nohome/models")))


def test_a_disk_that_is_full_is_an_error_of_ours_and_leaves_no_part(shelf, tmp_path, monkeypatch):
    def full(_, target):
        target.write_bytes(b"some")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mien.assets.keeping.shutil.copyfile", full)
    with pytest.raises(AssetError, match=r"cannot write .*net\.onnx: no space left"):
        import_files(NET, carried(tmp_path), shelf)
    assert {path.name for path in shelf.place(NET).iterdir()} <= {".lock"}


def test_what_cannot_be_read_is_an_error_of_ours(shelf, tmp_path, monkeypatch):
    def refuse(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("mien.assets.carry.sha256", refuse)
    with pytest.raises(AssetError, match=r"cannot read .*: permission denied"):
        import_files(NET, carried(tmp_path), shelf)


def test_a_file_of_the_wrong_size_does_not_count_as_installed(shelf, tmp_path):
    held = import_files(NET, carried(tmp_path), shelf)
    held.write_bytes(CONTENT[:-1])
    assert shelf.installed(NET) is None


def test_a_file_that_nobody_pulled_or_imported_does_not_count_as_installed(shelf):
    held = shelf.main(NET)
    held.parent.mkdir(parents=True)
    held.write_bytes(b"x" * len(CONTENT))
    assert shelf.installed(NET) is None


def test_verify_finds_a_flipped_bit_and_moves_the_file_aside(known, shelf, tmp_path):
    held = import_files(NET, carried(tmp_path), shelf)
    assert verify("net", shelf) == held
    damaged = bytearray(CONTENT)
    damaged[1000] ^= 1
    held.write_bytes(damaged)
    assert shelf.installed(NET) == held
    with pytest.raises(AssetError, match="moved to"):
        verify("net", shelf)
    assert shelf.installed(NET) is None
    (kept,) = (shelf.folder / "quarantine").iterdir()
    assert kept.read_bytes() == bytes(damaged)
    with pytest.raises(DamagedAsset, match=r"net\.onnx of net is gone: run `mien models pull net`"):
        verify("net", shelf)


def test_a_lock_that_was_made_to_fit_a_wrong_file_is_not_believed(known, shelf, tmp_path):
    held = import_files(NET, carried(tmp_path), shelf)
    wrong = b"x" * len(CONTENT)
    held.write_bytes(wrong)
    lock = held.parent / "lock.json"
    lock.write_text(lock.read_text().replace(sha256(carried(tmp_path)), sha256(held)))
    with pytest.raises(AssetError, match="moved to"):
        verify("net", shelf)


def test_a_copy_that_went_wrong_is_not_taken_for_right(shelf, tmp_path, monkeypatch):
    def flips(origin, target):
        target.write_bytes(b"x" + origin.read_bytes()[1:])

    monkeypatch.setattr("mien.assets.keeping.shutil.copyfile", flips)
    with pytest.raises(AssetError, match="changed while it was copied"):
        import_files(NET, carried(tmp_path), shelf)
    assert shelf.installed(NET) is None


def test_what_is_not_here_says_how_to_have_it(known, shelf):
    with pytest.raises(AssetError, match="mien models pull net"):
        path("net", shelf)
    with pytest.raises(AssetError, match="mien models pull net"):
        verify("net", shelf)


def test_removing_leaves_nothing_and_says_whether_there_was_anything(known, shelf, tmp_path):
    import_files(NET, carried(tmp_path), shelf)
    assert remove("net", shelf)
    assert shelf.installed(NET) is None
    assert not remove("net", shelf)


def test_the_listing_tells_what_is_here(known, shelf, tmp_path):
    assert [(row.name, row.state) for row in listing(shelf)] == [("net", "not installed")]
    held = import_files(NET, carried(tmp_path), shelf)
    assert [(row.state, row.path) for row in listing(shelf)] == [("installed", held)]


@pytest.mark.parametrize("action", [installed, path, verify, remove, find])
def test_an_unknown_name_is_answered_with_the_known_ones(action):
    with pytest.raises(ConfigError, match="choose from yunet"):
        action("../etc")


def test_every_entry_says_who_holds_the_rights_and_what_it_takes():
    for asset in catalogue().values():
        assert asset.licence
        assert asset.notice
        assert asset.citation
        assert asset.memory_mb > 0
        assert asset.revision
        assert set(asset.requires) <= set(catalogue())
        for file in asset.files:
            assert file.bytes > 0
            assert Path(file.name).name == file.name


def test_files_with_addresses_are_pinned_to_the_byte():
    for asset in catalogue().values():
        if asset.hub:
            assert re.fullmatch(r"[\w.-]+/[\w.-]+", asset.hub)
            assert asset.repository == f"https://huggingface.co/{asset.hub}"
            continue
        assert len(asset.revision) == 40
        for file in asset.files:
            assert file.url.startswith("https://")
            assert asset.revision in file.url
            assert file.sized
            assert len(file.sha256) == 64


def test_every_hash_that_was_published_is_in_the_list():
    known = json.loads(shared("laion/known_files.json").read_text())["files"]
    pinned = [row for row in known if "sha256" in row]
    assert len(pinned) == 10
    for row in pinned:
        (held,) = [
            file.sha256
            for asset in catalogue().values()
            for file in asset.files
            if asset.hub == row["repo"] and file.name == row["file"]
        ]
        assert held == row["sha256"]


def test_a_list_of_another_schema_is_refused():
    with pytest.raises(ConfigError, match="schema"):
        read_catalogue("schema = 99")


def test_mien_home_decides_where_weights_lie(monkeypatch, tmp_path):
    monkeypatch.setenv("MIEN_HOME", str(tmp_path))
    assert installed("yunet") is None
    assert Shelf().folder == tmp_path / "data" / "models"


def test_the_pinned_hash_is_that_of_the_real_file(shelf):
    folder = shared("face/detectors")
    assert sha256(folder / "face_detection_yunet_2023mar.onnx") == find("yunet").files[0].sha256
    assert import_files("yunet", folder, shelf).stat().st_size == 232_589


@pytest.mark.parametrize("name", ["whisper-small", "whisper-base"])
def test_what_hears_words_is_pinned_to_the_byte_and_whole_for_faster_whisper(name):
    asset = find(name)
    assert {"model.bin", "config.json", "tokenizer.json"} < {file.name for file in asset.files}
    assert all(file.sized and file.sha256 and not file.converts for file in asset.files)
    assert len(asset.revision) == 40
    assert (asset.licence, asset.requires) == ("MIT", ())
