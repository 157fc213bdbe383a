import inspect

import pytest

from mien.core import errors


def _classes():
    return [
        value
        for value in vars(errors).values()
        if inspect.isclass(value) and issubclass(value, errors.MienError)
    ]


def test_the_tree_at_the_top_names_every_error():
    for error in _classes():
        assert error.__name__ in errors.__doc__


@pytest.mark.parametrize("error", _classes())
def test_every_error_says_what_it_is_for(error):
    assert error.__doc__
    # What was looked for and found is no failure of the command.
    assert error.exit_code == (1 if error is errors.DamagedAsset else 2)


def test_a_source_error_names_the_file_and_the_reason():
    error = errors.UnreadableSource("talk.mp4", "it is empty")
    assert str(error) == "cannot read talk.mp4: it is empty"
    assert (error.source, error.reason) == ("talk.mp4", "it is empty")


def test_a_missing_extra_says_what_to_install():
    assert "pip install 'mien[models]'" in str(errors.MissingExtra("pulling weights", "models"))
