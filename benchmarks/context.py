"""`python -m benchmarks.context --data FOLDER`: dialogues with what they are and what was told.

Turns of MELD's test dialogues: the label, what the decoder read in the turn alone, what the model
told by the turns before, and how sure it was; dialogues are drawn at random. Figures are in the
card, `src/mien/moments/weights/turns-v1.card.md`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from mien.moments.turns import BACK, load_turns
from training.moments.families import FAMILIES, FOLD
from training.moments.turn_card import meld
from training.moments.turn_data import DECODERS, spoken


def main() -> None:
    """Print whole dialogues until enough turns were shown."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.context", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder `words` of the data")
    parser.add_argument("--examples", type=int, default=10, help="turns, at least (10)")
    parser.add_argument("--letters", type=int, default=40, help="of a turn that are shown (40)")
    parser.add_argument("--decoder", choices=tuple(DECODERS), default="words-v1")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    _, talks, truth = meld(options.data)
    model, left = load_turns(), options.examples
    starts = np.cumsum([0, *(len(talk.texts) for talk in talks)])
    for i in np.random.default_rng(options.seed).permutation(len(talks)).tolist():
        if left <= 0:
            break
        (turns,) = spoken([talks[i]], options.decoder)
        left -= len(turns)
        for j, turn in enumerate(turns):
            told = model.read(turns[max(0, j - BACK) : j + 1])
            top, alone = told.scores.top, turn.alone.top
            said = FAMILIES[int((np.nan_to_num(told.scores.to_array()) @ FOLD).argmax())]
            gold = FAMILIES[truth[starts[i] + j]]
            print(
                f"{'right' if said == gold else 'wrong'}  dia{talks[i].name}_utt{j}  gold {gold}"
                f"  told {said} ({top.emotion if top else None}, {told.confidence:.2f})"
                f"  alone {alone.emotion if alone else None}"
                f"  {turn.text[: options.letters]!r}"
            )


if __name__ == "__main__":
    main()
