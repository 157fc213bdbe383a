"""What was computed lately."""

from threading import Barrier, Thread

import pytest

from mien.core.recent import Recent


def test_the_longest_unasked_value_is_forgotten_first():
    asked, recent = [], Recent(2)

    def value(key):
        return recent.get(key, lambda: asked.append(key) or key)

    assert [value(key) for key in (b"a", b"b", b"a", b"c", b"a")] == [b"a", b"b", b"a", b"c", b"a"]
    value(b"b")
    assert asked == [b"a", b"b", b"c", b"b"]


def test_what_was_asked_for_cannot_be_read_back():
    recent = Recent(2)
    recent.get(b"a secret", lambda: 1)
    assert all(b"secret" not in key for key in recent._found)


def test_threads_share_what_is_remembered():
    recent, start = Recent(4), Barrier(4)
    found = [[] for _ in range(4)]

    def ask(mine):
        start.wait()
        for i in range(500):
            mine.append(recent.get(bytes([i % 8]), lambda i=i: i % 8))

    threads = [Thread(target=ask, args=[mine]) for mine in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[i % 8 for i in range(500)]] * 4
    assert len(recent._found) == 4


def test_a_function_that_fails_leaves_nothing():
    recent = Recent(2)
    with pytest.raises(ZeroDivisionError):
        recent.get(b"a", lambda: 1 / 0)
    assert recent.get(b"a", lambda: 2) == 2
