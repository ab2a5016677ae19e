from __future__ import annotations

import pytest

from drplan.simulator.rules import macs
from drplan.simulator.rules import storage_domains as rules
from drplan.simulator.rules.messages import Finding, refusal
from drplan.simulator.rules.name_mapping import resolve
from drplan.simulator.rules.running import filtered


def center(**settings: object) -> rules.Center:
    """A shared data center that is up, with an active master."""
    values = {
        "status": "up",
        "storage_format": "v5",
        "is_local": False,
        "domain_types": ("data",),
        "has_active_master": True,
        **settings,
    }
    return rules.Center(**values)  # type: ignore[arg-type]


def candidate(**settings: object) -> rules.Candidate:
    """A data domain that is not attached."""
    values = {
        "type": "data",
        "storage_format": "v5",
        "is_local": False,
        "is_attached": False,
        **settings,
    }
    return rules.Candidate(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("where", "what", "key"),
    [
        (center(), candidate(), None),
        (
            center(is_local=True),
            candidate(),
            "ERROR_CANNOT_ATTACH_STORAGE_DOMAIN_STORAGE_TYPE_NOT_MATCH",
        ),
        (
            center(),
            candidate(is_local=True),
            "ERROR_CANNOT_ATTACH_STORAGE_DOMAIN_STORAGE_TYPE_NOT_MATCH",
        ),
        (
            center(domain_types=("iso",)),
            candidate(type="iso"),
            "ERROR_CANNOT_ATTACH_MORE_THAN_ONE_ISO_DOMAIN",
        ),
        (
            center(domain_types=("export",)),
            candidate(type="export"),
            "ERROR_CANNOT_ATTACH_MORE_THAN_ONE_EXPORT_DOMAIN",
        ),
        (
            center(has_active_master=False),
            candidate(),
            "ACTION_TYPE_FAILED_MASTER_STORAGE_DOMAIN_NOT_ACTIVE",
        ),
        (center(status="uninitialized", has_active_master=False), candidate(), None),
        (
            center(status="uninitialized"),
            candidate(type="iso"),
            "ERROR_CANNOT_ADD_STORAGE_POOL_WITHOUT_DATA_DOMAIN",
        ),
        (
            center(storage_format="v4"),
            candidate(is_attached=True),
            "ACTION_TYPE_FAILED_STORAGE_DOMAIN_FORMAT_ILLEGAL",
        ),
    ],
)
def test_the_first_check_of_attach_that_fails_ends_them(
    where: rules.Center, what: rules.Candidate, key: str | None
) -> None:
    """Storage 5.2, in its order: format before attached before type before master."""
    found = rules.validate_attach(where, what)

    assert [finding.key for finding in found] == ([key] if key else [])


@pytest.mark.parametrize(("version", "wanted"), [((4, 2), "v4"), ((4, 3), "v5"), ((4, 7), "v5")])
def test_a_compatibility_level_has_a_storage_format(version: tuple[int, int], wanted: str) -> None:
    """Storage 5.2: 4.2 has v4, 4.3 and later v5."""
    assert rules.format_of_version(*version) == wanted


def test_the_status_of_a_refusal_follows_from_its_messages() -> None:
    """Storage 1.5: 400 wins over 409 over 500; what has no type is 400."""
    conflict = Finding("ACTION_TYPE_FAILED_OBJECT_LOCKED")
    bad = Finding("ACTION_TYPE_FAILED_STORAGE_POOL_NOT_EXIST")
    internal = Finding("CAN_DO_ACTION_GENERAL_FAILURE")

    assert refusal([conflict, bad, internal]).status == 400
    assert refusal([internal, conflict]).status == 409
    assert refusal([internal]).status == 500
    assert refusal([Finding("ENGINE")]).status == 400
    assert refusal([]).detail == "[]"


def test_every_message_shows_the_first_value_of_a_variable() -> None:
    """Entities 4.3: lines for several hosts all repeat the first one's values."""
    found = refusal([filtered("h1", "Memory", "x"), filtered("h2", "CPU", "y")])

    line = "The host h1 did not satisfy internal filter Memory because x."
    assert found.detail == f"[{line}, {line}]"


def test_a_variable_that_nobody_sets_stays_literally() -> None:
    """Storage 1.5 point 4."""
    assert refusal([Finding("ACTION_TYPE_FAILED_OBJECT_LOCKED")]).detail.startswith(
        "[Cannot ${action} ${type}."
    )


@pytest.mark.parametrize(
    ("mapping", "existing", "result"),
    [
        ({"a": "b"}, {"a", "b"}, "b"),
        ({"a": "b"}, {"a"}, "a"),
        ({}, {"a"}, "a"),
        ({"a": "b"}, set(), None),
        ({"x": "b"}, {"b"}, None),
    ],
)
def test_a_mapped_name_falls_back_to_the_original(
    mapping: dict[str, str], existing: set[str], result: str | None
) -> None:
    """Entities 1.4, the general rule."""
    assert resolve("a", mapping, existing) == result


def test_a_pool_gives_its_lowest_free_address_and_no_multicast() -> None:
    """Entities 1.6: allocation from the pool of the target cluster."""
    pool = macs.MacPool("p", ((0x0000_0000_00FE, 0x0000_0000_0101),), allow_duplicates=False)

    assert list(pool.free({"00:00:00:00:00:ff"})) == [
        "00:00:00:00:00:fe",
        "00:00:00:00:01:00",
        "00:00:00:00:01:01",
    ]
    assert macs.is_multicast("01:00:00:00:00:00")
    assert (
        list(macs.MacPool("m", ((0x0100_0000_0000,) * 2,), allow_duplicates=False).free(())) == []
    )
