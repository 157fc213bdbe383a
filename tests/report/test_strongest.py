from mien.emotions.emotion import Emotion
from mien.report.strongest import APART, LEAST, MOST, leading, strongest
from mien.report.view import views_of

from . import scenes


def test_the_table_is_short_in_order_and_holds_no_near_copies():
    (view,) = views_of(scenes.call())
    found = strongest(view)
    starts = [reading.start for reading in found]
    assert 0 < len(found) <= MOST
    assert starts == sorted(starts)
    for i, one in enumerate(found):
        for other in found[:i]:
            same = (one.person, one.channel, leading(one).emotion) == (
                other.person,
                other.channel,
                leading(other).emotion,
            )
            assert not same or one.start - other.start >= APART * view.axis.length


def test_the_strongest_of_all_is_in_the_table():
    (view,) = views_of(scenes.call())
    (best,) = scenes.call().top(1)
    assert best.id in [reading.id for reading in strongest(view)]


def test_where_two_decoders_read_one_channel_their_names_say_which():
    (view,) = views_of(scenes.part())
    assert {view.label(reading) for reading in strongest(view)} == {"voice-v1", "other-v2"}
    (view,) = views_of(scenes.call())
    assert {view.label(reading) for reading in view.readings} == {"voice", "face", "words"}


def test_neutral_and_what_cannot_be_told_are_never_strong():
    for scene in scenes.ALL.values():
        (view,) = views_of(scene())
        for reading in strongest(view):
            assert reading.is_told
            assert leading(reading).emotion is not Emotion.NEUTRAL
            assert leading(reading).share >= LEAST
