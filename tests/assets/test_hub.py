"""Pulling from a hub through the real `huggingface_hub`: resolved, recorded, converted."""

import hashlib
import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from mien.assets import pull
from mien.core.config import Config
from mien.core.errors import AssetError, BadWeights, ConfigError, MissingExtra, NetworkRefused
from tests.assets.conftest import FILES, HEAD, HEADS, REPO, TEXTS, pinned, quarter, set_of
from tests.fakes.hub import COMMIT, OLDER

FIRST, SECOND, *REST = HEADS


def names(folder):
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")}


def kept(*heads):
    return {f"{name.removesuffix('.pth')}.bin" for name in heads}


def fetch(manner, asset=None, **options):
    return pull(asset or set_of(), manner(), **{"convert": quarter, **options})


def lock(folder):
    return json.loads((folder / "lock.json").read_text())


def test_heads_come_converted_and_their_sources_are_gone(server, manner, tmp_path):
    folder = fetch(manner)
    assert folder == tmp_path / "models" / "made" / "05000ef"
    assert names(folder) == {*kept(*HEADS), *TEXTS, "lock.json"}
    for name, content in HEADS.items():
        assert (folder / f"{name.removesuffix('.pth')}.bin").read_bytes() == content[: HEAD // 4]
    assert not [path for path in folder.rglob("*") if path.name in HEADS]
    assert {path.name for path in folder.glob(".*")} == {".lock"}
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("revision", ["05000ef", "main", COMMIT])
def test_whatever_is_known_of_the_revision_the_whole_commit_is_recorded(server, manner, revision):
    folder = fetch(manner, set_of(revision=revision))
    assert lock(folder)["commit"] == COMMIT
    assert all(f"/resolve/{COMMIT}/" in one.path for one in server.asked if "resolve" in one.path)


def test_a_branch_that_moved_does_not_move_what_is_pulled_later(server, manner):
    asset = set_of(revision="main")
    fetch(manner, asset, only=[FIRST])
    server.commits.insert(0, "d" * 40)
    folder = fetch(manner, asset)
    assert lock(folder)["commit"] == COMMIT
    assert {
        one.path.split("/resolve/")[1][:40] for one in server.asked if "resolve" in one.path
    } == {COMMIT}


def test_the_commit_is_recorded_even_if_nothing_came(server, manner):
    server.status = {"/resolve/": 500}
    with pytest.raises(AssetError, match="answers 500"):
        fetch(manner)
    assert lock(manner().shelf.place(set_of()))["commit"] == COMMIT


@pytest.mark.parametrize("commits", [[OLDER], [COMMIT, "05000ef" + "d" * 33]])
def test_a_short_revision_must_fit_one_commit(server, manner, commits):
    server.commits = commits
    with pytest.raises(
        AssetError, match=rf"{len(commits) - (OLDER in commits)} commits begin with"
    ):
        fetch(manner)


def test_a_hub_that_answers_with_another_commit_is_not_believed(server, manner):
    server.body = json.dumps({"id": REPO, "sha": OLDER, "siblings": []}).encode()
    with pytest.raises(AssetError, match=f"asked for '{COMMIT}'"):
        fetch(manner, set_of(revision=COMMIT))


def test_what_was_not_published_is_said_aloud_and_recorded(server, manner, told):
    known = pinned(SECOND, HEADS[SECOND])
    asset = set_of(files=(set_of().files[0], known))
    folder = fetch(manner, asset)
    (line,) = [line for line in told.lines if "first pull of" in line]
    found = hashlib.sha256(HEADS[FIRST]).hexdigest()
    assert line == (
        f"made: first pull of {FIRST} without a published hash, recorded in "
        f"{folder / 'lock.json'}, to which later pulls and `mien models verify` hold"
    )
    files = lock(folder)["files"]
    assert files[FIRST]["sha256"] == found
    assert (files[FIRST]["is_published"], files[SECOND]["is_published"]) == (False, True)
    held = folder / "model_a_best.bin"
    assert files[FIRST]["kept"] == {
        held.name: {
            "bytes": HEAD // 4,
            "sha256": hashlib.sha256(held.read_bytes()).hexdigest(),
        }
    }


def test_one_line_tells_of_all_hashes_that_were_recorded(server, manner, told):
    fetch(manner)
    (line,) = [line for line in told.lines if "recorded in" in line]
    assert line.startswith(f"made: first pull of {len(FILES)} heads without a published hash")
    assert "  files    8 heads, none with a published hash; the first pull records" in told.text
    told.lines.clear()
    fetch(manner)
    assert told.lines == []


def test_a_pull_that_fails_tells_what_it_recorded_before(server, manner, told):
    server.status = {REST[-1]: 500}
    with pytest.raises(AssetError):
        fetch(manner)
    assert f"first pull of {len(FILES) - 1} heads" in told.lines[-1]


@pytest.mark.parametrize("lists_hashes", [True, False])
def test_later_pulls_hold_to_the_hash_of_the_first(server, manner, lists_hashes):
    folder = fetch(manner)
    (folder / "model_a_best.bin").unlink()
    server.repos[REPO][FIRST], server.lists_hashes = b"x" * HEAD, lists_hashes
    n, reason = len(server.files), "nothing was fetched" if lists_hashes else "moved to"
    with pytest.raises(AssetError, match=rf"model_a_best\.pth .* the hash .* {reason}"):
        fetch(manner)
    assert len(server.files) == n + (not lists_hashes)
    assert not (folder / "model_a_best.bin").exists()
    server.repos[REPO][FIRST] = HEADS[FIRST]
    fetch(manner)
    assert (folder / "model_a_best.bin").is_file()
    assert lock(folder)["files"][FIRST]["is_published"] is False


@pytest.mark.parametrize("lists_hashes", [True, False])
def test_a_file_with_a_wrong_hash_is_moved_aside(server, manner, tmp_path, lists_hashes):
    server.sent, server.lists_hashes = {FIRST: b"x" * HEAD}, lists_hashes
    asset = set_of(files=(pinned(FIRST, HEADS[FIRST]),))
    with pytest.raises(AssetError, match=hashlib.sha256(HEADS[FIRST]).hexdigest()):
        fetch(manner, asset)
    (aside,) = (tmp_path / "models" / "quarantine").iterdir()
    assert aside.read_bytes() == b"x" * HEAD
    assert manner().shelf.installed(asset) is None


def test_a_small_text_must_have_the_hash_that_git_gave_it(server, manner, tmp_path):
    server.sent["config.json"] = b"[]"
    with pytest.raises(AssetError, match=r"config\.json of made has the hash .* moved to"):
        pull(set_of(), manner(), convert=quarter)
    assert manner().shelf.record(set_of()).files == {}
    del server.sent["config.json"]
    assert pull(set_of(), manner(), convert=quarter)


def test_what_the_hub_lists_must_be_what_it_sends(server, manner):
    server.sent = {FIRST: b"x" * HEAD}
    with pytest.raises(AssetError, match=hashlib.sha256(HEADS[FIRST]).hexdigest()):
        fetch(manner)


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (pinned(FIRST, b"other"), "with the hash"),
        (replace(pinned(FIRST, HEADS[FIRST]), bytes=7, sized=True), "and 7 are known of it"),
    ],
)
def test_a_list_that_contradicts_what_is_known_stops_before_the_first_byte(
    server, manner, file, reason
):
    with pytest.raises(AssetError, match=f"{reason}.*nothing was fetched"):
        fetch(manner, set_of(files=(file,)))
    assert not server.files


