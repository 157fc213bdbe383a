"""From data to the face decoder's weights and card: `python -m training.face --data DIR`."""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import replace
from pathlib import Path

from training.face.fit import Recipe
from training.face.folders import Folders
from training.face.release import make_release


def main() -> None:
    """Train, export, fit, measure and write the card; a second start goes on where one ended."""
    parser = argparse.ArgumentParser(prog="python -m training.face", description=__doc__)
    shared = Path(os.environ.get("MIEN_DATA", "../shared/data"))
    parser.add_argument("--data", type=Path, default=shared / "face", help="folder of the data set")
    parser.add_argument("--out", type=Path, default=Path("runs/face"), help="folder of the run")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=Recipe().steps, help="batches of training")
    parser.add_argument("--ship", type=Path, help="folder the final files are copied to")
    options = parser.parse_args()

    import cv2
    import torch

    torch.set_num_threads(options.threads)
    cv2.setNumThreads(1)
    folder = options.data if (options.data / "photos").is_dir() else options.data / "face"
    recipe = replace(Recipe(), seed=options.seed, steps=options.steps)
    card = make_release(Folders(folder, options.out, options.ship), recipe)
    main_rows = [f for f in card.figures if not f.group]
    print(json.dumps({f"{f.name} ({f.of})": round(f.value, 4) for f in main_rows}, indent=1))


if __name__ == "__main__":
    main()
