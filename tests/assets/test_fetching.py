"""Fetching pinned files: resumed, locked, verified, never trusted."""

import hashlib
import threading

import pytest

from mien.assets import Asset, AssetFile, pull
from mien.core.config import Config
from mien.core.errors import AssetError, MissingExtra, NetworkRefused
from tests.fakes.publisher import publisher

CONTENT = bytes(range(256)) * 2000


def asset_of(url, content=CONTENT, revision="a" * 40, **changes):
    file = AssetFile(
        name="net.onnx",
        url=f"{url}/net.onnx",
        bytes=changes.pop("bytes", len(content)),
        sha256=changes.pop("sha256", hashlib.sha256(content).hexdigest()),
    )
    return Asset(
        name="net",
        title="A net",
        use="tests",
        repository="https://example.org/net",
        revision=revision,
        licence="MIT",
        commercial=True,
        notice="Copyright (c) nobody",
        citation="Nobody (2026)",
        memory_mb=1,
        files=(file,),
    )


def test_a_file_arrives_whole(manner, tmp_path):
    with publisher(content=CONTENT) as server:
        held = pull(asset_of(server.url), manner())
    assert held.read_bytes() == CONTENT
    assert held == tmp_path / "models" / "net" / ("a" * 12) / "net.onnx"
    assert not list(held.parent.glob("*.part"))


def test_all_a_person_must_know_is_told_before_the_first_byte(manner, told):
    with publisher(content=CONTENT) as server:
        asset = asset_of(server.url)
        seen = []

        def tell(line):
            assert not server.asked
            seen.append(line)

        pull(asset, manner(tell=tell))
    text = "\n".join(seen)
    for fact in (asset.revision, asset.files[0].sha256, "512,000 bytes", "MIT", "nobody"):
        assert fact in text
    assert told.progress[-1] == (len(CONTENT), len(CONTENT))
    done = [done for done, _ in told.progress]
    assert done == sorted(done)


def test_what_is_here_is_not_fetched_again(manner):
    with publisher(content=CONTENT) as server:
        asset = asset_of(server.url)
        pull(asset, manner())
        pull(asset, manner())
        assert len(server.asked) == 1


def test_a_cut_connection_goes_on_where_it_stopped(manner):
    with publisher(content=CONTENT, breaks_after=200_000) as server:
        held = pull(asset_of(server.url), manner())
        assert held.read_bytes() == CONTENT
        ranges = [asked for _, _, asked in server.asked]
        assert ranges[0] is None
        assert all(asked and asked != "bytes=0-" for asked in ranges[1:])


def test_a_pull_that_broke_off_goes_on_at_the_next_call(manner):
    with publisher(content=CONTENT, breaks_after=100_000) as server:
        asset = asset_of(server.url)
        with pytest.raises(AssetError, match=r"broke off at [\d,]+ of 512,000 bytes: run it again"):
            pull(asset, manner())
        server.breaks_after = None
        n = len(server.asked)
        assert pull(asset, manner()).read_bytes() == CONTENT
        ((_, _, asked),) = server.asked[n:]
        assert int(asked.removeprefix("bytes=").rstrip("-")) >= 100_000


def test_a_server_without_ranges_is_read_from_the_start(manner):
    with publisher(content=CONTENT, breaks_after=300_000) as server:
        asset = asset_of(server.url)
        server.knows_ranges = False
        with pytest.raises(AssetError):
            pull(asset, manner())
        server.breaks_after = None
        assert pull(asset, manner()).read_bytes() == CONTENT


def test_a_wrong_hash_is_refused_and_kept_aside(manner, tmp_path):
    wrong = b"x" * len(CONTENT)
    with publisher(content=wrong) as server, pytest.raises(AssetError) as caught:
        pull(asset_of(server.url), manner())
    assert hashlib.sha256(CONTENT).hexdigest() in str(caught.value)
    (kept,) = (tmp_path / "models" / "quarantine").iterdir()
    assert kept.read_bytes() == wrong
    assert str(kept) in str(caught.value)
    assert manner().shelf.installed(asset_of("http://127.0.0.1")) is None


def test_after_a_wrong_hash_the_right_file_can_be_had(manner):
    with publisher(content=b"x" * len(CONTENT)) as server:
        with pytest.raises(AssetError):
            pull(asset_of(server.url), manner())
        server.content = CONTENT
        assert pull(asset_of(server.url), manner()).read_bytes() == CONTENT


def test_more_bytes_than_pinned_are_refused_while_they_come(manner, tmp_path):
    with publisher(content=CONTENT * 3) as server, pytest.raises(AssetError, match="sends more"):
        pull(asset_of(server.url), manner())
    left = [path for path in (tmp_path / "models").rglob("*") if path.suffix == ".part"]
    assert left == []


def test_fewer_bytes_than_pinned_are_an_error(manner):
    with publisher(content=CONTENT[:1000]) as server, pytest.raises(AssetError):
        pull(asset_of(server.url), manner())


