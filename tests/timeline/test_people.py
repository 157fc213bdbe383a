import csv
from dataclasses import replace

import numpy as np
import pytest

from mien.core.errors import ConfigError
from mien.emotions import Emotion
from mien.timeline import Reason, Timeline, Verdict, mean_shares, people_of, stamp, write_people
from tests.made import told


def of(person, readings, source="a.wav"):
    return [stamp(replace(reading, person=person), source) for reading in readings]


def unsure(start, end):
    reading = replace(told(start, end), verdict=Verdict.CANNOT_TELL, reason=Reason.TOO_SHORT)
    return stamp(reading, "a.wav")


ANA = [told(0, 1, anger=0.2), told(1, 4, anger=0.6), unsure(4, 6)]
BEN = [told(6, 7, anger=0.1, neutral=0.9)]


@pytest.fixture
def people():
    return people_of([Timeline.of_readings([*of("Ana", ANA), *of("Ben", BEN)])])


def test_each_person_has_a_row_with_what_was_told_and_what_was_not(people):
    ana, ben = people
    assert (ana.person, ana.readings, ana.told) == ("Ana", 3, 2)
    assert ana.cannot_tell == pytest.approx(1 / 3)
    assert (ana.seconds_seen, ana.seconds_told) == (6.0, 4.0)
    assert (ben.person, ben.cannot_tell) == ("Ben", 0.0)


def test_shares_are_means_by_seconds_of_what_was_told(people):
    assert people[0].means["anger"].mean == pytest.approx((0.2 + 3 * 0.6) / 4)
    timeline = Timeline.of_readings(of("Ana", ANA))
    shares = mean_shares(timeline)
    assert people[0].means["anger"].mean == pytest.approx(shares[Emotion.ANGER])


def test_what_a_decoder_does_not_judge_is_missing_and_never_zero(people):
    assert "neutral" not in people[0].means
    assert "valence" not in people[0].means
    assert people[1].means["neutral"].mean == pytest.approx(0.9)


def test_someone_who_was_never_told_has_a_row(people):
    (row,) = people_of([Timeline.of_readings(of("Ana", [unsure(0, 2)]))])
    assert (row.cannot_tell, row.seconds_seen, row.means) == (1.0, 2.0, {})


def test_one_label_in_two_files_is_two_people():
    files = [Timeline.of_readings(of("Face 1", BEN, source)) for source in ("a.wav", "b.wav")]
    assert [row.source for row in people_of(files)] == ["a.wav", "b.wav"]


def test_seconds_that_overlap_count_once():
    both = of(None, [told(0, 2, anger=0.5), told(1, 3, anger=0.5)])
    (row,) = people_of([Timeline.of_readings(both)])
    assert row.seconds_seen == 3.0


def test_a_long_recording_has_an_interval_around_its_mean():
    shares = np.random.default_rng(0).uniform(0, 1, 200)
    many = [told(i, i + 1, anger=float(share)) for i, share in enumerate(shares)]
    anger = people_of([Timeline.of_readings(of("Ana", many))])[0].means["anger"]
    assert anger.low < shares.mean() < anger.high
    assert anger.sd == pytest.approx(shares.std(ddof=1), abs=1e-3)


def test_the_table_has_a_codebook_of_all_its_columns(people, tmp_path):
    write_people(people, tmp_path / "people.csv")
    with (tmp_path / "people.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["anger_mean"] for row in rows] == ["0.5", "0.1"]
    assert rows[0]["neutral_mean"] == ""
    assert rows[0]["cannot_tell"] == "0.3333"
    codebook = (tmp_path / "people.codebook.md").read_text(encoding="utf-8")
    for column in rows[0]:
        (line,) = [line for line in codebook.splitlines() if line.startswith(f"| `{column}`")]
        assert line.count("|") == 4
    assert "autoregression" in codebook


def test_a_name_that_is_a_formula_stays_a_name(tmp_path):
    write_people(people_of([Timeline.of_readings(of("=1+1", BEN))]), tmp_path / "people.csv")
    assert ",'=1+1," in (tmp_path / "people.csv").read_text(encoding="utf-8")


def test_a_folder_that_is_not_there_is_named(people, tmp_path):
    with pytest.raises(ConfigError, match="nowhere"):
        write_people(people, tmp_path / "nowhere" / "people.csv")
