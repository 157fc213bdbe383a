"""The list of all signals."""

from mien.guard import MEANINGS, Effect, Side, Signal, of_side


def test_every_signal_has_a_meaning_and_no_other_word_has_one():
    assert list(MEANINGS) == list(Signal)


def test_every_definition_is_its_own_and_says_something():
    assert len({meaning.definition for meaning in MEANINGS.values()}) == len(Signal)
    assert all(len(meaning.definition.split()) >= 5 for meaning in MEANINGS.values())


def test_each_signal_belongs_to_one_side():
    user, assistant = of_side(Side.USER), of_side(Side.ASSISTANT)
    assert not set(user) & set(assistant)
    assert set(user) | set(assistant) == set(Signal)


def test_a_user_protects_themselves_only_by_seeking_help():
    protecting = [s for s in of_side(Side.USER) if s.effect is Effect.PROTECTION]
    assert protecting == [Signal.HELP_SEEKING]
