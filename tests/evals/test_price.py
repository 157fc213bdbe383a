"""A model in the same table as decoders, with its price."""

import pytest

from mien.evals.perception import Manner, measure
from mien.evals.perception.asking.model import Asking, ModelPredictor
from mien.llm.testing import Answer, ScriptedServer, Usage
from tests.data import shared

pytest.importorskip("inspect_ai", reason="inspect-ai is not installed")


def test_a_model_stands_in_the_table_with_its_price_and_is_not_asked_twice(tmp_path, monkeypatch):
    data = shared("words/goemotions.parquet").parent
    manner = Manner(limit=3, draws=20, keep=tmp_path)
    with ScriptedServer(Answer("No", usage=Usage(10, 1))) as server:
        for name, value in server.environ().items():
            monkeypatch.setenv(name, value)
        predictor = ModelPredictor("openai-api/scripted/m", Asking(logs=tmp_path / "logs"))
        for _ in range(2):
            (outcome,) = measure(data, ["goemotions"], predictors=[predictor], manner=manner)
    n = len(server.requests)
    assert n == 3 * 20
    price = f"3 items asked about for {10 * n:,} tokens read and {n} written"
    assert any(predictor.name in note and price in note for note in outcome.notes)
    assert predictor.name in [row.name for row in outcome.rows]
