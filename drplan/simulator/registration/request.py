"""The body of a register action (entities sheet 1.2, 1.3, 1.12)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from drplan.simulator import elements
from drplan.simulator.elements import Element
from drplan.simulator.faults import Refusal, crashed, incomplete
from drplan.simulator.rules.vnic_mapping import VnicMapping

T = TypeVar("T")

_NIL = "00000000-0000-0000-0000-000000000000"
_DUPLICATE = "java.lang.IllegalStateException: Duplicate key"
_NULL = "java.lang.NullPointerException"

# Collection in registration_configuration, entry, and the texts for a missing from and to: in the
# order in which the Engine checks them for a VM.
_CHECKED = (
    ("cluster_mappings", "Cluster name", "Cluster name"),
    ("role_mappings", "Role name", "Role"),
    ("domain_mappings", "Domain name", "Domain name"),
    ("affinity_group_mappings", "AffinityGroup name", "AffinityGroup name"),
    ("affinity_label_mappings", "AffinityLabel name", "AffinityLabel name"),
    ("lun_mappings", "Lun id", "Lun"),
)


@dataclass(frozen=True, slots=True)
class LunTarget:
    """Where a direct LUN is mapped to; ``kind`` is ``iscsi``, ``fcp`` or empty where absent.

    ``is_lun`` false: the mapping's ``to`` has no ``lun_storage``.
    """

    lun_id: str
    kind: str
    address: str | None
    port: str | None
    target: str | None
    is_lun: bool = True


@dataclass(frozen=True, slots=True)
class Registration:
    """What a register action asks for.

    A mapping is ``None`` where its element is absent.
    """

    allow_partial: bool = False
    reassign_bad_macs: bool = False
    is_async: bool = False
    name: str | None = None
    cluster: Element | None = None
    clusters: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    domains: Mapping[str, str] = field(default_factory=dict)
    affinity_groups: Mapping[str, str] = field(default_factory=dict)
    affinity_labels: Mapping[str, str] = field(default_factory=dict)
    luns: Mapping[str, LunTarget] = field(default_factory=dict)
    vnics: tuple[VnicMapping, ...] = ()


def parse(body: Element, *, is_vm: bool) -> Registration:
    """Read the body; refuses a mapping without from or to (VM: 400), doubles and nulls (500)."""
    configuration = body.find("registration_configuration")
    if configuration is None:
        configuration = elements.make("registration_configuration")
    if is_vm:
        _check_sides(configuration)
    _refuse_clone_with_name(body)
    return Registration(
        allow_partial=_flag(body, "allow_partial_import"),
        reassign_bad_macs=_flag(body, "reassign_bad_macs") and is_vm,
        is_async=_flag(body, "async"),
        name=elements.text_of(body, "name") if is_vm else None,
        cluster=body.find("cluster"),
        clusters=_names(configuration, "cluster_mappings"),
        roles=_names(configuration, "role_mappings"),
        domains=_names(configuration, "domain_mappings"),
        affinity_groups=_names(configuration, "affinity_group_mappings"),
        affinity_labels=_names(configuration, "affinity_label_mappings"),
        luns=_luns(configuration),
        vnics=_vnics(body, configuration),
    )


def _flag(body: Element, tag: str) -> bool:
    return elements.text_of(body, tag) == "true"


def _refuse_clone_with_name(body: Element) -> None:
    """``<clone>`` with ``<vm><name>`` dereferences what is not there (entities sheet 1.10)."""
    if body.find("clone") is not None and body.find("vm/name") is not None:
        raise crashed(_NULL)


def _check_sides(configuration: Element) -> None:
    for tag, source, target in _CHECKED:
        for mapping in configuration.findall(f"{tag}/*"):
            if mapping.find("from") is None:
                raise _bad_request(f"{source} is missing from source.")
            if mapping.find("to") is None:
                raise _bad_request(f"{target} is missing from destination.")


def _bad_request(text: str) -> Refusal:
    return Refusal(400, text, shape="plain")


def _names(configuration: Element, tag: str) -> dict[str, str]:
    """A map of names; a double source or a target without name is an uncaught exception."""
    pairs = (
        (elements.text_of(m, "from/name"), elements.text_of(m, "to/name"))
        for m in configuration.findall(f"{tag}/*")
    )
    return _to_map(pairs)


def _to_map(pairs: Iterable[tuple[str | None, T | None]]) -> dict[str, T]:
    result: dict[str, T] = {}
    for source, target in pairs:
        if target is None or source is None:
            raise crashed(_NULL)
        if source in result:
            raise crashed(f"{_DUPLICATE} {source}")
        result[source] = target
    return result


def _luns(configuration: Element) -> dict[str, LunTarget]:
    """Keyed by the *logical unit's* id; entries without one collide on the nil id."""
    return _to_map(
        (_unit_id(m.find("from")), _lun_target(m.find("to")))
        for m in configuration.findall("lun_mappings/*")
    )


def _unit_id(disk: Element | None) -> str:
    unit = None if disk is None else disk.find("lun_storage/logical_units/logical_unit")
    return _NIL if unit is None else unit.get("id") or _NIL


def _lun_target(disk: Element | None) -> LunTarget | None:
    if disk is None:
        return None
    unit = disk.find("lun_storage/logical_units/logical_unit")
    if unit is None:
        kind = elements.text_of(disk, "lun_storage/type") or ""
        return LunTarget("", kind, None, None, None, is_lun=disk.find("lun_storage") is not None)
    return LunTarget(
        unit.get("id") or "",
        elements.text_of(disk, "lun_storage/type") or "",
        elements.text_of(unit, "address"),
        elements.text_of(unit, "port") or "3260",
        elements.text_of(unit, "target"),
    )


def _vnics(body: Element, configuration: Element) -> tuple[VnicMapping, ...]:
    """The mappings inside ``registration_configuration``, or the deprecated ones.

    The deprecated form counts only where the new element is absent altogether (sheet 1.3).
    """
    new = configuration.find("vnic_profile_mappings")
    if new is not None:
        found = (_new_form(m) for m in new.findall("registration_vnic_profile_mapping"))
        return tuple(m for m in found if m is not None)
    old = body.findall("vnic_profile_mappings/vnic_profile_mapping")
    return tuple(_deprecated_form(m) for m in old)


def _new_form(mapping: Element) -> VnicMapping | None:
    profile = elements.text_of(mapping, "from/name")
    network = elements.text_of(mapping, "from/network/name")
    if profile is None or network is None:
        return None
    return VnicMapping(
        network,
        profile,
        elements.reference(mapping, "to"),
        elements.text_of(mapping, "to/network/name"),
        elements.text_of(mapping, "to/name"),
    )


def _deprecated_form(mapping: Element) -> VnicMapping:
    network = elements.text_of(mapping, "source_network_name")
    profile = elements.text_of(mapping, "source_network_profile_name")
    lacking = [
        text
        for text, value in (
            ("sourceNetworkName", network),
            ("sourceNetworkProfileName", profile),
        )
        if value is None
    ]
    if network is None or profile is None:
        raise incomplete(
            f"VnicProfileMapping [{', '.join(lacking)}] required for validateVnicMapping"
        )
    return VnicMapping(network, profile, elements.reference(mapping, "target_vnic_profile"))
