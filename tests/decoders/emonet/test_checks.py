"""Pulled weights against what their publisher published."""

import json
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from mien.assets import Kept, Record, Seen, Shelf, find, listing, remove
from mien.assets.record import write_record
from mien.cli.models import app
from mien.core.config import Config
from mien.core.errors import AssetError, ConfigError, MissingWeights
from mien.decoders.emonet.checks.checking import PORTRAIT, check, check_face, check_voice
from mien.decoders.emonet.checks.comparing import VOICE, Compared, Verdict, compare, judge
from mien.decoders.emonet.checks.published import Example, face_examples, voice_examples
from mien.decoders.emonet.checks.report import issue
from mien.decoders.emonet.suites import suites
from tests.data import EXAMPLES, shared

SMALL, LARGE, FACES = (
    suites()[f"emonet-{name}"] for name in ("voice-small", "voice-large", "face-small")
)
CLIP = "EN_B00026_S00187_W000083.mp3"
CAPTIONS = [
    {
        "mp3": CLIP,
        "emotions": [
            {"emotion": "Pleasure/Ecstasy", "value": 1.379},
            {"emotion": "Hope/Optimism", "value": 0.879},
        ],
    },
    {"mp3": "not-taken.mp3", "emotions": []},
]
GENDERS = {"rows": [{"sid": "g00", "ei_raw": 1.53}]}


def rows(*pairs):
    return tuple(Compared("a.mp3", "anger", published, here) for published, here in pairs)


@pytest.mark.parametrize(
    ("pairs", "verdict"),
    [
        ([(1.0, 1.2), (0.0, -0.2)], Verdict.PASSED),
        ([(1.0, 1.3), (0.0, -0.3)], Verdict.DIFFERS),
        ([(1.0, 2.1), *[(0.0, 0.0)] * 99], Verdict.DIFFERS),
        ([(1.0, float("nan"))], Verdict.DIFFERS),
        ([(1.0, float("inf"))], Verdict.DIFFERS),
    ],
)
def test_neither_the_mean_nor_any_difference_may_be_large(pairs, verdict):
    assert judge(rows(*pairs), VOICE) is verdict


def test_only_heads_that_are_here_are_compared(tmp_path):
    examples = [Example(tmp_path / "a.mp3", {"anger": 1.0, "fear": 2.0})]
    assert compare(examples, lambda _: {"fear": 2.5, "joy": 0.0}) == (
        Compared("a.mp3", "fear", 2.0, 2.5),
    )


@pytest.fixture
def clips(tmp_path):
    folder = tmp_path / "clips"
    folder.mkdir()
    (folder / "captions.json").write_text(json.dumps(CAPTIONS))
    (folder / "result.json").write_text(json.dumps(GENDERS))
    for name in (CLIP, "g00.mp3"):
        (folder / name).write_bytes((EXAMPLES / "scene.ogg").read_bytes())
    return folder


def test_published_voices_are_read_as_they_are_spelled(clips):
    assert voice_examples(clips) == [
        Example(clips / CLIP, {"pleasure": 1.379, "hope": 0.879}),
        Example(clips / "g00.mp3", {"gender": 1.53}),
    ]


@pytest.mark.parametrize("text", ["", "[{}]", '{"rows": 1}', '[{"mp3": "a", "emotions": 3}]'])
def test_a_damaged_list_is_an_error_of_ours(clips, text):
    (clips / "captions.json").write_text(text)
    with pytest.raises(AssetError, match=r"cannot read .*captions\.json"):
        voice_examples(clips)


def test_the_golden_file_has_every_face_head_of_every_photograph(tmp_path):
    for name in ("0000_Angry.jpg", "unrelated.jpg"):
        (tmp_path / name).write_bytes(b"")
    golden = shared("laion/ferd.jsonl")
    first = json.loads(golden.read_text().splitlines()[0])
    name = first["image_path"].rsplit("/", 1)[1]
    (tmp_path / name).write_bytes(b"")
    (example, *_) = face_examples(golden, tmp_path, FACES)
    assert example.path == tmp_path / name
    assert set(example.values) == {head.key for head in FACES.heads}
    assert example.values["anger"] == first["results"]["model_anger_best"]["raw"]


def test_voices_that_agree_pass_and_say_by_how_much(tmp_path):
    examples = [Example(tmp_path / "a.mp3", {"anger": 1.0, "fear": 2.0})]
    finding = check_voice(SMALL, examples, lambda _: {"anger": 1.1, "fear": 1.9})
    assert finding.verdict is Verdict.PASSED
    assert finding.mean == pytest.approx(0.1)
    assert finding.worst == pytest.approx(0.1)
    assert "042cab6a" in finding.against


def test_of_voice_large_nothing_is_published(tmp_path):
    examples = [Example(tmp_path / "a.mp3", {"anger": 1.0})]
    finding = check_voice(LARGE, examples, lambda _: {"anger": 1.0})
    assert finding.verdict is Verdict.OPEN
    assert finding.rows
    assert "none are published of Voice-Large" in finding.notes[0]