def on_disk(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_the_disk_holds_what_is_kept_and_one_source(server, manner, tmp_path):
    peaks, finished = [], []

    def look():
        peaks.append(on_disk(tmp_path / "models"))

    def convert(file, fetched, folder):
        look()
        written = quarter(file, fetched, folder)
        look()
        finished.append(file.name)
        return written

    server.each = look
    folder = fetch(manner, convert=convert)
    look()
    assert finished == list(HEADS)
    sources = sum(map(len, HEADS.values()))
    assert max(peaks) <= on_disk(folder) + HEAD < sources
    assert max(peaks) > HEAD


def test_a_crash_between_two_heads_leaves_what_is_finished(server, manner):
    done = []

    def convert(file, fetched, folder):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(file.name)
        return quarter(file, fetched, folder)

    with pytest.raises(KeyboardInterrupt):
        fetch(manner, convert=convert)
    shelf = manner().shelf
    assert [file.name for file in shelf.here(set_of()) if file.converts] == [FIRST, SECOND]
    assert shelf.installed(set_of()) == shelf.place(set_of())
    assert names(shelf.place(set_of())) == {*kept(FIRST, SECOND), *TEXTS, "lock.json"}
    n = len(server.files)
    fetch(manner)
    # The third had come already, and is only converted.
    assert server.files[n:] == REST[1:]


def test_a_half_written_conversion_is_never_taken_for_a_whole_one(server, manner):
    def convert(file, fetched, folder):
        (folder / "model_a_best.bin").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(AssetError, match=r"cannot convert model_a_best\.pth: no space left"):
        fetch(manner, convert=convert)
    shelf = manner().shelf
    assert shelf.installed(set_of()) is None
    assert not list(shelf.place(set_of()).rglob("*.bin"))


def test_a_head_that_is_none_is_moved_aside_and_named(server, manner, tmp_path):
    def convert(file, fetched, folder):
        raise BadWeights(f"{fetched} is no checkpoint")

    with pytest.raises(AssetError, match=r"model_a_best\.pth of made cannot be converted: .*moved"):
        fetch(manner, convert=convert)
    (aside,) = (tmp_path / "models" / "quarantine").iterdir()
    assert aside.read_bytes() == HEADS[FIRST]
    assert FIRST not in lock(manner().shelf.place(set_of()))["files"]


@pytest.mark.parametrize("name", ["../outside.bin", "never-written.bin", "/etc/hostname"])
def test_a_conversion_may_only_name_what_it_wrote(server, manner, name):
    with pytest.raises(AssetError, match="which is no file of"):
        fetch(manner, convert=lambda *_: [name])


def test_two_files_must_not_become_one(server, manner):
    def convert(file, fetched, folder):
        (folder / "same.bin").write_bytes(b"x")
        return ["same.bin"]

    with pytest.raises(AssetError, match=r"converted to same\.bin, which is taken"):
        fetch(manner, convert=convert)


def test_a_conversion_sees_the_texts_and_may_write_folders(server, manner):
    def convert(file, fetched, folder):
        assert (folder / "config.json").read_bytes() == b"{}"
        assert fetched.name == file.name
        (folder / "deep").mkdir()
        (folder / "deep" / f"{file.name}.bin").write_bytes(b"x")
        return [f"deep/{file.name}.bin"]

    folder = fetch(manner, convert=convert)
    assert {path.name for path in (folder / "deep").iterdir()} == {f"{name}.bin" for name in HEADS}


def test_two_pulls_at_once_fetch_once(server, manner):
    gate, waits, found = threading.Event(), threading.Event(), []
    server.waits_for = gate

    def tell(line):
        if line.startswith("another pull"):
            waits.set()

    def work():
        found.append(pull(set_of(), manner(tell=tell), convert=quarter))

    threads = [threading.Thread(target=work) for _ in range(2)]
    threads[0].start()
    assert server.arrived.wait(20)
    threads[1].start()
    assert waits.wait(20)
    gate.set()
    for thread in threads:
        thread.join(20)
    assert found[0] == found[1]
    assert sorted(server.files) == sorted(FILES)


def test_a_full_disk_is_refused_before_the_first_byte(server, manner):
    # Six quarters are kept, and one source lies beside them.
    needed = 6 * HEAD // 4 + HEAD + sum(map(len, TEXTS.values())) + (16 << 20) + 10**6
    asset = set_of(conversion_mb=1)
    with pytest.raises(AssetError, match=r"made needs 17\.9 MB of disk"):
        pull(asset, manner(free_bytes=lambda _: needed - 1), convert=quarter)
    assert not server.files
    assert pull(asset, manner(free_bytes=lambda _: needed), convert=quarter).is_dir()


def test_only_what_was_asked_for_comes_and_the_rest_is_added_later(server, manner):
    folder = fetch(manner, only=[FIRST, "config.json"])
    assert server.files == ["config.json", FIRST]
    assert manner().shelf.status(set_of()).state == "2 of 7 heads"
    fetch(manner)
    assert sorted(server.files) == sorted(FILES)
    assert kept(*HEADS) <= names(folder)
    assert manner().shelf.status(set_of()).state == "installed"


def test_a_file_that_is_not_of_the_set_is_a_fault_of_the_asker(server, manner):
    with pytest.raises(ConfigError, match="made has no file 'x'"):
        fetch(manner, only=["x"])


def test_a_set_that_lacks_a_file_is_refused_whole(server, manner):
    del server.repos[REPO][SECOND]
    with pytest.raises(AssetError, match=rf"{COMMIT} has no {SECOND}: nothing was fetched"):
        fetch(manner)
    assert not server.files


def test_an_optional_file_that_is_not_there_is_asked_for_once(server, manner):
    del server.repos[REPO]["merges.txt"]
    folder = fetch(manner)
    assert lock(folder)["absent"] == ["merges.txt"]
    n = len(server.asked)
    fetch(manner)
    assert len(server.asked) == n
    assert manner().shelf.status(set_of()).state == "installed"


def test_a_body_that_was_cut_goes_on_at_the_next_pull(server, manner):
    server.breaks_after = 5_000
    with pytest.raises(AssetError, match=r"broke off at 20,000 of 40,000 bytes: run it again"):
        fetch(manner)
    server.breaks_after, n = None, len(server.asked)
    fetch(manner)
    first = next(one for one in server.asked[n:] if one.path.endswith(FIRST))
    assert first.range == "bytes=20000-"


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (401, "set HF_TOKEN"),
        (403, "accept its terms"),
        (404, "no such repository"),
        (429, "wait some minutes"),
        (500, "run it again later"),
    ],
)
@pytest.mark.parametrize("path", ["/api/models/", "/resolve/"])
def test_an_answer_that_is_a_refusal_says_what_to_do(server, manner, status, advice, path):
    server.status = {path: status}
    # A whole commit: the library would try a list of commits again and again, and wait.
    with pytest.raises(AssetError, match=rf"answers {status}.*{advice}"):
        fetch(manner, set_of(revision=COMMIT))
    assert manner().shelf.installed(set_of(revision=COMMIT)) is None


