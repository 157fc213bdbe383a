"""The lock file beside an asset's files."""

import json
import sys
import threading
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.assets import Kept, Record, Seen, Shelf, listing, mark_checked, path, remove, verify
from mien.assets.locking import locked
from mien.assets.record import read_record, write_record
from mien.core.errors import AssetError
from tests.assets.conftest import FILES, HEADS, pinned, quarter, set_of

SEEN = Seen(10, "a" * 64, False, {"x.bin": Kept(3, "b" * 64)})


def test_a_record_comes_back_as_it_was_written(tmp_path):
    record = Record("c" * 40, "small", {"x.pth": SEEN}, frozenset({"y", "z"}), {"worst": 0.1})
    write_record(tmp_path, record)
    assert read_record(tmp_path) == record
    assert [path.name for path in tmp_path.iterdir()] == ["lock.json"]


digests = st.text("0123456789abcdef", min_size=64, max_size=64)
commits = digests.map(lambda digest: digest[:40])
sizes = st.integers(0, 2**40)
kept = st.builds(Kept, sizes, digests)
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
paths = st.from_regex(r"([a-zé &_-]{1,7}[a-z]/)?[a-zé &_-]{1,8}\.[a-z]{3}", fullmatch=True)
seen = st.builds(Seen, sizes, digests, st.booleans(), st.dictionaries(paths, kept, max_size=3))


@settings(max_examples=30)
@given(
    st.builds(
        Record,
        st.none() | commits,
        names,
        st.dictionaries(names, seen, max_size=4),
        st.frozensets(names, max_size=3),
        st.none() | st.dictionaries(names, st.floats(0, 9) | names, max_size=3),
    )
)
def test_any_record_survives_the_disk(tmp_path_factory, record):
    place = tmp_path_factory.mktemp("place")
    write_record(place, record)
    assert read_record(place) == record


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_whoever_may_read_the_folder_may_read_the_lock(tmp_path):
    (tmp_path / "other").write_text("")
    write_record(tmp_path, Record())
    assert (tmp_path / "lock.json").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_no_lock_is_an_empty_record(tmp_path):
    assert read_record(tmp_path / "nowhere") == Record()


def test_one_more_file_makes_an_older_check_void():
    record = Record(checked={"worst": 0.1}).add("x.pth", SEEN)
    assert record.checked is None
    assert record.files == {"x.pth": SEEN}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"schema": "mien.lock/9"}',
        "\x00",
        '""',
        pytest.param("[" * 200_000, id="deep"),
    ],
)
def test_a_damaged_lock_names_the_way_out(tmp_path, text):
    (tmp_path / "made" / "r").mkdir(parents=True)
    (tmp_path / "made" / "r" / "lock.json").write_text(text)
    with pytest.raises(AssetError, match=r"cannot use .*lock\.json .*`mien models remove made`"):
        read_record(tmp_path / "made" / "r")


@pytest.mark.parametrize(
    "name",
    ["../secret", "/etc/hostname", "a/../../b", "", ".", "a//b", "..\\b", "C:b", "a\x00b", ".. /b"],
)
def test_a_lock_from_elsewhere_names_no_file_outside_its_folder(tmp_path, name):
    write_record(
        tmp_path, Record().add("x.pth", Seen(1, "a" * 64, False, {name: SEEN.kept["x.bin"]}))
    )
    with pytest.raises(AssetError, match="is no file of this folder"):
        read_record(tmp_path)


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("bytes", "7"),
        ("bytes", -1),
        ("bytes", True),
        ("sha256", 5),
        ("sha256", "A" * 64),
        ("commit", 5),
        ("commit", "../.."),
        ("form", ["small"]),
        ("checked", 5),
    ],
)
def test_a_lock_whose_parts_are_of_another_type_is_damaged(tmp_path, change, value):
    write_record(tmp_path, Record("c" * 40).add("x.pth", SEEN))
    plain = json.loads((tmp_path / "lock.json").read_text())
    (plain if change in plain else plain["files"]["x.pth"])[change] = value
    (tmp_path / "lock.json").write_text(json.dumps(plain))
    with pytest.raises(AssetError, match=r"cannot use .*lock\.json"):
        read_record(tmp_path)


def test_a_disk_that_refuses_leaves_the_old_lock(tmp_path, monkeypatch):
    write_record(tmp_path, Record("c" * 40))

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mien.assets.record.os.fsync", full)
    with pytest.raises(AssetError, match=r"cannot write .*lock\.json: no space left"):
        write_record(tmp_path, Record("d" * 40))
    assert read_record(tmp_path).commit == "c" * 40
    assert [path.name for path in tmp_path.iterdir()] == ["lock.json"]


@pytest.fixture
def here(monkeypatch, tmp_path):
    """A set that lies here, by its name."""
    from mien.assets import import_files

    asset = set_of(examples="made-examples")
    for room in ("entry", "shelf"):
        monkeypatch.setattr(f"mien.assets.{room}.catalogue", lambda: {"made": asset})
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    shelf = Shelf(tmp_path / "models")
    import_files(asset, tmp_path, shelf, only=list(HEADS), convert=quarter)
    return shelf


def test_verify_hashes_what_files_were_converted_to(here):
    held = path("made", here)
    assert verify("made", here) == held
    for name in ("model_a_best.bin", "model_b_best.bin"):
        damaged = bytearray((held / name).read_bytes())
        damaged[7] ^= 1
        (held / name).write_bytes(damaged)
    with pytest.raises(AssetError) as caught:
        verify("made", here)
    assert str(caught.value).count("moved to") == 2
    assert len(list((here.folder / "quarantine").iterdir())) == 2
    (status,) = listing(here)
    assert status.state == (
        "4 of 7 heads, damaged (2 gone or cut: pull it again), not yet checked on published weights"
    )


