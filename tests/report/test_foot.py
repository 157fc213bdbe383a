from dataclasses import replace

from mien.report.foot import MOST_FIGURES, coverage, figure_in_words, foot
from mien.report.view import view_of, views_of
from mien.timeline.card import Figure
from mien.timeline.origin import Kind, Origin, Skipped
from mien.timeline.reading import Channel
from mien.timeline.timeline import Timeline

from .scenes import card, chat


def test_a_figure_tells_its_interval_its_size_and_chance():
    figure = card(Channel.VOICE).figures[0]
    assert figure_in_words(figure) == (
        "UAR .64 [.61, .67] on an invented corpus, unseen speakers "
        "(n 1,440, 24 speakers; chance .12)"
    )


def test_items_that_are_their_own_clusters_are_counted_once():
    figure = Figure(name="ECE", of="x", value=0.02, n=3051, clusters="3051 photographs")
    assert figure_in_words(figure) == "ECE .02 on x (n 3,051)"
    figure = replace(figure, clusters="texts")
    assert figure_in_words(figure) == "ECE .02 on x (n 3,051 texts)"


def test_coverage_says_how_much_is_not_judged():
    assert coverage(card(Channel.FACE)).startswith("covers 7 of 40: elation, surprise, ")
    assert coverage(card(Channel.FACE)).endswith(
        "; the other 33 are not judged: "
        "mien models pull emonet-face-small, then --decoders emonet-face-small"
    )


def test_the_first_figures_stand_open_and_the_rest_is_folded():
    figure = card(Channel.VOICE).figures[0]
    many = tuple(replace(figure, name=f"measure {i}") for i in range(MOST_FIGURES + 2))
    told = replace(card(Channel.VOICE), figures=many)
    html = foot(view_of(Origin(source="x", kind=Kind.SOUND), [], [told]))
    before, after = html.split("More figures")
    assert before.count("measure ") == MOST_FIGURES
    assert after.count("measure ") == 2


def test_figures_of_a_group_belong_to_the_card_and_not_to_the_report():
    html = foot(view_of(Origin(source="x", kind=Kind.SOUND), [], [card(Channel.VOICE)]))
    assert "10 dB noise" not in html


def test_a_decoder_of_dimensions_alone_says_what_it_gives():
    only = replace(card(Channel.WORDS), covers=())
    assert coverage(only) == "covers 0 of 40 emotions, gives valence and arousal"


def test_what_could_not_be_opened_stands_in_the_foot_of_the_only_report():
    lost = Skipped(source="lost.mp4", where="", reason="the file is empty")
    one = chat()
    (view,) = views_of(Timeline(one.table, one.origins, (lost,), one.cards))
    assert "lost.mp4: 1 × the file is empty" in foot(view)
