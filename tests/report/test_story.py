from dataclasses import replace
from datetime import date

import pytest

from mien.emotions.emotion import Emotion
from mien.report.story import (
    MOST,
    cannot_tell,
    telling_peaks,
    what_it_is,
    what_it_says,
    what_would_help,
)
from mien.report.view import view_of, views_of
from mien.timeline.origin import Kind, Origin
from mien.timeline.reading import Channel, Reason

from .scenes import call, chat, hostile, little, part, photo, private, told, untold

E = Emotion


def view(timeline):
    (found,) = views_of(timeline)
    return found


def said(view):
    return "".join(piece.text for piece in what_it_says(view))


def recording(*readings, kind=Kind.SOUND, seconds=60.0):
    return view_of(Origin(source="x.wav", kind=kind, seconds=seconds), readings)


def test_the_sentence_names_what_matters_and_when():
    assert said(view(call())) == (
        "Mostly neutral; anger likely in the voice around 1:21, sadness likely in Ana’s face "
        "around 1:52 and elation likely in Ana’s face around 2:29."
    )


def test_the_sentence_tells_things_in_the_order_of_time():
    times = [peak.reading.start for peak in telling_peaks(view(call()))]
    assert times == sorted(times)


@pytest.mark.parametrize("scene", [call, chat, photo, little])
def test_the_sentence_is_one_sentence_of_at_most_three_things(scene):
    text = said(view(scene()))
    assert text[0].isupper()
    assert text.endswith(".")
    assert sum(piece.strong for piece in what_it_says(view(scene()))) <= MOST


def test_a_place_that_all_share_is_said_once():
    readings = [
        told(Channel.VOICE, {E.ANGER: 0.7}, 5, 9),
        told(Channel.VOICE, {E.FEAR: 0.7}, 30, 34),
    ]
    assert said(recording(*readings)) == (
        "Anger likely around 0:07 and fear likely around 0:32, all in the voice."
    )


def test_no_emotion_is_told_as_a_fact():
    strong = [piece.text for piece in what_it_says(view(call())) if piece.strong]
    assert all(text.endswith((" likely", " possible")) for text in strong)


def test_a_low_confidence_is_only_possible():
    text = said(recording(told(Channel.VOICE, {E.ANGER: 0.6}, 0, 9, confidence=0.4)))
    assert "nger possible" in text


def test_what_cannot_be_told_is_said_plainly_with_what_would_help():
    little_view = view(little())
    assert said(little_view).startswith("Cannot tell for the most part: only one reading of 9")
    assert what_would_help(little_view) == (
        "What would help: a transcript beside the file (.srt or .vtt) and a closer microphone."
    )


def test_a_recording_that_tells_enough_needs_no_help():
    assert what_would_help(view(call())) == ""


def test_a_recording_without_readings_says_so():
    assert said(recording()) == (
        "Nothing was read: no decoder was asked, or allowed, to look at it."
    )


def test_a_recording_of_which_nothing_is_told_says_so():
    text = said(recording(untold(Channel.VOICE, 0, 3, Reason.TOO_SHORT)))
    assert text == "Cannot tell: none of 1 readings is sure enough to say."


def test_an_emotion_that_prevails_is_still_only_likely():
    assert said(view(hostile())).startswith("Anger likely in ")


def test_a_photo_tells_one_thing_a_face():
    people = [peak.reading.person for peak in telling_peaks(view(photo()))]
    assert len(people) == len(set(people))


def test_the_first_line_says_what_it_is():
    assert what_it_is(view(call()), date(2026, 11, 23)) == (
        "a video · 3:04 · two people · voice, face and words · read 23 November 2026"
    )
    assert what_it_is(view(chat()), None) == "a chat · 12 turns · two people · words"
    assert what_it_is(view(photo()), None) == "a photo · three people · face"
    assert "speaker unknown" in what_it_is(view(little()), None)


def test_the_first_line_says_which_part_was_read():
    assert what_it_is(view(part()), None).startswith("a recording · 0:10 to 0:20 of 1:00:00 · ")


def test_a_private_source_says_what_was_left_out():
    assert "private: no words, pictures, sound or names" in what_it_is(view(private()), None)


def test_reasons_are_counted():
    readings = [untold(Channel.VOICE, i, i + 1, Reason.TOO_SHORT) for i in range(3)]
    readings.append(replace(readings[0], reason=Reason.LOW_QUALITY))
    readings.append(told(Channel.VOICE, {E.ANGER: 0.5}, 5, 9))
    assert cannot_tell(readings) == "cannot tell in 4 of 5 readings: 3 too short, 1 too unclear"
