"""Every form of judgements is read; what makes no sense is refused by file and row."""

import gzip
import json

import pytest

from mien.core.errors import EvalError
from mien.rate import Sides, gather, read_ladder
from tests.data import shared

from .made import log_of, record

PLAIN = "first,second,outcome,scenario,kind,judge\n"


@pytest.fixture
def write(tmp_path):
    def written(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


def refusal(path, **options):
    with pytest.raises(EvalError) as caught:
        gather([path] if not isinstance(path, list) else path, **options)
    return str(caught.value)


def test_a_plain_table_is_read_by_number_word_or_name(write):
    path = write(
        "plain.csv",
        "first,second,winner,good,scenario,judge,group,first_length,second_length,extra\n"
        "ant,bee,first,second,s1,gpt-5,teens,900,700,x\n"
        "bee,ant,tie,,s1,gpt-5,,,,x\n"
        "ant,bee,bee,0.25,s2,gpt-5,,1,2,x\n"
        "ant,bee,both_bad,,s2,gpt-5,,,,x\n",
    )
    gathered = gather([path])
    one, tie, named, bad = gathered.judgements
    assert (one.share, one.good, one.group, one.length) == (1.0, 0.0, "teens", Sides(900, 700))
    assert (tie.share, tie.good, tie.both_bad) == (0.5, None, False)
    assert (named.share, named.good) == (0.0, 0.25)
    assert (bad.share, bad.both_bad) == (0.5, True)
    assert gathered.sources[0].unused == ("extra",)


def test_json_lines_carry_abilities_and_failed_judgements_are_counted(write):
    rows = [
        {"first": "ant", "second": "bee", "outcome": 0.7, "abilities": {"warmth": 0.4}},
        {"first": "ant", "second": "bee", "error": "no JSON"},
    ]
    gathered = gather([write("plain.jsonl", "\n".join(map(json.dumps, rows)) + "\n")])
    assert gathered.judgements[0].abilities == (("warmth", 0.4),)
    assert [entry.n for entry in gathered.left_out] == [1]


def test_one_line_of_json_is_one_judgement(write):
    path = write("one.jsonl", '{"first": "ant", "second": "bee", "winner": "first"}\n')
    assert len(gather([path]).judgements) == 1


def test_a_log_is_turned_to_whoever_was_shown_first(write):
    path = write(
        "log.json",
        log_of(
            [
                record("ant", "bee", 12, scenario="1", test_first=True),
                record("ant", "bee", 12, scenario="401", test_first=False),
                {**record("ant", "bee", 1), "error": "no JSON"},
            ],
            ant=1500.0,
        ),
    )
    gathered = gather([path])
    shown, turned = gathered.judgements
    assert (shown.first, shown.share, shown.kind) == ("ant", pytest.approx(0.7), "role-play")
    assert (turned.first, turned.share, turned.kind) == ("bee", pytest.approx(0.3), "analysis")
    assert dict(turned.abilities)["overall_eq"] == pytest.approx(-0.8)
    assert shown.length is None
    assert gathered.ladder.ratings == {"ant": 1500.0}
    assert gathered.left_out[0].n == 1


def test_votes_know_voters_turns_and_style(write):
    votes = [
        {
            "model_a": "ant",
            "model_b": "bee",
            "winner": "tie (bothbad)",
            "judge": "voter-1",
            "turn": 1,
            "anony": True,
            "conv_metadata": {
                "sum_assistant_a_tokens": 10,
                "sum_assistant_b_tokens": 30,
                "header_count_a": {"h1": 1, "h2": 2},
                "header_count_b": 0,
                "bold_count_a": 4,
                "bold_count_b": 0,
            },
        },
        {"model_a": "bee", "model_b": "ant", "winner": "model_b", "judge": "v2", "turn": 3},
        {"model_a": "bee", "model_b": "ant", "winner": "model_a", "anony": False},
    ]
    gathered = gather([write("votes.json", json.dumps(votes))])
    bad, won = gathered.judgements
    assert (bad.share, bad.both_bad, bad.voter, bad.judge) == (0.5, True, "voter-1", "")
    assert (bad.length, bad.markdown) == (Sides(10, 30), Sides(7, 0))
    assert [bad.kind, won.kind] == ["one turn", "several turns"]
    assert won.share == 0.0
    assert gathered.left_out == (("cast while the models' names were shown", 1),)


def test_parquet_and_gzip_hold_the_same_as_plain_files(write, tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [{"model_a": "ant", "model_b": "bee", "winner": "model_a"}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "votes.parquet")
    zipped = write("votes.json.gz", gzip.compress(json.dumps(rows).encode()))
    assert gather([tmp_path / "votes.parquet"]).judgements == gather([zipped]).judgements


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("empty.csv", "", "is empty"),
        ("votes.csv", "model_a,model_b,winner\na,b,model_a\na,b,left\n", "row 2: the winner is"),
        ("votes.csv", "model_a,model_b,winner\na,b,\n", "row 1: the winner is ''"),
        ("plain.csv", PLAIN + "a,b,1,s,k,j\na,b,yes,s,k,j\n", "row 2: the outcome is 'yes'"),
        ("plain.csv", PLAIN + "a,b,1.5,s,k,j\n", "row 1: the outcome is 1.5, not between"),
        ("plain.csv", PLAIN + "a,b,nan,s,k,j\n", "row 1: the outcome is nan"),
        ("plain.csv", PLAIN + "a,a,1,s,k,j\n", "row 1: compares 'a' with itself"),
        ("plain.csv", PLAIN + "a,,1,s,k,j\n", "row 1: has no 'second'"),
        ("plain.csv", PLAIN + "a,b,1,s\n", "row 1: has 4 cells under 6 columns: is the file cut"),
        ("twice.csv", "first,second,first\na,b,c\n", "has the column 'first' twice"),
        ("short.jsonl", '{"first": "a", "second": "b", "winner": "tie"}\n{"fir', "row 2: no whole"),
        ("half.json", '[{"first": "a"', "is no whole JSON"),
        ("cut.json.gz", gzip.compress(b"x" * 9999, mtime=0)[:-9], "cut off or damaged gzip"),
        ("latin.csv", PLAIN.encode() + b"caf\xe9,b,1,s,k,j\n", "line 2: byte 0xe9 is not UTF-8"),
        ("log.eval", b"PK\x03\x04rest", "a zip archive, such as a log of Inspect"),
        ("run.json", '{"r": 1, "raw_results": {}}', "a run of EQ-Bench 2"),
        ("list.json", '{"pooled_elo": {}}', "a published ladder: give it as --ladder"),
        ("other.csv", "a,b\n1,2\n", "it needs first, second and outcome or winner"),
        ("twins.json", '{"m": {"elo": 1}, "m": {"elo": 2}}', "has 'm' twice in one object"),
        ("odd.json", '[{"model_a": "a", "model_b": "b", "winner": ["a"]}]', "row 1: the winner is"),
        (
            "odd.json",
            '[{"model_a": {}, "model_b": "b", "winner": "tie"}]',
            "{} of 'model_a', which",
        ),
        ("deep.json", "[" * 100_000, "is no whole JSON"),
        ("odd.jsonl", '{"first": "\\ud800", "second": "b", "winner": "tie"}\n', "is no text"),
        ("log.json", '{"__metadata__": {"global_pairwise_comparisons": 3}}', "no list of records"),
        ("log.json", log_of([{"scenario_id": "1"}]), "row 1: has no 'pair'"),
        ("log.json", log_of([{**record("a", "b", 3), "order": "?"}]), "says '?' of the order"),
        ("log.json", log_of([{**record("a", "b", 3), "plus_for_test": 9}]), "was it edited?"),
        (
            "log.json",
            log_of([{**record("a", "b", 3), "judge_response": {"overall_eq": "A0001+"}}]),
            "says 'A0001+' of overall_eq",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_by_file_and_row(write, name, content, told):
    message = refusal(write(name, content))
    assert name in message
    assert told in message


def test_votes_may_carry_long_conversations(write):
    path = write("votes.csv", f"model_a,model_b,winner,conversation\na,b,tie,{'x' * 200_000}\n")
    assert gather([path]).sources[0].unused == ("conversation",)


def test_a_file_that_is_not_there_is_named(tmp_path):
    assert "nothing.csv: No such file" in refusal(tmp_path / "nothing.csv")


def test_the_same_file_twice_would_count_twice(write):
    row = PLAIN + "a,b,1,s,k,j\n"
    assert "the same file" in refusal([write("a.csv", row), write("b.csv", row)])


def test_judges_do_not_mix_unless_someone_says_so(write):
    one = write("one.csv", PLAIN + "a,b,1,s,k,gpt-5\n")
    other = write("other.csv", PLAIN + "a,b,1,s,k,claude-4\n")
    nameless = write("nameless.csv", PLAIN + "a,b,1,s,k,\n")
    assert "mixed judges" in refusal([one, other])
    assert "1 judgements name no judge, the others gpt-5" in refusal([one, nameless])
    assert len(gather([one, other], mix_judges=True).judgements) == 2
    assert {j.judge for j in gather([one, nameless], judge="gpt-5").judgements} == {"gpt-5"}


def test_published_ladders_are_read():
    table = read_ladder(shared("evals/eq_bench_v3/leaderboard_table.csv"), "claude-3.7-sonnet")
    assert len(table.ratings) == 46
    assert table.ratings["o3"] == 1500.0
    report = read_ladder(shared("evals/eq_bench_v4/judge_report_2026-07-26.json"))
    assert len(report.ratings) == 28
    assert report.judges == ("claude-opus-4-6", "gemini-3.1-pro-preview", "gpt-5.5")


def test_published_files_that_hold_no_pairs_are_told_from_judgements():
    for name in ("eq_bench_v4/judge_report_2026-07-26.json", "eq_bench_v3/leaderboard_table.csv"):
        assert "a published ladder" in refusal(shared(f"evals/{name}"))
    run = next(shared("evals/eq_bench_v2/runs").glob("*.json"))
    assert "holds no pairwise judgements" in refusal(run)
    assert "holds no pairwise" in refusal(shared("evals/eq_bench_v4/format_example.json"))