def test_heads_of_which_nothing_is_published_cannot_be_compared(tmp_path):
    examples = [Example(tmp_path / "a.mp3", {"anger": 1.0})]
    assert check_voice(SMALL, examples, lambda _: {"age": 1.0}).verdict is Verdict.OPEN


def test_photographs_are_compared_value_by_value(tmp_path):
    examples = [Example(tmp_path / f"{i}.jpg", {"anger": 1.0}) for i in range(152)]
    seen = []

    def score(path):
        seen.append(path)
        return {"anger": 1.05}

    finding = check_face(FACES, examples, score)
    assert finding.verdict is Verdict.PASSED
    assert len(seen) <= 32
    assert (seen[0].name, seen[-1].name) == ("0.jpg", "150.jpg")
    finding = check_face(FACES, examples, lambda _: {"anger": 1.5})
    assert finding.verdict is Verdict.DIFFERS
    assert "which of the two face sets" in finding.notes[0]


def test_without_photographs_only_the_range_is_looked_at():
    finding = check_face(FACES, [], lambda path: {"anger": 7.9, "valence": -2.9})
    assert finding.verdict is Verdict.OPEN
    assert "mien models check emonet-face-small --inputs DIR" in finding.notes[0]
    finding = check_face(FACES, [], lambda path: {"anger": 42.0, "valence": float("nan")})
    assert finding.verdict is Verdict.DIFFERS
    assert "fed wrongly: anger 42.00, valence nan" in finding.notes[0]


def test_the_bundled_portrait_is_a_face_crop():
    with Image.open(PORTRAIT) as picture:
        assert picture.size == (256, 256)
        assert picture.mode == "RGB"


# --- the whole way, with made heads ----------------------------------------------------------


def lay(shelf, name, *files):
    """Put files onto a shelf as if they had been pulled."""
    place = shelf.place(find(name))
    place.mkdir(parents=True, exist_ok=True)
    seen = {}
    for file in files:
        (place / file).write_bytes(b"x")
        seen[file] = Seen(1, "a" * 64, False, {file: Kept(1, "b" * 64)})
    write_record(place, Record(commit="c" * 40, files=seen))
    return place


@pytest.fixture
def config(tmp_path, monkeypatch, clips):
    """Everything installed: two heads, an encoder that is made, LAION's examples in short."""
    monkeypatch.setenv("MIEN_HOME", str(tmp_path / "home"))
    config = Config(home=tmp_path / "home")
    shelf = Shelf(tmp_path / "home" / "data" / "models")
    heads = [head.file for head in SMALL.heads if head.key in ("pleasure", "hope", "gender")]
    lay(shelf, "emonet-voice-small", *heads)
    faces = [head.file for head in FACES.heads if head.key in ("anger", "fear")]
    lay(shelf, "emonet-face-small", *faces)
    texts = ("config.json", "preprocessor_config.json", "model.safetensors")
    lay(shelf, "bude-whisper", *texts)
    lay(shelf, "siglip2", *texts)
    names = [file.name for file in find("emonet-voice-examples").files]
    place = lay(shelf, "emonet-voice-examples", *names)
    for path in clips.iterdir():
        (place / path.name).write_bytes(path.read_bytes())
    resize(place, [path.name for path in clips.iterdir()])
    lay(shelf, "emonet-face-golden", "ferd.jsonl")
    return config


def resize(place, names):
    """Let the lock hold the true sizes of files that were replaced."""
    from mien.assets.record import read_record

    record = read_record(place)
    for name in names:
        if name in record.files:
            kept = {name: Kept((place / name).stat().st_size, "b" * 64)}
            record = record.add(name, Seen(1, "a" * 64, True, kept))
    write_record(place, record)


@pytest.fixture
def networks(monkeypatch):
    """Networks that answer with given scores, and remember what they were fed."""
    made = SimpleNamespace(scores={}, fed=[])

    class Net:
        longest = 480_000

        @classmethod
        def open(cls, given, config):
            net = cls()
            net.heads = getattr(given, "heads", ())
            return net

        def embed(self, inputs):
            made.fed += inputs
            return np.zeros((len(inputs), 2), np.float32)

        def score(self, embeddings):
            return np.array([[made.scores[head.key] for head in self.heads]], np.float32)

    names = {"heads.voice": "VoiceHeads", "whisper": "Encoder", "heads.face": "FaceHeads"}
    for room, name in {**names, "siglip": "Tower"}.items():
        module = ModuleType(room)
        setattr(module, name, Net)
        monkeypatch.setitem(sys.modules, f"mien.decoders.emonet.{room}", module)
    return made


def run(*words):
    return CliRunner().invoke(app, ["check", *words])


GOOD = {"pleasure": 1.3, "hope": 0.9, "gender": 1.6}


def state(name):
    return next(status.state for status in listing() if status.name == name)


