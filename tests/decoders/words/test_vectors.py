"""The state of the words decoder, and what is remembered of it."""

from threading import Thread

import numpy as np
import pytest

from mien.decoders.words.models import shipped_transformer
from mien.decoders.words.recent import Recent
from mien.decoders.words.vectors import shipped_vectors

LONG = "I was so proud of her. " * 30


@pytest.mark.parametrize("text", ["I lost my keys again.", "", "❤️", LONG])
def test_a_text_has_one_state_whatever_its_length(text):
    state = shipped_vectors()(text)
    assert state.shape == shipped_vectors()("hello").shape
    assert np.isfinite(state).all()


def test_what_a_text_says_is_in_its_state():
    of = shipped_vectors()
    sad, sadder, glad = of("I am so sad."), of("I'm very sad today."), of("I love this cake!")

    def alike(one, other):
        return one @ other / np.linalg.norm(one) / np.linalg.norm(other)

    assert alike(sad, sadder) > alike(sad, glad)


def test_a_passage_that_was_read_is_not_run_again(monkeypatch):
    of, model = shipped_vectors(), shipped_transformer(1)
    first = of("Nobody told me that the shop had closed.")
    monkeypatch.setattr(model, "_state", lambda ids: pytest.fail("it was run again"))
    assert (of("Nobody told me that the shop had closed.") == first).all()


def test_what_was_read_can_be_forgotten(monkeypatch):
    of, model = shipped_vectors(), shipped_transformer(1)
    of("She never writes back.")
    model.forget()
    monkeypatch.setattr(model, "_state", lambda ids: pytest.fail("it was run again"))
    with pytest.raises(pytest.fail.Exception):
        of("She never writes back.")


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
    recent = Recent(4)
    found = []

    def ask():
        found.extend(recent.get(bytes([i % 8]), lambda i=i: i % 8) for i in range(500))

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [i % 8 for i in range(500)] * 4
    assert len(recent._found) == 4


def test_a_function_that_fails_leaves_nothing():
    recent = Recent(2)
    with pytest.raises(ZeroDivisionError):
        recent.get(b"a", lambda: 1 / 0)
    assert recent.get(b"a", lambda: 2) == 2
