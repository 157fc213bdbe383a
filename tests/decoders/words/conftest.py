import pytest

from mien.core.config import Config
from mien.decoders.registry import load
from mien.timeline import Turn

NAMES = ("words-v1", "words-fast-v1")


@pytest.fixture(params=NAMES)
def decoder(request):
    return load(request.param, Config())


@pytest.fixture
def read(decoder):
    def read(*texts):
        turns = [Turn(index=i, text=text) for i, text in enumerate(texts)]
        return decoder.open().push(turns)

    return read
