"""The short forms of a scenario."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drplan.simulator.scenario import spelling
from drplan.simulator.scenario.definition import DiskSpec, NicSpec


def test_a_size_is_a_number_of_bytes() -> None:
    """Sizes are written in binary units."""
    assert spelling.size("16 GiB") == 16 * 2**30
    assert spelling.size("1TiB") == 2**40


def test_a_disk_names_its_domain_and_its_size() -> None:
    """The short form of a disk is the domain and the size."""
    assert spelling.disk("prod-nfs 20 GiB") == DiskSpec(on="prod-nfs", size="20 GiB")


def test_a_disk_may_be_on_several_domains() -> None:
    """A template's disk may have copies; a LUN is on no domain."""
    assert spelling.disk_domains(DiskSpec(on=("a", "b"))) == ("a", "b")
    assert spelling.disk_domains(DiskSpec(lun="3600")) == ()


def test_a_nic_names_its_profile_and_perhaps_its_address() -> None:
    """The MAC of a NIC's short form is optional and in lower case."""
    assert spelling.nic("app/app") == NicSpec(profile="app/app")
    assert spelling.nic("app/x 00:1A:4A:16:01:51").mac == "00:1a:4a:16:01:51"


def test_a_template_without_version_is_the_base() -> None:
    """Templates are addressed by name, versions by number."""
    assert spelling.template("rhel9") == ("rhel9", 1)
    assert spelling.template("rhel9@2") == ("rhel9", 2)


def test_addresses_can_be_counted() -> None:
    """A MAC address and its number are two forms of one thing."""
    number = spelling.mac_number("56:6f:1a:00:00:ff")

    assert spelling.mac_text(number + 1) == "56:6f:1a:00:01:00"


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (spelling.size, "16 GB"),
        (spelling.disk, "prod-nfs"),
        (spelling.nic, "app"),
        (spelling.permission, "crm-owner UserRole"),
        (spelling.template, "rhel9@two"),
        (spelling.mac_range, "56:6f:1a:00:00:00"),
        (spelling.level, "4"),
        (spelling.profile, "app"),
    ],
)
def test_a_misspelling_says_what_was_expected(read: Callable[[str], object], text: str) -> None:
    """What cannot be read is quoted, with an example of what can."""
    with pytest.raises(spelling.Misspelt, match="such as") as caught:
        read(text)

    assert repr(text) in str(caught.value)
