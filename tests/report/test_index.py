import pytest

from mien.core.errors import ConfigError
from mien.report.index import SKIPS, Names
from mien.report.report import write_report, write_reports
from mien.report.view import view_of
from mien.timeline.origin import Kind, Origin, Skipped
from mien.timeline.timeline import Timeline

from . import scenes


def names_of(*sources):
    names = Names()
    return [names.of(view_of(Origin(source=s, kind=Kind.SOUND), [])) for s in sources]


def test_names_are_safe_and_no_two_are_alike_even_where_case_is_lost():
    assert names_of("a b.wav", "A B.wav", "../../etc/passwd", "…", "a-b.wav-2") == [
        "a-b.wav.html",
        "A-B.wav-2.html",
        "etc-passwd.html",
        "source.html",
        "a-b.wav-2-2.html",
    ]


def test_a_long_name_is_cut_at_its_front():
    (name,) = names_of("x" * 300 + ".mp4")
    assert len(name) < 90
    assert name.endswith(".mp4.html")


def test_several_sources_give_an_index_and_a_folder_beside_it(tmp_path):
    timeline = scenes.call().join(scenes.photo(), scenes.chat())
    write_report(tmp_path / "all.html", timeline)
    found = sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.html"))
    assert found == [
        "all-reports/birthday.jpg.html",
        "all-reports/mia-and-tom.json.html",
        "all-reports/sunday-call.mp4.html",
        "all.html",
    ]
    index = (tmp_path / "all.html").read_text(encoding="utf-8")
    assert all(f'href="{name}"' in index for name in found[:3])
    assert index.count('class="small"') == 3


def test_what_was_skipped_stands_above_the_sources(tmp_path):
    lost = Skipped(source="lost.mp4", where="", reason="the file is empty")
    both = scenes.photo().join(scenes.chat())
    timeline = Timeline(both.table, both.origins, (lost,), both.cards)
    write_report(tmp_path / "all.html", timeline)
    index = (tmp_path / "all.html").read_text(encoding="utf-8")
    assert index.index("lost.mp4") < index.index("the file is empty") < index.index("birthday.jpg")
    for page in (tmp_path / "all-reports").iterdir():
        assert "lost.mp4" not in page.read_text(encoding="utf-8")


def test_a_file_in_the_place_of_the_folder_is_an_error_that_names_it(tmp_path):
    (tmp_path / "all-reports").write_text("mine")
    with pytest.raises(ConfigError, match="all-reports"):
        write_report(str(tmp_path / "all.html"), scenes.photo().join(scenes.chat()))
    assert (tmp_path / "all-reports").read_text() == "mine"


def test_the_length_of_a_part_says_of_what_it_is_a_part(tmp_path):
    write_report(tmp_path / "all.html", scenes.part().join(scenes.chat()))
    assert "0:10 to 0:20 of 1:00:00" in (tmp_path / "all.html").read_text(encoding="utf-8")


def test_timelines_one_by_one_give_the_same_pages_as_one_of_all(tmp_path):
    parts = [scenes.call(), scenes.photo(), scenes.chat()]
    (tmp_path / "one").mkdir()
    (tmp_path / "many").mkdir()
    write_report(tmp_path / "one" / "all.html", parts[0].join(*parts[1:]))
    write_reports(tmp_path / "many" / "all.html", iter(parts))
    pages = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*.html"))
    assert len(pages) == 4
    for page in pages:
        assert (tmp_path / "one" / page).read_bytes() == (tmp_path / "many" / page).read_bytes()


def test_many_skips_do_not_push_the_sources_off_the_page(tmp_path):
    lost = [Skipped(source=f"{i}.mp4", where="", reason="empty") for i in range(SKIPS + 30)]
    part = Skipped(source="a.mp4", where="0:10", reason="corrupt packet")
    timeline = Timeline.of_readings((), skipped=[part, *lost])
    write_reports(tmp_path / "all.html", [timeline, scenes.photo(), scenes.chat()])
    index = (tmp_path / "all.html").read_text(encoding="utf-8")
    folded = index[index.index("<details") : index.index("</details")]
    assert "31 more" in folded
    assert folded.count("<li>") == 31
    assert "corrupt packet" in folded
