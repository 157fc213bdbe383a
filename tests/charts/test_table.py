from mien.charts.html import tag
from mien.charts.table import Cell, sort_script, table


def test_a_table_has_a_caption_headers_and_a_header_for_each_row():
    html = table("Two things", ["at", "what"], [["0:01", "a"], ["0:02", "b"]])
    assert "<caption" in html
    assert html.count('scope="col"') == 2
    assert html.count('scope="row"') == 2


def test_a_cell_is_sorted_by_its_key_and_shows_its_content():
    assert '<td data-key="80"><b>1:20</b></td>' in table(
        "t", ["n", "at"], [["x", Cell(tag("b", "1:20"), 80)]]
    )


def test_cells_are_escaped():
    assert "<img" not in table("t", ["a"], [["<img src=x>"]])


def test_the_script_can_stand_in_a_page():
    assert "</" not in sort_script()