def test_a_hub_that_is_down_is_not_asked_for_its_commits_again_and_again(server, manner):
    server.status = {"/api/models/": 500}
    with pytest.raises(AssetError, match="answers 500"):
        fetch(manner)
    assert len(server.asked) == 1


def test_a_busy_hub_is_asked_again_when_it_wants(server, manner):
    server.status, server.retry_after, waited = {f"/resolve/{COMMIT}/{FIRST}": 429}, "7", []

    def wait(seconds):
        waited.append(seconds)
        server.status = {}

    assert pull(set_of(), manner(wait=wait), convert=quarter).is_dir()
    assert waited == [7.0]


@pytest.mark.parametrize(("ahead", "waited"), [(20, 20), (-3600, 0)])
def test_a_busy_hub_may_name_the_time_as_a_date(server, manner, ahead, waited):
    then = datetime.now(UTC) + timedelta(seconds=ahead)
    server.status = {f"/resolve/{COMMIT}/{FIRST}": 429}
    server.retry_after, seconds = format_datetime(then, usegmt=True), []

    def wait(span):
        seconds.append(span)
        server.status = {}

    assert pull(set_of(), manner(wait=wait), convert=quarter).is_dir()
    assert seconds == [pytest.approx(waited, abs=5)]


def test_a_busy_hub_that_names_a_date_far_away_is_not_waited_for(server, manner):
    server.status = {f"/resolve/{COMMIT}/{FIRST}": 429}
    server.retry_after = format_datetime(datetime.now(UTC) + timedelta(days=1), usegmt=True)
    with pytest.raises(AssetError, match="answers 429"):
        fetch(manner)


