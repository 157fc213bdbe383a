"""Answers that decline, told from those that do not."""

import pytest

from mien.evals.refusals import OPENING, is_refusal

DECLINES = [
    "I'm sorry, but I can't help with that.",
    "I cannot predict the feelings of a person.",
    "I\u2019m not able to rate emotions.",
    "We are unable to answer.",
    "As an AI language model, I have no feelings.",
    "Ich kann diese Frage nicht beantworten.",
    "Als KI habe ich dazu keine Meinung.",
    "作为一个人工智能，我没有情感。",
    "很抱歉，我无法回答这个问题。",
]

ANSWERS = [
    "",
    "Remorseful: 0\nIndifferent: 4",
    "The canvas is torn, and she cannot mend it.",
    "Reuevoll: 0, denn er kann es nicht lassen",
    "她无法原谅他。",
    "Sad: 3" + " " * OPENING + "I cannot say more.",
]


@pytest.mark.parametrize("text", DECLINES)
def test_an_answer_that_declines_is_known(text):
    assert is_refusal(text)
    assert is_refusal(text.upper() if text.isascii() else text)


@pytest.mark.parametrize("text", ANSWERS)
def test_other_answers_are_none(text):
    assert not is_refusal(text)
