import pytest

pytest.importorskip("resource", reason="benchmarks run on Linux and macOS")

from benchmarks.read import join, load, save
from benchmarks.table import Figure, Row, Table, Unit


def row(ours=None, theirs=None, goal=None, unit=Unit.REAL_TIME, group="voice", what="a thing"):
    figures = [None if value is None else Figure((value,)) for value in (ours, theirs)]
    return Row(group, what, unit, figures[0], figures[0], "peer", figures[1], goal)


@pytest.mark.parametrize(
    ("unit", "ours", "theirs", "ratio"),
    [(Unit.REAL_TIME, 200, 50, 4), (Unit.MS, 2, 8, 4), (Unit.MB, 300, 150, 0.5)],
)
def test_a_ratio_above_one_always_means_that_ours_is_better(unit, ours, theirs, ratio):
    assert row(ours, theirs, unit=unit).ratio == ratio


@pytest.mark.parametrize(
    ("unit", "ours", "goal", "is_met"),
    [
        (Unit.REAL_TIME, 150, 150, True),
        (Unit.REAL_TIME, 149, 150, False),
        (Unit.MESSAGES, 9_999, 10_000, False),
        (Unit.MS, 0.9, 1, True),
        (Unit.MB, 266, 265, False),
    ],
)
def test_a_goal_is_the_least_rate_or_the_largest_cost(unit, ours, goal, is_met):
    assert row(ours, goal=goal, unit=unit).is_met is is_met


def test_what_was_not_measured_meets_no_goal_and_has_no_ratio():
    unmeasured = row(theirs=2.0, goal=1.0)
    assert unmeasured.is_met is None
    assert unmeasured.ratio is None
    assert "not measured" in Table([unmeasured]).text()


def test_a_figure_is_the_median_with_its_range():
    assert str(Figure((3.0, 1.0, 2.0))) == "2.00 (1.00-3.00)"


def test_a_goal_that_is_missed_is_plain_to_see():
    text = Table([row(10, goal=150)]).text()
    assert "NO" in text
    assert "≥ 150" in text


def test_markdown_has_as_many_cells_in_every_line():
    lines = Table([row(10, 5, goal=1), row()], ["a machine"]).markdown().splitlines()
    cells = {line.count("|") for line in lines if line.startswith("|")}
    assert len(cells) == 1


def test_a_kept_table_comes_back_as_it_was(tmp_path):
    table = Table([row(10, 5, goal=1), row(unit=Unit.MB)], ["a machine", "ä library"])
    save(table, tmp_path / "kept.json")
    assert load(tmp_path / "kept.json") == table


def test_a_group_that_was_measured_twice_counts_as_of_the_later_run():
    first = Table([row(1), row(2, group="memory")], ["then"])
    second = Table([row(3), row(4, group="words")], ["now"])
    joined = join([first, second])
    assert [(r.group, r.ours.median) for r in joined.rows] == [
        ("voice", 3),
        ("words", 4),
        ("memory", 2),
    ]
    assert joined.about == ["then", "now"]
