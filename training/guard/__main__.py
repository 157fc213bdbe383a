"""`python -m training.guard --data DIR --seed 0`: sentences to the detectors of both sides."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from mien.guard.local.weights import WEIGHTS
from training.guard.encoder_kept import KEPT
from training.guard.release import outside, release, sealed
from training.guard.teach import Run


def main() -> None:
    """Teach and measure, or measure on what is sealed alone."""
    told = _arguments()
    if told.sealed:
        sealed(told.weights)
        return
    if told.outside:
        outside(told.data, told.weights)
        return
    run = Run(
        data=told.data,
        encoder=told.kept,
        nets_held_out=told.held_out,
        seed=told.seed,
        is_new=not told.meanings,
        processes=told.processes,
    )
    release(run, told.weights)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.guard", description=__doc__)
    here = Path(__file__).resolve().parents[2]
    data = Path(os.environ.get("MIEN_DATA", here.parent / "shared" / "data"))
    parser.add_argument("--data", type=Path, default=data, help="folder of the corpora")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="where weights and cards go")
    parser.add_argument("--kept", type=Path, default=KEPT, help="the encoder's held-out logits")
    parser.add_argument(
        "--held-out",
        type=Path,
        default=KEPT.parent,
        help="folder that keeps the nets' held-out logits; --meanings uses them",
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--meanings", action="store_true", help="keep the nets of the weights, fit what they mean"
    )
    parser.add_argument("--processes", type=int, default=2, help="nets taught at a time")
    parser.add_argument(
        "--sealed", action="store_true", help="measure the weights on what is sealed, nothing else"
    )
    parser.add_argument(
        "--outside", action="store_true", help="measure them on chats of others, nothing else"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
