import pytest

from mien.core.errors import BadWeights, MissingWeights
from mien.decoders.words import WEIGHTS
from mien.decoders.words.clean import clean, raw_words
from mien.decoders.words.language import grams, load_english

FOREIGN = (
    "Ich habe gestern den ganzen Abend auf dich gewartet und du hast nicht einmal angerufen, "
    "obwohl du es mir versprochen hattest, das war wirklich nicht schön von dir",
    "No puedo creer que hayas olvidado mi cumpleaños otra vez, todos los demás se acordaron y "
    "tú ni siquiera me mandaste un mensaje, estoy muy triste por eso",
    "Je ne comprends pas pourquoi tu ne me réponds plus depuis la semaine dernière, est-ce que "
    "j'ai dit quelque chose qui ne t'a pas plu ou es-tu simplement trop occupé",
    "Я совершенно не понимаю, почему ты до сих пор не ответил на моё письмо",
    "这个周末我们一起去看电影吧我真的很高兴",
    "كنت سعيدا جدا عندما رأيتك اليوم في الجامعة",
)
ENGLISH = (
    "ok",
    "lol",
    "thx",
    "congrats!!",
    "wanna grab lunch?",
    "brb",
    "omg no way",
    "Thank you so much!",
    "idk man that's kinda sus ngl",
    "He be working all day fr",
    "What does ¿que pasa? mean?",
    "Tschüss is how my colleague says goodbye every single day and I love it",
    "café",
    "😂",
    "42",
    "...",
)


@pytest.fixture(scope="module")
def english():
    return load_english(WEIGHTS / "english-v1.npz")


@pytest.mark.parametrize("text", FOREIGN)
def test_other_languages_are_refused(english, text):
    assert english.refuses(raw_words(clean(text)))


@pytest.mark.parametrize("text", ENGLISH)
def test_english_is_let_through_however_short(english, text):
    assert not english.refuses(raw_words(clean(text)))


def test_what_was_asked_before_does_not_matter(english):
    first = english.log_odds(["surely", "nothing", "changes"])
    for text in FOREIGN:
        english.refuses(raw_words(clean(text)))
    assert english.log_odds(["surely", "nothing", "changes"]) == first


def test_one_letter_in_another_script_settles_it(english):
    assert english.refuses(["да"])


def test_a_word_has_all_its_letter_groups():
    assert len(grams("abc")) == 5 + 4 + 3 + 2 + 1


def test_missing_and_damaged_weights_are_said(tmp_path):
    with pytest.raises(MissingWeights):
        load_english(tmp_path / "none.npz")
    (tmp_path / "bad.npz").write_bytes(b"not an archive")
    with pytest.raises(BadWeights):
        load_english(tmp_path / "bad.npz")


@pytest.mark.parametrize("text", ["so good", "I can not believe it", ""])
@pytest.mark.parametrize("emoji", ["😭", "😂", "🚀", "🐶", "🙏🏽"])
def test_emoji_never_make_a_text_foreign(text, emoji):
    from mien.core.config import Config
    from mien.decoders.registry import load
    from mien.timeline import Reason, Turn

    turn = Turn(index=0, text=f"{text} {emoji * 12}")
    (reading,) = load("words-fast", Config()).open().push([turn])
    assert reading.reason is not Reason.UNCOVERED_LANGUAGE
