"""What teaches the guard is not what it is tested on; what ranks is told apart across pairs."""

from collections import Counter

import numpy as np
import pytest

from mien.guard.signals import Signal
from tests.data import shared
from training.guard.data import FOLDER, TESTS, further, later_test, lines, open_rows, rows


def _plain(text):
    return " ".join(text.lower().split())


def _rows():
    return (row.text for row in (*further(), *open_rows()))


def _replies():
    for name in ("calm", "warm", "more-warm", "more-replies"):
        yield from (line.get("text") or line["reply"] for line in lines(name))


def test_no_text_that_teaches_is_in_a_test():
    taught = {_plain(text) for text in (*_rows(), *_replies())}
    for test in (*map(later_test, TESTS), rows(sealed=True)):
        # "bye" is anybody's.
        assert not {_plain(row.text) for row in test if len(row.text.split()) > 3} & taught


def test_twins_share_an_id_with_nobody_else():
    found = Counter((row.id, row.is_true) for row in (*further(), *open_rows(), *rows(sealed=True)))
    assert set(found.values()) == {1}


@pytest.mark.parametrize("name", TESTS)
def test_later_tests_have_pairs_and_true_ones_of_both_sides(name):
    found = list(later_test(name))
    assert len({row.id for row in found if not row.is_true}) > 250
    assert len({row.id for row in found}) > len({row.id for row in found if not row.is_true})
    assert {row.side for row in found} == {"user", "assistant"}
    assert {row.language for row in found} == {"en", "de", "es"}
    assert all(Signal(row.signal) for row in found)


def test_ranking_looks_across_pairs():
    torch = pytest.importorskip("torch")
    from training.guard.encoder_fit import Lesson, Schedule, _ranking

    lesson = Lesson(
        passages=[None] * 4,
        labels=np.array([[1.0], [0.0], [1.0], [0.0]], np.float32),
        weights=np.ones((4, 1), np.float32),
        levels=np.zeros(4, np.float32),
        twins={0: (1, 0), 1: (0, 0), 2: (3, 0), 3: (2, 0)},
    )

    def loss(logits, **kinds):
        column = torch.tensor(logits)[:, None]
        return float(_ranking(column, lesson, [0, 1, 2, 3], Schedule(**kinds)))

    # Each true one is above its own twin, but the second pair lies above the first.
    apart, mixed = [3.0, 1.0, 3.0, 1.0], [1.0, -1.0, 5.0, 3.0]
    assert loss(apart, across=0.0) == pytest.approx(loss(mixed, across=0.0))
    assert loss(apart, ranking=0.0) < loss(mixed, ranking=0.0)
    assert loss([1.0, 3.0, 1.0, 3.0]) > loss(apart)


def test_every_gloss_is_of_a_word_that_is_glossed_once():
    told = (FOLDER / "glossary.txt").read_text(encoding="utf-8").splitlines()
    glosses = [line.split("|") for line in told if line and not line.startswith("#")]
    assert all(len(gloss) == 3 and all(gloss) for gloss in glosses)
    assert {language for language, _, _ in glosses} == {"de", "es"}
    assert len({(language, word) for language, word, _ in glosses}) == len(glosses)


def test_logits_of_other_messages_are_not_taken_for_these(tmp_path):
    pytest.importorskip("torch")
    from training.guard.held_out import Readings, names, read_nets, write_nets
    from training.guard.train import Example

    asked = [Example("a", "en", {}), Example("b", "en", {})]
    zeros = np.zeros((1, 2), np.float32)
    write_nets(tmp_path / "kept.npz", Readings(names(asked), zeros, zeros, ()))
    assert (read_nets(tmp_path / "kept.npz", asked).rows == zeros).all()
    for path, other in (("kept.npz", asked[::-1]), ("none.npz", asked)):
        with pytest.raises(SystemExit):
            read_nets(tmp_path / path, other)


def test_parts_of_one_reply_are_held_out_together():
    pytest.importorskip("torch")
    from training.guard.held_out import _fold_of
    from training.guard.train import Example

    before = ({"role": "user", "text": "Why?"},)
    parts = [Example(text, "en", {}, before=before) for text in "abcdefgh"]
    assert len({_fold_of(part) for part in parts}) == 1
    assert len({_fold_of(Example(text, "en", {})) for text in "abcdefgh"}) > 1


def test_a_calm_line_teaches_both_sides_or_sets_thresholds_of_both():
    pytest.importorskip("torch")
    from training.guard.encoder import is_held_out
    from training.guard.encoder_data import _calm, _users

    words = shared("words")
    told = {item.text: is_held_out(item) for item in _users(words, 0)}
    both = [(told[item.text], is_held_out(item)) for item in _calm() if item.text in told]
    assert {user for user, _ in both} == {True, False}
    assert all(user == reply for user, reply in both)


def test_a_rate_moves_chances_and_not_what_is_raised():
    from training.guard.calibrate import Limits, readout

    draw = np.random.default_rng(0)
    true, near = draw.normal(1.5, 1, (60, 2)), draw.normal(0, 1, (60, 2))
    calm = draw.normal(-1.5, 1, (900, 2))
    twins = readout(true, near, calm, calm, Limits(ordinary=0.002, margin=0.5))
    rare = readout(true, near, calm, calm, Limits(ordinary=0.002, margin=0.5, rate=0.02))
    rows = np.concatenate([true, near, calm])
    assert [twins.is_raised(*row) for row in rows] == [rare.is_raised(*row) for row in rows]
    assert any(twins.is_raised(*row) for row in rows)
    told = [rare.chance(*row) for row in calm]
    assert np.mean(told) < np.mean([twins.chance(*row) for row in calm])
