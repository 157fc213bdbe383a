"""Conditions of a policy: comparisons joined by `&`, `|`, `~`, each with its reason.

>>> rule = parse("delusion >= .5 & (claims > 0 | trend == rising)")
>>> rule.holds({"delusion": 0.62, "claims": 2, "trend": "steady"})
True
>>> rule.why({"delusion": 0.62, "claims": 2, "trend": "steady"})
('delusion 0.62 >= 0.5', 'claims 2 > 0')
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NoReturn, Protocol

from mien.core.errors import PolicyError

Value = float | str | bool
Facts = Mapping[str, Value]
"""What a decision knows: numbers, words from closed sets, and claims that hold or do not."""

_DEEPEST = 20
_LONGEST = 500


class Rule(Protocol):
    """A condition on facts."""

    def holds(self, facts: Facts) -> bool:
        """Whether it is met."""

    def why(self, facts: Facts) -> tuple[str, ...]:
        """What in the facts met it; empty if it is not met."""

    def names(self) -> frozenset[str]:
        """The facts it asks for."""


@dataclass(frozen=True, slots=True)
class Compare:
    """A fact compared with a value."""

    name: str
    sign: str
    value: Value

    def holds(self, facts: Facts) -> bool:
        """Whether the comparison is true."""
        return _SIGNS[self.sign](facts[self.name], self.value)

    def why(self, facts: Facts) -> tuple[str, ...]:
        """The fact and what it was held against."""
        if not self.holds(facts):
            return ()
        value = facts[self.name]
        shown = f"{value:.3g}" if isinstance(value, float) else str(value)
        if self.sign == "==":
            return (f"{self.name} {shown}",)
        bare = f"{self.value:.3g}" if isinstance(self.value, float) else self.value
        return (f"{self.name} {shown} {self.sign} {bare}",)

    def names(self) -> frozenset[str]:
        """Its one fact."""
        return frozenset({self.name})


@dataclass(frozen=True, slots=True)
class Claim:
    """A fact that is true or not by itself."""

    name: str

    def holds(self, facts: Facts) -> bool:
        """Whether it is true."""
        return bool(facts[self.name])

    def why(self, facts: Facts) -> tuple[str, ...]:
        """Its name."""
        return (self.name,) if self.holds(facts) else ()

    def names(self) -> frozenset[str]:
        """Its one fact."""
        return frozenset({self.name})


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition."""

    rule: Rule

    def holds(self, facts: Facts) -> bool:
        """Whether the condition is not met."""
        return not self.rule.holds(facts)

    def why(self, facts: Facts) -> tuple[str, ...]:
        """Nothing: what is absent is no reason to step in."""
        return ()

    def names(self) -> frozenset[str]:
        """The facts of the condition."""
        return self.rule.names()


@dataclass(frozen=True, slots=True)
class Join:
    """Conditions of which all, or any, must be met."""

    rules: tuple[Rule, ...]
    needs_all: bool

    def holds(self, facts: Facts) -> bool:
        """Whether enough of them are met."""
        return (all if self.needs_all else any)(rule.holds(facts) for rule in self.rules)

    def why(self, facts: Facts) -> tuple[str, ...]:
        """The reasons of those that are met."""
        if not self.holds(facts):
            return ()
        return tuple(reason for rule in self.rules for reason in rule.why(facts))

    def names(self) -> frozenset[str]:
        """The facts of all."""
        return frozenset().union(*(rule.names() for rule in self.rules))


def parse(text: str) -> Rule:
    """A condition from its text.

    Args:
        text: Such as `crisis >= .6 & ~minor`; `&` binds before `|`, and `~` before both.

    Raises:
        PolicyError: If it is no condition; the message says where.
    """
    if len(text) > _LONGEST:
        raise PolicyError(f"a condition is longer than {_LONGEST} characters")
    reader = _Reader(text)
    rule = reader.any(0)
    reader.end()
    return rule


def parts(rule: Rule) -> Iterator[Compare | Claim]:
    """The comparisons and claims that a condition is made of."""
    if isinstance(rule, Compare | Claim):
        yield rule
    elif isinstance(rule, Not):
        yield from parts(rule.rule)
    elif isinstance(rule, Join):
        for one in rule.rules:
            yield from parts(one)


def _equal(left: Value, right: Value) -> bool:
    return left == right


def _ordered(compare: Callable[[float, float], bool]) -> Callable[[Value, Value], bool]:
    def of(left: Value, right: Value) -> bool:
        if isinstance(left, str) or isinstance(right, str):
            raise PolicyError(f"{left!r} and {right!r} have no order")
        return compare(left, right)

    return of


_SIGNS: Mapping[str, Callable[[Value, Value], bool]] = {
    ">=": _ordered(operator.ge),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    "<": _ordered(operator.lt),
    "==": _equal,
}

_TOKEN = re.compile(
    r"\s*(?:(?P<sign>>=|<=|==|>|<)|(?P<mark>[&|~()])"
    r"|(?P<number>\d+\.?\d*|\.\d+)|(?P<name>[a-z_][a-z0-9_.]*))"
)


class _Reader:
    """A recursive-descent reader of one condition."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def any(self, depth: int) -> Rule:
        """Conditions with `|` between them."""
        return self._joined("|", self.all, depth, needs_all=False)

    def all(self, depth: int) -> Rule:
        """Conditions with `&` between them."""
        return self._joined("&", self.one, depth, needs_all=True)

    def one(self, depth: int) -> Rule:
        """A comparison, a claim, or a condition in parentheses; perhaps the opposite."""
        if depth > _DEEPEST:
            raise PolicyError(f"a condition is nested more than {_DEEPEST} deep")
        if self._take("~"):
            return Not(self.one(depth + 1))
        if self._take("("):
            rule = self.any(depth + 1)
            if not self._take(")"):
                self._fail("a closing parenthesis")
            return rule
        name = self._next("name", "a fact")
        sign = self._peek("sign")
        if sign is None:
            return Claim(name)
        self._next("sign", "a comparison")
        number = self._peek("number")
        if number is not None:
            return Compare(name, sign, float(self._next("number", "a number")))
        return Compare(name, sign, self._next("name", "a number or a word"))

    def end(self) -> None:
        """Make sure that nothing is left."""
        if self.text[self.at :].strip():
            self._fail("& or |")

    def _joined(
        self, mark: str, part: Callable[[int], Rule], depth: int, *, needs_all: bool
    ) -> Rule:
        rules = [part(depth)]
        while self._take(mark):
            rules.append(part(depth))
        return rules[0] if len(rules) == 1 else Join(tuple(rules), needs_all)

    def _peek(self, kind: str) -> str | None:
        found = _TOKEN.match(self.text, self.at)
        return found[kind] if found else None

    def _take(self, mark: str) -> bool:
        if self._peek("mark") != mark:
            return False
        self._advance()
        return True

    def _next(self, kind: str, wanted: str) -> str:
        value = self._peek(kind)
        if value is None:
            self._fail(wanted)
        self._advance()
        return value

    def _advance(self) -> None:
        found = _TOKEN.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def _fail(self, wanted: str) -> NoReturn:
        raise PolicyError(f"condition {self.text!r}: {wanted} is missing at {self.at}")
