"""Readings become moments: whole, live, and the same up to the look-ahead."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.core.errors import ConfigError
from mien.emotions import Emotion
from mien.moments import (
    Follower,
    Phase,
    episodes,
    influences,
    plain_moment,
    shifts,
    situate,
    turns_of,
)
from mien.moments.moment import Doubt
from mien.timeline import Channel, Conversation, Reason, Timeline, Turn, Verdict
from tests.moments.made import reading, words

TEXTS = (
    "I told you not to sell it without asking me!",
    "I'm so sorry, I panicked.",
    "I'm fine. Where are the keys?",
    "I'm furious, it was your father's!",
    "I'll get it back, I promise. I'm sorry.",
    "Really? Oh thank you, thank you so much!",
    "ok",
    "Es tut mir leid, das wollte ich wirklich nicht, glaub mir bitte endlich.",
)


def talk(*texts):
    turns = [Turn(index=i, text=t, speaker="AB"[i % 2]) for i, t in enumerate(texts)]
    return Conversation(id="talk", turns=tuple(turns))


def followed(conversation, look_ahead):
    follower = Follower(source="talk", look_ahead=look_ahead)
    found = [moment for turn in conversation.turns for moment in follower.push(turn)]
    return found + follower.close()


def rounded(moment):
    """At four digits: a decoder that reads turns together rounds the sixth differently."""

    def plain(value):
        if isinstance(value, dict):
            return {key: plain(one) for key, one in value.items()}
        if isinstance(value, list):
            return [plain(one) for one in value]
        return round(value, 4) + 0.0 if isinstance(value, float) else value

    return plain(plain_moment(moment))


def test_a_chat_gives_a_moment_a_turn():
    moments = situate(talk(*TEXTS))
    assert [moment.turns for moment in moments] == [(i,) for i in range(len(TEXTS))]
    assert moments[3].emotions.top.emotion is Emotion.ANGER
    assert moments[3].person == "B"
    assert moments[2].trajectory.previous == moments[0].id


def test_what_is_not_read_is_no_emotion():
    moment = situate(talk(*TEXTS))[-1]
    assert moment.verdict is Verdict.CANNOT_TELL
    assert moment.reason is Doubt.UNCOVERED_LANGUAGE
    assert moment.emotions.top is None
    assert moment.confidence == 0
    assert moment.dropped.readings_skipped == 1


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=9), st.integers(0, 3))
def test_live_is_a_file_that_ends_a_little_later(texts, look_ahead):
    conversation = talk(*texts)
    live = followed(conversation, look_ahead)
    assert len(live) == len(texts)
    for i, moment in enumerate(live):
        cut = Conversation(id="talk", turns=conversation.turns[: i + look_ahead + 1])
        assert rounded(moment) == rounded(situate(cut)[i])


def test_a_look_ahead_below_zero_is_refused():
    with pytest.raises(ConfigError, match="0 or more"):
        Follower(look_ahead=-1)


def test_voice_and_face_give_moments_without_words():
    timeline = Timeline.of_readings(
        [
            reading("voice", 0.0, 2.0, shares={"anger": 0.6, "neutral": 0.2}),
            reading("face", 10.0, 10.2, "Face 1", shares={"elation": 0.7, "neutral": 0.2}),
            reading("voice", 20.0, 22.0, verdict=Verdict.CANNOT_TELL, reason=Reason.LOW_QUALITY),
        ]
    )
    angry, glad, unclear = situate(timeline)
    assert angry.emotions.top.emotion is Emotion.ANGER
    assert (glad.person, glad.causes, glad.turns) == ("Person 1", (), ())
    assert unclear.reason is Doubt.LOW_QUALITY


def test_people_go_by_the_names_given():
    timeline = Timeline.of_readings(
        [reading("voice", 0.0, 2.0, "Voice 1"), reading("face", 0.5, 0.7, "Face 1")]
    )
    (moment,) = situate(timeline, names={"Voice 1": "Ana", "Face 1": "Ana"})
    assert moment.person == "Ana"
    assert set(moment.channels) == {Channel.VOICE, Channel.FACE}


def test_every_weight_of_the_evidence_adds_up_to_one():
    timeline = Timeline.of_readings(
        [
            words("I hate this!", 0, "Ana", 0.0, 2.0, shares={"anger": 0.6, "neutral": 0.2}),
            reading("voice", 0.1, 1.9, "Ana", shares={"anger": 0.5, "neutral": 0.2}),
            *(reading("face", at / 5, at / 5 + 0.2, "Ana") for at in range(10)),
        ]
    )
    (moment,) = situate(timeline)
    assert len(moment.evidence) == 3
    assert sum(evidence.weight for evidence in moment.evidence) == pytest.approx(1.0)
    assert {credit.part for credit in moment.by} >= {"emotions", "fusion"}


def test_a_recording_in_which_nothing_was_found_has_no_moment():
    filler = reading(
        "voice", 0.0, 9.0, shares={}, verdict=Verdict.CANNOT_TELL, reason=Reason.NO_DATA
    )
    assert situate(Timeline.of_readings([filler])) == []


def test_a_fine_that_did_not_hold_and_a_repair_are_events():
    conversation = talk(
        "What's wrong?",
        "I'm fine.",
        "You don't look fine.",
        "I am so sad and lonely, I have been crying all week.",
        "Oh no. I'm so sorry. I'm coming over right now!",
        "Thank you so much, that makes me so happy!",
    )
    moments = situate(conversation)
    found = shifts(moments, conversation.turns)
    assert [shift.kind.value for shift in found] == ["contradiction", "repair"]
    assert str(found[0]).startswith("B said “I'm fine”, then")
    assert found[1].turn == 4


def test_nobody_is_said_to_move_another_after_a_few_turns():
    assert influences(situate(talk(*TEXTS))) == []


def moods(n, follow):
    found, mood = [], 0.0
    for i in range(n):
        person, step = "AB"[i % 2], (i * 7919 % 13 - 6) / 10
        noise = (i * 104729 % 11 - 5) / 10
        mood = step if person == "A" else (mood / 2 + noise / 4 if follow else noise)
        found.append(words("x", i, person, valence=mood, valence_sd=0.1))
    return situate(Timeline.of_readings(found))


def test_who_follows_anothers_mood_is_found():
    first = influences(moods(80, follow=True))[0]
    assert (first.of, first.on) == ("A", "B")
    assert first.p < 0.01
    assert 0 < first.low < first.effect < first.high


def test_who_does_not_follow_is_not():
    assert all(one.p > 0.01 for one in influences(moods(80, follow=False)))


def test_a_moment_says_by_whom_it_was_moved():
    last = moods(80, follow=True)[-1]
    assert last.trajectory.moved_by[0].person == "A"
    assert last.trajectory.moved_by[0].p > 0.9
    assert last.trajectory.z_own_baseline is not None


def test_an_episode_begins_peaks_and_ends():
    calm, hot, hotter = (
        {"anger": share, "neutral": round(1 - share, 2)} for share in (0.05, 0.7, 0.9)
    )
    shown = [calm, hot, hotter, hot, calm, calm]
    timeline = Timeline.of_readings(
        [
            reading("voice", 60.0 * i, 60.0 * i + 2, "Ana", shares=shares)
            for i, shares in enumerate(shown)
        ]
    )
    moments = situate(timeline)
    assert [moment.trajectory.phase for moment in moments] == [
        *(Phase.STEADY, Phase.ONSET, Phase.PEAK, Phase.FALL, Phase.END, Phase.STEADY)
    ]
    (episode,) = episodes(moments)
    assert (episode.start, episode.peak, episode.end) == (60.0, 120.0, 182.0)
    assert episode.emotion is Emotion.ANGER


def test_turns_come_back_from_a_timeline():
    conversation = talk(*TEXTS)
    timeline = Timeline.of_readings([words(t.text, t.index, t.speaker) for t in conversation.turns])
    assert turns_of(timeline) == conversation.turns


@pytest.mark.parametrize(
    "text", ["I'm not saying I'm fine.", "He asked me if I'm okay.", "I never said it is okay."]
)
def test_what_is_denied_or_told_of_is_no_claim(text):
    angry = "I am so angry, I hate this, I am furious!"
    conversation = talk("Hello.", text, "Well.", angry)
    found = shifts(situate(conversation), conversation.turns)
    assert all(shift.kind.value != "contradiction" for shift in found)


def test_words_that_are_private_are_read_without_their_conversation():
    found = situate(Timeline.of_readings([reading("words", turn=0, text=None)]))
    assert all(credit.part != "context" for credit in found[0].by)


@pytest.mark.parametrize(
    "text", ["happy, " * 2000, "I am happy and sad. " * 1000, "so " + "!" * 9000]
)
def test_long_messages_of_feeling_words_are_read(text):
    (moment,) = situate(talk(text))
    assert moment.turns == (0,)
