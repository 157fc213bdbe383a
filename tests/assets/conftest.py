"""What tests of assets share: a set of heads at a hub, and how it is pulled."""

import hashlib
from dataclasses import dataclass, field

import pytest

from mien.assets import Asset, AssetFile, Manner, Shelf
from mien.core.config import Config
from tests.fakes.hub import forget_this_machine, hub

REPO = "laion/Made-Heads"
HEAD = 40_000
HEADS = {f"model_{name}_best.pth": bytes([i]) * HEAD for i, name in enumerate("abcdef", 1)}
TEXTS = {"config.json": b"{}", "merges.txt": b"a b"}
FILES = {**TEXTS, **HEADS}


def set_of(**changes):
    """An asset of a hub: six heads that are converted, a text that is not, an optional one."""
    files = (
        *(AssetFile(name=name, bytes=HEAD, sized=False, converts=True) for name in HEADS),
        AssetFile(name="config.json", bytes=10, sized=False),
        AssetFile(name="merges.txt", bytes=10, sized=False, optional=True),
    )
    plain = {
        "name": "made",
        "title": "Made heads",
        "use": "tests",
        "repository": f"https://huggingface.co/{REPO}",
        "revision": "05000ef",
        "licence": "CC-BY-4.0",
        "commercial": True,
        "notice": "nobody",
        "citation": "Nobody (2026)",
        "memory_mb": 1,
        "files": files,
        "hub": REPO,
        "parts": "heads",
        "is_loose": True,
        "kept": 0.25,
    }
    return Asset(**{**plain, **changes})


def pinned(name, content):
    """A file whose hash its publisher told."""
    digest = hashlib.sha256(content).hexdigest()
    return AssetFile(name=name, bytes=HEAD, sized=False, converts=True, sha256=digest)


def quarter(file, fetched, folder):
    """A conversion that keeps a quarter."""
    content = fetched.read_bytes()
    name = f"{file.name.removesuffix('.pth')}.bin"
    (folder / name).write_bytes(content[: len(content) // 4])
    return [name]


@dataclass
class Told:
    """What a pull said and showed, in order."""

    lines: list = field(default_factory=list)
    progress: list = field(default_factory=list)

    @property
    def text(self):
        return "\n".join(self.lines)


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def manner(tmp_path, told):
    def make(**changes):
        return Manner(
            **{
                "tell": told.lines.append,
                "progress": lambda done, total: told.progress.append((done, total)),
                "config": Config(),
                "shelf": Shelf(tmp_path / "models"),
                "wait": lambda seconds: None,
                **changes,
            }
        )

    return make


@pytest.fixture(autouse=True)
def _nothing_of_this_machine(monkeypatch, tmp_path):
    forget_this_machine(monkeypatch, tmp_path)


@pytest.fixture
def server(monkeypatch):
    with hub(repos={REPO: dict(FILES)}) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        yield running
