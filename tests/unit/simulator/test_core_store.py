"""The store: entities by path, collections in order, live values over bodies."""

from __future__ import annotations

import pytest

from drplan.simulator import elements
from drplan.simulator.store import Store


def vm(entity_id: str, name: str = "vm", **texts: str) -> elements.Element:
    """A VM with a name and further direct members."""
    element = elements.make("vm", id=entity_id)
    elements.set_text(element, "name", name)
    for tag, text in texts.items():
        elements.set_text(element, tag, text)
    return element


def test_members_keep_the_order_in_which_they_came() -> None:
    """Putting an entity again changes it and keeps its place."""
    store = Store()
    for entity_id in ("c", "a", "b"):
        store.put(f"/vms/{entity_id}", vm(entity_id))
    store.put("/vms/c", vm("c", "again"))
    assert store.members("/vms") == ("/vms/c", "/vms/a", "/vms/b")
    assert store.value("/vms/c", "name") == "again"


def test_an_element_that_was_read_is_a_copy() -> None:
    """Changing what ``element`` gave changes nothing; ``edit`` does."""
    store = Store()
    store.put("/vms/a", vm("a", "old"))
    elements.set_text(store.element("/vms/a"), "name", "new")
    assert store.value("/vms/a", "name") == "old"
    with store.edit("/vms/a") as element:
        elements.set_text(element, "name", "new")
    assert store.value("/vms/a", "name") == "new"


def test_an_edit_that_fails_changes_nothing() -> None:
    """What raises in the block leaves the entity as it was."""
    store = Store()
    store.put("/vms/a", vm("a", "old"))

    def change() -> None:
        with store.edit("/vms/a") as element:
            elements.set_text(element, "name", "new")
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        change()
    assert store.value("/vms/a", "name") == "old"


def test_a_live_value_is_seen_in_every_reading() -> None:
    """``value``, ``element`` and ``body`` agree, and ``edit`` writes the live value down."""
    store = Store()
    store.put("/vms/a", vm("a", status="down"))
    store.set_value("/vms/a", "status", "up")
    assert store.value("/vms/a", "status") == "up"
    assert elements.text_of(store.element("/vms/a"), "status") == "up"
    assert b"<status>up</status>" in store.body("/vms/a")
    with store.edit("/vms/a") as element:
        elements.set_text(element, "name", "new")
    assert store.value("/vms/a", "status") == "up"


def test_a_live_value_of_none_removes_the_member() -> None:
    """An element can disappear without the body being rewritten."""
    store = Store()
    store.put("/storagedomains/x", vm("x", status="unattached"))
    store.set_value("/storagedomains/x", "status", None)
    assert store.value("/storagedomains/x", "status") is None
    assert b"status" not in store.body("/storagedomains/x")


def test_deleting_an_entity_deletes_everything_beneath_it() -> None:
    """Sub-collections, theirs too, and unregistered ones go with their owner."""
    store = Store()
    store.put("/vms/a", vm("a"))
    store.put("/vms/a/nics/n", vm("n"))
    store.put("/vms/a/nics/n/statistics/s", vm("s"))
    store.put("/vms/a/disks;unregistered/d", vm("d"))
    store.put("/vms/ab", vm("ab"))
    store.put("/vms/ab/nics/n", vm("n"))
    store.delete("/vms/a")
    assert store.members("/vms") == ("/vms/ab",)
    assert len(store) == 2
    assert not store.is_declared("/vms/a/nics")


def test_an_empty_collection_can_be_known() -> None:
    """Declared and empty is not the same as never heard of."""
    store = Store()
    store.declare("/vms/a/nics")
    assert store.is_declared("/vms/a/nics")
    assert not store.is_declared("/vms/a/disks")
    assert store.members("/vms/a/nics") == store.members("/vms/a/disks") == ()


def test_a_copy_lives_its_own_life() -> None:
    """Changes on either side are not seen on the other."""
    store = Store()
    store.put("/vms/a", vm("a", status="down"))
    copy = store.copy()
    copy.set_value("/vms/a", "status", "up")
    copy.put("/vms/b", vm("b"))
    store.delete("/vms/a")
    assert copy.value("/vms/a", "status") == "up"
    assert store.members("/vms") == ()
    assert copy.members("/vms") == ("/vms/a", "/vms/b")


def test_references_are_read_and_forgotten_with_the_body() -> None:
    """A cached look-up does not outlive the state it was read from."""
    store = Store()
    first = vm("a")
    elements.place(first, elements.make("cluster", id="c1"))
    store.put("/vms/a", first)
    assert store.reference("/vms/a", "cluster") == "c1"
    assert store.references("/vms/a", "cluster") == ("c1",)
    store.put("/vms/a", vm("a"))
    assert store.reference("/vms/a", "cluster") is None
    assert store.references("/vms/a", "cluster") == ()


def test_names_are_not_unique() -> None:
    """Every entity of a name is found."""
    store = Store()
    store.put("/networks/1", vm("1", "ovirtmgmt"))
    store.put("/networks/2", vm("2", "ovirtmgmt"))
    assert store.named("/networks", "ovirtmgmt") == ("/networks/1", "/networks/2")


def test_changing_an_entity_that_is_not_there_is_a_mistake() -> None:
    """``element``, ``edit`` and ``set_value`` raise ``KeyError``."""
    store = Store()
    with pytest.raises(KeyError):
        store.element("/vms/a")
    with pytest.raises(KeyError):
        store.set_value("/vms/a", "status", "up")
