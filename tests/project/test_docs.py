"""What exists must be documented, and what is documented must run."""

import inspect
import re
import typing
from dataclasses import fields, is_dataclass
from enum import StrEnum
from pathlib import Path

import pytest
import typer

from mien.cli.app import app
from mien.core import errors
from mien.core.config import Config
from mien.decoders.registry import offers
from mien.emotions import Emotion
from mien.moments import Moment
from mien.timeline import Reading, Reason
from tests.data import ROOT

PAGES = {path: path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md")}
PAGES = {
    path: text for path, text in PAGES.items() if not {"_build", "generated"} & set(path.parts)
}
PAGES[ROOT / "README.md"] = (ROOT / "README.md").read_text(encoding="utf-8")
ALL = "\n".join(PAGES.values())


def commands():
    command = typer.main.get_command(app)
    stack = [("mien", command)]
    while stack:
        name, one = stack.pop()
        yield name, one
        stack += [(f"{name} {key}", sub) for key, sub in getattr(one, "commands", {}).items()]


def test_every_command_and_option_is_documented():
    for name, command in commands():
        if not hasattr(command, "commands"):
            assert name in ALL, name
        for parameter in command.params:
            for option in parameter.opts:
                assert not option.startswith("--") or f"`{option}" in ALL, (name, option)


def test_every_error_is_documented():
    page = PAGES[ROOT / "docs/reference/errors.md"]
    for value in vars(errors).values():
        if inspect.isclass(value) and issubclass(value, errors.MienError):
            assert value.__name__ in page


def test_every_setting_is_documented_with_its_variable():
    page = PAGES[ROOT / "docs/reference/settings.md"]
    for field in fields(Config):
        assert f"`{field.name}`" in page
        assert f"`MIEN_{field.name.upper()}`" in page


def test_every_extra_is_documented():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for extra in project["optional-dependencies"]:
        assert f"`{extra}`" in PAGES[ROOT / "docs/reference/settings.md"]


def test_every_decoder_is_documented():
    for name in offers():
        assert f"`{name}`" in PAGES[ROOT / "docs/reference/decoders.md"]


def test_every_field_reason_and_emotion_is_documented():
    page = PAGES[ROOT / "docs/reference/readings.md"]
    for name in [field.name for field in fields(Reading)] + [r.value for r in Reason]:
        assert f"`{name}`" in page, name
    for emotion in Emotion:
        assert emotion.value in page


def records(record):
    """A record and those that stand inside it, each with its fields."""
    found = {record}
    for field in fields(record):
        kind = typing.get_type_hints(record)[field.name]
        inner = [one for one in (kind, *typing.get_args(kind)) if is_dataclass(one)]
        found |= {deeper for one in inner for deeper in records(one)}
    return found


def enums(record):
    """The vocabularies of a record's fields."""
    for field in fields(record):
        kind = typing.get_type_hints(record)[field.name]
        for one in (kind, *typing.get_args(kind)):
            if inspect.isclass(one) and issubclass(one, StrEnum):
                yield one


def test_every_field_and_every_word_of_a_moment_is_documented():
    page = PAGES[ROOT / "docs/reference/moments.md"]
    every = records(Moment)
    assert {one.__name__ for one in every} >= {"Cause", "Evidence", "Hypothesis", "MovedBy"}
    for record in every:
        names = [field.name for field in fields(record)]
        words = [value.value for vocabulary in enums(record) for value in vocabulary]
        for name in names + words:
            assert f"`{name}`" in page, (record.__name__, name)


def test_the_fields_of_a_moment_stand_in_their_order():
    page = PAGES[ROOT / "docs/reference/moments.md"].split("\n## ")[0]
    places = [page.index(f"`{field.name}`") for field in fields(Moment) if field.name != "schema"]
    assert places == sorted(places)


@pytest.mark.parametrize("page", sorted(PAGES), ids=lambda path: path.stem)
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", PAGES[page]):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def snippets():
    for path, text in sorted(PAGES.items()):
        code = re.findall(r"^```python\n(.*?)^```", text, flags=re.S | re.M)
        if code:
            yield pytest.param("\n".join(code), id=path.stem)


@pytest.mark.parametrize("code", list(snippets()))
def test_python_on_a_page_runs_from_top_to_bottom(code, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    exec(compile(code, "page", "exec"), {"out": Path(tmp_path), "__name__": "page"})


def console():
    for path, text in sorted(PAGES.items()):
        for line in re.findall(r"^\$ (?:\.venv/bin/)?(mien .*)$", text, flags=re.M):
            yield pytest.param(line, id=f"{path.stem}: {line[:50]}")


@pytest.mark.parametrize("line", list(console()))
def test_commands_on_a_page_have_options_that_exist(line):
    words = line.split(" | ")[0].split()
    known = dict(commands())
    name = max((n for n in known if line.startswith(n)), key=len)
    options = {option for p in known[name].params for option in p.opts}
    for word in words:
        if word.startswith("--"):
            assert word in options | {"--help"}, (name, word)
