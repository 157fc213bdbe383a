"""EmoNet onto this machine: which files, converted by whom, and what is here of a set."""

import json
import sys
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest

from mien.assets import Manner, Shelf, catalogue, find, listing, verify
from mien.assets.entry import Asset
from mien.core.config import Config
from mien.core.errors import (
    AssetError,
    BadWeights,
    ConfigError,
    DamagedAsset,
    MissingExtra,
    MissingWeights,
)
from mien.core.paths import models_folder
from mien.decoders.emonet.install import carry, encoder_folder, install, installed
from mien.decoders.emonet.install import verify as verify_set
from mien.decoders.emonet.suites import suites
from tests.fakes import emonet_home
from tests.fakes.emonet import malicious, write_face_set, write_voice_set
from tests.fakes.hub import COMMIT, forget_this_machine, hub, unpinned
from tests.fakes.siglip import write_siglip
from tests.fakes.whisper import publish as published_whisper

VOICE, FACE = "emonet-voice-small", "emonet-face-small"
MADE = {
    "heads.voice": "convert_head",
    "heads.face": "convert_head",
    "siglip": "convert_tower",
    "whisper": "convert_encoder",
    "whisper.captions_convert": "convert_captioner",
}


@pytest.fixture
def converted(monkeypatch, tmp_path):
    """Who converted which file, and how; the real conversions want real weights."""
    forget_this_machine(monkeypatch, tmp_path)
    done = []

    def converter(room):
        def convert(file, fetched, folder, **options):
            done.append((room, file.name, options))
            (folder / f"{file.name}.bin").write_bytes(b"x")
            return [f"{file.name}.bin"]

        return convert

    for room, function in MADE.items():
        module = ModuleType(room)
        setattr(module, function, converter(room))
        monkeypatch.setitem(sys.modules, f"mien.decoders.emonet.{room}", module)
    fitting = ModuleType("fitting")
    fitting.fitted, fitting.unfit = (lambda suite, shelf, convert: convert), (lambda *_: {})
    monkeypatch.setitem(sys.modules, "mien.decoders.emonet.heads.fitting", fitting)
    return done


def published(asset: Asset):
    """A small file for each of an asset, whose true ones need not be here."""
    return {file.name: json.dumps(file.name).encode() for file in asset.files}


@pytest.fixture
def plain_catalogue(monkeypatch):
    """The true entries without the sizes and hashes of the true files."""
    return unpinned(monkeypatch)


@pytest.fixture
def server(monkeypatch, plain_catalogue, converted):
    repos = {}
    for asset in (one for one in plain_catalogue.values() if one.hub):
        repos.setdefault(asset.hub, {}).update(published(asset))
    with hub(repos=repos, commits=[COMMIT]) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        yield running


@pytest.fixture
def manner(tmp_path):
    config = Config(home=tmp_path)
    shelf = Shelf(tmp_path / "data" / "models")
    return Manner(tell=lambda _: None, wait=lambda _: None, config=config, shelf=shelf)


def test_a_set_comes_with_its_encoder_and_each_is_converted_by_its_own(server, manner, converted):
    folder = install(VOICE, manner=manner)
    assert converted[0] == ("whisper", "model.safetensors", {})
    assert [(room, options) for room, _, options in converted[1:]] == [
        ("heads.voice", {"small": False})
    ] * 55
    here = installed(suites()[VOICE], manner.config)
    assert here.folder == folder
    assert here.heads == suites()[VOICE].heads
    assert encoder_folder("bude-whisper", manner.config).is_dir()


@pytest.mark.parametrize(
    ("name", "room"),
    [
        ("siglip2", "siglip"),
        ("bude-whisper", "whisper"),
        ("emonet-captions", "whisper.captions_convert"),
    ],
)
def test_an_encoder_is_converted_from_its_one_large_file(server, manner, converted, name, room):
    folder = install(name, manner=manner)
    assert converted == [(room, "model.safetensors", {})]
    assert (folder / "config.json").is_file()
    assert encoder_folder(name, manner.config) == folder


def test_a_face_set_brings_siglip2(server, manner, converted):
    install(FACE, manner=manner)
    assert [room for room, *_ in converted] == ["siglip", *["heads.face"] * 44]


