"""What is measured, group by group; each gives rows of the table."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.measure import Measured, measure
from benchmarks.start import begin, downloads
from benchmarks.table import Figure, Row, Unit


@dataclass(frozen=True, slots=True)
class Setting:
    """How a run is set up.

    Attributes:
        cache: Folder of the inputs.
        is_quick: Short inputs and two runs: shows that everything works, not how fast.
        texts: A file of messages, one a line, instead of made-up ones.
        environ: Variables for children, such as where YuNet's weights lie.
    """

    cache: Path
    is_quick: bool = False
    texts: Path | None = None
    environ: Mapping[str, str] = field(default_factory=dict)

    @property
    def runs(self) -> int:
        """Counted runs of everything short."""
        return 2 if self.is_quick else 5

    def made(self, kind: str, name: str, **options: Any) -> str:
        """The path of an input, made if it is not there yet."""
        path = self.cache / name
        found = measure(f"benchmarks.inputs:{kind}", path=path, **options)
        if found.missing:
            raise RuntimeError(f"cannot make {path}: {found.missing}")
        return str(path)

    def sound(self, ending: str, seconds: float) -> str:
        """A recording of two voices."""
        return self.made("speech", f"speech-{seconds:.0f}s{ending}", seconds=seconds)

    def chats(self, n: int) -> list[str]:
        """One chat to warm up and one for each run, all different."""
        kind = f"chat-{self.texts.stem}" if self.texts else "chat"
        return [
            self.made("chat", f"{kind}-{n}-{seed}.jsonl", n=n, seed=seed, texts=self.texts)
            for seed in range(self.runs + 1)
        ]

    def clip(self, faces: int) -> str:
        """A video of that many faces."""
        return self.made("clip", f"clip-{faces}.mp4", faces=faces)


def voice(setting: Setting) -> list[Row]:
    """Sound files on the voice channel, beside front ends of others."""
    seconds = 60.0 if setting.is_quick else 600.0
    wav, m4a = setting.sound(".wav", seconds), setting.sound(".m4a", seconds)
    warm = {wav: setting.sound(".wav", 20.0), m4a: setting.sound(".m4a", 20.0)}
    ours = {
        path: measure("benchmarks.ours:voice", warm=warm[path], path=path, runs=setting.runs)
        for path in (wav, m4a)
    }
    rate = Row("voice", "voice, m4a 48 kHz to readings", Unit.REAL_TIME, goal=150)
    rows = [_filled(rate, ours[m4a])]
    peers = {
        "opensmile eGeMAPS": "opensmile_egemaps",
        "librosa log-mel + MFCC": "librosa_front_end",
    }
    for peer, work in peers.items():
        theirs = measure(f"benchmarks.peers:{work}", warm=warm[wav], path=wav, runs=2)
        what = "voice, wav 16 kHz to readings"
        row = Row("voice", what, Unit.REAL_TIME, peer=peer, goal=150)
        rows.append(_filled(row, ours[wav], theirs))
    return rows


def words(setting: Setting) -> list[Row]:
    """Chats on the words channel by both decoders, beside VADER."""
    counts = {"words-fast": 2_000 if setting.is_quick else 20_000, "words": 500}
    goals = {"words-fast": 10_000.0, "words": 300.0}
    rows = []
    for decoder, n in counts.items():
        warm, *paths = setting.chats(n)
        ours = measure("benchmarks.ours:words", warm=warm, paths=paths, n=n, decoder=decoder)
        theirs = measure("benchmarks.peers:vader", warm=warm, paths=paths, n=n)
        what = f"{decoder}, chat to readings"
        row = Row("words", what, Unit.MESSAGES, peer="VADER", goal=goals[decoder])
        rows.append(_filled(row, ours, theirs))
    warm, *paths = setting.chats(2_000)
    theirs = measure("benchmarks.peers:vader_alone", warm=warm, paths=paths)
    for decoder, goal in {"words-fast": 1.0, "words": None}.items():
        ours = measure("benchmarks.ours:words_alone", warm=warm, paths=paths[:3], decoder=decoder)
        what = f"{decoder}, one message at a time"
        row = Row("words", what, Unit.MS, peer="VADER", goal=goal)
        rows.append(_filled(row, ours, theirs))
    return rows


def face(setting: Setting) -> list[Row]:
    """The expression net, one face at a time."""
    found = measure("benchmarks.ours:face_model", runs=setting.runs)
    return [_filled(Row("face", "face model, one face", Unit.MS, goal=1.0), found)]


def video(setting: Setting) -> list[Row]:
    """720p videos at five pictures a second, by both detectors."""
    runs = 1 if setting.is_quick else 3
    channels = {"face": ["face"], "face and voice": ["face", "voice"]}
    asked = [
        ("yunet", 1, "face", 10.0),
        ("yunet", 2, "face", 10.0),
        ("yunet", 2, "face and voice", 10.0),
        ("yunet", 6, "face", None),
        ("haar", 1, "face", None),
        ("haar", 2, "face", None),
        ("haar", 6, "face", None),
    ]
    rows = []
    for detector, faces, read, goal in asked:
        path = setting.clip(faces)
        found = measure(
            "benchmarks.ours:video",
            {**setting.environ, "MIEN_DETECTOR": detector},
            warm=path,
            path=path,
            runs=runs,
            channels=channels[read],
        )
        named = {"yunet": "YuNet", "haar": "Haar"}[detector]
        people = "1 face" if faces == 1 else f"{faces} faces"
        what = f"720p video, {people}, {named}, {read}"
        rows.append(_filled(Row("video", what, Unit.REAL_TIME, goal=goal), found))
    return rows


def start(setting: Setting) -> list[Row]:
    """Processes that only begin, and what an install fetches."""
    commands = {
        "bare": ["-c", "pass"],
        "import": ["-c", "import mien"],
        "help": ["-m", "mien", "--help"],
    }
    taken = begin(commands, 4 if setting.is_quick else 21)
    rows = []
    for name, what, goal in (
        ("import", "import mien, whole process", 150.0),
        ("help", "mien --help, whole process", 400.0),
    ):
        row = Row("start", what, Unit.MS, peer="python -c pass", goal=goal)
        rows.append(_filled(row, taken[name], taken["bare"]))
    return rows if setting.is_quick else [*rows, _size()]


def memory(setting: Setting) -> list[Row]:
    """The most memory that reading long files takes."""
    seconds = 128.0 if setting.is_quick else 3 * 3_600.0
    silent = 60.0 if setting.is_quick else 3_600.0
    clip = setting.clip(1)
    long = setting.made("long_video", f"video-{seconds:.0f}s.mp4", of=clip, seconds=seconds)
    quiet = setting.made("silence", f"silence-{silent:.0f}s.flac", seconds=silent)
    brief = measure("benchmarks.ours:memory", setting.environ, path=clip)
    rows = []
    for what, path, goal in (
        (f"memory, {_length(seconds)} of 720p video with sound", long, 1_000.0),
        (f"memory, {_length(silent)} of silence", quiet, None),
    ):
        found = measure("benchmarks.ours:memory", setting.environ, path=path)
        row = Row("memory", what, Unit.MB, goal=goal, note=_note(found, _minutes(found)))
        if not found.missing:
            row = replace(row, ours=Figure((found.peak_mb,)))
        if goal is not None and not brief.missing:
            row = replace(row, peer="64 s of the same", theirs=Figure((brief.peak_mb,)))
        rows.append(row)
    return rows


GROUPS: dict[str, Callable[[Setting], list[Row]]] = {
    "voice": voice,
    "words": words,
    "face": face,
    "video": video,
    "start": start,
    "memory": memory,
}


def _filled(row: Row, ours: Measured, theirs: Measured | None = None) -> Row:
    """The row with what was measured in its unit."""
    return replace(
        row,
        ours=_figure(ours, ours.cpu, row.unit),
        clock=_figure(ours, ours.wall, row.unit),
        theirs=None if theirs is None else _figure(theirs, theirs.cpu, row.unit),
        note=_notes(ours, theirs),
    )


def _figure(found: Measured, seconds: tuple[float, ...], unit: Unit) -> Figure | None:
    if found.missing:
        return None
    if unit.is_rate:
        return Figure(tuple(found.amount / one for one in seconds))
    return Figure(tuple(one / found.amount * 1e3 for one in seconds))


def _notes(ours: Measured, theirs: Measured | None) -> str:
    parts = [_note(ours)]
    if theirs is not None and theirs.missing:
        parts.append(f"peer: {theirs.missing}")
    return "; ".join(part for part in parts if part)


def _note(found: Measured, more: str = "") -> str:
    if found.missing:
        return f"not measured: {found.missing}"
    parts = [found.told, more]
    if found.busy > 1.1:
        parts.append(f"others had the core too: the clock ran {found.busy:.1f} times as long")
    return "; ".join(part for part in parts if part)


def _minutes(found: Measured) -> str:
    return f"read in {sum(found.wall) / 60:.1f} min"


def _length(seconds: float) -> str:
    return f"{seconds / 3_600:.0f} h" if seconds >= 3_600 else f"{seconds:.0f} s"


def _size() -> Row:
    what = "downloads of a base install"
    try:
        wheels = downloads()
    except (subprocess.CalledProcessError, OSError) as error:
        note = f"not measured: no package index was reached ({type(error).__name__})"
        return Row("start", what, Unit.MB, None, goal=265.0, note=note)
    total = Figure((sum(wheel.mb for wheel in wheels),))
    parts = [f"{wheel.name} {wheel.mb:.1f}" for wheel in wheels if wheel.mb >= 1]
    torch = "with torch" if any(w.name.startswith("torch") for w in wheels) else "no torch"
    note = f"{len(wheels)} wheels, {torch}: {', '.join(parts)}"
    return Row("start", what, Unit.MB, total, goal=265.0, note=note)
