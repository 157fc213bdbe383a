"""Readings as data frames of pandas and Polars, neither of which Mien installs."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import pyarrow as pa

from mien.core.errors import MissingPackage

if TYPE_CHECKING:
    import pandas
    import polars


def to_pandas(table: pa.Table) -> pandas.DataFrame:
    """Rows of `schema.SCHEMA` as a data frame of pandas.

    Raises:
        MissingPackage: If pandas is not installed.
    """
    _need("pandas")
    return table.flatten().to_pandas()


def to_polars(table: pa.Table) -> polars.DataFrame:
    """Rows of `schema.SCHEMA` as a data frame of Polars.

    Raises:
        MissingPackage: If Polars is not installed.
    """
    _need("polars")
    import polars

    return polars.DataFrame(table.flatten())


def _need(package: str) -> None:
    if find_spec(package) is None:
        raise MissingPackage(f"a data frame of {package}", package)
