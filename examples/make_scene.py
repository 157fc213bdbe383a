"""Make the two-voice scene and its subtitles with the speech synthesiser espeak-ng.

    python examples/make_scene.py

The voices are synthetic: the scene shows how Mien works, and says nothing about how well.
"""

from __future__ import annotations

import io
import subprocess
import wave
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np

RATE_HZ = 22_050
HERE = Path(__file__).parent


class Line(NamedTuple):
    """One line of the scene: who speaks how, and the silence after it in seconds."""

    speaker: str
    text: str
    pitch: int
    speed: int
    pause: float = 0.6


VOICES = {"Ana": "en-us+f3", "Ben": "en-gb+m3"}
SCENE = (
    Line("Ana", "I was really hoping we could leave on Friday morning.", 55, 165),
    Line("Ben", "Wait, Friday? I thought you had booked the train for Saturday.", 45, 160),
    Line("Ana", "You told me you had booked it. I'm so confused.", 60, 170),
    Line("Ben", "Oh no. I forgot. I'm so sorry, this is completely my fault.", 35, 140, 1.0),
    Line("Ana", "This is the third time! I am so angry, you never listen to me.", 80, 200, 0.8),
    Line("Ana", "I'm really disappointed. I was looking forward to this trip.", 45, 135, 2.0),
    Line("Ben", "Hang on. I just found two seats for Friday, right by the window!", 60, 185),
    Line("Ana", "Really? Oh, what a relief! Thank you, thank you so much.", 75, 185, 0.5),
)


def speak(line: Line) -> np.ndarray:
    """The line as sound, int16."""
    command = ["espeak-ng", "-v", VOICES[line.speaker], "-p", str(line.pitch)]
    command += ["-s", str(line.speed), "--stdout", line.text]
    sound = subprocess.run(command, check=True, capture_output=True).stdout
    with wave.open(io.BytesIO(sound)) as handle:
        return np.frombuffer(handle.readframes(handle.getnframes()), dtype=np.int16)


def clock(seconds: float) -> str:
    """A WebVTT time."""
    minutes, rest = divmod(seconds, 60)
    return f"00:{int(minutes):02d}:{rest:06.3f}"


def main() -> None:
    """Write scene.ogg and scene.vtt."""
    parts, cues, at = [np.zeros(RATE_HZ // 2, dtype=np.int16)], ["WEBVTT", ""], 0.5
    for line in SCENE:
        sound = speak(line)
        end = at + len(sound) / RATE_HZ
        cues += [f"{clock(at)} --> {clock(end)}", f"<v {line.speaker}>{line.text}", ""]
        silence = np.zeros(int(line.pause * RATE_HZ), dtype=np.int16)
        parts += [sound, silence]
        at = end + len(silence) / RATE_HZ
    (HERE / "scene.vtt").write_text("\n".join(cues), encoding="utf-8")
    with av.open(str(HERE / "scene.ogg"), "w") as container:
        stream = container.add_stream("libopus", rate=48_000, layout="mono")
        stream.bit_rate = 24_000
        frame = av.AudioFrame.from_ndarray(np.concatenate(parts)[None], "s16", "mono")
        frame.sample_rate = RATE_HZ
        for piece in av.AudioResampler("s16", "mono", 48_000, 960).resample(frame):
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))


if __name__ == "__main__":
    main()
