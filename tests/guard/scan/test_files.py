"""What a scan writes."""

import json
import re
from datetime import date
from typing import ClassVar

import pyarrow.parquet as pq
import pytest

from mien.core.errors import ConfigError
from mien.core.wilson import wilson
from mien.guard import Check
from mien.guard.accuracy import Accuracy
from mien.guard.scan import Watch, write_scan
from mien.guard.scan.parquet import COLUMNS
from tests.data import ROOT
from tests.fakes.observers import Cues
from tests.fakes.scans import CALM, CRISIS, SPIRAL, chat, write_lines
from tests.guard.scan.test_run import scanned

HOSTILE = "</script><script>alert(1)</script><b>chosen</b> \ud83d end my life"


@pytest.fixture
def found(tmp_path):
    chats = [chat(CALM, title=f"Calm {i}") for i in range(4)]
    chats += [chat(SPIRAL, title="<i>Signs</i>"), chat(CRISIS), chat([HOSTILE])]
    return scanned(write_lines(tmp_path / "c.jsonl", *chats), tmp_path / "l")[1]


def page(found, tmp_path, **more):
    write_scan(found, tmp_path / "r.html", on=date(2026, 11, 23), **more)
    return (tmp_path / "r.html").read_text(encoding="utf-8")


def test_a_page_holds_the_words_of_the_top_and_a_row_of_the_rest(found, tmp_path):
    text = page(found, tmp_path, top=2)
    assert text.count("<article") == 2
    assert all(f"Calm {i}" in text for i in range(4))
    assert "5 of lower risk, a row each" in text
    assert "lentils" not in text


def test_the_page_is_the_same_twice_and_reaches_for_nothing(found, tmp_path):
    text = page(found, tmp_path)
    assert text == page(found, tmp_path)
    assert "http://" not in text
    assert "https://" not in text


def test_words_of_people_never_become_markup(found, tmp_path):
    text = page(found, tmp_path)
    assert "<script>alert" not in text
    assert "<i>Signs" not in text
    assert "&lt;/script&gt;" in text


def test_words_that_show_a_signal_are_marked(found, tmp_path):
    assert '<mark class="harm" title="Crisis">end my life</mark>' in page(found, tmp_path)


def test_a_page_says_what_alarms_mean_and_that_it_is_no_diagnosis(found, tmp_path):
    text = page(found, tmp_path, base_rate=1 / 14)
    assert "no diagnosis" in text
    assert "at most 17 in 100 of the alarms can be right" in text


def test_parquet_has_a_row_a_turn_and_the_columns_that_are_documented(found, tmp_path):
    write_scan(found, tmp_path / "r.parquet")
    table = pq.read_table(tmp_path / "r.parquet")
    assert table.num_rows == found.tally.turns
    assert tuple(table.schema.names[: len(COLUMNS)]) == COLUMNS
    documented = (ROOT / "docs/reference/checks.md").read_text(encoding="utf-8")
    assert not [name for name in COLUMNS if f"`{name}`" not in documented]
    assert json.loads(table.schema.metadata[b"mien.scan"])["by"] == "cues-v1"
    risks = table.column("rank").to_pylist()
    assert risks == sorted(risks)


def test_every_field_of_a_check_is_documented():
    documented = (ROOT / "docs/reference/checks.md").read_text(encoding="utf-8")
    assert not [name for name in Check.__slots__ if f"`{name}`" not in documented]


def test_json_holds_every_check(found, tmp_path):
    write_scan(found, tmp_path / "r.json")
    plain = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert plain["chats"] == len(plain["conversations"]) == 7
    assert sum(len(one["checks"]) for one in plain["conversations"]) == plain["turns"]
    assert plain["conversations"][0]["peak"] >= plain["conversations"][1]["peak"]


def test_another_ending_is_refused(found, tmp_path):
    with pytest.raises(ConfigError, match=r"\.html"):
        write_scan(found, tmp_path / "r.docx")


def test_what_has_no_room_on_the_page_is_said(found, tmp_path, monkeypatch):
    monkeypatch.setattr("mien.guard.scan.page.page.ROWS", 4)
    text = page(found, tmp_path, top=2)
    assert "3 of lower risk have no row here" in text
    monkeypatch.setattr("mien.guard.scan.page.page.MOST_CHARACTERS", 10)
    assert page(found, tmp_path, top=3).count("<article") == 1


def test_of_a_long_conversation_the_turns_around_the_peak_are_shown(tmp_path):
    said = [*["How do I cook lentils?"] * 700, "I want to end my life.", *["Thank you."] * 700]
    (tmp_path / "c.json").write_text(json.dumps(chat(said)))
    text = page(scanned(tmp_path / "c.json", tmp_path / "l")[1], tmp_path)
    assert "end my life</mark>" in text
    assert text.count('data-turn="') == 300
    assert "Turns 476 to 775 are shown" in text


class Carded(Cues):
    """Cues that know how often they are right."""

    accuracy: ClassVar = {
        "crisis": Accuracy(wilson(80, 100), wilson(50, 1000), "chat"),
        "distress": Accuracy(wilson(80, 100), wilson(5, 1000), "turn"),
    }


def test_what_an_alarm_is_worth_stands_beside_each_signal_on_the_card(found, tmp_path):
    assert "cannot be told" in page(found, tmp_path)
    lines = write_lines(tmp_path / "d.jsonl", *(chat(CALM * 4) for _ in range(3)))
    text = page(scanned(lines, tmp_path / "m", Watch(observer=Carded))[1], tmp_path)
    assert "cannot be told" not in text
    # As of the facts: 80 % recall and 5 % false alarms at 1 in 1,300 are right in 1.2 %.
    assert re.search(r">Crisis<.*?\.800 \[.*?\.050 \[.*?>1\.2 \[", text, flags=re.S)
    # Six turns a side, each with a false alarm in 200.
    assert re.search(r">Distress<.*?>2 \[", text, flags=re.S)
    assert "6 turns a side" in text


def test_a_scan_that_found_nothing_says_so(tmp_path):
    lines = write_lines(tmp_path / "c.jsonl", *(chat(CALM) for _ in range(3)))
    text = page(scanned(lines, tmp_path / "l")[1], tmp_path)
    assert "would the policy have stepped in" in text
    assert "In none of 3 conversations" in text
