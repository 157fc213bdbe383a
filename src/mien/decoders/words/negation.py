"""What a negator reaches, marked on the words (Pang, Lee & Vaithyanathan 2002).

"Not happy" is no joy. A linear model sees that only if `happy` under a negator is a word of
its own; here it is `happy_NEG`. A transformer reads the negator itself.
"""

from __future__ import annotations

MARK = "_NEG"
REACH = 5
"""Words after a negator, at most; a clause is rarely longer."""

_NEGATORS = """
not no never neither nor nobody nothing nowhere none without hardly barely scarcely cannot cant
dont didnt doesnt isnt wasnt werent wont wouldnt shouldnt couldnt aint arent havent hasnt hadnt
ain't aren't can't couldn't didn't doesn't don't hadn't hasn't haven't isn't mightn't mustn't
needn't shan't shouldn't wasn't weren't won't wouldn't stop stopped quit lacks lacking
"""
NEGATORS = frozenset(_NEGATORS.split())
_STOPS = frozenset(
    [*'.,;:!?()-"', "but", "though", "although", "because", "however", "yet", "except"]
)
_NOT_NEGATING = frozenset({("not", "only"), ("not", "just"), ("no", "doubt"), ("no", "wonder")})


def mark_negation(words: list[str]) -> list[str]:
    """The words, those within reach of a negator with a mark.

    The reach ends at punctuation, at "but" and its like, or after five words. A second
    negator within reach starts anew and is not marked itself, so "not unhappy" and "never
    not happy" stay apart from "not happy" by their words.

    >>> mark_negation("i am not really happy , sad".split())
    ['i', 'am', 'not', 'really_NEG', 'happy_NEG', ',', 'sad']
    """
    if NEGATORS.isdisjoint(words):
        return words
    marked: list[str] = []
    left = 0
    for i, word in enumerate(words):
        if word in NEGATORS:
            left = 0 if tuple(words[i : i + 2]) in _NOT_NEGATING else REACH
            marked.append(word)
        elif word in _STOPS:
            left = 0
            marked.append(word)
        else:
            marked.append(word + MARK if left else word)
            left = max(0, left - 1)
    return marked
