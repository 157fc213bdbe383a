"""The built wheel works in an empty environment, without the checkout."""

import json
import os
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

from tests.data import EXAMPLES, ROOT

LARGEST_MB = {
    "words-v1": 14,
    "encoder-v1": 18,
    "holder-v2": 10,
    "words-fast-v1": 4,
    "face-v1": 5,
    "voice-v1": 4,
    "voice-open-v1": 4,
    "speech": 0.5,
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT]
    subprocess.run(build, check=True, capture_output=True, cwd=folder)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """A Python that has the wheel and its dependencies, and knows no checkout."""
    folder = tmp_path_factory.mktemp("empty")
    venv.create(folder, with_pip=False)
    scripts = "Scripts" if sys.platform == "win32" else "bin"
    executable = folder / scripts / "python"
    install = [sys.executable, "-m", "pip", "--python", executable, "install", "--quiet"]
    subprocess.run([*install, "--no-deps", "--no-index", wheel], check=True)
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    asked = subprocess.run([executable, "-c", code], check=True, capture_output=True, text=True)
    # Dependencies come from here. A path in a .pth file is added, its own .pth files are not
    # read: so the editable install of the checkout stays out.
    site = Path(asked.stdout.strip())
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return executable


def test_an_empty_environment_reads_a_file(python, tmp_path):
    environ = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    command = [python, "-m", "mien", "read", EXAMPLES / "chat.json", "--json"]
    ran = subprocess.run(
        command,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=tmp_path,
        env=environ,
        check=True,
    )
    assert len([json.loads(line) for line in ran.stdout.splitlines()]) == 9
    where = [python, "-c", "import mien; print(mien.__file__)"]
    found = subprocess.run(
        where, capture_output=True, text=True, cwd=tmp_path, env=environ, check=True
    )
    assert str(ROOT) not in found.stdout


def test_the_wheel_is_pure_and_holds_what_it_needs(wheel):
    assert wheel.name.endswith("-py3-none-any.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for wanted in ("mien/py.typed", "mien/emotions/data/maps.toml"):
        assert wanted in names
    for licence in ("LICENSE", "LICENSE-WEIGHTS", "NOTICE"):
        assert any(name.endswith(f"licenses/{licence}") for name in names)
    assert not any(name.startswith(("tests", "training", "docs")) for name in names)


def test_weights_keep_within_their_sizes():
    for path in (ROOT / "src").rglob("weights/*"):
        limit = next((mb for stem, mb in LARGEST_MB.items() if path.stem.startswith(stem)), 4)
        assert path.stat().st_size <= limit * 1e6, path


def test_the_wheel_is_small(wheel):
    assert wheel.stat().st_size < 55e6


def test_every_weight_file_has_a_licence_in_the_list():
    listed = (ROOT / "LICENSE-WEIGHTS").read_text(encoding="utf-8")
    for path in (ROOT / "src").rglob("weights/*"):
        if path.suffix in (".onnx", ".npz"):
            assert path.name in listed, path.name


def test_the_base_needs_no_torch():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert not any("torch" in line for line in project["dependencies"])
