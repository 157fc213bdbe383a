"""Embeddings are computed once, kept within bounds, and stay in memory."""

import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.config import Config
from mien.core.errors import ConfigError
from mien.decoders.emonet.embeddings import Embeddings, shared_embeddings


class Encoder:
    """Says the mean and the shape of each input, and remembers how many it was given."""

    def __init__(self) -> None:
        self.seen = 0

    def __call__(self, inputs):
        self.seen += len(inputs)
        rows = [[float(np.mean(one)), *one.shape[:1]] for one in inputs]
        return np.array(rows, dtype=np.float32).reshape(len(inputs), 2)


def crops(n, size=4):
    return list(np.random.default_rng(n).integers(0, 255, (n, size, size, 3), dtype=np.uint8))


@given(
    asked=st.lists(st.lists(st.integers(0, 5), max_size=6), max_size=8), limit=st.integers(0, 64)
)
def test_what_comes_out_is_what_the_encoder_says_whatever_is_kept(asked, limit):
    pictures, cache = crops(6), Embeddings(limit_bytes=limit)
    for chosen in asked:
        inputs = [pictures[i] for i in chosen]
        np.testing.assert_array_equal(cache.embed("e", inputs, Encoder()), Encoder()(inputs))
        assert cache.bytes <= limit


def test_a_second_set_over_the_same_encoder_computes_nothing():
    cache, encoder, pictures = Embeddings(), Encoder(), crops(5)
    cache.embed("siglip2", pictures, encoder)
    cache.embed("siglip2", pictures[::-1], encoder)
    assert encoder.seen == 5


def test_a_repeated_input_is_computed_once_within_a_call():
    cache, encoder, [one] = Embeddings(), Encoder(), crops(1)
    assert cache.embed("e", [one, one.copy(), one], encoder).shape == (3, 2)
    assert encoder.seen == 1


def test_two_encoders_do_not_share():
    cache, encoder, pictures = Embeddings(), Encoder(), crops(2)
    cache.embed("siglip2", pictures, encoder)
    cache.embed("bude-whisper", pictures, encoder)
    assert encoder.seen == 4


@pytest.mark.parametrize(
    "other",
    [np.zeros((8, 2, 3), np.uint8), np.zeros((4, 4, 3), np.int8), np.zeros((4, 4, 3), np.float32)],
)
def test_the_same_bytes_in_another_shape_or_type_are_another_input(other):
    cache, encoder = Embeddings(), Encoder()
    cache.embed("e", [np.zeros((4, 4, 3), np.uint8), other], encoder)
    assert encoder.seen == 2


def test_a_view_is_the_same_input_as_its_copy():
    cache, encoder, [one] = Embeddings(), Encoder(), crops(1)
    cache.embed("e", [one[:, ::-1], one[:, ::-1].copy()], encoder)
    assert encoder.seen == 1


def test_what_was_not_asked_for_the_longest_goes_first():
    cache, encoder, pictures = Embeddings(limit_bytes=16), Encoder(), crops(3)
    cache.embed("e", pictures[:2], encoder)  # 8 bytes each
    cache.embed("e", pictures[:1], encoder)
    cache.embed("e", pictures[2:], encoder)  # drops the second
    assert encoder.seen == 3
    cache.embed("e", pictures[:1], encoder)
    assert encoder.seen == 3
    cache.embed("e", pictures[1:2], encoder)
    assert encoder.seen == 4


def test_memory_follows_the_limit_and_not_the_inputs():
    cache = Embeddings(limit_bytes=1 << 20)
    rows = np.zeros((8, 1 << 18), np.float32)  # a row is 1 MB
    tracemalloc.start()
    try:
        for i in range(8):
            cache.embed("e", [np.array([i])], lambda inputs: rows[: len(inputs)])
        assert tracemalloc.get_traced_memory()[0] < 3 << 20
    finally:
        tracemalloc.stop()
    assert cache.bytes == 1 << 20


def test_no_inputs_give_what_the_encoder_gives_for_none():
    assert Embeddings().embed("e", [], Encoder()).shape == (0, 2)


def test_threads_that_ask_for_the_same_wait_for_the_first():
    cache, encoder, pictures = Embeddings(), Encoder(), crops(4)
    begun, go = Event(), Event()

    def slow(inputs):
        begun.set()
        assert go.wait(10)
        return encoder(inputs)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(cache.embed, "e", pictures, slow)
        assert begun.wait(10)
        second = pool.submit(cache.embed, "e", pictures[2:], encoder)
        go.set()
        np.testing.assert_array_equal(second.result(10), first.result(10)[2:])
    assert encoder.seen == 4


def test_many_threads_agree_and_the_bytes_add_up():
    cache, encoder, pictures = Embeddings(limit_bytes=40), Encoder(), crops(12)
    together = Barrier(4)

    def ask(seed):
        together.wait(10)
        for i in np.random.default_rng(seed).integers(0, 12, 200):
            got = cache.embed("e", [pictures[i]], encoder)
            np.testing.assert_array_equal(got, Encoder()([pictures[i]]))

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(ask, seed) for seed in range(4)]:
            done.result(30)
    assert cache.bytes == 40


def test_a_failed_encoder_leaves_nothing_behind():
    cache, [one] = Embeddings(), crops(1)

    def broken(inputs):
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="out of memory"):
        cache.embed("e", [one], broken)
    assert cache.embed("e", [one], Encoder()).shape == (1, 2)


def test_what_is_kept_cannot_be_changed_from_outside():
    cache, [one] = Embeddings(), crops(1)
    first = cache.embed("e", [one], Encoder())
    first[:] = 7
    np.testing.assert_array_equal(cache.embed("e", [one], Encoder()), Encoder()([one]))


def test_nothing_is_written_unless_a_folder_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Embeddings().embed("e", crops(2), Encoder())
    assert list(tmp_path.rglob("*")) == []


def test_a_named_folder_serves_a_later_process(tmp_path):
    encoder, pictures = Encoder(), crops(3)
    first = Embeddings(folder=tmp_path / "kept").embed("e", pictures, encoder)
    again = Embeddings(folder=tmp_path / "kept").embed("e", pictures, encoder)
    np.testing.assert_array_equal(first, again)
    assert encoder.seen == 3
    assert {path.suffix for path in (tmp_path / "kept").iterdir()} == {".npy"}


@pytest.mark.parametrize("damage", [b"", b"\x93NUMPY", b"PK\x05\x06" + bytes(18), b"\x80\x04N."])
def test_a_damaged_file_is_computed_anew(tmp_path, damage):
    encoder, pictures = Encoder(), crops(1)
    first = Embeddings(folder=tmp_path).embed("e", pictures, encoder)
    next(tmp_path.iterdir()).write_bytes(damage)
    np.testing.assert_array_equal(Embeddings(folder=tmp_path).embed("e", pictures, encoder), first)
    assert encoder.seen == 2


def test_a_negative_limit_is_refused():
    with pytest.raises(ConfigError, match="-1 bytes"):
        Embeddings(limit_bytes=-1)


def test_decoders_under_the_same_settings_share_one(tmp_path):
    assert shared_embeddings(Config()) is shared_embeddings(Config())
    # Another home may hold another copy of an encoder, and another device another form of it.
    assert shared_embeddings(Config()) is not shared_embeddings(Config(home=tmp_path))
    assert shared_embeddings(Config()) is not shared_embeddings(Config(device="cpu"))
    assert shared_embeddings(Config()) is not shared_embeddings(Config(precision="half"))
