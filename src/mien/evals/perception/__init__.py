"""Decoders and models measured on published data sets and on a user's own ratings."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mien.evals.perception.calibrating import calibrate
    from mien.evals.perception.items import About, Item, Opened
    from mien.evals.perception.measuring import Manner, measure, measure_ratings
    from mien.evals.perception.predict import Prediction, Predictor
    from mien.evals.perception.published import rescore
    from mien.evals.perception.sets import data_sets, open_sets
    from mien.evals.perception.telling.page import render_page
    from mien.evals.perception.telling.results import Outcome, Row, to_csv, to_json
    from mien.evals.perception.telling.text import render_text

__all__ = [
    "About",
    "Item",
    "Manner",
    "Opened",
    "Outcome",
    "Prediction",
    "Predictor",
    "Row",
    "calibrate",
    "data_sets",
    "measure",
    "measure_ratings",
    "open_sets",
    "render_page",
    "render_text",
    "rescore",
    "to_csv",
    "to_json",
]

_HOMES = {
    "About": "items",
    "Item": "items",
    "Manner": "measuring",
    "Opened": "items",
    "Outcome": "telling.results",
    "Prediction": "predict",
    "Predictor": "predict",
    "Row": "telling.results",
    "calibrate": "calibrating",
    "data_sets": "sets",
    "measure": "measuring",
    "measure_ratings": "measuring",
    "open_sets": "sets",
    "render_page": "telling.page",
    "render_text": "telling.text",
    "rescore": "published",
    "to_csv": "telling.results",
    "to_json": "telling.results",
}


def __getattr__(name: str) -> object:
    """Load a public name on first use: `mien evals --help` needs none of them."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
