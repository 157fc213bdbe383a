"""WhatsApp's text: dates of any order that one chat can tell, and what nobody typed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.media.exports.dates import Stamp, decide
from mien.media.exports.talk import PARTS, Order, UnknownForm
from mien.media.exports.whatsapp import DELETED, SYSTEM, is_whatsapp, whatsapp_talk

ORDERS = {Order.DAY: "{d:%d/%m/%y}", Order.MONTH: "{d:%m/%d/%y}"}
days = st.dates(date(2010, 1, 1), date(2029, 12, 31))


def said(text, order=Order.AUTO):
    return [(turn.speaker, turn.text) for turn in whatsapp_talk(text, order).turns]


@pytest.mark.parametrize(
    "head",
    [
        "31/12/2023, 21:05 - ",
        "12/31/23, 9:05 PM - ",
        "12/31/23, 9:05\u202fPM - ",
        "31.12.23, 21:05 - ",
        "31/12/2023 21:05 - ",
        "31/12/2023 à 21:05 - ",
        "2023-12-31, 21:05 - ",
        "31/12/23, 9:05 p. m. - ",
        "[31/12/23, 21:05:10] ",
        "\u200e[12/31/23, 9:05:10\u202fPM] ",
        "[31.12.2023 klo 21.05.10] ",
        "[2023/12/31 下午9:05:10] ",
        "[2023/12/31 下午 9:05:10] ",
        "2023/12/31 晚上9:05 - ",
        "2023. 12. 31. 오후 9:05 - ",
        "٣١\u200f/١٢\u200f/٢٠٢٣، ٩:٠٥ م - ",
        "31/12/23, 9:05 μ.μ. - ",
        "31.12.23 г., 21:05 ч. - ",
    ],
)
def test_every_head_is_known_and_gives_the_same_time(head):
    text = f"{head}Ana: hello\nthere\n\n{head}Ben: hi"
    assert is_whatsapp(text)
    talk = whatsapp_talk(text)
    assert said(text) == [("Ana", "hello\nthere"), ("Ben", "hi")]
    local = talk.turns[0].at.astimezone()
    assert (local.year, local.month, local.day, local.hour, local.minute) == (2023, 12, 31, 21, 5)


@pytest.mark.parametrize(
    "text", ["Ana: hello", "31/12 is my birthday: come", "1/1/24 something", "[laughs] Ana: hi", ""]
)
def test_other_texts_are_not_taken_for_it(text):
    assert not is_whatsapp(text)


@given(days=st.lists(days, min_size=1, max_size=12).map(sorted), order=st.sampled_from([*ORDERS]))
def test_dates_come_back_or_are_refused_but_never_wrong(days, order):
    text = "\n".join(f"{ORDERS[order].format(d=d)}, 21:05 - Ana: hi" for d in days)
    told = [turn.at for turn in whatsapp_talk(text, order).turns]
    assert [at.astimezone().date() for at in told] == days
    try:
        guessed = [turn.at for turn in whatsapp_talk(text).turns]
    except UnknownForm:
        assert all(d.day <= 12 for d in days)
    else:
        assert guessed == told


def test_one_day_above_twelve_decides_for_all():
    text = "01/02/24, 10:00 - Ana: a\n02/02/24, 10:00 - Ana: b\n13/02/24, 10:00 - Ana: c"
    assert [t.at.astimezone().month for t in whatsapp_talk(text).turns] == [2, 2, 2]


def test_the_order_in_time_decides_where_numbers_do_not():
    text = "02/01/24, 10:00 - Ana: a\n01/02/24, 10:00 - Ana: b"
    assert [t.at.astimezone().month for t in whatsapp_talk(text).turns] == [1, 2]


def test_an_ambiguous_chat_is_refused_with_the_way_out():
    with pytest.raises(UnknownForm, match=r"04/03/24.*--dates day or --dates month"):
        whatsapp_talk("04/03/24, 10:00 - Ana: a")


def test_mixed_orders_and_dates_that_are_none_are_refused():
    with pytest.raises(UnknownForm, match="two chats"):
        whatsapp_talk("13/02/24, 10:00 - Ana: a\n02/13/24, 10:00 - Ana: b")
    with pytest.raises(UnknownForm, match="line 2"):
        whatsapp_talk("13/02/24, 10:00 - Ana: a\n45/45/24, 10:00 - Ana: b")


@given(st.lists(st.tuples(*[st.integers(0, 9999)] * 3), min_size=1, max_size=5))
def test_no_numbers_bring_it_down(rows):
    stamps = [Stamp(i, row, "/", 10, 0, 0) for i, row in enumerate(rows)]
    try:
        times = decide(stamps)
    except UnknownForm:
        return
    assert all(time.hour == 10 for time in times)
    assert len(times) == len(rows)


@pytest.mark.parametrize(
    "marker",
    [
        "<Media omitted>",
        "<Medien ausgeschlossen>",
        "<Médias omis>",
        "<Multimedia omitido>",
        "image omitted",
        "Bild weggelassen",
        "imagen omitida",
        "\u200eسنیپ حذف شد",
        "IMG-20231231-WA0001.jpg (file attached)",
        "\u200e<attached: 00000012-PHOTO.jpg>",
    ],
)
def test_media_are_counted_in_any_language(marker):
    talk = whatsapp_talk(f"[31/12/23, 21:05:10] Ana: {marker}\n[31/12/23, 21:05:11] Ana: hi")
    assert [turn.text for turn in talk.turns] == ["hi"]
    assert talk.skipped[PARTS] == 1


@pytest.mark.parametrize(
    ("written", "hour"),
    [("凌晨12:30", 0), ("上午 9:30", 9), ("中午11:30", 11), ("中午12:30", 12), ("中午1:30", 13)],
)
def test_chinese_times_of_day_are_told_apart(written, hour):
    (turn,) = whatsapp_talk(f"2023/12/31 {written} - Ana: hi").turns
    assert turn.at.astimezone().hour == hour


@pytest.mark.parametrize(
    "marker",
    [
        "<Media omitted>",
        "\u200eIMG-20231231-WA0001.jpg (file attached)",
        "\u200e<attached: 00000012-PHOTO.jpg>",
    ],
)
def test_what_is_written_under_a_picture_is_read(marker):
    talk = whatsapp_talk(f"31/12/23, 21:05 - Ana: {marker}\nLook, I made it!\nAt last.")
    assert [turn.text for turn in talk.turns] == ["Look, I made it!\nAt last."]
    assert talk.skipped[PARTS] == 1


def test_lines_of_the_service_and_deleted_messages_are_counted():
    talk = whatsapp_talk(
        "31/12/23, 21:00 - Messages and calls are end-to-end encrypted.\n"
        '31/12/23, 21:01 - Ana changed the subject to "Trip: Rome"\n'
        "31/12/23, 21:02 - Ana: This message was deleted\n"
        "31/12/23, 21:03 - Ana: Diese Nachricht wurde gelöscht.\n"
        "31/12/23, 21:04 - ~\u202fBen: it is 10:30\u200e <This message was edited>"
    )
    assert [(turn.speaker, turn.text) for turn in talk.turns] == [("Ben", "it is 10:30")]
    assert (talk.skipped[SYSTEM], talk.skipped[DELETED]) == (2, 2)


@pytest.mark.parametrize(
    "line", ["null", "Missed voice call", "Waiting for this message. This may take a while."]
)
def test_placeholders_under_a_name_are_nobodys_words(line):
    talk = whatsapp_talk(f"31/12/23, 21:05 - Ana: {line}\n31/12/23, 21:06 - Ana: {line} again")
    assert [turn.text for turn in talk.turns] == [f"{line} again"]
    assert talk.skipped[SYSTEM] == 1
