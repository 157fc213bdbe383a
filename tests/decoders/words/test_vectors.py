"""The state of the words decoder over a text."""

import numpy as np
import pytest

from mien.decoders.words.models import shipped_transformer
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