def test_a_disk_that_fills_up_while_converting_says_how_much_room_it_takes(server, manner):
    def full(*_):
        raise OSError(28, "No space left on device")

    asset = set_of(conversion_mb=3)
    with pytest.raises(AssetError, match=r"cannot convert .*\.pth: no space .* about 3\.0 MB and"):
        fetch(manner, asset, convert=full)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_hub_that_names_no_time_is_asked_with_longer_and_longer_pauses(
    server, manner, status
):
    server.status, server.retry_after, waited = {"/resolve/": status}, "tomorrow", []
    with pytest.raises(AssetError, match=f"answers {status}"):
        pull(set_of(), manner(wait=waited.append), convert=quarter)
    assert waited == [1.0, 2.0, 4.0]


@pytest.mark.parametrize("retry_after", ["86400", "-1", "nan"])
def test_nobody_waits_for_long(server, manner, retry_after):
    server.status, server.retry_after = {"/resolve/": 429}, retry_after
    with pytest.raises(AssetError, match="answers 429"):
        pull(set_of(), manner(wait=lambda _: pytest.fail("waited")), convert=quarter)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"siblings": [{}]}'])
def test_a_mirror_that_speaks_otherwise_is_an_error_of_ours(server, manner, body):
    server.body = body
    with pytest.raises(AssetError, match="check the connection and HF_ENDPOINT"):
        fetch(manner, set_of(revision=COMMIT))


