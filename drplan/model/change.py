"""A difference between what should be at the target and what is there."""

from __future__ import annotations

from typing import Literal

import msgspec

ChangeKind = Literal[
    "domain_absent",
    "domain_unattached",
    "domain_inactive",
    "domain_differs",
    "template_unregistered",
    "vm_unregistered",
    "vm_down",
]


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One difference, of the entity at ``address``.

    ``detail`` says it in words; ``fields`` are the names of the attributes that differ.
    """

    address: str
    kind: ChangeKind
    detail: str = ""
    fields: tuple[str, ...] = ()
