"""What is kept between requests and between conversations."""

import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import StoreError
from mien.guard import Case, Guard, Signal, load_policy
from mien.guard.case import Claim
from mien.guard.file_store import FileStore
from mien.guard.observation import Quote
from mien.guard.risk import Evidence, History, Track, worst
from mien.guard.store import MemoryStore, beginning
from tests.fakes.guard import Scripted, keys, talk
from tests.guard.test_guard import NOON, SPIRAL

POLICY = load_policy("default")
DAY = timedelta(days=1)


@pytest.fixture(params=["memory", "file"])
def stores(request, tmp_path):
    """Opens the same kind of store, with words or without."""

    def opened(**options):
        if request.param == "memory":
            return MemoryStore(**options)
        return FileStore(tmp_path / "guard.db", **options)

    return opened


def case_of(risky=1.0, at=NOON, **fields):
    evidence = {**History.empty().evidence, Track.DEPENDENCY: Evidence(risky, 0.1)}
    return Case(history=History(evidence=evidence, n_turns=3, last=at), **fields)


def test_what_was_put_is_there_again(stores):
    store = stores()
    assert store.get("a") is None
    store.put("a", case_of(), person="p")
    store.put("a", case_of(2.0, minor=True), person="p")
    kept = store.get("a")
    assert (kept.case, kept.person, kept.at) == (case_of(2.0, minor=True), "p", NOON)
    assert kept.turns == ()


def test_the_conversations_of_a_person_come_newest_first(stores):
    store = stores()
    for i in (2, 0, 1):
        store.put(f"c{i}", case_of(at=NOON + i * DAY), person="p")
    store.put("other", case_of(at=NOON + 9 * DAY), person="q")
    store.put("nobody's", case_of(at=NOON + 9 * DAY))
    assert [kept.at for kept in store.of_person("p")] == [NOON + i * DAY for i in (2, 1, 0)]


def test_forgetting_a_person_leaves_all_others(stores):
    store = stores()
    for name, person in (("a", "p"), ("b", "p"), ("c", "q"), ("d", None)):
        store.put(name, case_of(), person=person)
    assert store.forget("p") == 2
    assert [name for name in "abcd" if store.get(name)] == ["c", "d"]
    assert store.forget("p") == 0
    assert store.forget_conversation("d")
    assert not store.forget_conversation("d")


def test_old_conversations_can_be_forgotten(stores):
    store = stores()
    for i in range(4):
        store.put(str(i), case_of(at=NOON + i * DAY))
    assert store.forget_before(NOON + 2 * DAY) == 2
    assert [name for name in "0123" if store.get(name)] == ["2", "3"]


CLAIMED = case_of(claims=(Claim(1, Signal.DELUSION_REINFORCEMENT, Quote(0, 4)),))


def test_words_are_kept_only_where_that_is_wanted(stores):
    store = stores(words=True)
    store.put("a", CLAIMED, turns=talk(3).turns)
    assert [turn.text for turn in store.get("a").turns] == ["what was said at 1"]
    store.put("a", CLAIMED, turns=talk(6).turns[5:])
    assert [turn.index for turn in store.get("a").turns] == [1]
    store.put("a", case_of())
    assert store.get("a").turns == ()


def test_a_gateway_that_sends_only_the_last_turn_can_still_retract(stores):
    store, guard = stores(words=True), Guard(observer=Scripted(SPIRAL))
    told = []
    for turn in talk(12).turns:
        kept = store.get("a")
        before = kept.turns if kept else ()
        step = guard.step((*before, turn), kept.case if kept else Case())
        store.put("a", step.case, turns=[turn])
        told.append(step.check)
    assert keys(told) == keys(guard.check(talk(12)))
    retract = next(check for check in told if check.action == "retract")
    assert "what was said at 1" in retract.instruction


def test_memory_is_bounded_and_drops_what_was_unused_for_longest():
    store = MemoryStore(3)
    for name in "abc":
        store.put(name, case_of())
    store.get("a")
    store.put("d", case_of())
    assert [name for name in "abcd" if store.get(name)] == ["a", "c", "d"]


def test_a_new_conversation_begins_with_a_modest_share(stores):
    store = stores()
    store.put("old", case_of(8.0), person="p")
    begun = beginning(store, "p", POLICY, NOON)
    assert begun.history.evidence[Track.DEPENDENCY].mean == 2.0
    later = beginning(store, "p", POLICY, NOON + timedelta(days=14))
    assert later.history.evidence[Track.DEPENDENCY].mean == 1.0
    assert beginning(store, None, POLICY, NOON) == Case()
    assert beginning(store, "stranger", POLICY, NOON).history == History.empty()


def test_calm_conversations_neither_add_up_nor_wash_out(stores):
    store = stores()
    store.put("old", case_of(8.0), person="p")
    for i in range(10):
        store.put(f"calm{i}", case_of(0.0, at=NOON + timedelta(hours=i)), person="p")
    begun = beginning(store, "p", POLICY, NOON + timedelta(hours=12))
    assert 1.9 < begun.history.evidence[Track.DEPENDENCY].mean < 2.0