def test_a_check_that_passed_is_remembered_beside_the_weights(config, networks):
    networks.scores = dict(GOOD)
    assert state("emonet-voice-small") == "3 of 55 heads, not yet checked on published weights"
    assert check("emonet-voice-small", config).verdict is Verdict.PASSED
    assert state("emonet-voice-small") == "3 of 55 heads"
    shelf = Shelf(config.home / "data" / "models")
    checked = shelf.record(find("emonet-voice-small")).checked
    assert checked["n"] == 3
    assert checked["mean"] == pytest.approx((0.079 + 0.021 + 0.07) / 3)


def test_recordings_are_cut_to_the_30_seconds_that_laion_looked_at(config, networks):
    networks.scores = dict(GOOD)
    check("emonet-voice-small", config)
    assert [len(samples) <= 480_000 for samples in networks.fed] == [True, True]


def test_the_command_ends_with_0_if_all_agrees(config, networks):
    networks.scores = dict(GOOD)
    made = run("emonet-voice-small")
    assert made.exit_code == 0, made.output
    assert "emonet-voice-small: passed; 3 values: mean difference 0.057" in made.stdout
    assert made.stdout.split()[:4] == [CLIP, "pleasure", "published", "1.379"]


def test_what_differs_ends_with_1_and_a_text_for_an_issue(config, networks, tmp_path):
    networks.scores = {**GOOD, "gender": -1.6}
    made = run("emonet-voice-small", "--json")
    assert made.exit_code == 1
    found = json.loads(made.stdout)
    assert (found["verdict"], found["n"]) == ("differs", 3)
    assert found["worst"] == pytest.approx(3.13, abs=1e-3)
    text = found["report"]
    for fact in (
        "laion/BUD-E-Whisper: " + "c" * 40,
        "| g00.mp3 | gender | 1.530 | -1.600 | 3.130",
        "numpy ",
        "a" * 64 + "  emonet-voice-small/model_Gender_best.pth",
    ):
        assert fact in text
    assert str(tmp_path) not in text
    assert run("emonet-voice-small").stdout.endswith(text + "\n")
    assert state("emonet-voice-small").endswith("not yet checked on published weights")


def test_a_score_that_is_no_number_is_null_in_json(config, networks):
    networks.scores = {**GOOD, "gender": float("nan")}
    made = run("emonet-voice-small", "--json")
    assert made.exit_code == 1
    assert json.loads(made.stdout)["rows"][-1]["here"] is None


def test_faces_without_their_photographs_end_with_2_and_the_way_on(config, networks):
    remove("emonet-face-golden", Shelf(config.home / "data" / "models"))
    networks.scores = {"anger": 0.1, "fear": 0.2}
    made = run("emonet-face-small")
    assert made.exit_code == 2
    assert "--inputs DIR" in made.stderr
    assert [frame.shape for frame in networks.fed] == [(256, 256, 3)]


def test_faces_are_compared_with_photographs_of_the_golden_file(config, networks, tmp_path):
    golden = shared("laion/ferd.jsonl")
    place = Shelf(config.home / "data" / "models").place(find("emonet-face-golden"))
    (place / "ferd.jsonl").write_bytes(golden.read_bytes())
    resize(place, ["ferd.jsonl"])
    row = json.loads(golden.read_text().splitlines()[0])
    photographs = tmp_path / "photographs"
    photographs.mkdir()
    Image.new("RGB", (48, 48)).save(photographs / row["image_path"].rsplit("/", 1)[1])
    told = row["results"]
    networks.scores = {key: told[f"model_{key}_best"]["raw"] + 0.1 for key in ("anger", "fear")}
    made = run("emonet-face-small", "--inputs", str(photographs))
    assert made.exit_code == 0, made.output
    assert "2 values: mean difference 0.100" in made.stdout
    assert state("emonet-face-small") == "2 of 44 heads"


@pytest.mark.parametrize(
    ("name", "inputs", "error", "reason"),
    [
        ("yunet", None, ConfigError, "nothing is published to check 'yunet' with"),
        ("emonet-face-large", None, MissingWeights, "mien models pull emonet-face-large"),
        ("emonet-face-small", "gone", ConfigError, "gone is no folder"),
    ],
)
def test_what_cannot_be_checked_says_why(config, networks, name, inputs, error, reason):
    from pathlib import Path

    with pytest.raises(error, match=reason):
        check(name, config, inputs=Path(inputs) if inputs else None)


def test_without_the_examples_the_way_to_them_is_named(config, networks):
    remove("emonet-voice-examples", Shelf(config.home / "data" / "models"))
    with pytest.raises(MissingWeights, match="run `mien models pull emonet-voice-examples`"):
        check("emonet-voice-small", config)


def test_a_text_for_an_issue_holds_the_worst_rows_first(config, networks):
    finding = check_voice(
        SMALL,
        [Example(PORTRAIT, {f"head-{i}": float(i) for i in range(30)})],
        lambda _: {f"head-{i}": 0.0 for i in range(30)},
    )
    table = [line for line in issue(finding, config).splitlines() if line.startswith("| portrait")]
    assert len(table) == 12
    assert table[0].startswith("| portrait.jpg | head-29 | 29.000 | 0.000 | 29.000")
