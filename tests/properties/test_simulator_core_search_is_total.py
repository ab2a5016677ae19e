"""Whatever is searched for, a simulated Engine answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drplan.simulator import elements
from drplan.simulator.catalogue import SEARCHABLE
from drplan.simulator.search import SearchFailed, UnknownToSimulator, search
from drplan.simulator.search.fields import OBJECTS
from drplan.simulator.store import Store

FIELDS = sorted({name for kind in OBJECTS.values() for name in (*kind.fields, *kind.relations)})
WORDS = st.one_of(
    st.sampled_from(
        [*FIELDS, "and", "or", "sortby", "page", "asc", "desc", "vm.id", "storage.name"]
    ),
    st.sampled_from(
        ["=", "!=", "<", ">", "<=", ">=", "(", ")", '"', "'", "\\", ";", "*", "%", "~"]
    ),
    st.sampled_from(["up", "poweringup", "1", "0", "-3", '"a b"', "x*", "", "²", "٣"]),
    st.text(max_size=5),
)
SENTENCES = st.lists(WORDS, max_size=8).map(" ".join) | st.lists(WORDS, max_size=8).map("".join)


def a_store() -> Store:
    """One entity in every collection that can be searched."""
    store = Store()
    for collection in sorted(SEARCHABLE):
        entry = elements.make("entity", id="1")
        elements.set_text(entry, "name", "x")
        elements.set_text(entry, "status", "up")
        store.put(f"/{collection}/1", entry)
    return store


STORE = a_store()


@given(collection=st.sampled_from(sorted(SEARCHABLE)), text=st.text(max_size=60) | SENTENCES)
def test_a_search_never_crashes(collection: str, text: str) -> None:
    """A list, or one of the two answers that say why there is none."""
    members = STORE.members(f"/{collection}")
    try:
        found = search(STORE, collection, text, members)
    except (SearchFailed, UnknownToSimulator):
        return
    assert set(found) <= set(members)


@given(text=st.text(alphabet="abn=\"'\\;() *andorpage12", max_size=30))
@pytest.mark.parametrize("broken", ["'", ";", "\\", " and", " or", "name=", ' name="x'])
def test_what_is_broken_finds_nothing(text: str, broken: str) -> None:
    """However it begins, a search that ends broken is invalid, and an empty list."""
    try:
        found = search(STORE, "vms", f"name=x {text}{broken}", STORE.members("/vms"))
    except (SearchFailed, UnknownToSimulator):
        return
    # An open quote before the end may make the broken part a value of its own.
    assert found == [] or '"' in text
