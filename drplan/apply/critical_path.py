"""The chain of actions that made a run as long as it was."""

from __future__ import annotations

from collections.abc import Iterable

from drplan.model.action import Action
from drplan.model.outcome import Outcome, Step

_SLACK_MS = 100
"""What lies between the end of one action and the start of the next that waited for it."""


def critical_path(actions: Iterable[Action], outcomes: Iterable[Outcome]) -> tuple[Step, ...]:
    """From the first action to the last that ended: each waited for the one before it.

    An action waited for what it depends on or comes after, or, where that had ended long before,
    for the room or the key that another one held. The seconds of a step are those that it added;
    they sum up to the run's duration, rounded.
    """
    by_id = {action.id: action for action in actions}
    ran = {
        outcome.action: outcome
        for outcome in outcomes
        if outcome.started_ms is not None and outcome.action in by_id
    }
    if not ran:
        return ()
    last = max(ran.values(), key=lambda outcome: (outcome.ended_ms, outcome.action))
    chain = [last]
    while (previous := _waited_for(chain[-1], by_id, ran)) is not None:
        chain.append(previous)
    chain.reverse()
    ends = [0, *(outcome.ended_ms for outcome in chain)]
    return tuple(
        Step(
            address=outcome.address,
            operation=outcome.operation,
            seconds=round(end / 1000) - round(start / 1000),
        )
        for outcome, start, end in zip(chain, ends, ends[1:], strict=False)
    )


def _waited_for(
    outcome: Outcome, by_id: dict[str, Action], ran: dict[str, Outcome]
) -> Outcome | None:
    began = outcome.started_ms or 0
    action = by_id[outcome.action]
    needs = [ran[name] for name in (*action.depends_on, *action.after) if name in ran]
    latest = _latest(needs, began)
    if latest is not None and began - latest.ended_ms <= _SLACK_MS:
        return latest
    rivals = [ran[name] for name in ran if name != action.id and _rivals(action, by_id[name])]
    freed = _latest(rivals, began)
    if freed is not None and began - freed.ended_ms <= _SLACK_MS:
        return freed
    return latest


def _latest(outcomes: Iterable[Outcome], before_ms: int) -> Outcome | None:
    ended = [outcome for outcome in outcomes if outcome.ended_ms <= before_ms]
    return max(ended, key=lambda outcome: (outcome.ended_ms, outcome.action), default=None)


def _rivals(one: Action, other: Action) -> bool:
    """Whether one can have held what the other needed: room in a queue, or a key."""
    same_queue = (one.limit_class, one.limit_scope) == (other.limit_class, other.limit_scope)
    return same_queue or not set(one.exclusive).isdisjoint(other.exclusive)
