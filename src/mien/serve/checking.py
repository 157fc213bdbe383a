"""`POST /v1/guard/check`: a conversation in, a check of each turn out."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from mien.core.errors import ConfigError
from mien.serve.dialect import MISSHAPEN, Data, text_of
from mien.serve.talk import Trust, person_in
from mien.serve.watch import Watch
from mien.timeline import Conversation, Turn

_MOST = 2_000


async def check(watch: Watch, trust: Trust, asked: Data, headers: dict[str, str]) -> Data:
    """The checks of a conversation's turns, each made at its own time; nothing is kept.

    Args:
        watch: The guard.
        trust: What headers may say of the user.
        asked: `messages`, each with `role`, `content` and perhaps `at`; perhaps `last` to be given
            the last check alone.
        headers: Of the request.

    Raises:
        ConfigError: If it is no conversation.
        GuardFailed: If a turn could not be judged, and nothing may pass unseen.
    """
    try:
        turns = tuple(_turn(index, row) for index, row in enumerate(asked["messages"]))
    except MISSHAPEN as error:
        raise ConfigError(
            "messages must be a list of objects with role and content, "
            f"and `at` in ISO 8601 with an offset ({type(error).__name__})"
        ) from error
    if len(turns) > _MOST:
        raise ConfigError(f"a conversation may have {_MOST} messages here, not {len(turns)}")
    person, _ = person_in(headers, trust)
    conversation = Conversation(id="asked", turns=turns)
    checks = await watch.slowly(partial(watch.whole.check, conversation, person))
    for one in checks:
        if one.skipped is not None:
            watch.skipped("observer")
        else:
            point = "user_turn" if one.role.value == "user" else "reply"
            watch.metrics.count("mien_guard_checks_total", point=point)
    shown = checks[-1:] if asked.get("last") else checks
    return {"checks": [one.to_dict() for one in shown]}


def _turn(index: int, row: Data) -> Turn:
    at = row.get("at")
    told = datetime.fromisoformat(at) if at is not None else None
    if told is not None and told.tzinfo is None:
        raise ValueError("a time without an offset")
    return Turn(index=index, role=str(row["role"]), text=text_of(row["content"]), at=told)
