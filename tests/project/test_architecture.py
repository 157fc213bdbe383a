"""The contracts of the imports, held against the folders."""

import re
import subprocess
import sys
import tomllib

import pytest

from tests.data import ROOT

HEAVY = [
    "numpy",
    "pyarrow",
    "cv2",
    "av",
    "soxr",
    "onnxruntime",
    "PIL",
    "pydantic",
    "typer",
    "rich",
    "asyncio",
]


@pytest.fixture(scope="module")
def contracts():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["tool"]["importlinter"]["contracts"]


def rooms():
    return {
        path.name for path in (ROOT / "src" / "mien").iterdir() if (path / "__init__.py").is_file()
    }


def test_every_room_has_its_place_in_the_line(contracts):
    layers = {name.strip() for layer in contracts[0]["layers"] for name in layer.split("|")}
    assert layers == rooms()


def test_every_contract_about_a_library_names_every_room_but_its_own(contracts):
    for contract in contracts[1:]:
        named = {module.removeprefix("mien.") for module in contract["source_modules"]}
        own = rooms() & set(contract["name"].split())
        assert named in ({"mien"}, rooms() - own), contract["name"]


def test_importing_mien_loads_nothing_heavy():
    code = f"import sys, mien; print([m for m in {HEAVY!r} if m in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert found.strip() == "[]"


def test_help_loads_no_signal_library():
    heavy = [name for name in HEAVY if name not in ("typer", "rich", "pydantic", "asyncio")]
    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom mien.cli.app import app\n"
        "assert CliRunner().invoke(app, ['read', '--help']).exit_code == 0\n"
        f"print([m for m in {heavy!r} if m in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert found.strip() == "[]"


def test_public_names_are_all_there_and_no_more():
    import mien

    assert sorted(mien.__all__, key=str.casefold) == sorted(dir(mien), key=str.casefold)
    for name in mien.__all__:
        assert getattr(mien, name) is not None
    with pytest.raises(AttributeError):
        _ = mien.nothing


def test_nothing_under_src_needs_what_training_needs():
    training = re.compile(r"^\s*(import|from) (torch|transformers|sklearn)\b", re.M)
    for path in (ROOT / "src").rglob("*.py"):
        assert not training.search(path.read_text(encoding="utf-8")), path
