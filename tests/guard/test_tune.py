"""Thresholds for one's own conversations."""

import json
from dataclasses import replace

import pytest

from mien.core.errors import ConfigError, PolicyError
from mien.guard import Signal, load_policy
from mien.guard.labeled_chats import LabeledChat, read_labeled_chats
from mien.guard.tune import EARLY_TURNS, LEAST_POSITIVES, tune, write_policy
from mien.timeline import Turn
from tests.fakes.guard import Scripted


class Words(Scripted):
    """Sees in a reply what the reply says of itself, as `delusion_reinforcement 0.9`."""

    def __init__(self):
        super().__init__({})

    def observe(self, turns):
        said = turns[-1].text.split()
        self.signals = {turns[-1].index: {Signal(said[0]): float(said[1])} if said else {}}
        return super().observe(turns)


def chat(name, chances, alarm_at):
    """Replies that reinforce a delusion with these chances."""
    turns = [
        Turn(
            index=i,
            role="assistant" if i % 2 else "user",
            text=f"delusion_reinforcement {chances[i // 2]}" if i % 2 else "",
        )
        for i in range(2 * len(chances))
    ]
    return LabeledChat(id=name, turns=tuple(turns), alarm_at=alarm_at)


def chats(positive=60, negative=110, noisy=0):
    return [
        *(chat(f"p{i}", [0.1, 0.95, 0.95, 0.95], 5) for i in range(positive)),
        *(chat(f"n{i}", [0.1, 0.1, 0.2, 0.1], None) for i in range(negative - noisy)),
        *(chat(f"loud{i}", [0.8, 0.8, 0.1, 0.1], None) for i in range(noisy)),
    ]


def tuned(rows, most=20.0, **options):
    return tune(rows, observer=Words(), most_per_thousand=most, **options)


def test_what_can_be_told_apart_is_told_apart():
    found = tuned(chats())
    assert found.held_out.recall == (1.0, pytest.approx(0.886, abs=0.001), 1.0)
    assert found.held_out.false.value == 0
    assert found.held_out.delay is not None
    assert -EARLY_TURNS <= found.held_out.delay <= 2
    assert (found.n_positive, found.n_negative) == (60, 110)


def test_noise_raises_the_thresholds_until_it_is_quiet():
    loose, strict = tuned(chats(noisy=40), 900.0), tuned(chats(noisy=40))
    assert strict.factor > loose.factor or loose.chosen_on.false.value <= 0.02
    assert 1000 * strict.chosen_on.false.value <= 20
    assert strict.held_out.recall.value > 0.9


def test_halves_share_no_conversation_and_are_measured_apart():
    found = tuned(chats())
    assert found.chosen_on.recall.low == found.held_out.recall.low  # 30 of 30 each
    assert found.chosen_on.false.high == found.held_out.false.high  # 0 of 55 each


def test_the_order_of_conversations_does_not_matter():
    rows = chats(40, 110, 20)
    assert tuned(rows) == tuned(rows[::-1]) == tuned(sorted(rows, key=lambda row: row.id))


def test_a_persons_conversations_stay_together():
    from mien.guard.tune import _Case, _halves

    rows = [replace(row, person=f"someone{i % 50}") for i, row in enumerate(chats(120, 240))]
    first, second = _halves([_Case(row, {}) for row in rows])
    people = [{one.labeled.person for one in half} for half in (first, second)]
    assert not people[0] & people[1]
    assert len(first) + len(second) == 360
    assert abs(len(people[0]) - len(people[1])) <= 2


def test_halves_with_an_alarm_in_one_alone_are_refused():
    rows = [replace(row, person="one" if row.alarm_at else None) for row in chats()]
    with pytest.raises(ConfigError, match="few people"):
        tuned(rows)


def test_too_few_positives_are_refused_with_how_many_are_needed():
    with pytest.raises(ConfigError, match=f"39 .* {LEAST_POSITIVES} are needed"):
        tuned(chats(positive=39))


def test_too_few_ordinary_ones_are_refused_with_how_many_are_needed():
    with pytest.raises(ConfigError, match=r"99 .* 100 are needed"):
        tuned(chats(negative=99))


