"""What all members of the family say of themselves."""

from __future__ import annotations

MEASURES = (
    "A high score means that a model puts four emotions of a person in a written dialogue where "
    "the author of the test puts them. It tells nothing of how the model treats people, and "
    "follows general ability closely (r = .97 with MMLU, by its paper)."
)

SCALE = (
    "100 is the reference; 0 is what random whole numbers come to; far worse answers are far "
    "below 0"
)

CITATION = (
    "Paech, S. J. (2023). EQ-Bench: An Emotional Intelligence Benchmark for Large Language "
    "Models. arXiv:2312.06281"
)
