"""Reads the list ``dr_lun_mappings``: direct LUNs and their replicas (R91 to R98)."""

from __future__ import annotations

from drplan.documents.mapping import keys
from drplan.documents.mapping.section import Section
from drplan.model.mapping import (
    DEFAULT_ISCSI_PORT,
    DEFAULT_LUN_PORTAL,
    SITE_ROLES,
    LunMapping,
    LunSide,
    LunStorageType,
    SiteRole,
)

_TYPES: tuple[LunStorageType, ...] = ("iscsi", "fcp")
_TYPE_NOT_FETCHED = "STORAGE TYPE COULD NOT BE FETCHED!"


def read_luns(top: Section) -> tuple[LunMapping, ...]:
    """Return the pairs of LUNs; attributes of the disk itself are ignored (R98)."""
    luns = []
    for item in top.sections("dr_lun_mappings", keys.LUN):
        item.report_unknown_keys(where="in dr_lun_mappings")
        types = {role: _storage_type(item, role) for role in SITE_ROLES}
        lun = LunMapping(
            primary=_side(item, "primary", types["primary"] or types["secondary"]),
            secondary=_side(item, "secondary", types["secondary"] or types["primary"]),
            position=item.position,
        )
        if all(lun.side(role).logical_unit_id is None for role in SITE_ROLES):
            item.warning(
                "primary_logical_unit_id", "no logical unit is named, so nothing is mapped"
            )
            continue
        _check(item, lun)
        luns.append(lun)
    return tuple(luns)


def _side(item: Section, role: SiteRole, storage_type: LunStorageType | None) -> LunSide:
    prefix = f"{role}_logical_unit_"
    return LunSide(
        logical_unit_id=item.attribute(f"{prefix}id"),
        storage_type=storage_type,
        address=item.attribute(f"{prefix}address"),
        port=item.number(f"{prefix}port", least=1, most=65535) or DEFAULT_ISCSI_PORT,
        portal=item.attribute(f"{prefix}portal") or DEFAULT_LUN_PORTAL,
        target=_target(item, f"{prefix}target"),
        username=item.secret(f"{prefix}username"),
        password=item.secret(f"{prefix}password"),
    )


def _storage_type(item: Section, role: SiteRole) -> LunStorageType | None:
    key = f"{role}_storage_type"
    if item.has(key) and item.filled(key) == _TYPE_NOT_FETCHED:
        item.error(
            key,
            "the storage type is still the generator's placeholder",
            next_step="Write iscsi or fcp.",
        )
        return None
    return item.choice(key, _TYPES)


def _target(item: Section, key: str) -> str | None:
    """Return the LUN's one target; the role's default is the text ``[]``, which means none."""
    targets = [target for target in item.texts(key) if target not in {"[]", "None"}]
    if len(targets) > 1:
        item.warning(key, f"a LUN has one target here; {targets[0]} is used")
    return targets[0] if targets else None


def _check(item: Section, lun: LunMapping) -> None:
    for role in SITE_ROLES:
        side = lun.side(role)
        if side.logical_unit_id is None:
            item.warning(
                f"{role}_logical_unit_id",
                f"{role}_logical_unit_id is not filled in, so the LUN is not mapped to this site",
            )
        elif side.storage_type is None and not any(
            item.has(f"{any_role}_storage_type") for any_role in SITE_ROLES
        ):
            item.error(f"{role}_storage_type", "expected iscsi or fcp, found nothing")
        elif side.storage_type == "iscsi" and (missing := _missing_for_iscsi(side)):
            item.warning(
                f"{role}_logical_unit_{missing[0]}",
                f"{' and '.join(f'{role}_logical_unit_{name}' for name in missing)} "
                f"not filled in; the {role} site cannot connect to the LUN",
            )
        if side.storage_type is not None and not item.has(f"{role}_storage_type"):
            item.warning(
                f"{role}_storage_type",
                f"{role}_storage_type is missing; that of the other site is used",
            )


def _missing_for_iscsi(side: LunSide) -> list[str]:
    return [name for name in ("address", "target") if getattr(side, name) is None]
