"""The stand-in for faster-whisper against the real one, where that is installed."""

import ast
import inspect
from dataclasses import fields

import pytest

from mien.media.transcribe import local
from tests.fakes.hearing import MODULES

REASON = "mien[transcribe] is not installed: the stand-in is not compared"


@pytest.fixture
def real():
    return pytest.importorskip("faster_whisper.transcribe", reason=REASON)


def stand_in(name):
    """The fields of a class of the stand-in, without importing it in the real one's place."""
    tree = ast.parse((MODULES / "faster_whisper.py").read_text(encoding="utf-8"))
    (found,) = [n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == name]
    return {n.target.id for n in found.body if isinstance(n, ast.AnnAssign)}


@pytest.mark.parametrize("name", ["Segment", "Word", "TranscriptionInfo"])
def test_what_it_gives_is_given_by_the_real_one(real, name):
    assert stand_in(name) <= {field.name for field in fields(getattr(real, name))}


def test_what_is_asked_of_it_can_be_asked_of_the_real_one(real):
    tree = ast.parse(inspect.getsource(local))
    asked = {"transcribe": set(), "WhisperModel": set()}
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        if name in asked:
            asked[name] |= {keyword.arg for keyword in call.keywords}
    for name, method in (("transcribe", "transcribe"), ("WhisperModel", "__init__")):
        assert asked[name]
        known = inspect.signature(getattr(real.WhisperModel, method)).parameters
        assert asked[name] <= set(known)
