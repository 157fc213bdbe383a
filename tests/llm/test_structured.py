"""Answers in JSON that follow a schema."""

import json

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import ConfigError, ModelServiceError
from mien.llm import Address, LanguageModel, Manner, Message, Retries, Structured
from mien.llm.schema import check_schema, first_problem
from mien.llm.testing import Answer, Fault, ScriptedServer

pytest.importorskip("httpx2", reason="mien[models] is not installed")

SCHEMA = {
    "type": "object",
    "properties": {
        "feeling": {"type": "string", "enum": ["anger", "fear"]},
        "turns": {"type": "array", "items": {"type": "integer", "minimum": 0}, "maxItems": 3},
        "target": {"type": ["string", "null"], "maxLength": 5},
        "share": {"type": "number", "minimum": 0, "maximum": 1},
        "sure": {"type": "boolean"},
    },
    "required": ["feeling", "turns"],
    "additionalProperties": False,
}
GOOD = {"feeling": "anger", "turns": [0, 2], "target": None, "share": 0.5, "sure": True}
ASKED = [Message("user", "Who feels what?")]


@pytest.fixture(params=["plain", "async"])
def ask(request):
    """Asks a scripted server, in both manners; gives what was parsed and the requests."""

    def ask(script, times=1):
        manner = Manner(retries=Retries(tries=1))
        with ScriptedServer(script) as server:
            model = LanguageModel(Address(server.url, "judge"), manner)
            structured = Structured(model)
            if request.param == "plain":
                with model:
                    parsed = [structured.ask(ASKED, SCHEMA) for _ in range(times)]
                return parsed[-1], server.requests

            async def talk():
                async with model:
                    return [await structured.aask(ASKED, SCHEMA) for _ in range(times)]

            return anyio.run(talk)[-1], server.requests

    return ask


def test_an_answer_that_follows_the_schema_is_taken(ask):
    parsed, (request,) = ask(json.dumps(GOOD))
    assert (parsed.value, parsed.repaired) == (GOOD, False)
    assert request.body["response_format"]["json_schema"]["schema"] == SCHEMA
    assert [message.text for message in request.messages] == ["Who feels what?"]


@pytest.mark.parametrize(
    "text",
    [
        "```json\n{}\n```",
        "Here it is:\n{}\nI hope this helps {{",
        '<think>Perhaps {{"feeling": "fear"}}?</think>\n{}',
        '{}{{"feeling": "fear", "turns": []}}',
        'Perhaps {{"feeling": "fear", "turns": []}}?\n</think>\n{}',
    ],
)
def test_words_around_the_object_do_no_harm_and_the_first_object_counts(ask, text):
    parsed, _ = ask(text.replace("{}", json.dumps(GOOD)).replace("{{", "{").replace("}}", "}"))
    assert (parsed.value, parsed.repaired) == (GOOD, False)


def test_what_does_not_follow_goes_back_once_with_what_is_wrong(ask):
    parsed, requests = ask(['{"feeling": "plum", "turns": []}', json.dumps(GOOD)])
    assert (parsed.value, parsed.repaired) == (GOOD, True)
    assert len(requests) == 2
    roles = [message.role for message in requests[1].messages]
    assert roles == ["user", "assistant", "user"]
    assert "$.feeling must be one of anger, fear" in requests[1].last


@pytest.mark.parametrize("text", ["No idea.", '{"feeling": NaN}', "[1]", '{"a": 1', "{" * 10_000])
def test_two_answers_that_do_not_follow_are_an_error_that_quotes_nothing(ask, text):
    with pytest.raises(ModelServiceError, match=r"judge at .* twice: ") as raised:
        ask([text, text])
    assert "idea" not in str(raised.value)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(refusal="I will not."), "refused to answer"),
        (Answer('{"feeling"', finish="length"), "cut off at its limit"),
    ],
)
def test_refusals_and_cut_answers_are_told_at_once(ask, answer, words):
    with pytest.raises(ModelServiceError, match=words):
        ask([answer])


def test_a_server_that_knows_no_schema_is_asked_in_words_from_then_on(ask):
    def script(request):
        form = request.body.get("response_format")
        return Fault(400, "unknown response_format") if form else json.dumps(GOOD)

    parsed, requests = ask(script, times=2)
    assert parsed.value == GOOD
    forms = [request.body.get("response_format", {}).get("type") for request in requests]
    assert forms == ["json_schema", "json_object", None, None]
    assert '"additionalProperties": false' in requests[-1].messages[0].text


def test_a_message_that_is_too_long_costs_no_later_one_its_schema():
    with ScriptedServer(
        lambda request: Fault(400) if "long" in request.last else json.dumps(GOOD)
    ) as server:
        manner = Manner(retries=Retries(tries=1))
        with LanguageModel(Address(server.url, "judge"), manner) as model:
            structured = Structured(model)
            with pytest.raises(ModelServiceError, match="HTTP 400"):
                structured.ask([Message("user", "long")], SCHEMA)
            assert structured.ask(ASKED, SCHEMA).value == GOOD
        assert server.requests[-1].body["response_format"]["type"] == "json_schema"


def test_other_faults_are_not_taken_for_a_lack_of_schemas(ask):
    with pytest.raises(ModelServiceError, match="HTTP 401") as raised:
        ask([Fault(401)])
    assert raised.value.status == 401


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"feeling": 1}, "$.feeling must be string"),
        ({"feeling": "joy"}, "$.feeling must be one of anger, fear"),
        ({"turns": [0, True]}, "$.turns[1] must be integer"),
        ({"turns": [0.5]}, "$.turns[0] must be integer"),
        ({"turns": [-1]}, "$.turns[0] must be from 0 to inf"),
        ({"turns": [1, 2, 3, 4]}, "$.turns must have 0 to 3 items"),
        ({"target": "a long one"}, "$.target must have at most 5 letters"),
        ({"target": 3}, "$.target must be string or null"),
        ({"share": 1.5}, "$.share must be from 0 to 1"),
        ({"share": True}, "$.share must be number"),
        ({"sure": 1}, "$.sure must be boolean"),
        ({"plum": 1}, "$ must have no other keys than feeling, turns, target, share, sure"),
    ],
)
def test_each_rule_is_checked_and_named_by_its_place(change, problem):
    assert first_problem(GOOD, SCHEMA) is None
    assert first_problem(GOOD | change, SCHEMA) == problem


def test_what_is_missing_is_named():
    assert first_problem({"turns": []}, SCHEMA) == "$.feeling is missing"


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_no_value_but_an_object_follows(value):
    assert first_problem(value, SCHEMA) == "$ must be object"


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"oneOf": []}, r"\$ uses oneOf"),
        ({"type": "int"}, r"\$ has the type int"),
        ({"type": ["string", "None"]}, r"\$ has the type None"),
        ({"type": "array", "items": {"pattern": "x"}}, r"\$\[\] uses pattern"),
        ({"properties": {}}, "needs additionalProperties: false"),
        ({"properties": {"a": {"$ref": "b"}}, "additionalProperties": False}, r"\$\.a uses"),
    ],
)
def test_a_schema_that_says_more_than_is_checked_is_refused(schema, words):
    with pytest.raises(ConfigError, match=words):
        check_schema(schema)
