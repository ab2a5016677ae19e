"""What the Engine will do silently: foretold by the planner, compared with what is found later."""

from __future__ import annotations

from typing import Literal

import msgspec

NicOutcome = Literal["mapped", "same_name", "no_profile"]
MacOutcome = Literal["kept", "reassigned", "allocated"]
DroppedKind = Literal[
    "disk", "affinity_group", "affinity_label", "user", "role", "lease", "network", "pinned_host"
]


class NicPrediction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a vNIC ends (entities sheet 1.5), and with which MAC (1.6).

    ``source`` and ``target`` are ``network/profile``; ``None`` means no profile. ``reason`` says
    which rule decided. ``mac`` is the source's; ``mac_reason`` why it changes, if it does.
    """

    nic: str
    source: str | None = None
    target: str | None = None
    profile_id: str | None = None
    outcome: NicOutcome
    reason: str = ""
    mac: str | None = None
    mac_outcome: MacOutcome = "kept"
    mac_reason: str = ""


class Dropped(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something of a VM or template that will not be there afterwards, and why."""

    kind: DroppedKind
    name: str
    reason: str = ""


class Prediction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The foreseen result of a registration."""

    cluster: str | None = None
    cluster_reason: str = ""
    nics: tuple[NicPrediction, ...] = ()
    dropped: tuple[Dropped, ...] = ()
