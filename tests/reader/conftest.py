from collections.abc import Iterator

import pytest

from mien.decoders import registry
from tests.fakes.decoders import fake_offers


@pytest.fixture(autouse=True)
def fake_decoders(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Readers are tested with decoders whose readings anyone can work out."""
    monkeypatch.setattr(registry, "_registered", lambda: (fake_offers(), ()))
    registry._loaded.cache_clear()
    yield
    registry._loaded.cache_clear()