def test_only_the_named_emotions_come_with_the_three_dimensions(server, manner):
    install(VOICE, emotions=["Anger", "sadness", "Fear"], manner=manner)
    keys = [head.key for head in installed(suites()[VOICE], manner.config).heads]
    assert keys == ["fear", "sadness", "anger", "valence", "arousal", "dominance"]
    install(VOICE, emotions=["jealousy & envy"], manner=manner)
    assert len(installed(suites()[VOICE], manner.config).heads) == 7
    states = {status.name: status.state for status in listing(manner.shelf)}
    assert states[VOICE].startswith("7 of 55 heads")
    install(VOICE, manner=manner)
    assert installed(suites()[VOICE], manner.config).heads == suites()[VOICE].heads
    assert server.files.count("model_Anger_best.pth") == 1


@pytest.mark.parametrize(
    ("name", "emotions", "reason"),
    [
        (VOICE, ["rage of thrones"], "no emotion is called 'rage of thrones'"),
        (VOICE, ["neutral"], "knows LAION's forty emotions"),
        (VOICE, [], "name one or more"),
        ("siglip2", ["anger"], "siglip2 has no emotions to choose from"),
        ("emonet-vice", None, "no model or data set is called 'emonet-vice'"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_asked(
    server, manner, name, emotions, reason
):
    with pytest.raises(ConfigError, match=reason):
        install(name, emotions=emotions, manner=manner)
    assert not server.asked


def test_what_converting_needs_is_asked_for_before_anything_is_fetched(server, manner, monkeypatch):
    monkeypatch.setattr("mien.decoders.emonet.install.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"pip install 'mien\[emonet\]'"):
        install(FACE, manner=manner)
    assert not server.asked


def test_the_small_form_is_asked_for_by_name_and_does_not_mix(server, manner, converted):
    install(VOICE, emotions=["anger"], small=True, manner=manner)
    assert converted[-1][2] == {"small": True}
    with pytest.raises(ConfigError, match="here in its small form"):
        install(VOICE, manner=manner)
    with pytest.raises(ConfigError, match="has no small form"):
        install(FACE, small=True, manner=manner)


def test_a_set_without_its_encoder_says_what_is_missing(server, manner):
    with pytest.raises(MissingWeights, match=f"`mien models pull {VOICE}`"):
        installed(suites()[VOICE], manner.config)
    install(VOICE, emotions=["anger"], manner=manner)
    from mien.assets import remove

    remove("bude-whisper", manner.shelf)
    with pytest.raises(MissingWeights, match="`mien models pull bude-whisper`"):
        installed(suites()[VOICE], manner.config)


def test_heads_that_come_before_their_encoder_failed_are_not_fetched(server, manner):
    server.status = {"/laion/BUD-E-Whisper/resolve": 500}
    told = []
    with pytest.raises(AssetError, match=f"{VOICE} needs bude-whisper: .*BUD-E-Whisper"):
        install(VOICE, manner=replace(manner, tell=told.append))
    assert told[0] == f"{VOICE} needs bude-whisper, which comes first"
    assert not any(name.endswith(".pth") for name in server.files)


def test_a_set_can_be_carried_by_hand(server, manner, converted, tmp_path):
    for name in (VOICE, "bude-whisper"):
        folder = tmp_path / name
        folder.mkdir()
        for file, content in published(find(name)).items():
            (folder / file).write_bytes(content)
    with pytest.raises(MissingWeights, match="`mien models import bude-whisper FOLDER` first"):
        carry(VOICE, tmp_path / VOICE, shelf=manner.shelf)
    assert not converted
    for name in ("bude-whisper", VOICE):
        carry(name, tmp_path / name, shelf=manner.shelf)
    assert installed(suites()[VOICE], manner.config).heads == suites()[VOICE].heads
    assert not server.asked
    assert len(converted) == 56


def test_an_asset_that_is_not_of_emonet_is_only_pulled(monkeypatch, manner, tmp_path):
    from tests.assets.test_fetching import CONTENT, asset_of
    from tests.fakes.publisher import publisher

    known = catalogue()
    with publisher(content=CONTENT) as running:
        monkeypatch.setattr(
            "mien.assets.entry.catalogue", lambda: {**known, "net": asset_of(running.url)}
        )
        assert install("net", manner=manner).read_bytes() == CONTENT


# --- the whole way, with weights that are made -------------------------------------------------


@pytest.fixture
def faces(monkeypatch, tmp_path, plain_catalogue):
    """A hub with a small SigLIP 2 and a face set over it, in their published form."""
    pytest.importorskip("onnx")
    forget_this_machine(monkeypatch, tmp_path)
    encoder = tmp_path / "encoder"
    encoder.mkdir()
    write_siglip(encoder)
    heads = tmp_path / "heads"
    heads.mkdir()
    write_face_set(heads, width=64)
    repos = {
        find("siglip2").hub: contents(encoder),
        find(FACE).hub: contents(heads),
    }
    with hub(repos=repos, commits=[COMMIT]) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        yield running


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_was_pulled_reads_faces(faces, manner):
    from mien.decoders.emonet.heads.face import FaceHeads
    from mien.decoders.emonet.siglip import Tower

    install(FACE, emotions=["anger", "fear"], manner=manner)
    here = installed(suites()[FACE], manner.config)
    heads = FaceHeads.open(here, manner.config)
    tower = Tower.open(encoder_folder("siglip2", manner.config), manner.config)
    scores = heads.score(tower.embed([np.zeros((32, 32, 3), np.uint8)]))
    assert [head.key for head in heads.heads] == [
        "fear",
        "anger",
        "valence",
        "arousal",
        "dominance",
    ]
    assert np.isfinite(scores).all()


@pytest.mark.parametrize("is_gone", [True, False], ids=["gone", "cut"])
def test_a_pulled_head_that_is_damaged_is_not_taken_for_one_nobody_asked_for(
    faces, manner, is_gone
):
    folder = install(FACE, emotions=["anger", "fear"], manner=manner)
    assert len(installed(suites()[FACE], manner.config).heads) == 5
    head = folder / "model_anger_best.safetensors"
    if is_gone:
        head.unlink()
    else:
        head.write_bytes(head.read_bytes()[:100])
    with pytest.raises(
        BadWeights, match=r"a pulled head of .* is gone or cut: model_anger_best\.pth.*pull"
    ):
        installed(suites()[FACE], manner.config)
    install(FACE, emotions=["anger", "fear"], manner=manner)
    assert len(installed(suites()[FACE], manner.config).heads) == 5


def test_what_was_pulled_can_be_checked(faces, manner):
    from mien.decoders.emonet.checks.checking import check
    from mien.decoders.emonet.checks.comparing import Verdict

    install(FACE, manner=manner)
    finding = check(FACE, manner.config)
    # Made heads say next to nothing, and so stay in the range of the published ones.
    assert finding.verdict is Verdict.OPEN
    assert "all scores of the bundled portrait lie in [-3, 8]" in finding.notes[0]


def test_a_whisper_that_was_pulled_hears_and_describes(monkeypatch, manner, tmp_path):
    pytest.importorskip("ctranslate2")
    from mien.decoders.emonet.whisper import Encoder
    from mien.decoders.emonet.whisper.captions import Captioner

    forget_this_machine(monkeypatch, tmp_path)
    unpinned(monkeypatch)
    published_whisper(tmp_path / "whisper")
    repos = {find("bude-whisper").hub: contents(tmp_path / "whisper")}
    sound = np.zeros(16_000, np.float32)
    with hub(repos=repos, commits=[COMMIT]) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        encoder = Encoder.open(install("bude-whisper", manner=manner), manner.config)
        captioner = Captioner.open(install("emonet-captions", manner=manner), manner.config)
    assert encoder.embed([sound]).shape == (1, encoder.frames, encoder.width)
    assert len(captioner.describe([sound])) == 1
    for name in ("bude-whisper", "emonet-captions"):
        verify(name, manner.shelf)


def test_a_pickle_with_code_in_it_is_moved_aside_and_the_rest_is_of_use(faces, manner, tmp_path):
    folder = tmp_path / "malicious"
    folder.mkdir()
    evil = next(iter(malicious(folder).values())).read_bytes()
    faces.repos[find(FACE).hub]["model_fear_best.pth"] = evil
    with pytest.raises(
        AssetError, match=r"model_fear_best\.pth .* cannot be converted: .*moved to"
    ):
        install(FACE, emotions=["amusement", "fear"], manner=manner)
    keys = [head.key for head in installed(suites()[FACE], manner.config).heads]
    assert keys == ["amusement"]
    (aside,) = (manner.shelf.folder / "quarantine").iterdir()
    assert aside.read_bytes() == evil


def test_an_encoder_that_was_cut_at_its_publisher_leaves_nothing(faces, manner):
    whole = faces.repos[find("siglip2").hub]["model.safetensors"]
    faces.repos[find("siglip2").hub]["model.safetensors"] = whole[: len(whole) // 2]
    with pytest.raises(AssetError, match=r"model\.safetensors of siglip2 cannot be converted"):
        install(FACE, manner=manner)
    assert manner.shelf.installed(find("siglip2")) is None
    left = {path.name for path in manner.shelf.place(find("siglip2")).iterdir()}
    assert left <= {"config.json", "preprocessor_config.json", "lock.json", ".lock", ".fetching"}


def of_another_shape(folder, name, **shape):
    """A head as published, but for its shape."""
    (path,) = write_face_set(folder, names=[name], **shape)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        ({"width": 32}, "it reads 32 numbers, and siglip2 gives 64"),
        ({"width": 64, "hidden": (128, 16)}, "layers are 64 > 128 > 16 > 1, and those of .* > 32"),
    ],
    ids=["width", "layers"],
)
def test_a_head_of_another_shape_is_refused_and_the_right_one_comes_after_it(
    faces, manner, tmp_path, shape, reason
):
    heads = faces.repos[find(FACE).hub]
    good = heads["model_fear_best.pth"]
    heads["model_fear_best.pth"] = of_another_shape(
        tmp_path / "odd", "model_fear_best.pth", **shape
    )
    with pytest.raises(AssetError, match=rf"model_fear_best\.pth .*{reason}.*moved to"):
        install(FACE, emotions=["amusement", "fear"], manner=manner)
    assert "fear" not in [h.key for h in installed(suites()[FACE], manner.config).heads]
    heads["model_fear_best.pth"] = good
    install(FACE, emotions=["amusement", "fear"], manner=manner)
    assert_heads_run(manner, 5)


def assert_heads_run(manner, n):
    from mien.decoders.emonet.heads.face import FaceHeads

    heads = FaceHeads.open(installed(suites()[FACE], manner.config), manner.config)
    assert (len(heads.heads), heads.width) == (n, 64)


@pytest.mark.parametrize("way", ["pull", "import"])
def test_a_head_of_another_shape_that_is_here_already_is_replaced(
    faces, manner, tmp_path, monkeypatch, way
):
    """As of a Mien that did not look at shapes."""
    heads = faces.repos[find(FACE).hub]
    good = heads["model_fear_best.pth"]
    heads["model_fear_best.pth"] = of_another_shape(
        tmp_path / "odd", "model_fear_best.pth", width=32
    )
    with monkeypatch.context() as patch:
        patch.setattr(
            "mien.decoders.emonet.heads.fitting.fitted", lambda suite, shelf, convert: convert
        )
        install(FACE, emotions=["amusement", "fear"], manner=manner)
    with pytest.raises(DamagedAsset, match=r"model_fear_best\.pth of .* has layers 32 > .*pull"):
        verify_set(FACE, manner.shelf)
    heads["model_fear_best.pth"] = good
    monkeypatch.setattr("mien.assets.carry._OFF", 1e6)  # made files have other sizes
    if way == "pull":
        install(FACE, emotions=["amusement", "fear"], manner=manner)
    else:
        carry(FACE, tmp_path / "heads", emotions=["amusement", "fear"], shelf=manner.shelf)
    assert_heads_run(manner, 5)
    verify_set(FACE, manner.shelf)
    assert len([name for name in faces.files if name == "model_amusement_best.pth"]) == 1


def test_a_head_that_is_only_damaged_must_come_back_with_its_recorded_hash(faces, manner):
    folder = install(FACE, emotions=["anger"], manner=manner)
    before = manner.shelf.record(find(FACE)).files["model_anger_best.pth"]
    held = folder / "model_anger_best.safetensors"
    held.write_bytes(bytes(held.stat().st_size))
    install(FACE, emotions=["anger"], manner=manner)
    assert manner.shelf.record(find(FACE)).files["model_anger_best.pth"] == before
    verify(FACE, manner.shelf)


@pytest.mark.parametrize("size", [{"columns": 32}, {"hidden": (8, 8, 6, 2)}], ids=["in", "layers"])
def test_a_voice_head_of_another_shape_is_refused(tmp_path, monkeypatch, size):
    monkeypatch.setattr("mien.assets.carry._OFF", 1e6)  # what is looked at is the shape
    columns = 1500 * emonet_home.WHISPER.d_model
    with emonet_home.unpinned():
        config = emonet_home.make_home(tmp_path)
        folder = tmp_path / "odd"
        shape = {"columns": columns, "hidden": (8, 8, 6, 4), **size}
        write_voice_set(folder, "plus", names=["model_Awe_best.pth"], **shape)
        with pytest.raises(AssetError, match=r"Awe.*cannot be converted"):
            carry(
                "emonet-voice-plus",
                folder,
                emotions=["awe"],
                shelf=Shelf(models_folder(config)),
            )


@pytest.mark.parametrize("way", ["cut", "gone", "flipped"])
def test_verify_names_a_damaged_encoder_until_it_was_pulled_again(faces, manner, way):
    folder = install("siglip2", manner=manner)
    tower = folder / "tower-int8.onnx"
    content = tower.read_bytes()
    if way == "gone":
        tower.unlink()
    else:
        tower.write_bytes(content[:100] if way == "cut" else b"x" + content[1:])
    for _ in range(2):
        with pytest.raises(DamagedAsset, match=r"tower-int8\.onnx .*models pull siglip2") as told:
            verify("siglip2", manner.shelf)
        assert told.value.exit_code == 1
    install("siglip2", manner=manner)
    verify("siglip2", manner.shelf)


ANOTHER = {
    "no JSON": (b"{", "is not valid JSON"),
    "no object": (b"[]", "holds list, not an object"),
    "of another model": (b'{"model_type": "clip"}', "of a model of type 'clip'"),
}


@pytest.mark.parametrize(("content", "reason"), ANOTHER.values(), ids=ANOTHER)
def test_a_bad_configuration_is_blamed_alone_and_the_good_one_comes_after_it(
    faces, manner, content, reason
):
    published = faces.repos[find("siglip2").hub]
    good = published["config.json"]
    published["config.json"] = content
    with pytest.raises(AssetError, match=rf"config\.json of siglip2 .*{reason}") as caught:
        install("siglip2", manner=manner)
    assert ".converting" not in str(caught.value)
    (aside,) = (manner.shelf.folder / "quarantine").iterdir()
    assert aside.read_bytes() == content
    published["config.json"], n = good, faces.files.count("model.safetensors")
    assert install("siglip2", manner=manner).is_dir()
    assert faces.files.count("model.safetensors") == max(n, 1), "the weights came twice"


@pytest.mark.parametrize(("content", "reason"), ANOTHER.values(), ids=ANOTHER)
def test_a_bad_configuration_that_was_carried_does_not_stay(
    faces, manner, tmp_path, content, reason
):
    stick = tmp_path / "encoder"
    good = (stick / "config.json").read_bytes()
    (stick / "config.json").write_bytes(content)
    with pytest.raises(AssetError, match=rf"config\.json of siglip2 .*{reason}"):
        carry("siglip2", stick, shelf=manner.shelf)
    (stick / "config.json").write_bytes(good)
    assert carry("siglip2", stick, shelf=manner.shelf).is_dir()


def test_a_configuration_of_another_size_is_not_held_to(faces, manner, tmp_path):
    """It is valid, so the weights are blamed, but no hash of it was ever known to be right."""
    stick = tmp_path / "encoder"
    good = (stick / "config.json").read_bytes()
    told = json.loads(good)
    told["vision_config"]["hidden_size"] = 32
    (stick / "config.json").write_text(json.dumps(told))
    with pytest.raises(AssetError, match="asks for"):
        carry("siglip2", stick, shelf=manner.shelf)
    (stick / "config.json").write_bytes(good)
    assert carry("siglip2", stick, shelf=manner.shelf).is_dir()


def test_a_configuration_that_was_right_is_held_to(faces, manner, tmp_path):
    folder = install("siglip2", manner=manner)
    before = manner.shelf.record(find("siglip2")).files["config.json"]
    (folder / "config.json").write_bytes(b"[]".ljust(before.bytes))
    (folder / "tower-int8.onnx").unlink()
    with pytest.raises(AssetError, match=r"config\.json of siglip2 .*moved to"):
        install("siglip2", manner=manner)
    assert manner.shelf.record(find("siglip2")).files["config.json"] == before
    assert install("siglip2", manner=manner).is_dir()


def test_a_disk_without_room_for_all_is_refused_before_the_encoder_comes(faces, manner):
    heads, tower = find(FACE), find("siglip2")
    needed = heads.disk(heads.files) + tower.disk(tower.files)
    needed += max(file.bytes for file in (*heads.files, *tower.files))
    full = replace(manner, free_bytes=lambda _: needed)
    with pytest.raises(AssetError, match=r"emonet-face-small and siglip2 need [\d,.]+ MB of disk"):
        install(FACE, manner=full)
    assert not faces.asked


def test_what_is_here_needs_no_room(faces, manner):
    install(FACE, manner=manner)
    assert install(FACE, manner=replace(manner, free_bytes=lambda _: 0)).is_dir()