def test_verify_misses_no_head_that_is_cut_or_gone(here):
    held = path("made", here)
    (held / "model_a_best.bin").write_bytes(b"cut")
    (held / "model_b_best.bin").unlink()
    with pytest.raises(AssetError) as caught:
        verify("made", here)
    told = str(caught.value)
    assert "model_a_best.bin of made has the hash" in told
    assert "model_b_best.bin of made is gone" in told
    assert "mien models pull made" in told
    assert path("made", here) == held


def test_a_lock_does_not_decide_over_a_hash_that_was_published(here, monkeypatch):
    """It may have come with somebody's copy, and be made to fit it."""
    assert verify("made", here)
    asset = set_of(files=(pinned("model_a_best.pth", HEADS["model_b_best.pth"]),))
    monkeypatch.setattr("mien.assets.entry.catalogue", lambda: {"made": asset})
    with pytest.raises(AssetError, match=r"came with the hash .* `mien models remove made`"):
        verify("made", here)


def test_a_check_is_remembered_until_something_changes(here, tmp_path):
    from mien.assets import import_files

    (status,) = listing(here)
    assert status.is_checked is False
    mark_checked("made", {"worst": 0.01}, here)
    (status,) = listing(here)
    assert status.is_checked
    assert status.state == "6 of 7 heads"
    assert here.record(status.asset).checked == {"worst": 0.01}
    import_files(status.asset, tmp_path, here, convert=quarter)
    (status,) = listing(here)
    assert status.is_checked is False


def refuses(*_args, **_options):
    raise OSError(30, "Read-only file system")


def test_a_disk_that_refuses_is_an_error_of_ours(here, monkeypatch):
    held = path("made", here) / "model_a_best.bin"
    with monkeypatch.context() as patch:
        patch.setattr("mien.assets.shelf.Path.unlink", refuses)
        with pytest.raises(AssetError, match=r"cannot remove .*made: read-only"):
            remove("made", here)
    held.write_bytes(b"x" * held.stat().st_size)
    monkeypatch.setattr("mien.assets.shelf.Path.replace", refuses)
    with pytest.raises(AssetError, match=r"cannot move .*model_a_best\.bin aside: read-only"):
        verify("made", here)
    monkeypatch.setattr("mien.assets.shelf.sha256", refuses)
    with pytest.raises(AssetError, match=r"cannot read .*model_.*\.bin: read-only"):
        verify("made", here)


def test_a_check_waits_for_a_pull_and_loses_nothing_of_it(here, monkeypatch):
    asset = listing(here)[0].asset
    place, waits = here.place(asset), threading.Event()
    monkeypatch.setattr("mien.assets.shelf.to_stderr", lambda _: waits.set())
    worker = threading.Thread(target=mark_checked, args=("made", {"worst": 0.01}, here))
    with locked(place, lambda _: None):
        worker.start()
        assert waits.wait(20)
        write_record(place, here.record(asset).add("late.pth", SEEN))
    worker.join(20)
    record = here.record(asset)
    assert "late.pth" in record.files
    assert record.checked == {"worst": 0.01}


def test_a_removal_waits_for_a_pull(here, monkeypatch):
    asset = listing(here)[0].asset
    place, waits = here.place(asset), threading.Event()
    monkeypatch.setattr("mien.assets.shelf.to_stderr", lambda _: waits.set())
    worker = threading.Thread(target=remove, args=("made", here))
    with locked(place, lambda _: None):
        worker.start()
        assert waits.wait(20)
        write_record(place, here.record(asset).add("late.pth", SEEN))
    worker.join(20)
    assert not (here.folder / "made").exists()


def test_what_a_killed_pull_left_beside_its_lock_file_goes_with_the_next(here, tmp_path):
    from mien.assets import import_files

    asset = listing(here)[0].asset
    left = here.place(asset) / "lock.json.4711-12.part"
    left.write_text("{")
    import_files(asset, tmp_path, here, convert=quarter)
    assert not left.exists()


def test_a_home_that_is_a_file_says_so(here, tmp_path):
    (tmp_path / "home").write_text("no folder")
    shelf = Shelf(tmp_path / "home" / "data" / "models")
    for action in (path, verify):
        with pytest.raises(AssetError, match=r"home: it is a file .* set MIEN_HOME"):
            action("made", shelf)
    assert not remove("made", shelf)


def test_the_state_names_what_is_gone_and_what_a_set_is_of_no_use_without(here, monkeypatch):
    asset = replace(listing(here)[0].asset, requires=("encoder",), examples="")
    encoder = set_of(name="encoder", is_loose=False)
    known = {"made": asset, "encoder": encoder}
    for room in ("entry", "shelf"):
        monkeypatch.setattr(f"mien.assets.{room}.catalogue", lambda: known)
    (path("made", here) / "model_a_best.bin").unlink()
    states = {status.name: status.state for status in listing(here)}
    assert states == {
        "made": "5 of 7 heads, damaged (1 gone or cut: pull it again), of no use without encoder",
        "encoder": "not installed",
    }


def test_a_damaged_lock_does_not_hide_the_other_assets(here):
    (path("made", here) / "lock.json").write_text("{")
    (status,) = listing(here)
    assert "mien models remove made" in status.state
    assert status.path is None
    assert remove("made", here)
    (status,) = listing(here)
    assert status.state == "not installed, not yet checked on published weights"
