"""What a model is asked, in the words of the publisher's two files of May 2025."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mien.core.errors import EvalError, MissingExtra
from mien.evals.source import Published
from mien.evals.tasks.emobench.items import LETTERS, Choice, Item

PROMPTS, RESPONSES = "prompts.yaml", "response.yaml"


@dataclass(frozen=True, slots=True)
class Prompts:
    """The texts of both files.

    Attributes:
        asked: What is asked, by part and language.
        form: What an answer must look like, likewise.
    """

    asked: Mapping[str, Any]
    form: Mapping[str, Any]

    def system(self, item: Item, *, cot: bool) -> str:
        """The instruction, with the JSON that an answer must be.

        Args:
            item: The question.
            cot: Whether the model is asked to reason first.

        Raises:
            EvalError: If the files lack a text.
        """
        language = item.language
        keys = _text(self.form, item.part, language)
        if cot:
            keys = f"{_text(self.form, 'reasoning', language)},\n{keys}"
        statement = _text(self.form, "cot" if cot else "base", language)
        # As the published program puts them together, white space included.
        form = f"\n{statement}\n```json\n    {{\n    {keys}\n    }}\n``` \n    "
        return _text(self.asked, "sys", language) + form

    def question(self, item: Item) -> str:
        """The scene, what is asked about it, and the options.

        Raises:
            EvalError: If the files lack a text, or it has other places to fill.
        """
        lists = [_listed(choice) for choice in item.choices]
        names = ("choices",) if item.part == "EA" else ("emo_choices", "cause_choices")
        filled = {"scenario": item.scenario, "subject": item.subject, "q_type": item.asks}
        filled |= dict(zip(names, lists, strict=True))
        text = _text(self.asked, item.part, item.language)
        try:
            return text.format(**filled)
        except (KeyError, IndexError, ValueError) as error:
            raise EvalError(f"the prompt of {item.part} in {PROMPTS} cannot be filled") from error


def read_prompts(published: Published) -> Prompts:
    """The texts of both files.

    Raises:
        AssetError: If they are not here.
        EvalError: If they are no YAML.
        MissingExtra: If `mien[evals]` is not installed.
    """
    try:
        import yaml
    except ImportError as error:
        raise MissingExtra("reading EmoBench's prompts", "evals") from error
    read = []
    for name in (PROMPTS, RESPONSES):
        try:
            plain = yaml.safe_load(published.text(name))
        except yaml.YAMLError as error:
            raise EvalError(f"{name} is not YAML: was it cut?") from error
        if not isinstance(plain, dict):
            raise EvalError(f"{name} holds no texts")
        read.append(plain)
    return Prompts(*read)


def _listed(choice: Choice) -> str:
    lines = zip(LETTERS, choice.options, strict=False)
    return "\n".join(f"{letter}) {option}" for letter, option in lines)


def _text(texts: Mapping[str, Any], part: str, language: str) -> str:
    try:
        found = texts[part][language]
    except (KeyError, TypeError):
        found = None
    if not isinstance(found, str):
        raise EvalError(f"{PROMPTS} and {RESPONSES} have no text for {part} in {language}")
    return found
