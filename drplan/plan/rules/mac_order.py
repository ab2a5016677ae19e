"""Who takes a new address from a MAC pool registers after those that keep theirs.

The Engine gives away any free address of the pool. Where the pool covers the source's own range, that
may be the address of a VM that is not registered yet, which would then be refused as a duplicate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec

from drplan.plan.rules.drafts import Drafts, action_key
from drplan.plan.rules.registering import Registering

if TYPE_CHECKING:
    from drplan.plan.rules.vm import Foreseen


def keepers_first(registered: Iterable[Foreseen], state: Registering, drafts: Drafts) -> None:
    """Let every registration that takes an address come after those that keep one of the same pool.

    The first that takes one waits for all that keep theirs, the others for the first: so the edges
    stay few. A VM that does both counts as one that takes: the Engine gives it another address
    rather than refuse it. One that comes after a taker for another reason cannot come before it.
    """
    keepers, takers = _sorted_out(registered, state)
    late = _followers({key for keys in takers.values() for key in keys}, drafts)
    for pool, keys in takers.items():
        before = keepers.get(pool, set()) - late
        for key in keys:
            action = drafts.actions[key]
            after = tuple(sorted({*action.after, *before}))
            drafts.actions[key] = msgspec.structs.replace(action, after=after)
            before = before and {keys[0]}


def _followers(keys: set[str], drafts: Drafts) -> set[str]:
    """What comes after one of these actions, directly or not."""
    found = set(keys)
    grown = True
    while grown:
        more = {
            key
            for key, action in drafts.actions.items()
            if key not in found and found.intersection((*action.after, *action.depends_on))
        }
        found |= more
        grown = bool(more)
    return found - keys


def _sorted_out(
    registered: Iterable[Foreseen], state: Registering
) -> tuple[Mapping[str, set[str]], Mapping[str, list[str]]]:
    keepers: dict[str, set[str]] = {}
    takers: dict[str, list[str]] = {}
    for foreseen in registered:
        cluster = foreseen.item.cluster.cluster
        address = foreseen.item.desired.address
        if cluster is None or foreseen.failure is not None or address in state.drafts.doomed:
            continue
        pool = state.target.mac_pool(cluster)
        key, name = action_key(address, "register"), pool.id if pool else ""
        if any(mac.outcome != "kept" for mac in foreseen.macs.nics):
            takers.setdefault(name, []).append(key)
        elif any(not mac.external for mac in foreseen.macs.nics):
            keepers.setdefault(name, set()).add(key)
    return keepers, takers
