import random

import numpy as np
import pytest

from mien.core.errors import BadWeights, MissingWeights
from mien.decoders.words import WEIGHTS, WORDS, WORDS_FAST
from mien.decoders.words.decoder import BLOCK
from mien.decoders.words.models import load_ngrams, load_transformer
from mien.emotions.emotion import Emotion
from mien.timeline import Reason, Turn, Verdict

MESSAGES = (
    "I'm so happy for you!", "ok", "", "That is the worst thing anyone has said to me.", "😂😂",
    "Why would they do that?", "thank you, really", "no", "I was scared. " * 30, "whatever :/",
    "Je ne sais pas pourquoi tu es parti sans me dire au revoir hier soir", "We won!!!", "hm",
    "I have not slept for three days and my hands are shaking", "see you at 5", "<3",
)  # fmt: skip


def turns(texts):
    return [Turn(index=i, text=text, speaker="Ana") for i, text in enumerate(texts)]


def same(one, two):
    assert (one.turn, one.verdict, one.reason) == (two.turn, two.verdict, two.reason)
    np.testing.assert_allclose(one.scores.to_array(), two.scores.to_array(), atol=1e-5)
    np.testing.assert_allclose(one.scores_sd.to_array(), two.scores_sd.to_array(), atol=1e-5)
    for name in ("valence", "arousal", "dominance", "confidence"):
        a, b = getattr(one, name), getattr(two, name)
        assert (a is None) == (b is None)
        assert a is None or a == pytest.approx(b, abs=1e-5)


def test_a_reading_does_not_depend_on_its_neighbors(decoder):
    asked = turns(MESSAGES)
    together = decoder.open().push(asked)
    for turn, reading in zip(asked, together, strict=True):
        same(decoder.open().push([turn])[0], reading)


def test_order_and_cuts_do_not_matter(decoder):
    asked = turns(MESSAGES * 3)
    whole = {r.turn: r for r in decoder.open().push(asked)}
    shuffled = random.Random(0).sample(asked, len(asked))
    decoding = decoder.open()
    for start in range(0, len(shuffled), 7):
        for reading in decoding.push(shuffled[start : start + 7]):
            same(reading, whole[reading.turn])
    assert decoding.close() == []


def test_more_turns_than_a_block_all_come_back(decoder):
    asked = turns(["thank you", "ok"] * (BLOCK // 2 + 1))
    assert [r.turn for r in decoder.open().push(asked)] == list(range(len(asked)))


def test_a_turn_gives_its_place_time_and_person(decoder):
    turn = Turn(index=7, text="I am so glad", speaker="Ben", start=1.0, end=2.5)
    reading = decoder.open().push([turn])[0]
    assert (reading.turn, reading.person, reading.text) == (7, "Ben", "I am so glad")
    assert (reading.start, reading.end) == (1.0, 2.5)


@pytest.mark.parametrize(
    "text", ["", "   ", "...", "?!", "\x00\x07", "\u200b\u200d", "🇫🇷", "\ud800"]
)
def test_nothing_to_read_is_no_data(read, text):
    reading = read(text)[0]
    assert (reading.verdict, reading.reason) == (Verdict.CANNOT_TELL, Reason.NO_DATA)
    assert reading.scores.top is None


@pytest.mark.parametrize("text", ["ok", "fine.", "Sure", "yes", "no"])
def test_a_word_that_may_mean_anything_is_too_short(read, text):
    assert read(text)[0].reason in (Reason.TOO_SHORT, Reason.LOW_CONFIDENCE)


def test_a_short_turn_has_wide_intervals(read):
    short, long = read("great", "I think that is a great idea and I love it")
    assert short.valence_sd > long.valence_sd
    assert short.scores_sd[Emotion.GRATITUDE] > 0


def test_another_language_is_never_neutral(read):
    reading = read(MESSAGES[10])[0]
    assert reading.reason is Reason.UNCOVERED_LANGUAGE
    assert reading.scores.top is None


@pytest.mark.parametrize(
    "text",
    [
        "word " * 20_000,
        "a" * 100_000,
        "!" * 100_000,
        "ha" * 50_000,
        "שלום hello مرحبا",
        "\u202ethgir morf daer\u202c so happy",
        "zalgo t̴̡e̷x̶t̸ so sad",
        "so happy \ud83d",
        "[who] [loud] [CLS] [SEP] [PAD]",
        "<script>alert('x')</script> I hate this",
        "_NEG happy_NEG \0 \x1b[31m",
    ],
)
def test_odd_texts_give_a_reading(read, text):
    reading = read(text)[0]
    assert 0 <= reading.confidence <= 1
    assert reading.text == text


def test_a_long_text_shows_what_any_part_shows(read):
    plain = "The meeting is at nine and the room is on the second floor of the building. "
    reading = read(plain * 6 + "Thank you so much, I am really grateful! " + plain * 6)[0]
    assert reading.scores[Emotion.GRATITUDE] > 0.5


@pytest.mark.parametrize(
    ("text", "emotion"),
    [
        ("Thank you so much for your help!", Emotion.GRATITUDE),
        ("I'm so sorry, it was all my fault", Emotion.SHAME),
        ("lol that was hilarious", Emotion.AMUSEMENT),
        ("I love you", Emotion.AFFECTION),
        ("I am terrified of what will happen", Emotion.FEAR),
        ("That makes me so angry", Emotion.ANGER),
        ("I'm so sad today", Emotion.SADNESS),
        ("wow, I did not expect that at all!", Emotion.SURPRISE),
        ("this is disgusting", Emotion.DISGUST),
        ("I hope it all works out", Emotion.HOPE),
    ],
)
def test_plain_feelings_are_read(read, text, emotion):
    reading = read(text)[0]
    assert reading.is_told
    assert reading.scores.top.emotion is emotion


def test_good_news_is_more_pleasant_than_bad_news(read):
    good, bad = read(
        "What a wonderful, happy day with friends", "What a terrible, awful, sad day alone"
    )
    assert good.valence > bad.valence + 0.1


def test_weights_are_within_their_size():
    assert (WEIGHTS / "words-v1.onnx").stat().st_size <= 14_000_000
    assert (WEIGHTS / "words-fast-v1.npz").stat().st_size <= 4_000_000


@pytest.mark.parametrize(("offer", "floor"), [(WORDS, 0.50), (WORDS_FAST, 0.46)])
def test_the_card_holds_the_floor(offer, floor):
    assert offer.card().figure("macro-F1", "28 labels").value >= floor


@pytest.mark.parametrize("offer", [WORDS, WORDS_FAST])
def test_the_card_prints_identity_and_language(offer):
    card = offer.card()
    assert card.figure("mean change of anger and fear", "all pairs").value <= 0.02
    assert card.figure("largest change of anger and fear", "all pairs").value <= 0.10
    refused = [f for f in card.figures if f.name == "refused" and f.n >= 100]
    assert sum(f.value >= 0.95 for f in refused) >= 5
    assert card.figure("false refusals of English", "GoEmotions test").value <= 0.01


def test_missing_and_damaged_weights_are_said(tmp_path):
    for load in (load_ngrams, load_transformer):
        with pytest.raises(MissingWeights):
            load(tmp_path / "none")
        (tmp_path / "bad").write_bytes(b"not weights")
        with pytest.raises(BadWeights):
            load(tmp_path / "bad")
