import pytest

from mien.core.errors import ConfigError
from mien.guard import MEANINGS, Side, of_side
from mien.guard.judge import make_rubric, rubric, rubrics_hash

RULES = "# Rules, version 3\n"


def parts(side, *, without=()):
    return "".join(f"## {signal.value}\n- 2: so.\n" for signal in of_side(side)[len(without) :])


@pytest.mark.parametrize("side", Side)
def test_a_rubric_tells_the_meaning_of_every_signal_of_its_side(side):
    text = rubric(side).text
    for signal in of_side(side):
        assert f"## {signal.value}\n{MEANINGS[signal].definition}." in text


@pytest.mark.parametrize("side", Side)
def test_every_signal_has_an_example_of_what_shows_it_and_of_what_does_not(side):
    for part in rubric(side).text.split("\n## ")[1:]:
        assert "2:" in part, part
        assert "- 0:" in part, part


def test_the_first_line_tells_the_version():
    made = make_rubric(Side.USER, "# Mine, version 7\n" + parts(Side.USER), RULES)
    assert made.version == 7
    assert made.id.startswith("user-7-")


def test_a_changed_word_changes_the_id():
    text = "# Mine, version 7\n" + parts(Side.USER)
    one = make_rubric(Side.USER, text, RULES)
    other = make_rubric(Side.USER, text.replace("so", "thus", 1), RULES)
    assert one.id != other.id


@pytest.mark.parametrize(
    "text",
    [
        "# Mine\n" + parts(Side.USER),
        "# Mine, version 7\n" + parts(Side.USER, without="x"),
        "# Mine, version 7\n" + parts(Side.ASSISTANT),
        "",
    ],
)
def test_a_rubric_without_version_or_with_other_signals_is_refused(text):
    with pytest.raises(ConfigError, match="rubric"):
        make_rubric(Side.USER, text, RULES)


def test_the_hash_of_both_is_the_same_in_every_run():
    assert rubrics_hash() == rubrics_hash()
    assert len(rubrics_hash()) == 12
