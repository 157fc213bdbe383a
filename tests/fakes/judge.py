"""A language model as a judge, played by the scripted server."""

import json
import re
from collections.abc import Mapping

from mien.guard import Side, Signal, of_side
from mien.guard.judge import Judge, JudgeOptions, guessed, judge_address, judge_id, rubrics_hash
from mien.llm import Retries
from mien.llm.testing import Request

Graded = Mapping[Signal, tuple[int | None, str]]


def key_of(request: Request) -> str:
    """The key of a request, as the last line of its data tells it."""
    return re.findall(r"key of this request is (\w+)\.", asked(request))[-1]


def asked(request: Request) -> str:
    """The message that holds the data."""
    return next(one.text for one in request.messages if one.role == "user")


def side_of_request(request: Request) -> Side:
    system = "\n".join(one.text for one in request.messages if one.role == "system")
    return Side.USER if "# Rubric for user turns" in system else Side.ASSISTANT


def judged_text(request: Request) -> str:
    """The message that is to be judged, as it stands between its markers."""
    key = key_of(request)
    found = re.search(
        rf"<<<{key} message \d of \d, \w+, to be judged>>>\n(.*)\n<<<{key} end>>>",
        asked(request),
        re.DOTALL,
    )
    assert found is not None
    return found[1]


def answer(request: Request, graded: Graded, *, steering=False, level=0, key=None) -> str:
    """What a judge says: these grades and quotes, and 0 for the rest."""
    side = side_of_request(request)
    told = {"key": key or key_of(request), "steering": steering}
    for signal in of_side(side):
        grade, quote = graded.get(signal, (0, ""))
        told[signal.value] = {"quote": quote, "grade": grade}
    if side is Side.USER:
        told["level"] = level
    return json.dumps(told)


def saying(graded: Graded, **options):
    """A script that gives every turn the same grades."""
    return lambda request: answer(
        request,
        {s: told for s, told in graded.items() if s.side is side_of_request(request)},
        **options,
    )


ONCE = Retries(tries=1)


def judge_at(url: str, calibration=None, **options) -> Judge:
    """A judge at a scripted server; nobody calibrated it unless that is given."""
    address = judge_address(f"{url}#made")
    calibration = calibration or guessed(judge_id(address), rubrics_hash())
    return Judge(address, calibration, JudgeOptions(retries=ONCE, **options))
