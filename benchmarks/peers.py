"""What others do with the same files; none of them says an emotion of a voice, VADER of words.

Their part is what everybody pays first: features of sound, a lexicon's sums over a message.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from benchmarks.measure import Work
from benchmarks.ours import turns_of
from mien.media import open_source

RATE_HZ = 16_000


def opensmile_egemaps(warm: str, path: str, runs: int) -> Work:
    """The 88 functionals of eGeMAPSv02 over a whole wav: by pieces it would be slower."""
    import opensmile  # type: ignore[import-untyped]
    import soundfile  # type: ignore[import-untyped]

    smile = opensmile.Smile(
        feature_set=opensmile.FeatureSet.eGeMAPSv02,
        feature_level=opensmile.FeatureLevel.Functionals,
        num_workers=1,
    )

    def functionals(wav: str) -> Any:
        return smile.process_signal(*soundfile.read(wav, dtype="float32"))

    return _sound(functionals, warm, path, runs)


def librosa_front_end(warm: str, path: str, runs: int) -> Work:
    """64 mel bands every 10 ms, their logarithm, and 20 MFCC, of a wav."""
    import librosa

    def features(wav: str) -> Any:
        samples, _ = librosa.load(wav, sr=RATE_HZ)
        mel = librosa.feature.melspectrogram(
            y=samples, sr=RATE_HZ, n_fft=512, win_length=400, hop_length=160, n_mels=64
        )
        log_mel = librosa.power_to_db(mel)
        return log_mel, librosa.feature.mfcc(S=log_mel, n_mfcc=20)

    return _sound(features, warm, path, runs)


def vader(warm: str, paths: Sequence[str], n: int) -> Work:
    """VADER's four numbers for each message of a chat file."""
    analyzer = _vader()

    def score(chat: str) -> list[dict[str, float]]:
        with open_source(chat) as source:
            turns = source.conversation.turns if source.conversation is not None else ()
        return [analyzer.polarity_scores(turn.text) for turn in turns]

    return Work([partial(score, path) for path in (warm, *paths)], n)


def vader_alone(warm: str, paths: Sequence[str]) -> Work:
    """The same without the file, one message at a time."""
    analyzer = _vader()
    chats = [turns_of(path) for path in (warm, *paths)]

    def score(chat: int) -> list[dict[str, float]]:
        return [analyzer.polarity_scores(turn.text) for turn in chats[chat]]

    return Work([partial(score, i) for i in range(len(chats))], len(chats[0]))


def _vader() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer  # type: ignore[import-untyped]

    return SentimentIntensityAnalyzer()


def _sound(do: Callable[[str], Any], warm: str, path: str, runs: int) -> Work:
    with open_source(path) as source:
        seconds = source.seconds or 0.0
    return Work([partial(do, warm), *[partial(do, path)] * runs], seconds)