def test_a_hub_that_cannot_be_reached_is_an_error_of_ours(server, manner, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(AssetError, match=r"cannot ask http://127\.0\.0\.1:9 for laion/Made-Heads"):
        fetch(manner, set_of(revision=COMMIT))


@pytest.mark.parametrize("variable", ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
def test_offline_for_the_hub_is_offline_for_mien(server, manner, monkeypatch, variable):
    monkeypatch.setenv(variable, "1")
    with pytest.raises(NetworkRefused, match=f"127.0.0.1, and {variable} is set"):
        fetch(manner)
    assert not server.asked


def test_offline_the_hub_is_named(manner):
    with pytest.raises(NetworkRefused, match=r"huggingface\.co, and MIEN_OFFLINE is set"):
        pull(set_of(), manner(config=Config(offline=True)), convert=quarter)


def test_where_the_bytes_lie_must_pass_the_gate_too(server, manner, monkeypatch):
    asked = []
    monkeypatch.setattr("mien.assets.downloading.allow", lambda host, *_: asked.append(host))
    fetch(manner, only=[FIRST])
    assert asked == ["127.0.0.1", "localhost"]


def test_what_is_here_needs_no_network(server, manner):
    folder = fetch(manner)
    n = len(server.asked)
    assert pull(set_of(), manner(config=Config(offline=True)), convert=quarter) == folder
    assert len(server.asked) == n


def test_what_is_here_may_lie_where_nobody_can_write(server, manner, monkeypatch):
    folder = fetch(manner)

    def refuses(*_args, **_options):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("filelock.FileLock.acquire", refuses)
    assert fetch(manner) == folder


def test_the_token_goes_to_the_hub_and_nowhere_else(server, manner, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_made")
    fetch(manner, only=[FIRST])
    tokens = {one.host: one.token for one in server.asked}
    assert tokens == {"127.0.0.1": "Bearer hf_made", "localhost": None}


def test_nothing_is_told_about_this_machine(server, manner):
    fetch(manner)
    for one in server.asked:
        assert one.path.startswith((f"/api/models/{REPO}", f"/{REPO}/"))
        assert not any(word in one.agent for word in ("torch", "agent/", "tensorflow"))


def test_a_proxy_of_the_environment_is_used(server, manner, monkeypatch):
    import huggingface_hub

    monkeypatch.setenv("HF_ENDPOINT", "http://hub.invalid")
    monkeypatch.setenv("HTTP_PROXY", server.url)
    huggingface_hub.close_session()
    try:
        fetch(manner, only=["config.json"])
    finally:
        huggingface_hub.close_session()
    assert {one.host for one in server.asked} == {"hub.invalid"}


def in_cache(monkeypatch, name, content):
    from huggingface_hub import constants

    place = Path(constants.HF_HUB_CACHE) / "models--laion--Made-Heads" / "snapshots" / COMMIT
    place.mkdir(parents=True)
    (place / name).write_bytes(content)
    return place / name


def test_what_lies_in_the_cache_of_the_hub_is_used_and_left_there(
    server, manner, monkeypatch, told
):
    held = in_cache(monkeypatch, FIRST, HEADS[FIRST])
    folder = fetch(manner, only=[FIRST, SECOND])
    assert server.files == [SECOND]
    assert held.read_bytes() == HEADS[FIRST]
    assert kept(FIRST, SECOND) <= names(folder)
    assert "1 of its files are in the cache of the hub: not fetched again" in told.text


def test_a_wrong_file_in_the_cache_is_refused_and_left_there(server, manner, monkeypatch):
    held = in_cache(monkeypatch, FIRST, b"x" * HEAD)
    with pytest.raises(AssetError, match=r"has the hash .*: remove it") as caught:
        fetch(manner)
    assert held.read_bytes() == b"x" * HEAD
    assert str(held) in str(caught.value)


def test_a_cut_file_in_the_cache_is_fetched_anew(server, manner, monkeypatch):
    in_cache(monkeypatch, FIRST, b"x")
    fetch(manner, only=[FIRST])
    assert server.files == [FIRST]


def test_another_form_does_not_mix_with_what_is_here(server, manner):
    fetch(manner, only=[FIRST])
    with pytest.raises(ConfigError, match=r"in its full form: run `mien models remove made`"):
        fetch(manner, form="small")


def test_a_set_that_must_be_converted_is_not_pulled_raw(server, manner):
    with pytest.raises(ConfigError, match="nothing says how"):
        fetch(manner, convert=None)
    assert not server.asked


def test_progress_runs_once_over_the_whole_set(server, manner, told):
    fetch(manner)
    done = [done for done, _ in told.progress]
    total = sum(map(len, FILES.values()))
    assert done == sorted(done)
    assert told.progress[-1] == (total, total)


def test_all_a_person_must_know_is_told_before_the_first_file(server, manner, told):
    server.status = {"/resolve/": 500}
    with pytest.raises(AssetError):
        fetch(manner)
    for fact in (COMMIT, "CC-BY-4.0", "nobody", "Nobody (2026)", "8 heads", "0.2 MB", "at 10 MB/s"):
        assert fact in told.text


def test_without_the_library_the_way_to_it_is_named(manner, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "huggingface_hub", None)
    with pytest.raises(MissingExtra, match=r"mien\[models\]"):
        fetch(manner)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "ftp://me:secret@127.0.0.1:9"])
def test_a_proxy_that_cannot_be_used_is_named_without_its_password(
    server, manner, monkeypatch, proxy
):
    monkeypatch.setitem(__import__("sys").modules, "socksio", None)
    monkeypatch.setenv("HTTP_PROXY", proxy)
    with pytest.raises(ConfigError, match="cannot use the proxy that HTTP_PROXY") as caught:
        fetch(manner)
    assert "secret" not in str(caught.value)
    assert not server.asked


@pytest.mark.parametrize("mirror", ["foo", "file:///etc", "http://[::1", "http://me:secret@a:b"])
def test_a_mirror_whose_address_is_none_is_said_to_be_none(manner, monkeypatch, mirror):
    monkeypatch.setenv("HF_ENDPOINT", mirror)
    with pytest.raises(
        ConfigError, match=r"HF_ENDPOINT is '.*': https://HOST is expected"
    ) as caught:
        fetch(manner)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("path", ["/api/models/", "/resolve/"])
def test_the_password_of_a_mirror_is_in_no_error(server, manner, monkeypatch, path):
    monkeypatch.setenv("HF_ENDPOINT", server.url.replace("://", "://me:secret@"))
    server.status = {path: 404}
    with pytest.raises(AssetError, match="answers 404") as caught:
        fetch(manner, set_of(revision=COMMIT))
    assert "secret" not in str(caught.value)


def test_a_publisher_that_sends_round_in_circles_is_an_error_of_ours(server, manner):
    server.circles = True
    with pytest.raises(AssetError, match="TooManyRedirects"):
        fetch(manner, only=[FIRST])
