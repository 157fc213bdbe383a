"""Which of several judges judges whom: always the same one the same person."""

from __future__ import annotations

import hashlib

JUDGES = 3


def judge_roles(judges: int = JUDGES) -> tuple[str, ...]:
    """Names of the judges' roles.

    >>> judge_roles()
    ('judge_1', 'judge_2', 'judge_3')
    """
    return tuple(f"judge_{number}" for number in range(1, judges + 1))


def judge_of(persona_id: str, judges: int = JUDGES) -> str:
    """The role of a person's judge, drawn by the person's id alone.

    What other people are in the set changes nothing, so that runs of parts of it agree.

    >>> judge_of("allotment-keys") == judge_of("allotment-keys")
    True
    """
    drawn = int.from_bytes(hashlib.sha256(persona_id.encode()).digest()[:8], "big")
    return judge_roles(judges)[drawn % judges]
