"""Runs over folders, in this process and with decoders that anyone can work out."""

import os
from collections import Counter

import pytest

from mien.core.errors import BadWeights, ConfigError, SourceError
from mien.decoders import registry
from mien.reader import FolderRun, Options, read_folder
from mien.reader.engines import Here
from mien.timeline import read_timeline, replacing, write_timeline, write_timelines
from tests.fakes.decoders import Length, fake_offers
from tests.fakes.sounds import noise, write_sound


@pytest.fixture
def folder(tmp_path):
    for name in ("a", "b", "c"):
        write(tmp_path / "in" / f"{name}.txt", f"Ana: I am {name}\nBen: so am I\n")
    write(tmp_path / "in/sub/d.srt", "1\n00:00:00,000 --> 00:00:01,000\nHello\n")
    return tmp_path


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def run(folder, options=None, **more):
    """The names of the sources that were read, and the corpus."""
    with FolderRun([folder / "in"], folder / "r.ledger", options or Options(), **more) as run:
        read = [done.name for done in run.read(Here())]
        return read, run.corpus()


def counts(corpus):
    return Counter(corpus.timeline().table.column("source").to_pylist())


EACH = {"a.txt": 2, "b.txt": 2, "c.txt": 2, "sub/d.srt": 1}


def test_a_second_run_reads_nothing_and_gives_the_same(folder):
    read, first = run(folder)
    again, second = run(folder)
    assert (read, again) == (list(EACH), [])
    assert counts(first) == EACH
    assert first.timeline() == second.timeline()
    assert list(second.names) == list(EACH)


def test_what_is_new_or_changed_is_read_and_what_is_gone_is_left_out(folder):
    run(folder)
    write(folder / "in/b.txt", "Ana: I am another\n")
    write(folder / "in/aa.txt", "Ana: I am new\n")
    (folder / "in/c.txt").unlink()
    read, corpus = run(folder)
    assert read == ["aa.txt", "b.txt"]
    assert counts(corpus) == {"a.txt": 2, "aa.txt": 1, "b.txt": 1, "sub/d.srt": 1}


def test_a_change_of_time_alone_counts_as_a_change(folder):
    run(folder)
    os.utime(folder / "in/a.txt", (1, 1))
    assert run(folder)[0] == ["a.txt"]


def test_words_that_appear_beside_a_recording_have_it_read_again(folder):
    write_sound(folder / "in/talk.wav", noise(1.0))
    run(folder)
    write(folder / "in/talk.srt", "1\n00:00:00,000 --> 00:00:01,000\nHello\n")
    read, corpus = run(folder)
    assert read == ["talk.wav"]
    assert counts(corpus)["talk.wav"] == 2


def test_a_moved_folder_is_known_again(folder):
    run(folder)
    (folder / "in").rename(folder / "elsewhere")
    with FolderRun([folder / "elsewhere"], folder / "r.ledger", Options()) as again:
        assert again.missing == ()


def test_a_run_that_is_stopped_goes_on_where_it_was(folder):
    with FolderRun([folder / "in"], folder / "r.ledger", Options()) as stopped:
        reading = stopped.read(Here())
        assert [next(reading).name, next(reading).name] == ["a.txt", "b.txt"]
        reading.close()
        assert counts(stopped.corpus()) == {"a.txt": 2, "b.txt": 2}
    read, corpus = run(folder)
    assert read == ["c.txt", "sub/d.srt"]
    assert counts(corpus) == EACH


def test_a_bad_file_spoils_no_other_is_listed_and_tried_again(folder):
    (folder / "in/bad.wav").write_bytes(b"")
    read, corpus = run(folder)
    assert len(read) == 5
    assert corpus.failed == ("bad.wav",)
    assert counts(corpus) == EACH
    assert ("bad.wav", "the file is empty") in {
        (skip.source, skip.reason) for skip in corpus.timeline().skipped
    }
    assert run(folder)[0] == ["bad.wav"]


def test_a_text_that_is_no_chat_is_no_failure_and_not_tried_again(folder):
    write(folder / "in/readme.txt", "what these recordings are\n")
    read, corpus = run(folder)
    assert "readme.txt" in read
    assert corpus.failed == ()
    assert list(corpus.names) == list(EACH)
    assert "readme.txt" in {skip.source for skip in corpus.timeline().skipped}
    assert run(folder)[0] == []


def test_a_file_that_a_person_named_is_a_failure_whatever_it_is(folder):
    write(folder / "readme.txt", "what these recordings are\n")
    corpus = read_folder([folder / "readme.txt", folder / "none.txt"], folder / "r.ledger")
    assert corpus.failed == ("readme.txt", "none.txt")


