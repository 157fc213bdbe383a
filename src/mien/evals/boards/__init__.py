"""Tables of runs: which may share one, which models differ, and what each rests on."""

from mien.evals.boards.board import Board, Row, make_board
from mien.evals.boards.bundling import Verdict, bundle, verify
from mien.evals.boards.comparing import Difference, differences
from mien.evals.boards.gathering import Key, gather
from mien.evals.boards.tables import boards_of, compare_files, score_files

__all__ = [
    "Board",
    "Difference",
    "Key",
    "Row",
    "Verdict",
    "boards_of",
    "bundle",
    "compare_files",
    "differences",
    "gather",
    "make_board",
    "score_files",
    "verify",
]
