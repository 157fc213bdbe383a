"""Files that are damaged, hostile or something else end in a message, or are counted."""

import io
from pathlib import Path

import pytest

from mien.core.errors import ConfigError, MienError, SourceNotFound, UnreadableSource
from mien.evals.perception import Manner, measure, render_page, rescore
from mien.evals.perception.ratings import open_ratings
from mien.evals.perception.sets import open_sets
from mien.evals.perception.sets.ferplus import LABELS, OTHER
from mien.timeline.reading import Channel
from tests.data import shared

HQ = "image,annotator,human,annotations\nb.png,h,True,{'Awe': 3}\n"
CREMA = ",A,D,F,H,N,S,fileName,numResponses\n"
FERPLUS = f"Usage,Image name,{','.join((*LABELS, *OTHER))}\n"
BINARY = "path,annotator,value,emotion\n0,h,True,Awe\n"
RATINGS = "file,start,end,rater,label,score\n"


def parquet(**columns):
    pa, file = pytest.importorskip("pyarrow"), io.BytesIO()
    import pyarrow.parquet as pq

    pq.write_table(pa.table(columns), file)
    return file.getvalue()


def put(folder, **files):
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / name.replace("__", ".")).write_bytes(data)


def reasons(opened):
    return {skip.reason: skip.count for skip in opened.skipped}


@pytest.mark.parametrize(
    "cell",
    [
        "__import__('os').abort()",
        "{'Anger': " + "9" * 400 + "}",
        "{'Anger': " + "9" * 5_000 + "}",
        "[" * 9_000 + "]" * 9_000,
        "{'Anger': " + "1+" * 6_000 + "1}",
        "{{}: 1}",
        "{'Anger': 1j}",
    ],
)
def test_a_hostile_literal_is_counted_and_the_next_row_read(cell, tmp_path):
    put(tmp_path, hq__csv=HQ + f'a.png,h,True,"{cell}"\n')
    [opened] = open_sets(("emonet-face-hq",), tmp_path)
    assert reasons(opened) == {"annotations that cannot be read": 1}
    assert opened.sheet.value.tolist() == [3.0]


@pytest.mark.parametrize("grade", ["1e999", "-1", "8", "'nan'"])
def test_a_grade_beside_the_scale_is_counted(grade, tmp_path):
    put(tmp_path, hq__csv=HQ + f"a.png,h,True,{{'Anger': {grade}}}\n")
    [opened] = open_sets(("emonet-face-hq",), tmp_path)
    assert reasons(opened) == {"grade that is not on the scale": 1}
    label = f"[{{'r': {{'Awe': {grade.replace('8', '80')}}}}}, {{'r': {{'Awe': 2}}}}]"
    put(tmp_path, **{"emonet-voice-bench__parquet": parquet(audioId=["a"], label=[label])})
    [opened] = open_sets(("emonet-voice-bench",), tmp_path)
    assert reasons(opened) == {"grade that is not on the scale": 1}
    assert opened.sheet.value.tolist() == [10.0]


@pytest.mark.parametrize("row", ["1", "1,h,True", "1,h,True,Grumpiness", "1,h,,Awe"])
def test_a_row_that_lacks_something_is_counted(row, tmp_path):
    put(tmp_path, binary__csv=BINARY + row + "\n")
    [opened] = open_sets(("emonet-face-binary",), tmp_path)
    assert len(opened.items) == sum(reasons(opened).values()) == 1


@pytest.mark.parametrize("votes", ["nan,1,1,1,1,1", "1e999,1,1,1,1,1", "-3,1,1,1,1,1", "x,,,,,"])
def test_votes_that_are_no_counts_are_refused(votes, tmp_path):
    put(tmp_path, tabulatedVotes__csv=CREMA + f"100001,{votes},1001_x,5\n")
    with pytest.raises(UnreadableSource, match="count of votes"):
        open_sets(("crema-d",), tmp_path)
    put(tmp_path, fer2013new__csv=FERPLUS + f"PrivateTest,a.png,{votes},0,0,0,0\n")
    with pytest.raises(UnreadableSource, match="count of votes"):
        open_sets(("ferplus",), tmp_path)


