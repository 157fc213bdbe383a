"""Transcripts in JSON by the programs that write them."""

import json

import pytest

from mien.core.errors import UnreadableSource
from mien.media import open_source


def read(path, plain):
    path.write_text(json.dumps(plain))
    source = open_source(path)
    return source, [
        (turn.speaker, turn.text, turn.start, turn.end) for turn in source.conversation.turns
    ]


def segment(text, start, end, **more):
    return {"id": 0, "text": text, "start": start, "end": end, **more}


def test_whisper_segments_become_turns(tmp_path):
    plain = {
        "text": " Hi. Bye.",
        "language": "en",
        "segments": [
            segment(" Hi.", 0.0, 1.5, no_speech_prob=0.01, avg_logprob=-0.2),
            segment(" [laughs] Bye.", 1.5, 2.0),
        ],
    }
    source, turns = read(tmp_path / "a.json", plain)
    assert source.kind == "transcript"
    assert turns == [(None, "Hi.", 0.0, 1.5), (None, "Bye.", 1.5, 2.0)]
    assert source.conversation.language == "en"
    assert source.origin().notes == ("descriptions of sounds taken out of the words: 1",)


def test_verbose_json_names_its_language_in_full(tmp_path):
    plain = {
        "task": "transcribe",
        "language": "german",
        "duration": 2.0,
        "text": "Ja.",
        "segments": [segment("Ja.", 0, 1)],
        "words": [{"word": "Ja", "start": 0, "end": 1}],
    }
    source, _ = read(tmp_path / "a.json", plain)
    assert source.conversation.language == "de"
    assert source.origin().language == "de"


def test_whisper_cpp_counts_in_milliseconds(tmp_path):
    plain = {
        "result": {"language": "fr"},
        "transcription": [
            {
                "timestamps": {"from": "00:00:01,200", "to": "00:00:02,000"},
                "offsets": {"from": 1200, "to": 2000},
                "text": " Bonjour.",
            }
        ],
    }
    source, turns = read(tmp_path / "a.json", plain)
    assert turns == [(None, "Bonjour.", 1.2, 2.0)]
    assert source.conversation.language == "fr"


@pytest.mark.parametrize(
    "mark",
    [{"no_speech_prob": 0.9, "avg_logprob": -1.4}, {"compression_ratio": 3.0}],
)
def test_what_the_recognizer_made_up_is_dropped_and_counted(tmp_path, mark):
    plain = {"segments": [segment("Thanks for watching!", 0, 1, **mark), segment("Hm.", 2, 3)]}
    source, turns = read(tmp_path / "a.json", plain)
    assert [turn[1] for turn in turns] == ["Hm."]
    assert source.origin().notes == ("segments dropped that the recognizer probably made up: 1",)


@pytest.mark.parametrize("mark", [{"no_speech_prob": 0.9, "avg_logprob": -0.3}, {}])
def test_a_sure_segment_over_quiet_sound_is_kept(tmp_path, mark):
    _, turns = read(tmp_path / "a.json", {"segments": [segment("Yes.", 0, 1, **mark)]})
    assert len(turns) == 1


def test_a_sentence_in_a_loop_is_kept_once(tmp_path):
    plain = {"segments": [segment("I am here.", i, i + 1) for i in range(5)]}
    source, turns = read(tmp_path / "a.json", plain)
    assert len(turns) == 1
    assert "made up: 4" in source.origin().notes[0]


def test_a_word_said_three_times_is_no_loop(tmp_path):
    _, turns = read(tmp_path / "a.json", {"segments": [segment("No.", i, i + 1) for i in range(4)]})
    assert len(turns) == 4


def test_whisperx_words_without_times_lie_between_their_neighbors(tmp_path):
    words = [
        {"word": "I", "start": 0.0, "end": 0.2, "speaker": "SPEAKER_00"},
        {"word": "owe", "start": 0.2, "end": 0.6, "speaker": "SPEAKER_00"},
        {"word": "20"},
        {"word": "euros."},
        {"word": "Really?", "start": 1.6, "end": 2.0, "speaker": "SPEAKER_01"},
    ]
    plain = {"segments": [segment("I owe 20 euros. Really?", 0.0, 2.0, words=words)]}
    source, turns = read(tmp_path / "a.json", plain)
    assert turns == [
        ("SPEAKER_00", "I owe 20 euros.", 0.0, pytest.approx(1.6)),
        ("SPEAKER_01", "Really?", 1.6, 2.0),
    ]
    assert source.origin().notes == ("words without times, placed between their neighbors: 2",)


def test_speakers_of_segments_are_kept(tmp_path):
    plain = {"segments": [segment("Hi.", 0, 1, speaker="SPEAKER_01"), segment("Hm.", 1, 2)]}
    _, turns = read(tmp_path / "a.json", plain)
    assert [turn[0] for turn in turns] == ["SPEAKER_01", None]


@pytest.mark.parametrize(
    ("plain", "reason"),
    [
        ({"segments": [segment("Hi.", 0, 1), {"text": "No times."}]}, "segment 2 has no times"),
        ({"segments": [{"start": 0, "end": 1}]}, "segment 1 has no text"),
        ({"segments": [segment("Hi.", float("nan"), 1)]}, "segment 1 has no times"),
        ({"segments": ["Hi."]}, "segment 1 has no text"),
        ({"segments": []}, "it holds no words"),
        ({"transcription": [{"text": "Hi."}]}, "segment 1 has no times"),
        ({"readings": []}, "`role`.*`segments`.*`mapping`"),
        ([], "neither messages"),
        ([[1, 2]], "neither messages"),
    ],
)
def test_what_is_missing_is_named(tmp_path, plain, reason):
    with pytest.raises(UnreadableSource, match=reason):
        read(tmp_path / "a.json", plain)


def word(text, start, end, probability=None):
    known = {} if probability is None else {"probability": probability}
    return {"word": text, "start": start, "end": end, **known}


@pytest.mark.parametrize(
    "words",
    [
        [word(" Thanks", 1.0, 1.0), word(" for", 1.0, 1.0), word(" watching", 1.0, 1.4)],
        [word(" Thanks", 1.0, 1.2, 0.001), word(" all", 1.2, 1.4, 0.9)],
        [word(" Bye", 1.0, 1.0, 0.3)],
    ],
)
def test_a_segment_half_of_which_nobody_said_is_dropped(tmp_path, words):
    plain = {"segments": [segment(" Hi.", 0, 1), segment(" Thanks.", 1, 2, words=words)]}
    source, turns = read(tmp_path / "a.json", plain)
    assert [text for _, text, _, _ in turns] == ["Hi."]
    assert source.origin().notes == ("segments dropped that the recognizer probably made up: 1",)


def test_short_words_that_were_heard_well_stay(tmp_path):
    words = [word(" I", 0.0, 0.0, 0.9), word(" do", 0.0, 0.3, 0.9), word(" not", 0.3, 0.3, 0.8)]
    _, turns = read(tmp_path / "a.json", {"segments": [segment(" I do not", 0, 1, words=words)]})
    assert [text for _, text, _, _ in turns] == ["I do not"]


def test_words_nobody_said_leave_the_text_only_where_all_have_a_probability(tmp_path):
    words = [word(" I", 0.0, 0.1), word(" do", 0.1, 0.3), word(" not", 0.3, 0.3)]
    _, turns = read(tmp_path / "a.json", {"segments": [segment(" I do not", 0, 1, words=words)]})
    assert [text for _, text, _, _ in turns] == ["I do not"]
