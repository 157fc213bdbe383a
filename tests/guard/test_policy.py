"""Policies: those that ship, and what is refused."""

import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import PolicyError
from mien.guard import Action, load_policy, policies
from mien.guard.facts import misuse

PRESETS = [name for name in policies() if name != "default"]
TEXT = files("mien.guard").joinpath("policies", "default.toml").read_text(encoding="utf-8")


def written(tmp_path, text, name="mine.toml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_default_loads_and_names_what_it_asks_for():
    policy = load_policy("default")
    assert policy.id == f"default-v1#{policy.sha256[:8]}"
    assert all(misuse(when.rule) == "" for when in policy.rules)
    assert {when.action for when in policy.rules} == set(Action) - {Action.NOTHING}


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_of_law_adds_timers_and_names_its_law(name):
    policy = load_policy(f"default+{name}")
    assert policy.name == f"default+{name}"
    assert policy.timers
    assert policy.laws
    assert policy.rules == load_policy("default").rules


def test_all_presets_join():
    policy = load_policy("+".join(["default", *PRESETS]))
    assert len(policy.timers) == sum(len(load_policy(f"default+{p}").timers) for p in PRESETS)
    assert policy.interrupts


def test_a_preset_alone_is_no_policy():
    with pytest.raises(PolicyError, match=r"default\+NAME"):
        load_policy("california")


def test_an_unknown_name_is_answered_with_those_there_are():
    with pytest.raises(PolicyError, match="california, default, eu"):
        load_policy("defualt")


def test_the_hash_is_of_the_bytes(tmp_path):
    same = load_policy(written(tmp_path, TEXT))
    other = load_policy(written(tmp_path, TEXT + "\n# a word", "other.toml"))
    assert same.sha256 == load_policy("default").sha256 != other.sha256


def test_a_file_joins_with_presets(tmp_path):
    path = written(tmp_path, TEXT.replace('name = "default"', 'name = "mine"'))
    assert load_policy(f"{path}+new_york").name == "mine+new_york"
    assert load_policy(f"default+{written(tmp_path, PRESET, 'ours.toml')}").name == "default+ours"


PRESET = 'name = "ours"\nversion = "3"\n'


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("idle_minutes = 30", "idle_minutes = 0", "idle_minutes"),
        ("idle_minutes = 30", "idle_minutes = nan", "idle_minutes"),
        ("idle_minutes = 30", "idle_minuets = 30", "idle_minuets"),
        ("idle_minutes = 30", "idle_minutes = true", "idle_minutes"),
        ('version = "1"', "version = 1", "version"),
        ("floor = 0.15", "floor = 0", "floor"),
        ("floor = 0.15", "flor = 0.15", "flor"),
        ("[risk.crisis]", "[risk.crysis]", "crysis"),
        ("crisis = 1.0", "crysis = 1.0", "crysis"),
        ("crisis = 1.0", 'crisis = "much"', "crisis"),
        ("crisis = 1.0", "crisis = inf", "crisis"),
        ("crisis = 1.0", "crisis = -0.5", "risk.crisis.weights.crisis"),
        ("help_seeking = -0.2", "help_seeking = 0.2", "help_seeking"),
        ("half = 1.5", "half = -1", "half"),
        ("half = 1.5", "haft = 1.5", "haft"),
        ("levels = [1.0, 1.5,", "levels = [1.5, 1.0,", "levels"),
        ("levels = [1.0, 1.5,", 'levels = ["a", 1.5,', "levels"),
        ("levels = [1.0,", "levels = [", "levels"),
        ('action = "retract"', 'action = "retrakt"', "retrakt"),
        ('action = "retract"', 'action = "retract"\nlevel = 3', "level"),
        ('step = "ask"', 'step = "aks"', "aks"),
        ('when = "risk >= .2"', 'when = "rsik >= .2"', "rsik"),
        ('when = "risk >= .2"', 'when = "trend >= .2"', "trend"),
        ('when = "risk >= .2"', 'when = "point == user"', "user_turn or reply"),
        ('when = "risk >= .2"', 'when = "risk >= "', "missing at"),
        ('when = "risk >= .2"', "", "when"),
        ("[burden.ground]", "[burden.grond]", "grond"),
        ('[burden."crisis.ask"]', '[burden."crisis.aks"]', "aks"),
        ("per_session = 3", "per_sesion = 3", "per_sesion"),
        ("gap_turns = 16", "gap_turns = 1.5", "gap_turns"),
        ("gap_turns = 16", "gap_turns = -1", "gap_turns"),
        ("share = 0.25", "share = 1.25", "share"),
        ("[person]", "[persons]", "persons"),
        ("[person]", "rule = 3\n[person]", "not TOML|rule"),
        ('name = "default"', 'name = "default"\nrule = "x"', "not TOML|rule"),
        ('name = "default"', 'name = "default"\ninterrupts = "yes"', "interrupts"),
        ('name = "default"', 'name = "default"\nlaw = "SB 243"', "law"),
        ('name = "default"', 'name = "default"\ntimer = [3]', "timer"),
        ('name = "default"', "name = ", "not TOML"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_name(tmp_path, old, new, said):
    assert old in TEXT
    with pytest.raises(PolicyError, match=said) as caught:
        load_policy(written(tmp_path, TEXT.replace(old, new, 1)))
    assert "mine.toml" in str(caught.value)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ('notice = "hello"', "hello"),
        ('notice = "ai"\nevery_minutes = 0', "every_minutes"),
        ('notice = "ai"\nevery_minutes = inf', "every_minutes"),
        ('notice = "ai"\nwho = "children"', "minors"),
        ('notice = "ai"\nat_start = 1', "at_start"),
        ('notice = "ai"\nevery_hours = 3', "every_hours"),
        ("at_start = true", "notice"),
    ],
)
def test_a_timer_that_makes_no_sense_is_refused(tmp_path, row, said):
    with pytest.raises(PolicyError, match=said):
        load_policy(f"default+{written(tmp_path, PRESET + '[[timer]]' + chr(10) + row)}")