def test_a_person_known_as_a_minor_stays_one(stores):
    store = stores()
    store.put("old", case_of(0, minor=True), person="p")
    assert beginning(store, "p", POLICY, NOON).minor


@given(st.lists(st.tuples(st.floats(0, 50), st.floats(0, 400)), max_size=5), st.floats(0, 100))
def test_what_is_carried_never_grows_with_time_nor_beyond_its_share(past, days):
    store = MemoryStore()
    for i, (mean, age) in enumerate(past):
        store.put(str(i), case_of(mean, at=NOON - timedelta(days=age)), person="p")
    now, later = (beginning(store, "p", POLICY, at) for at in (NOON, NOON + timedelta(days=days)))
    most = max((mean for mean, _ in past), default=0)
    assert now.history.evidence[Track.DEPENDENCY].mean <= POLICY.carry.share * most
    assert worst(later.history, POLICY.dynamics) <= worst(now.history, POLICY.dynamics)


def test_nothing_is_carried_where_the_policy_says_so():
    store = MemoryStore()
    store.put("old", case_of(8.0), person="p")
    policy = replace(POLICY, carry=type(POLICY.carry)())
    assert worst(beginning(store, "p", policy, NOON).history, POLICY.dynamics) == (0, 0)


def test_a_case_without_times_is_dated_now(stores):
    store, before = stores(), datetime.now(UTC)
    store.put("a", case_of(at=None))
    assert before <= store.get("a").at <= datetime.now(UTC)


# What only a file can do.


@pytest.fixture
def path(tmp_path):
    return tmp_path / "guard.db"


def bytes_of(path):
    return b"".join(p.read_bytes() for p in path.parent.iterdir() if p.name.startswith(path.name))


def test_a_file_outlives_its_process_and_is_its_owners_alone(path):
    store = FileStore(path)
    store.put("a", case_of(), person="p")
    store.close()
    assert FileStore(path).get("a").case == case_of()
    assert path.stat().st_mode & 0o077 == 0


def test_two_programs_share_a_file(path):
    one, two = FileStore(path), FileStore(path)
    one.put("a", case_of())
    two.put("b", case_of())
    assert one.get("b")
    assert two.get("a")


def test_without_words_no_word_is_in_the_file(path):
    store = FileStore(path)
    store.put("a", CLAIMED, turns=talk(3).turns)
    assert b"what was said" not in bytes_of(path)


def test_what_was_forgotten_is_gone_from_every_byte(path):
    store = FileStore(path, words=True)
    for i in range(600):
        store.put(f"c{i}-MARKER-{i % 3}", CLAIMED, person=f"MARKER-{i % 3}", turns=talk(3).turns)
    assert bytes_of(path).count(b"MARKER-1") >= 200
    assert store.forget("MARKER-1") == 200
    left = bytes_of(path)
    assert b"MARKER-1" not in left
    assert left.count(b"-MARKER-0") >= 200


def test_forgetting_says_if_another_program_keeps_the_log_open(path):
    store = FileStore(path)
    store.put("a", case_of(), person="p")
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM conversations").fetchall()
    store._base.execute("PRAGMA busy_timeout = 1")
    with pytest.raises(StoreError, match=r"guard\.db"):
        store.forget("p")
    reader.close()
    store.forget("p")
    assert store.get("a") is None


@pytest.mark.parametrize(
    "content", [b"not a database at all" * 99, b"SQLite format 3\0" + b"x" * 4096]
)
def test_a_file_that_is_no_store_is_refused_by_name(path, content):
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"guard\.db"):
        FileStore(path)
    assert path.read_bytes() == content


def test_another_programs_database_is_left_alone(path):
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE theirs (x)")
    other.commit()
    other.close()
    with pytest.raises(StoreError, match="another program"):
        FileStore(path)


def test_a_newer_file_is_refused(path):
    store = FileStore(path)
    store._base.execute("PRAGMA user_version = 9")
    store.close()
    with pytest.raises(StoreError, match="newer Mien"):
        FileStore(path)


def test_a_damaged_row_is_named(path):
    store = FileStore(path)
    store.put("a", case_of())
    store._base.execute("UPDATE conversations SET state = 'x'")
    with pytest.raises(StoreError, match=r"guard\.db is damaged at 'a'"):
        store.get("a")


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(StoreError, match="none"):
        FileStore(tmp_path / "none" / "guard.db")


WRITER = """
import sys
from mien.guard import Case
from mien.guard.file_store import FileStore
store = FileStore(sys.argv[1])
for i in range(100_000):
    store.put(f"c{i}", Case(), person="p")
    print(i, flush=True)
"""


def test_a_kill_loses_nothing_that_was_put(path):
    program = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    )
    told = [int(program.stdout.readline()) for _ in range(200)]
    os.kill(program.pid, signal.SIGKILL)
    told += [int(line) for line in program.stdout.read().split("\n")[:-1]]
    program.wait()
    store = FileStore(path)
    assert all(store.get(f"c{i}") for i in told)
    store.put("after", Case())
    assert store.forget("p") >= len(told)
