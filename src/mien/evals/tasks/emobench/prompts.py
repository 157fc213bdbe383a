"""What a model is asked, in the publisher's words of March 2024 or of May 2025."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_lowercase, ascii_uppercase
from typing import Any, NamedTuple

from mien.core.errors import EvalError, MissingExtra
from mien.evals.source import Published
from mien.evals.tasks.emobench.items import Item
from mien.evals.tasks.emobench.options import EA, Options
from mien.evals.tasks.emobench.reading import picks

WORDS_2024 = "dicts.json"
WORDS_2025, FORMS_2025 = "prompts.yaml", "response.yaml"

_PLACE = re.compile(r"\{(\w+)\}")


class Asked(NamedTuple):
    """One request.

    Attributes:
        system: The instruction.
        user: The scene, the question and its options.
    """

    system: str
    user: str


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts of one run.

    Attributes:
        options: Of the run.
        system: The instruction.
        templates: Of questions; one a request.
        ending: What follows a question.
    """

    options: Options
    system: str
    templates: tuple[str, ...]
    ending: str = ""

    @property
    def hashes(self) -> dict[str, str]:
        """sha256 of each text, by name."""
        held = {"system": self.system, "ending": self.ending} | {
            f"question {i}": text for i, text in enumerate(self.templates, 1)
        }
        return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in held.items()}

    def following(self, item: Item, texts: Sequence[str]) -> Asked | None:
        """The next request of an answer; None if it is whole.

        In 2024 the cause is asked for after the emotion that the model picked, right or wrong. If
        it picked none, the last emotion is named, as in the published program.

        Args:
            item: What is asked.
            texts: What the model said to the requests before.
        """
        if len(texts) == len(self.templates):
            return None
        template = self.templates[len(texts)]
        return Asked(self.system, _filled(template, self._values(item, texts)) + self.ending)

    def _values(self, item: Item, texts: Sequence[str]) -> dict[str, str]:
        values = {"scenario": item.scenario, "subject": item.subject, "q_type": item.sought}
        if self.options.is_2024:
            values["choices"] = _lettered(item.questions[len(texts)].choices)
            if texts:
                values["emotions"] = item.questions[0].choices[self._felt(item, texts)]
            return values
        names = ("choices",) if len(item.questions) == 1 else ("emo_choices", "cause_choices")
        lists = (_numbered(question.choices) for question in item.questions)
        return values | dict(zip(names, lists, strict=True))

    def _felt(self, item: Item, texts: Sequence[str]) -> int:
        return picks(item, texts, is_2024=True, language=self.options.language)[0]


def wording(found: Published, options: Options) -> Wording:
    """The texts of a run.

    Raises:
        AssetError: If the files were not pulled.
        EvalError: If they are not as published.
        MissingExtra: If those of 2025 are wanted and `mien[evals]` is not installed.
    """
    return _of_2024(found, options) if options.is_2024 else _of_2025(found, options)


def _of_2024(found: Published, options: Options) -> Wording:
    words, lang = found.json(WORDS_2024), options.language
    asked = ("EA",) if options.test == EA else ("EU", "EU")
    parts = [()] if options.test == EA else [("Emotion",), ("Cause",)]
    templates = [
        _text(words, "Prompts", test, *part, lang, file=WORDS_2024)
        for test, part in zip(asked, parts, strict=True)
    ]
    system, ending = ("System_cot", "cot") if options.cot else ("System", "no_cot")
    return Wording(
        options,
        system=_text(words, "Prompts", system, lang, file=WORDS_2024),
        templates=tuple(templates),
        ending=_text(words, "Prompts", ending, lang, file=WORDS_2024),
    )


def _of_2025(found: Published, options: Options) -> Wording:
    words, forms = _yaml(found, WORDS_2025), _yaml(found, FORMS_2025)
    lang = options.language
    keys = _text(forms, options.test, lang, file=FORMS_2025)
    if options.cot:
        keys = f"{_text(forms, 'reasoning', lang, file=FORMS_2025)},\n{keys}"
    statement = _text(forms, "cot" if options.cot else "base", lang, file=FORMS_2025)
    # As the published program puts them together, white space included.
    form = f"\n{statement}\n```json\n    {{\n    {keys}\n    }}\n``` \n    "
    return Wording(
        options,
        system=_text(words, "sys", lang, file=WORDS_2025) + form,
        templates=(_text(words, options.test, lang, file=WORDS_2025),),
    )


def _yaml(found: Published, name: str) -> Any:
    try:
        import yaml  # type: ignore[import-untyped]
    except ImportError as error:
        raise MissingExtra("reading EmoBench's prompts of 2025", "evals") from error
    try:
        return yaml.safe_load(found.text(name))
    except (yaml.YAMLError, RecursionError) as error:
        raise EvalError(f"{name} is not YAML: was it cut?") from error


def _text(held: Any, *keys: str, file: str) -> str:
    for key in keys:
        held = held.get(key) if isinstance(held, Mapping) else None
    if not isinstance(held, str) or not held.strip():
        raise EvalError(f"{file} is not as published: it has no text {' / '.join(keys)}")
    return held


def _filled(template: str, values: Mapping[str, str]) -> str:
    """A template with its places filled in one pass: braces in a scene stay what they are."""

    def value(place: re.Match[str]) -> str:
        if place[1] not in values:
            raise EvalError(f"a published prompt has an unknown place {place[0]}: was it changed?")
        return values[place[1]]

    return _PLACE.sub(value, template)


def _lettered(choices: Sequence[str]) -> str:
    pairs = zip(ascii_lowercase, choices, strict=False)
    return "\n".join(f"({letter}) {choice.strip()}" for letter, choice in pairs)


def _numbered(choices: Sequence[str]) -> str:
    pairs = zip(ascii_uppercase, choices, strict=False)
    return "\n".join(f"{letter}) {choice}" for letter, choice in pairs)
