from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mien.guard.sentences import Splitter

TEXTS = st.text(st.sampled_from("ab .!?\n1,。’'é*"), max_size=80)


def pieces(text: str, cuts: list[int]) -> list[str]:
    places = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    return [text[a:b] for a, b in pairwise(places)]


def split(parts: list[str], longest: int = 20) -> list[str]:
    splitter = Splitter(longest)
    found = [one for part in parts for one in splitter.feed(part)]
    rest = splitter.cut()
    return [one.text for one in (*found, *([rest] if rest else []))]


@given(TEXTS, st.lists(st.integers(0, 80)))
def test_where_pieces_are_cut_changes_no_sentence(text, cuts):
    assert split(pieces(text, cuts)) == split([text])


@given(TEXTS, st.lists(st.integers(0, 80)))
def test_sentences_are_the_whole_text_in_order(text, cuts):
    splitter = Splitter(20)
    found = [one for part in pieces(text, cuts) for one in splitter.feed(part)]
    assert "".join(one.text for one in found) + splitter.waiting == text
    assert all(text[one.start : one.end] == one.text for one in found)


@given(TEXTS, st.lists(st.integers(0, 80)))
def test_a_piece_rests_only_where_it_ends_no_sentence(text, cuts):
    splitter, found = Splitter(20), []
    for part in pieces(text, cuts):
        waiting = splitter.waiting
        if splitter.rests(part):
            assert splitter.waiting == waiting + part
        else:
            assert splitter.waiting == waiting
            found += splitter.feed(part)
    rest = splitter.cut()
    assert [one.text for one in (*found, *([rest] if rest else []))] == split([text])


@given(TEXTS)
def test_no_sentence_is_longer_than_allowed(text):
    assert all(len(one) <= 20 for one in split([text]))


def test_a_sentence_ends_with_its_mark_and_not_with_the_next_word():
    assert [one.text for one in Splitter(280).feed("I can't.")] == ["I can't."]
    assert [one.text for one in Splitter(280).feed("Wirklich?")] == ["Wirklich?"]
    assert [one.text for one in Splitter(280).feed("行きます。")] == ["行きます。"]


def test_numbers_initials_and_abbreviations_end_nothing():
    assert split(["It costs 3.14 for Dr. A. Bee. Yes."], 280) == [
        "It costs 3.14 for Dr. A. Bee.",
        " Yes.",
    ]


def test_a_number_at_the_end_waits_for_the_space():
    splitter = Splitter(280)
    assert splitter.feed("In 1995.") == []
    assert [one.text for one in splitter.feed(" Then")] == ["In 1995. "]


def test_lines_of_a_list_are_sentences():
    assert split(["- sleep\n- walk\n"], 280) == ["- sleep\n", "- walk\n"]


def test_a_lone_mark_is_not_spoken():
    (first, second) = Splitter(280).feed("Oh!!")
    assert (first.is_spoken, second.is_spoken) == (True, False)
