"""Prices: known, a user's own, nothing for what runs here, and never a guess."""

import pytest

from mien.core.config import Config
from mien.core.errors import ConfigError
from mien.evals.prices import FREE, load_prices
from mien.evals.result import Usage

OWN = '[models]\n"lab/big" = { read = 2, written = 8.5, cached = 0.2 }\n'


@pytest.fixture(scope="module")
def listed():
    return load_prices(config=Config())


def test_every_listed_price_has_its_source_and_date(listed):
    assert len(listed.known) > 20
    for model, price in listed.known.items():
        assert "/" in model
        assert price.source.rpartition(", ")[2].startswith("20")
        assert 0 < price.read <= price.written
        assert price.cached <= price.read <= max(price.stored, price.read)


def test_a_dated_release_costs_what_its_model_costs(listed):
    plain = listed.find("openai/gpt-5-mini")
    assert listed.find("openai/gpt-5-mini-2025-08-07") == plain
    assert listed.find("anthropic/claude-haiku-4-5-20251001").written == 5.0
    assert listed.find("openai/gpt-5-minimal") is None


def test_an_unknown_price_is_none_and_not_zero(listed):
    assert listed.find("openai/unheard-of") is None
    assert listed.usd("openai/unheard-of", Usage(read=10**9)) is None


@pytest.mark.parametrize("model", ["mien/flat", "ollama/qwen3", "hf/gpt2", "vllm/m"])
def test_what_runs_here_is_free(listed, model):
    assert listed.find(model) is FREE
    assert listed.usd(model, Usage(read=10**9)) == 0.0


def test_a_server_on_this_machine_is_free_and_one_elsewhere_is_not(listed, monkeypatch):
    monkeypatch.setenv("LAB_BASE_URL", "http://127.0.0.1:8000/v1")
    assert listed.find("openai-api/lab/m") is FREE
    monkeypatch.setenv("LAB_BASE_URL", "https://lab.example.org/v1")
    assert listed.find("openai-api/lab/m") is None


def test_ones_own_prices_come_first(tmp_path):
    path = tmp_path / "prices.toml"
    path.write_text(OWN + '"openai/gpt-5-mini" = { read = 0, written = 0 }\n')
    prices = load_prices(path)
    assert prices.usd("lab/big", Usage(read=10**6, written=10**6)) == pytest.approx(10.5)
    assert prices.find("lab/big").stored == 2
    assert prices.usd("openai/gpt-5-mini", Usage(read=10**6)) == 0.0
    assert load_prices(config=Config(prices=path)).find("lab/big") == prices.find("lab/big")


@pytest.mark.parametrize(
    "text",
    [
        "not = [toml",
        "x = 3",
        '[models]\n"a/b" = 3',
        '[models]\n"a/b" = { read = 1 }',
        '[models]\n"a/b" = { read = "1", written = 2 }',
        '[models]\n"a/b" = { read = -1, written = 2 }',
        '[models]\n"a/b" = { read = nan, written = 2 }',
        '[models]\n"a/b" = { read = true, written = 2 }',
        '[models]\n"a/b" = { read = 1, written = 2, per = 3 }',
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path, text):
    path = tmp_path / "prices.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"prices\.toml"):
        load_prices(path)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="cannot read prices"):
        load_prices(tmp_path / "none.toml")
