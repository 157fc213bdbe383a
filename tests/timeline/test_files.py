import json
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mien.core.errors import ConfigError, SourceNotFound, UnreadableSource
from mien.timeline import Timeline, read_timeline, write_timeline, write_timelines
from tests.made import card, origin, readings, skipped, told

lossless = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@lossless
@given(st.lists(readings(), max_size=6), st.sampled_from([".parquet", ".json"]))
def test_a_file_gives_back_the_same_timeline(tmp_path, found, ending):
    path = tmp_path / f"timeline{ending}"
    timeline = Timeline.of_readings(found, [origin()], [skipped()], [card()])
    write_timeline(timeline, path)
    assert read_timeline(path) == timeline


@pytest.mark.parametrize("ending", [".parquet", ".json", ".jsonl", ".csv"])
def test_timelines_one_after_the_other_are_one_joined(tmp_path, ending):
    parts = [
        Timeline.of_readings([told(i, i + 1, anger=0.5)], [origin()], [skipped()], [card()])
        for i in range(150)
    ]
    write_timelines(iter(parts), tmp_path / f"parts{ending}")
    write_timeline(parts[0].join(*parts[1:]), tmp_path / f"joined{ending}")
    written = (tmp_path / f"parts{ending}").read_bytes()
    assert written == (tmp_path / f"joined{ending}").read_bytes()
    if ending == ".parquet":
        assert pq.ParquetFile(tmp_path / "parts.parquet").num_row_groups == 1


def test_long_messages_are_written_before_they_fill_the_memory(tmp_path):
    long = replace(told(0, 1, anger=0.5), text="x" * 12_000_000)
    parts = [Timeline.of_readings([long]) for _ in range(7)]
    write_timelines(iter(parts), tmp_path / "long.parquet")
    assert pq.ParquetFile(tmp_path / "long.parquet").num_row_groups == 3


@lossless
@given(st.lists(readings(), max_size=6))
def test_json_lines_give_back_the_same_readings(tmp_path, found):
    write_timeline(Timeline.of_readings(found), tmp_path / "timeline.jsonl")
    assert read_timeline(tmp_path / "timeline.jsonl").readings == found


def test_every_key_is_in_json_even_where_nothing_is_known(tmp_path):
    write_timeline(Timeline.of_readings([told(0, 1, anger=0.5)]), tmp_path / "a.json")
    row = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["readings"][0]
    assert row["text"] is None
    assert row["scores"]["awe"] is None
    assert len(row["scores"]) == 41


def test_a_spreadsheet_runs_no_formula(tmp_path):
    from dataclasses import replace

    reading = replace(told(0, 1, anger=0.5), text="=HYPERLINK('x')", person="+1")
    write_timeline(Timeline.of_readings([reading]), tmp_path / "a.csv")
    text = (tmp_path / "a.csv").read_text(encoding="utf-8")
    assert "'=HYPERLINK" in text
    assert "'+1" in text


def test_an_unknown_ending_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(ConfigError, match="cannot tell the form"):
        write_timeline(Timeline.of_readings([]), tmp_path / "a.xlsx")
    assert not list(tmp_path.iterdir())


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path, monkeypatch):
    path = tmp_path / "a.json"
    path.write_text("old", encoding="utf-8")
    timeline = Timeline.of_readings([told(0, 1, anger=0.5)])

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mien.timeline.sinks.plain_reading", full)
    with pytest.raises(ConfigError, match="No space left"):
        write_timeline(timeline, path)
    assert path.read_text(encoding="utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize("content", ["", "{}", "[1]", "not json", '{"readings": [{"id": 1}]}'])
def test_a_json_file_that_is_no_timeline_is_named(tmp_path, content):
    (tmp_path / "a.json").write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableSource, match=r"a\.json"):
        read_timeline(tmp_path / "a.json")


def test_somebody_elses_parquet_is_refused(tmp_path):
    pq.write_table(pa.table({"a": [1]}), tmp_path / "a.parquet")
    with pytest.raises(UnreadableSource, match="not a timeline"):
        read_timeline(tmp_path / "a.parquet")


def test_a_file_of_a_newer_mien_says_so(tmp_path):
    path = tmp_path / "a.json"
    write_timeline(Timeline.of_readings([told(0, 1, anger=0.5)]), path)
    newer = path.read_text(encoding="utf-8").replace("mien.reading/1", "mien.reading/99")
    path.write_text(newer, encoding="utf-8")
    with pytest.raises(UnreadableSource, match="newer Mien"):
        read_timeline(path)


def test_a_column_that_an_older_file_lacks_becomes_null():
    from mien.timeline.schema import VERSION, conform

    table = Timeline.of_readings([told(0, 1, anger=0.5)]).table.drop_columns(["caption"])
    assert conform(table, VERSION, "old").column("caption").to_pylist() == [None]


def test_a_missing_file_is_not_found(tmp_path):
    with pytest.raises(SourceNotFound):
        read_timeline(tmp_path / "nothing.json")