def test_a_clip_without_votes_and_a_second_row_of_one_are_counted(tmp_path):
    rows = ["100001,0,0,0,0,0,0,1001_x,0", *["100002,9,0,0,0,0,0,1002_x,9"] * 2]
    put(tmp_path, tabulatedVotes__csv=CREMA + "\n".join(rows))
    [opened] = open_sets(("crema-d",), tmp_path)
    assert reasons(opened) == {"clip without any vote": 1, "a second row of a clip": 1}


def test_a_set_of_ties_is_measured_without_a_figure(tmp_path):
    rows = [f"10000{i},4,4,0,0,0,0,100{i}_x,8" for i in range(6)]
    put(tmp_path, tabulatedVotes__csv=CREMA + "\n".join(rows))
    outcomes = measure(tmp_path, ["crema-d"], manner=Manner(draws=20))
    assert outcomes[0].row("people").figures["alpha_nominal"].value < 0
    assert render_page(outcomes)


@pytest.mark.parametrize(
    ("name", "file"),
    [("crema-d", "tabulated_votes"), ("ferplus", "my_ferplus"), ("goemotions", "goemotions")],
)
@pytest.mark.parametrize("content", [b"PAR1", parquet(a=[1])])
def test_a_parquet_file_of_something_else_is_refused(name, file, content, tmp_path):
    put(tmp_path, **{f"{file}__parquet": content})
    with pytest.raises(UnreadableSource):
        open_sets((name,), tmp_path)


@pytest.mark.parametrize(
    ("text", "labels"), [("x", [28]), ("x", [-1]), (None, [1]), ("x", None), ("x", ["1"])]
)
def test_comments_with_other_columns_are_refused(text, labels, tmp_path):
    data = parquet(split=["train", "test"], id=["0", "1"], text=["y", text], labels=[labels] * 2)
    put(tmp_path, goemotions__parquet=data)
    with pytest.raises(UnreadableSource, match="a row's"):
        open_sets(("goemotions",), tmp_path)


@pytest.mark.parametrize("lines", ["", "x\t-1\tid\n", "x\t99\tid\n", b"\xff\t1\tid\n"])
def test_a_test_split_that_holds_nothing_is_refused(lines, tmp_path):
    labels = shared_labels()
    put(tmp_path, emotions__txt="\n".join(labels), test__tsv=lines)
    with pytest.raises(UnreadableSource):
        open_sets(("goemotions",), tmp_path)


def test_a_comment_may_hold_the_line_breaks_of_unicode(tmp_path):
    put(tmp_path, emotions__txt="\n".join(shared_labels()), test__tsv="x\u2028y\x0cz\t1\tid\n")
    [opened] = open_sets(("goemotions",), tmp_path)
    assert opened.items[0].media.text == "x\u2028y\x0cz"


def shared_labels():
    from mien.emotions import label_map

    return label_map("goemotions").labels


@pytest.mark.parametrize("end", [b"\0" * 10 + b"\xff" * 8, b"\0" * 8 + b"\xff" * 10])
def test_a_damaged_archive_is_named(end, tmp_path):
    put(tmp_path, hq__csv=HQ, pictures__zip=b"PK\3\4junk" + b"PK\5\6" + end)
    with pytest.raises(UnreadableSource, match="archive is damaged"):
        open_sets(("emonet-face-hq",), tmp_path)


def test_ratings_that_are_not_there_are_said_not_to_be(tmp_path):
    with pytest.raises(SourceNotFound, match="no such file"):
        open_ratings(tmp_path / "none.csv", tmp_path, Channel.VOICE)
    with pytest.raises(UnreadableSource):
        open_ratings(tmp_path, tmp_path, Channel.VOICE)


def test_a_folder_of_rated_files_that_is_not_there_is_an_error(tmp_path):
    put(tmp_path, r__csv=RATINGS + "a.wav,,,ann,awe,\n")
    with pytest.raises(SourceNotFound, match="no such folder"):
        open_ratings(tmp_path / "r.csv", tmp_path / "recordings", Channel.VOICE)