def test_a_decoder_that_breaks_on_one_file_breaks_that_file_alone(folder, monkeypatch):
    class Fragile(Length):
        def push(self, pieces):
            if "b" in pieces[0].text:
                raise ZeroDivisionError("by nothing")
            return super().push(pieces)

    use(monkeypatch, Fragile("words-v2"))
    _, corpus = run(folder)
    assert corpus.failed == ("b.txt",)
    assert counts(corpus)["c.txt"] == 2


def test_weights_that_are_missing_end_the_run_and_blame_no_file(folder, monkeypatch):
    class Missing(Length):
        def open(self, reference=None):
            raise BadWeights("words-v2 is damaged")

    use(monkeypatch, Missing("words-v2"))
    with pytest.raises(BadWeights, match="words-v2 is damaged"):
        run(folder)
    use(monkeypatch, Length("words-v2"))
    assert run(folder)[0] == list(EACH)


def use(monkeypatch, decoder):
    from mien.decoders.decoder import Offer

    offer = Offer(decoder.name, decoder.card.channel, lambda: decoder.card, lambda config: decoder)
    monkeypatch.setattr(registry, "_registered", lambda: ({**fake_offers(), offer.name: offer}, ()))
    registry._loaded.cache_clear()


def test_a_disk_without_room_stops_the_run_and_loses_nothing(folder, monkeypatch):
    def writing(timeline, path):
        with replacing(path):
            if "c.txt" in timeline.sources:
                raise OSError(28, "No space left on device")
        write_timeline(timeline, path)

    with monkeypatch.context() as patch:
        patch.setattr("mien.reader.shard.write_timeline", writing)
        with pytest.raises(ConfigError, match="No space left"):
            run(folder)
    read, corpus = run(folder)
    assert read == ["c.txt", "sub/d.srt"]
    assert counts(corpus) == EACH


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (Options(fps=2.0), "--fps was 5 and is 2"),
        (Options(start=1.0), "--start was none and is 1"),
        (Options(channels=["words"]), "--decoders was voice-v1,face-v1,words-v2 and is words-v2"),
        (Options(decoders=["words-v1"]), "--decoders was"),
    ],
)
def test_other_options_are_refused_and_named(folder, options, named):
    run(folder)
    with pytest.raises(ConfigError, match=named):
        run(folder, options)


def test_private_names_nobody_anywhere_on_disk(folder):
    write(folder / "in/anastasia.txt", "Anastasia: my treasure\n")
    write(folder / "in/anastasia.docx.bak", "Anastasia's treasure\n")
    _, corpus = run(folder, private=True)
    write_timelines(corpus, folder / "r.json")
    written = [path for path in folder.rglob("*") if "in" not in path.relative_to(folder).parts]
    for path in written:
        assert "nastasia" not in path.name
        assert path.is_dir() or b"treasure" not in path.read_bytes()
        assert path.is_dir() or b"nastasia" not in path.read_bytes()
    assert {len(name) for name in counts(corpus)} == {len("source-1.txt")}


def test_private_numbers_stay_when_files_come(folder):
    before = run(folder, private=True)[1].timeline()
    write(folder / "in/0.txt", "Ana: first\n")
    read, corpus = run(folder, private=True)
    assert read == ["0.txt"]
    assert corpus.names[0] == "source-5.txt"
    assert set(before.sources) < set(corpus.timeline().sources)


def test_what_is_said_and_what_is_private_do_not_mix(folder):
    run(folder)
    with pytest.raises(ConfigError, match="--private was none and is True"):
        run(folder, private=True)


def test_several_folders_are_told_apart(folder):
    write(folder / "two/in/a.txt", "Ana: I am another\n")
    corpus = read_folder([folder / "in", folder / "two/in"], folder / "r.ledger")
    assert len(set(corpus.names)) == 5
    assert sum(counts(corpus).values()) == 8


def test_a_folder_with_nothing_to_read_says_what_it_holds(tmp_path):
    (tmp_path / "x.zip").write_bytes(b"PK\x05\x06" + bytes(18))
    with pytest.raises(SourceError, match=r"no recording.*x\.zip"):
        read_folder(tmp_path, tmp_path / "r.ledger")
    assert not (tmp_path / "r.ledger").exists()


def test_a_corpus_is_written_as_one_file(folder):
    corpus = run(folder)[1]
    write_timelines(corpus, folder / "r.parquet")
    assert read_timeline(folder / "r.parquet") == corpus.timeline()
