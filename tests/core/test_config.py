from pathlib import Path

import pytest

from mien.core.config import Config, load_config
from mien.core.errors import ConfigError


def test_the_environment_wins_over_the_file(tmp_path):
    path = tmp_path / "mien.toml"
    path.write_text("threads = 2\noffline = true\n", encoding="utf-8")
    config = load_config(path, {"MIEN_THREADS": "3"})
    assert config == Config(threads=3, offline=True)


def test_nothing_set_gives_the_defaults(tmp_path):
    assert load_config(tmp_path / "none.toml", {}) == Config()


@pytest.mark.parametrize(("text", "value"), [("1", True), ("yes", True), ("0", False), ("", False)])
def test_switches_are_read_as_people_write_them(tmp_path, text, value):
    assert load_config(tmp_path / "none.toml", {"MIEN_COMMERCIAL": text}).commercial is value


def test_a_home_is_a_path(tmp_path):
    assert (
        load_config(tmp_path / "none.toml", {"MIEN_HOME": "~/m"}).home == Path("~/m").expanduser()
    )


def test_precision_is_asked_for_by_file_or_variable(tmp_path):
    path = tmp_path / "mien.toml"
    path.write_text("precision = 'half'", encoding="utf-8")
    assert load_config(path, {}).precision == "half"
    assert load_config(path, {"MIEN_PRECISION": "int8"}).precision == "int8"


def test_variables_of_other_tools_are_left_alone(tmp_path):
    assert load_config(tmp_path / "none.toml", {"MIEN_CHROMIUM": "/usr/bin/chromium"}) == Config()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("thread = 2", "unknown"),
        ("threads = 'two'", "not a int"),
        ("threads = 0", "at least 1"),
        ("detector = 'magic'", "auto, yunet or haar"),
        ("precision = 'float32'", "int8 or half, not 'float32'"),
        ("offline = 7", "not a bool"),
        ("= 1", "not valid TOML"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, text, reason):
    path = tmp_path / "mien.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=reason):
        load_config(path, {})
