"""The mapping as data."""

from __future__ import annotations

import msgspec
import pytest

from drplan.model.mapping import (
    SITE_ROLES,
    LunMapping,
    LunSide,
    Mapping,
    NameMapping,
    NetworkMapping,
    NetworkSide,
    SiteDetails,
    SiteRole,
    StorageMapping,
    StorageSide,
    other_site,
)


def _site(role: SiteRole) -> SiteDetails:
    return SiteDetails(role=role, name=role, url=f"https://{role}", username="a@b")


@pytest.mark.parametrize("role", SITE_ROLES)
def test_the_other_site_is_the_other_one(role: SiteRole) -> None:
    """There are two sites, and each is the other's other."""
    assert other_site(role) != role
    assert other_site(other_site(role)) == role


@pytest.mark.parametrize("role", SITE_ROLES)
def test_each_entry_is_asked_by_the_role_of_the_site(role: SiteRole) -> None:
    """Which site is the target depends on the plan, so nothing is called source or target."""
    sides = [StorageSide(name=name, data_center="d") for name in SITE_ROLES]
    storage = StorageMapping(storage_type="fcp", primary=sides[0], secondary=sides[1])
    network = NetworkMapping(
        primary=NetworkSide(network="primary"), secondary=NetworkSide(network="secondary")
    )
    lun = LunMapping(
        primary=LunSide(logical_unit_id="primary"), secondary=LunSide(logical_unit_id="secondary")
    )
    mapping = Mapping(file="f", sha256="0", primary=_site("primary"), secondary=_site("secondary"))

    assert storage.side(role).name == role
    assert network.side(role).network == role
    assert lun.side(role).logical_unit_id == role
    assert NameMapping(primary="primary", secondary="secondary").name(role) == role
    assert mapping.site(role).role == role


def test_the_address_is_the_first_of_them() -> None:
    """There is room for several; the role's file has one, or none."""
    side = StorageSide(name="a", data_center="d", addresses=("x", "y"))

    assert side.address == "x"
    assert StorageSide(name="a", data_center="d").address is None


def test_a_mapping_survives_json() -> None:
    """Plans carry parts of it."""
    mapping = Mapping(
        file="f",
        sha256="0",
        primary=_site("primary"),
        secondary=_site("secondary"),
        clusters=(NameMapping(primary="no", secondary="1.10"),),
    )

    assert msgspec.json.decode(msgspec.json.encode(mapping), type=Mapping) == mapping


def test_a_mapping_cannot_be_changed() -> None:
    """What was read stays as it was read."""
    mapping = Mapping(file="f", sha256="0", primary=_site("primary"), secondary=_site("secondary"))

    with pytest.raises(AttributeError):
        mapping.file = "g"  # type: ignore[misc]
