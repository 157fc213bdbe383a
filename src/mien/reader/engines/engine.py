"""What an engine is: something that does the same work on many sources, in any order."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Generic, NamedTuple, Protocol, TypeVar

Task_contra = TypeVar("Task_contra", contravariant=True)
Outcome_co = TypeVar("Outcome_co", covariant=True)
Task = TypeVar("Task")
Outcome = TypeVar("Outcome")


class Work(Protocol[Task_contra, Outcome_co]):
    """What is done with each source; it goes to other processes once, by pickle.

    What a source does to it is part of the outcome. What it raises concerns every source, such
    as a full disk, and ends the run.
    """

    def __call__(self, task: Task_contra, /) -> Outcome_co:
        """Read one source; readings go to files, so that the outcome is small."""


class Answer(NamedTuple, Generic[Task, Outcome]):
    """What became of a task.

    Attributes:
        task: As it was given.
        outcome: What the work gave back; None if two processes died of it.
    """

    task: Task
    outcome: Outcome | None


class Engine(Protocol):
    """Has work done."""

    def map(
        self, work: Work[Task, Outcome], tasks: Iterable[Task]
    ) -> Generator[Answer[Task, Outcome]]:
        """Each task with its outcome, as these become known.

        Closing the generator ends the work at once; what was begun is not finished.

        Raises:
            MienError: What the work raised.
        """