def test_what_no_threshold_can_reach_is_refused():
    said = (Turn(index=0, role="user", text="crisis 0.9"),)
    rows = [
        *(LabeledChat(id=f"p{i}", turns=said, alarm_at=0) for i in range(40)),
        *(LabeledChat(id=f"n{i}", turns=said, alarm_at=None) for i in range(110)),
    ]
    with pytest.raises(ConfigError, match="no threshold keeps to 20"):
        tuned(rows)


def test_an_alarm_long_before_its_label_is_no_hit():
    rows = [
        *(chat(f"p{i}", [0.95, 0.95, *[0.0] * 30], 63) for i in range(40)),
        *(chat(f"n{i}", [0.1], None) for i in range(110)),
    ]
    assert tuned(rows).held_out.recall.value == 0


def test_two_conversations_of_one_id_are_refused():
    with pytest.raises(ConfigError, match="share an id"):
        tuned([*chats(), chats()[0]])


@pytest.mark.parametrize("most", [0, -1, 1000, float("nan")])
def test_a_limit_that_makes_no_sense_is_refused(most):
    with pytest.raises(ConfigError, match="between 0 and 1000"):
        tuned(chats(), most)


def test_the_written_policy_is_the_chosen_one_and_says_what_it_is_worth(tmp_path):
    found, path = tuned(chats()), tmp_path / "mine.toml"
    write_policy(found, "default", path)
    policy = load_policy(path)
    assert policy.name == "mine"
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# Tuned from {found.policy}")
    assert "recall 1.00 [0.89, 1.00]" in text
    again = load_policy(f"{path}+california")
    assert again.rules == policy.rules != load_policy("default").rules
    with pytest.raises(ConfigError, match="exists"):
        write_policy(found, "default", path)


def test_a_joined_policy_is_refused_for_writing(tmp_path):
    with pytest.raises(PolicyError, match="joined"):
        write_policy(tuned(chats()), "default+eu", tmp_path / "mine.toml")


# The file.


def line(alarm_at=1, **more):
    messages = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    return {"id": "x", "messages": messages, "alarm_at": alarm_at, **more}


def read(tmp_path, *rows):
    path = tmp_path / "labeled.jsonl"
    text = "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)
    path.write_text(text, encoding="utf-8")
    return list(read_labeled_chats(path))


def test_thumbs_and_ratings_change_nothing(tmp_path):
    plain = read(tmp_path, line())
    rated = line(thumbs_up=True, rating=5, feedback="great")
    rated["messages"][1] |= {"rating": "up", "thumbs": 1}
    assert read(tmp_path, rated) == plain


def test_without_an_id_the_line_names_itself(tmp_path):
    first, second = read(tmp_path, {**line(), "id": None}, {**line(0), "id": None})
    assert first.id != second.id


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{", "line 2 is not JSON"),
        ("[]", "line 2: a conversation has messages"),
        ({"messages": "x", "alarm_at": None}, "line 2: a conversation has messages"),
        ({"messages": [], "alarm_at": None}, "line 2: no message"),
        ({"messages": [{"role": "user", "content": "a"}]}, "line 2 has no alarm_at"),
        (line(7), "alarm_at is 7, and messages are 0 to 1"),
        (line(-1), "alarm_at is -1"),
        (line("1"), "must be a number"),
        (line(True), "must be a number"),
        ({"messages": [{"role": "bot", "content": "a"}], "alarm_at": 0}, "message 0: role"),
        ({"messages": [{"role": "user", "content": 3}], "alarm_at": 0}, "message 0: content"),
        (
            {"messages": [{"role": "user", "content": "a", "at": "noon"}], "alarm_at": 0},
            "message 0: at",
        ),
        ("[" * 100_000, "line 2 is not JSON"),
    ],
)
def test_a_line_that_is_something_else_is_refused_by_its_number(tmp_path, row, said):
    with pytest.raises(ConfigError, match=said):
        read(tmp_path, line(), row)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.jsonl"):
        list(read_labeled_chats(tmp_path / "none.jsonl"))
