"""What people see: the page, the terminal, the files."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest

from mien.charts.dots import Span, axis, span_of
from mien.core.errors import ConfigError, EvalError
from mien.rate import Judgement, Method, Options, rate, rate_files, render, render_terminal
from mien.rate.files import table_csv, write_table

from .made import STRENGTHS, drawn

FEW = Options(draws=100)


@pytest.fixture(scope="module")
def table():
    good = {**STRENGTHS, "ant": -1.0}
    rows = drawn(good=good, judges=("gpt-5", "claude-4"), position={"talk": 1.0, "essay": -1.0})
    fox = [Judgement("fox", name, 1.0, "s1", "talk", "gpt-5") for name in STRENGTHS]
    return rate([*rows, *fox], FEW)


class Words(HTMLParser):
    """The text of a page, without what scripts and styles say."""

    def __init__(self):
        super().__init__()
        self.said, self.hushed = [], 0

    def handle_starttag(self, tag, attrs):
        self.hushed += tag in ("script", "style")

    def handle_endtag(self, tag):
        self.hushed -= tag in ("script", "style")

    def handle_data(self, data):
        if not self.hushed:
            self.said.append(data)


def words(page):
    parser = Words()
    parser.feed(page)
    return " ".join(parser.said)


def test_the_page_says_who_leads_who_is_left_out_and_what_was_corrected(table):
    said = words(render(table, on=date(2026, 11, 23)))
    for wanted in (
        "ant leads",
        "800 judgements, five models, 40 scenarios, judges claude-4 and gpt-5",
        "the answer shown first in talk",
        "the ratings are corrected for it",
        "fox (won all its judgements",
        "5 with a model that is not rated",
        "100 resamples of 40 scenarios (seed 0)",
        "Liked, and good for the person",
        "23 November 2026",
    ):
        assert wanted in said, wanted


def test_the_same_table_gives_the_same_page(table):
    assert render(table) == render(table)


def test_the_page_reaches_for_nothing(table):
    page = render(table)
    assert "default-src &#x27;none&#x27;" in page
    assert not re.search(r'(src|href)="(?!data:)', page)


def test_names_cannot_break_out_of_the_page():
    evil = '<script>alert("x")</script>'
    rows = [replace(j, first=evil) if j.first == "ant" else j for j in drawn(scenarios=10)]
    rows = [replace(j, second=evil) if j.second == "ant" else j for j in rows]
    page = render(rate(rows, FEW))
    assert evil not in page
    assert "alert(&quot;x&quot;)" in page


def test_every_model_has_a_dot_with_a_name_for_those_who_do_not_see_it(table):
    labels = re.findall(r'class="dots" height="26" role="img" aria-label="(\w+):', render(table))
    assert labels[:5] == [row.model for row in table.rows]


def test_the_terminal_keeps_to_eighty_columns_and_to_ascii_where_it_must(table):
    shown = render_terminal(table)
    assert max(map(len, shown.splitlines())) <= 80
    assert "●" in shown
    assert "fox (won all" in " ".join(shown.split())
    assert render_terminal(table, plain=True).isascii()


def test_control_characters_in_names_do_not_reach_the_terminal():
    rows = [replace(j, first="a\x1b[2J") if j.first == "ant" else j for j in drawn(scenarios=9)]
    rows = [replace(j, second="a\x1b[2J") if j.second == "ant" else j for j in rows]
    assert "\x1b" not in render_terminal(rate(rows, FEW))


def test_ratings_in_order_say_so_everywhere():
    table = rate(drawn(scenarios=10), replace(FEW, method=Method.ELO))
    for shown in (words(render(table)), " ".join(render_terminal(table).split())):
        assert "Another order of the same judgements would move a model by" in shown
        assert "span" in shown or "shuffles" in shown


def test_csv_has_a_row_a_model_and_no_formula():
    rows = [replace(j, first="=1+1") if j.first == "ant" else j for j in drawn(scenarios=9)]
    rows = [replace(j, second="=1+1") if j.second == "ant" else j for j in rows]
    held = list(csv.DictReader(io.StringIO(table_csv(rate(rows, FEW)))))
    assert [row["model"] for row in held] == ["'=1+1", "bee", "cat", "dog", "eel"]
    assert float(held[0]["low"]) < float(held[0]["rating"]) < float(held[0]["high"])


def test_csv_lists_models_without_a_rating(table):
    last = list(csv.DictReader(io.StringIO(table_csv(table))))[-1]
    assert (last["model"], last["rank"], last["rating"], last["wins"]) == ("fox", "", "", "5")


def test_every_form_is_written_and_others_are_refused(table, tmp_path):
    for ending in ("html", "json", "csv"):
        write_table(table, tmp_path / f"table.{ending}", on=date(2026, 11, 23))
        assert (tmp_path / f"table.{ending}").stat().st_size > 300
    assert json.loads((tmp_path / "table.json").read_text())["rows"][0]["model"] == "ant"
    with pytest.raises(ConfigError, match="end it in"):
        write_table(table, tmp_path / "table.pdf")


def test_columns_that_are_not_used_and_rows_that_failed_are_in_the_footer(tmp_path):
    path = tmp_path / "rows.csv"
    lines = [f"{j.first},{j.second},{j.share},{j.scenario},,blue" for j in drawn(scenarios=9)]
    lines.append("ant,bee,,s1,no JSON,blue")
    path.write_text("first,second,outcome,scenario,error,color\n" + "\n".join(lines))
    table = rate_files([path], FEW)
    for shown in (words(render(table)), " ".join(render_terminal(table).split())):
        assert "1 where the judge's answer could not be read" in shown
        assert "columns not used: color" in shown


def test_only_the_published_ladder_can_be_held_against(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("first,second,winner\nant,bee,first\n")
    with pytest.raises(ConfigError, match="not 'mine'"):
        rate_files([path], against="mine")
    with pytest.raises(EvalError, match="give it with --ladder"):
        rate_files([path], against="published")


@pytest.mark.parametrize(
    "values", [[3.0], [1.0, 1.0], [5.1, 6.4], [-5.2, 12.9], [1000, 1321.7], [0, 98765.0]]
)
def test_a_scale_has_round_ends_that_hold_everything(values):
    span = span_of(values)
    assert span.low <= min(values) <= max(values) <= span.high
    assert 2 <= len(span.ticks) <= 8
    assert len({span.word(tick) for tick in span.ticks}) == len(span.ticks)
    assert span.place(span.low) == "0%"
    assert span.place(span.high) == "100%"


def test_what_is_shorter_than_the_shortest_scale_lies_in_its_middle():
    assert span_of([5.0, 5.0]).place(5.0) == "50%"
    assert span_of([0.0], least=0.1).place(0.0) == "50%"


@pytest.mark.parametrize(
    ("high", "shown"), [(6, "0 2 4 6"), (5, "0 2 5"), (9, "0 3 6 9"), (7, "0 2 4 7")]
)
def test_a_narrow_scale_keeps_its_ends_and_numbers_that_do_not_touch(high, shown):
    drawn = str(axis(Span(0, high, tuple(range(high + 1))), "a scale"))
    assert " ".join(re.findall(r"<text(?![^>]*thin)[^>]*>(\d)<", drawn)) == shown