def test_a_preset_may_not_move_risk(tmp_path):
    path = written(tmp_path, PRESET + "[risk]\nfloor = 0.2\n")
    with pytest.raises(PolicyError, match="preset has no risk"):
        load_policy(f"default+{path}")


@pytest.mark.parametrize("bytes_", [b"\xff\xfe\x00", b"x = " + b"[" * 5000, b"\x00"])
def test_bytes_that_are_no_policy_are_refused(tmp_path, bytes_):
    path = tmp_path / "bad.toml"
    path.write_bytes(bytes_)
    with pytest.raises(PolicyError, match=r"bad\.toml"):
        load_policy(path)


def test_a_huge_file_is_not_read(tmp_path):
    with pytest.raises(PolicyError, match="1 MB"):
        load_policy(written(tmp_path, "# " + "x" * (1 << 20)))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
places = st.sampled_from(
    ["name", "risk", "rule", "burden", "timer", "law", "person", "idle_minutes", "interrupts"]
)


@given(places, values)
def test_no_value_anywhere_does_more_than_load_or_be_refused(place, value):
    from mien.guard.policy import _policy

    told = tomllib.loads(TEXT)
    for inside in (told, told["risk"], told["rule"][0], told["burden"]["ground"], told["person"]):
        changed = dict(inside)
        changed[place if inside is told else next(iter(inside))] = value
        whole = {**told, **changed} if inside is told else told
        if inside is not told:
            whole = _with(told, inside, changed)
        try:
            _policy(whole, "0" * 64)
        except PolicyError:
            continue


def _with(told, old, new):
    """The table with one inner table exchanged."""
    if told is old:
        return new
    if isinstance(told, dict):
        return {key: _with(value, old, new) for key, value in told.items()}
    if isinstance(told, list):
        return [_with(value, old, new) for value in told]
    return told
