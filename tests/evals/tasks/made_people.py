"""Made people, simulators and judges for the tests of the live bench."""

import json

from mien.evals.tasks.live.feelings import CLUSTERS, KEYS
from mien.evals.tasks.live.rubric import read_rubric
from mien.evals.tasks.live.texts import CLOSE, OPEN

RUBRIC = read_rubric()


def plain(**changed):
    """A persona in Mien's own form, without a fault."""
    state = {name: dict.fromkeys(cluster, 4) for name, cluster in CLUSTERS.items()}
    return {
        "id": "lamp",
        "title": "A lamp",
        "family": "ordinary",
        "severity": "mild",
        "language": "en",
        "relationship": "friend",
        "role": "You are Ona, a friend.",
        "opening": "The hall lamp flickers again.",
        "about": "Ida, 60, lives in Turku.",
        "voice": "Short.",
        "core": "She is afraid of the stairs.",
        "awareness": "Low.",
        "helps": ["patience"],
        "harms": ["hurry"],
        "stance": {
            "candor": "plain",
            "advice": "later",
            "feelings": "sparing",
            "challenge": "earned",
            "need": "company",
        },
        "details": [
            {
                "id": "fall",
                "content": "In March she fell and lay beside the cellar door until morning.",
                "sensitivity": "high",
                "keys": ["cellar door"],
            },
            {"id": "bulb", "content": "She owns nine spare bulbs.", "sensitivity": "low"},
        ],
        "state": {**state, "progress_on_core_issue": 4},
    } | changed


def write(folder, *people):
    """One file a person; JSON is as good as TOML."""
    for number, person in enumerate(people):
        path = folder / f"{number}.json"
        path.write_text(json.dumps(person), encoding="utf-8")
    return folder


def turn(reply="Perhaps.", felt=4, **changed):
    """What a simulator answers when all is well."""
    told = {"thoughts": "Hm.", "felt": dict.fromkeys(KEYS, felt), "may_tell": [], "told": []}
    return json.dumps({**told, "reply": reply} | changed)


def verdict(value, **changed):
    """What a judge of one talk answers."""
    abilities = dict.fromkeys(RUBRIC.criteria, value) | changed
    told = {"notes": "so", "abilities": abilities, "traits": dict.fromkeys(RUBRIC.traits, value)}
    return json.dumps(told)


def margins(value, **changed):
    """What a judge of two talks answers."""
    return json.dumps({"notes": "so", "margins": dict.fromkeys(RUBRIC.criteria, value) | changed})


def data_in(text):
    """The conversations that a prompt quotes, read back."""
    parts = text.split(OPEN)[1:]
    return [json.loads(part.split(CLOSE)[0]) for part in parts]
