"""Replication between the sites: what is written to a domain reaches its replica, until it breaks.

A mirror has a writable side and a replica. It is broken where the replica was promoted for good
or is a clone of its own (``Placement.broken``): then each side keeps what it had. Turning it round
is what storage administrators do before a failback.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from drplan.simulator.array import Array, DomainCopy, Mirror


def written(array: Array | None, copy: DomainCopy) -> None:
    """Something was written to ``copy``: carry it to its replicas.

    A replica that is written itself has left its original: the link is broken from now on.
    """
    if array is None:
        return
    for mirror in array.mirrors:
        if mirror.replica is copy:
            mirror.broken = True
        elif mirror.source is copy and not mirror.broken:
            _carry_over(copy, mirror.replica)


def break_mirrors(array: Array, domain: str | None = None) -> int:
    """Promote replicas: from now on nothing reaches them; gives how many links were cut."""
    cut = [m for m in _of(array, domain) if not m.broken]
    for mirror in cut:
        mirror.broken = True
        mirror.replica.state = "read_write"
    return len(cut)


def reverse(array: Array, domain: str | None = None) -> int:
    """Turn the direction round and bring the old original up to date; gives how many there were.

    What the old original had and the replica lacks is lost, and it can only be read from now on,
    as with real arrays.
    """
    turned = list(_of(array, domain))
    for mirror in turned:
        mirror.source, mirror.replica = mirror.replica, mirror.source
        mirror.broken = False
        mirror.source.state, mirror.replica.state = "read_write", "read_only"
        _carry_over(mirror.source, mirror.replica)
    return len(turned)


def _of(array: Array, domain: str | None) -> Iterator[Mirror]:
    return (m for m in array.mirrors if domain is None or m.source.id == domain)


def _carry_over(source: DomainCopy, replica: DomainCopy) -> None:
    """The bytes of the domain: everything but where it lies and who may write it."""
    replica.name = source.name
    replica.pool = source.pool
    replica.master = source.master
    replica.storage_format = source.storage_format
    replica.size = source.size
    replica.used = source.used
    replica.volumes = dict(source.volumes)
    replica.ovf_store = replace(source.ovf_store, records=dict(source.ovf_store.records))
