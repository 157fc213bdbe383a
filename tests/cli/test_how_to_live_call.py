"""The commands of the page about calls, each as it stands there, with a stand-in for FFmpeg."""

import os
import re
import subprocess
import sys

import numpy as np
import pytest

from tests.data import ROOT
from tests.fakes.sounds import noise, wav_header

PAGE = (ROOT / "docs/how-to/a-live-call.md").read_text(encoding="utf-8")
COMMANDS = [
    line for line in re.findall(r"^\$ (.*)$", PAGE, flags=re.M) if not line.startswith("pip ")
]

# Writes what the real one would under these options, of a sound that is the same for all.
PROGRAM = """#!{python}
import sys
words = " ".join(sys.argv)
forms = {{"f32le": "f32", "s16le": "s16", "amerge": "two"}}
form = next((form for sign, form in forms.items() if sign in words), "one")
sys.stdout.buffer.write(open({folder!r} + "/" + form, "rb").read())
"""


@pytest.fixture
def machine(tmp_path):
    """An environment with ffmpeg, parec, pactl, mien and a microphone."""
    sound = noise(2.5)
    body = (sound * 32_767).astype("<i2")
    wav_header(tmp_path / "one", 0xFFFFFFFF, body=body.tobytes())
    pair = np.repeat(body, 2, axis=1).tobytes()
    wav_header(tmp_path / "two", 0xFFFFFFFF, channels=2, body=pair)
    (tmp_path / "s16").write_bytes(body.tobytes())
    (tmp_path / "f32").write_bytes(noise(5.0, 48_000).astype("<f4").tobytes())
    programs = {
        name: PROGRAM.format(python=sys.executable, folder=str(tmp_path))
        for name in ("ffmpeg", "parec")
    }
    programs["pactl"] = "#!/bin/sh\necho speakers\n"
    programs["mien"] = f'#!/bin/sh\nexec {sys.executable} -m mien "$@"\n'
    for name, text in programs.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    path = os.pathsep.join([str(ROOT / "tests/fakes/sounddevice"), str(ROOT / "src")])
    return {
        **os.environ,
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": path,
        "MIEN_TEST_SOUND": str(tmp_path / "one"),
        "MIEN_TEST_VANISHES": "1",
    }


@pytest.mark.parametrize("command", COMMANDS, ids=lambda text: text[-60:])
def test_a_command_of_the_page_runs(command, machine, tmp_path):
    ran = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        cwd=tmp_path,
        env=machine,
        capture_output=True,
        text=True,
        check=False,
    )
    # The microphone of this test goes away, which ends it.
    is_heard = command.startswith("mien listen --out")
    assert ran.returncode == int(is_heard), ran.stderr
    assert ran.stdout
    for path in re.findall(r"--out (\S+)", command):
        assert (tmp_path / path).stat().st_size > 500