def test_a_table_of_nothing_usable_says_why(tmp_path):
    put(tmp_path, r__csv=RATINGS + "a,,,ann,grumpiness,\nb,,,ann,grumpiness,\nc,,,,awe,\n")
    reason = r"'grumpiness' \(2\); row without file, rater or label \(1\)"
    with pytest.raises(UnreadableSource, match=reason):
        open_ratings(tmp_path / "r.csv", tmp_path, Channel.VOICE)


def test_a_table_with_semicolons_is_shown_its_own_first_line(tmp_path):
    put(tmp_path, r__csv="file;rater;label\na.wav;ann;awe\n")
    with pytest.raises(ConfigError, match=r"columns are 'file;rater;label'.*commas"):
        open_ratings(tmp_path / "r.csv", tmp_path, Channel.VOICE)


def test_stretches_that_differ_by_a_thousandth_of_a_second_stay_two(tmp_path):
    put(tmp_path, r__csv=RATINGS + "a,1001.231,1003,ann,awe,\na,1001.234,1003,ben,awe,\n")
    items = open_ratings(tmp_path / "r.csv", tmp_path, Channel.VOICE).items
    assert len({item.id for item in items}) == len(items) == 2


@pytest.mark.parametrize("wrong", [{"seed": -1}, {"draws": 0}])
def test_a_seed_or_number_of_draws_that_cannot_be_is_named(wrong):
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        Manner(**wrong)


def test_a_set_named_twice_is_measured_once(tmp_path):
    put(tmp_path, binary__csv=BINARY)
    assert len(open_sets(("emonet-face-binary",) * 2, tmp_path)) == 1


@pytest.mark.parametrize("file", ["x" * 5_000, "a\0b", "."])
def test_a_name_that_no_file_can_have_is_a_file_that_is_missing(file, tmp_path):
    put(tmp_path, r__csv=RATINGS + f"{file},,,ann,awe,\n")
    opened = open_ratings(tmp_path / "r.csv", tmp_path, Channel.VOICE)
    assert opened.items[0].media is None


def test_ratings_may_end_their_lines_in_any_way_and_begin_with_a_mark(tmp_path):
    data = b"\xef\xbb\xbf" + RATINGS.encode() + b"a,,,ann,awe,\r\nb,,,ann,awe,\rc,,,ann,awe,\n"
    put(tmp_path, r__csv=data)
    assert len(open_ratings(tmp_path / "r.csv", tmp_path, Channel.VOICE).items) == 3


@pytest.mark.parametrize("score", ["1e300", "nan", "-inf", "7,5"])
def test_a_score_that_is_no_grade_is_counted(score, tmp_path):
    put(tmp_path, r__csv=RATINGS + f'a,,,ann,awe,"{score}"\na,,,ben,awe,2\n')
    opened = open_ratings(tmp_path / "r.csv", tmp_path, Channel.VOICE)
    assert reasons(opened) == {"row with a start, end or score that is no number": 1}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ferd__jsonl", b"\xff\xfe"),
        ("ferd__jsonl", "[" * 100_000),
        ("ferd__jsonl", '{"image_path": "x", "results": {}}'),
        ("emonet_voice_bench__csv", b"\xff\xfe"),
        ("emonet_voice_bench__csv", "emotion,alpha\nAnger\n"),
        ("emonet_voice_bench__csv", "emotion\n" + "x" * 200_000),
        ("emonet_face_hq_results__json", "[" * 100_000),
        ("emonet_face_hq_results__json", '{"human_anchor": []}'),
    ],
)
def test_published_outputs_that_are_something_else_are_named(name, content, tmp_path):
    beside: Path = shared("laion/emotions40.json")
    put(tmp_path, emotions40__json=beside.read_bytes(), **{name: content})
    with pytest.raises(MienError, match=name.replace("__", ".")):
        rescore(tmp_path)
