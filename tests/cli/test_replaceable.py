"""What may be replaced, and what is somebody's work."""

from datetime import UTC, datetime

import pympi
import pytest
from praatio import textgrid

from mien.cli.replaceable import is_input
from mien.timeline import Timeline, write_timeline
from mien.timeline.research.eaf import to_eaf
from tests.made import origin, told

FORMS = [".json", ".TextGrid", ".eaf", ".vtt"]
TIMELINE = Timeline.of_readings([told(0, 1, anger=0.5)], [origin()])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("stem", ["talk", "talk.wav"])
def test_what_mien_wrote_beside_a_recording_may_be_replaced(tmp_path, form, stem):
    path = tmp_path / f"{stem}{form}"
    write_timeline(TIMELINE, path)
    assert not is_input(path, tmp_path / "talk.wav")
    assert not is_input(path, tmp_path)


@pytest.mark.parametrize("form", [*FORMS, ".jsonl", ".csv", ".labels.txt"])
def test_what_somebody_else_wrote_may_not(tmp_path, form):
    path = tmp_path / f"talk{form}"
    path.write_text("mine\n")
    assert is_input(path, tmp_path)
    assert is_input(path, tmp_path / "talk.wav") == (form in FORMS)
    assert not is_input(path, tmp_path / "other.wav")


def test_what_was_corrected_by_hand_since_may_not(tmp_path):
    grid, eaf = tmp_path / "talk.TextGrid", tmp_path / "talk.eaf"
    write_timeline(TIMELINE, grid)
    textgrid.openTextgrid(str(grid), includeEmptyIntervals=True).save(
        str(grid), "long_textgrid", includeBlankSpaces=True
    )
    eaf.write_text(to_eaf(TIMELINE, datetime.now(UTC)), encoding="utf-8")
    made = pympi.Elan.Eaf(str(eaf))
    made.properties.append(("lastUsedAnnotationId", "1"))
    made.to_file(str(eaf))
    assert is_input(grid, tmp_path / "talk.wav")
    assert is_input(eaf, tmp_path / "talk.wav")
