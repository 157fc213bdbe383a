"""How much a run may cost, counted over all models and roles together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mien.core.errors import ConfigError, EvalError
from mien.core.progress import Report, ignore
from mien.evals.logs import SPENT
from mien.evals.running.planning import Plan, unpriced


class BudgetSpent(EvalError):
    """A request that was not sent, since it might have gone beyond the budget."""


@dataclass(slots=True)
class Meter:
    """Counts requests and dollars of all roles of a run, in one thread.

    Attributes:
        budget: Dollars for the whole run; None for no end.
        watch: Is told how many requests were answered.
        spent: Dollars so far; what unpriced models cost is not in it.
    """

    budget: float | None = None
    watch: Report = ignore
    spent: float = 0.0
    _held: float = 0.0
    _asked: int = 0
    _costs: dict[str, list[float]] = field(default_factory=dict)

    def must_learn(self, role: str) -> bool:
        """Whether it is not known yet what a request of a role costs, and it matters."""
        return self.budget is not None and role not in self._costs

    def hold(self, role: str, expected: float) -> float:
        """Set aside what a request will cost: what such requests did so far, or the plan's figure.

        Raises:
            BudgetSpent: If that is more than is left.
        """
        if self.budget is None:
            return 0.0
        known = self._costs.get(role)
        cost = max(known[-20:]) if known else expected
        if self.spent + self._held + cost > self.budget:
            raise BudgetSpent(
                f"{SPENT}: ${self.spent:.4f} of ${self.budget:.2f} went, and one more request of "
                f"{role} may cost ${cost:.4f}"
            )
        self._held += cost
        return cost

    def settle(self, role: str, held: float, cost: float | None) -> None:
        """Replace what was set aside by what it cost; None if no answer came."""
        self._held -= held
        if cost is not None:
            self.spent += cost
            self._costs.setdefault(role, []).append(cost)

    def count(self) -> None:
        """Note that a request was answered."""
        self._asked += 1
        self.watch(self._asked)


def check_budget(budget: float | None, plan: Plan) -> None:
    """Return if a run can be held to its budget.

    Raises:
        ConfigError: If it is not above 0, or a model of the run has no price.
    """
    if budget is None:
        return
    if budget <= 0:
        raise ConfigError(f"--budget {budget:g} buys nothing: give dollars above 0")
    if missing := unpriced(plan):
        raise ConfigError(
            f"--budget needs the price of {', '.join(missing)}: give it in a file with "
            "`--prices FILE`, or name the file as `prices` in mien.toml"
        )


def expected_costs(plan: Plan) -> Mapping[str, float]:
    """Dollars of one request of each role, as planned."""
    return {part.role: (part.usd or 0.0) / max(1, part.calls) for part in plan.parts}
