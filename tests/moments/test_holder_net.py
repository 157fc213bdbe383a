"""Whose feeling a turn tells of, by the small transformer."""

import pytest

from mien.core.errors import BadWeights, MissingWeights
from mien.emotions import Emotion, Scores
from mien.emotions.scores import EMPTY
from mien.moments.clauses import read
from mien.moments.holder import HolderRules, third_named
from mien.moments.holder_net import BEFORE, N_WORDS, WEIGHTS, load_holder_net, shown
from mien.moments.parts import load_parts

SOME = Scores({Emotion.SADNESS: 0.6})


def told(text):
    found = load_holder_net(1).find(text, SOME)
    return found.who.value, found.mode.value


@pytest.mark.parametrize(
    ("text", "who", "mode"),
    [
        ("I'm so angry with him.", "self", "experienced"),
        ("Absolutely gutted about the match.", "self", "experienced"),
        ("My sister is over the moon about the baby.", "third", "experienced"),
        ("You look worried, what's up?", "addressee", "reported"),
        ("She says she's furious with the landlord.", "third", "reported"),
        ("I'd be so embarrassed if anyone saw that.", "self", "hypothetical"),
        ("Tom isn't the least bit jealous.", "third", "negated"),
        ("The card said “we are so proud of you”.", "third", "quoted"),
    ],
)
def test_who_feels_and_how_it_is_told(text, who, mode):
    assert told(text) == (who, mode)


def test_a_third_person_has_the_name_that_the_words_give():
    holder = load_holder_net(1).find("My sister is over the moon about the baby.", SOME)
    assert holder.name == "My sister"


@pytest.mark.parametrize(
    "text",
    [
        "'I am so happy!' cried Anna.",
        "'What a relief!' cried the midwife.",
        "It was awful. Then silence.",
        "What a day. Nobody left happy.",
        '"Worried sick, ring me," seven voicemails from Mum.',
    ],
)
def test_a_mark_or_the_first_word_of_a_sentence_names_nobody(text):
    name = third_named(read(text))
    assert name is None or name in ("Anna", "the midwife", "Mum", "Nobody", "seven voicemails")


def test_whoever_speaks_or_is_spoken_to_has_no_name():
    for text in ("I'm so angry with Tom.", "Why are you so sad, Anna?"):
        assert load_holder_net(1).find(text, SOME).name is None


def test_what_shows_nothing_has_no_holder():
    assert load_holder_net(1).find("The bus leaves at nine.", EMPTY) is None


def test_of_a_long_turn_the_words_around_the_clearest_feeling_are_read():
    text = read(" ".join(["and then we went on"] * 40 + ["I was furious"] + ["so we left"] * 40))
    words = shown(text)
    assert len(words) == N_WORDS
    assert list(words[: BEFORE + 1]).index("furious") == BEFORE
    assert shown(read("I was furious.")) == ["i", "was", "furious", "."]


@pytest.mark.parametrize("text", ["", " ", "?!", "❤️❤️", "Ωμέγα", "a" * 5_000, "so sad " * 2_000])
def test_odd_texts_have_an_answer_with_a_chance(text):
    holder = load_holder_net(1).find(text, SOME)
    assert 0 < holder.p <= 1


def test_it_serves_where_the_careful_decoder_reads():
    assert load_parts(1).reading("words-v1").holder is load_holder_net(1)
    assert isinstance(load_parts(1).reading("words-fast-v1").holder, HolderRules)


def test_a_missing_or_damaged_file_says_what_to_do(tmp_path):
    with pytest.raises(MissingWeights, match="reinstall"):
        load_holder_net(1, tmp_path / "none.onnx")
    (tmp_path / "bad.onnx").write_bytes(b"no graph")
    with pytest.raises(BadWeights, match="cannot load"):
        load_holder_net(1, tmp_path / "bad.onnx")


def test_the_file_is_small():
    assert WEIGHTS.stat().st_size < 11_000_000
