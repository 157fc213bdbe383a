"""Judges that are asked again, and JSON that is almost right."""

import json

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.evals.judging import json_object

PLAIN = st.dictionaries(
    st.text(max_size=8),
    st.one_of(st.integers(), st.booleans(), st.text(max_size=20), st.lists(st.integers())),
    min_size=1,
    max_size=6,
)


@given(
    PLAIN, st.sampled_from(["{}", "Well.\n```json\n{}\n```\nThat is all.", "<think>{</think>{}"])
)
def test_any_object_is_found_wherever_it_stands(value, around):
    said = around[::-1].replace("}{", json.dumps(value, indent=1)[::-1], 1)[::-1]
    assert json_object(said) == value


@given(st.text(alphabet='{}[]",:\\ \na1', max_size=60))
def test_no_text_breaks_it(text):
    found = json_object(text)
    assert found is None or isinstance(found, dict)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ('{"a": "x\ny"}', {"a": "x\ny"}),
        ('{"a": "the "one" there", "b": 1}', {"a": 'the "one" there', "b": 1}),
        ('{"a": [1, 2,], "b": "c,}",}', {"a": [1, 2], "b": "c,}"}),
        ('```json\n{"a": 1}\n```\nno:\n```json\n{"a": 2}\n```', {"a": 2}),
        ('{"a": NaN}', None),
        ('{"a": 1', None),
        ("no brace", None),
        ("[" * 100_000, None),
        ('{"a": ' * 100_000, None),
        ('{"' + '\\"' * 65_000, None),
        ('{"a' * 40_000 + "}" * 40_000, None),
    ],
)
def test_what_judges_commonly_get_wrong_is_forgiven(said, found):
    assert json_object(said) == found


def asked(outputs, **given):
    """What came of asking a judge with these answers, and the temperatures it was asked at."""
    inspect_model = pytest.importorskip("inspect_ai.model", reason="inspect-ai is not installed")
    from mien.evals.judging import ask

    left, heat = iter(outputs), []

    def answer(messages, tools, choice, config):
        heat.append(config.temperature)
        text, stop = next(left)
        output = inspect_model.ModelOutput.from_content("judge", text, stop_reason=stop)
        output.usage = inspect_model.ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
        return output

    judge = inspect_model.get_model("mockllm/model", custom_outputs=answer, memoize=False)

    async def talk():
        return await ask(judge, "Who?", json_object, **given)

    return anyio.run(talk), heat


def test_a_judge_is_asked_again_at_another_temperature():
    found, heat = asked([("hm", "stop"), ('{"a": 1}', "stop")])
    assert (found.verdict, found.tries, heat) == ({"a": 1}, 2, [0.0, 0.3])


@pytest.mark.parametrize("stop", ["max_tokens", "content_filter"])
def test_an_answer_that_was_cut_off_is_not_read(stop):
    found, heat = asked([('{"a": 1}', stop)] * 3)
    assert (found.verdict, found.tries, found.text) == (None, 3, '{"a": 1}')
    assert len(set(heat)) == 3
