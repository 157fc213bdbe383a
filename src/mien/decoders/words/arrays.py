"""Weight files that are plain arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import BadWeights, MissingWeights


@contextmanager
def weight_arrays(path: Path) -> Iterator[Mapping[str, NDArray[Any]]]:
    """The arrays of an .npz file, by name; a fault while they are used is the file's fault.

    Raises:
        MissingWeights: If the file is not there.
        BadWeights: If it is damaged, or lacks what is asked of it.
    """
    if not path.is_file():
        raise MissingWeights(f"no weights at {path}: reinstall Mien")
    try:
        # Pickles could hold code.
        with np.load(path, allow_pickle=False) as file:
            yield file
    except (OSError, ValueError, KeyError, TypeError, BadZipFile) as error:
        raise BadWeights(f"cannot load {path}: {error}") from error