def cut_once(asset, manner, server):
    """Leave the beginning of a file behind."""
    server.breaks_after = 100_000
    with pytest.raises(AssetError, match="broke off"):
        pull(asset, manner)
    server.breaks_after = None


@pytest.mark.parametrize(
    ("content", "headers", "words"),
    [
        (b"<html>Please log in</html>", {}, "sends fewer than 512,000 bytes"),
        (b"<html>Please log in</html>", {"Content-Type": "text/html"}, "a web page"),
        (CONTENT, {"Content-Encoding": "gzip"}, "sends it packed"),
    ],
)
def test_what_is_not_the_file_does_not_spoil_what_has_come(manner, content, headers, words):
    with publisher(content=CONTENT) as server:
        asset = asset_of(server.url)
        cut_once(asset, manner(), server)
        server.content, server.headers, server.knows_ranges = content, headers, False
        with pytest.raises(AssetError, match=words):
            pull(asset, manner())
        server.content, server.headers, server.knows_ranges = CONTENT, {}, True
        n = len(server.asked)
        assert pull(asset, manner()).read_bytes() == CONTENT
        assert [asked is None for _, _, asked in server.asked[n:]] == [False]


def test_a_server_that_goes_on_elsewhere_is_asked_for_the_whole(manner):
    with publisher(content=CONTENT) as server:
        asset = asset_of(server.url)
        cut_once(asset, manner(), server)
        server.first = 50
        assert pull(asset, manner()).read_bytes() == CONTENT
        assert server.asked[-1][2] is None


@pytest.mark.parametrize("status", [404, 403, 500])
def test_an_answer_that_is_no_file_names_its_number(manner, status):
    expected = pytest.raises(AssetError, match=f"answers {status}")
    with publisher(status=status) as server, expected as caught:
        pull(asset_of(server.url), manner())
    # That token is the hub's.
    assert "HF_TOKEN" not in str(caught.value)


def test_a_publisher_that_cannot_be_reached_is_an_error_of_ours(manner):
    with publisher() as server:
        url = server.url
    with pytest.raises(AssetError, match="check the connection"):
        pull(asset_of(url), manner())


def test_two_pulls_at_once_fetch_once(manner, told):
    gate = threading.Event()
    found = []
    with publisher(content=CONTENT, waits_for=gate) as server:
        asset = asset_of(server.url)
        waits = threading.Event()

        def tell(line):
            told.lines.append(line)
            if line.startswith("another pull"):
                waits.set()

        def work():
            found.append(pull(asset, manner(tell=tell)).read_bytes())

        first = threading.Thread(target=work)
        first.start()
        assert server.arrived.wait(20)
        second = threading.Thread(target=work)
        second.start()
        assert waits.wait(20)
        gate.set()
        first.join(20)
        second.join(20)
        assert len(server.asked) == 1
    assert found == [CONTENT, CONTENT]


def test_a_disk_that_is_too_full_is_refused_before_anything_is_fetched(manner):
    with publisher(content=CONTENT) as server:
        with pytest.raises(AssetError, match=r"17\.3 MB of disk .* 1\.0 MB are free"):
            pull(asset_of(server.url), manner(free_bytes=lambda _: 1_000_000))
        assert not server.asked


def test_a_disk_that_fills_up_on_the_way_is_an_error_of_ours(manner, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mien.assets.downloading.os.fsync", full)
    with publisher(content=CONTENT) as server, pytest.raises(AssetError, match="no space left"):
        pull(asset_of(server.url), manner())


def test_offline_nothing_is_asked_and_the_host_is_named(manner):
    asset = asset_of("https://publisher.example")
    with pytest.raises(NetworkRefused, match=r"publisher\.example"):
        pull(asset, manner(config=Config(offline=True)))


def test_offline_this_machine_may_be_asked(manner):
    with publisher(content=CONTENT) as server:
        assert pull(asset_of(server.url), manner(config=Config(offline=True))).is_file()


def test_a_redirect_must_pass_the_gate_too(manner):
    with publisher(content=CONTENT, location="https://elsewhere.example/x") as server:
        with pytest.raises(NetworkRefused, match=r"elsewhere\.example"):
            pull(asset_of(server.url), manner(config=Config(offline=True)))
        server.location = "/there"
        assert pull(asset_of(server.url), manner()).read_bytes() == CONTENT


def test_a_part_of_another_revision_is_not_gone_on_with(manner):
    other = b"y" * 300_000
    with publisher(content=other, breaks_after=50_000) as server:
        with pytest.raises(AssetError):
            pull(asset_of(server.url, other + b"y" * 10**6), manner())
        server.content, server.breaks_after = CONTENT, None
        assert pull(asset_of(server.url), manner()).read_bytes() == CONTENT


@pytest.mark.parametrize("missing", ["httpx2", "filelock"])
def test_without_the_extra_the_way_to_it_is_named(manner, monkeypatch, missing):
    monkeypatch.setitem(__import__("sys").modules, missing, None)
    with pytest.raises(MissingExtra, match=r"mien\[models\]"):
        pull(asset_of("http://127.0.0.1:9"), manner())
