"""Elements keep every form that real Engines distinguish."""

from __future__ import annotations

import pytest
from lxml import etree

from drplan.simulator import elements

BODY = b"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<vm href="/ovirt-engine/api/vms/1" id="1">
    <name>a &amp; b</name>
    <description></description>
    <display>
        <certificate>
            <content>-----BEGIN-----
AAAA
-----END-----
</content>
        </certificate>
    </display>
    <quota id="9"/>
    <virtio_scsi/>
</vm>
"""


def test_a_body_is_written_as_it_was_read() -> None:
    """Empty texts, empty structures, escapes and multi-line texts survive byte for byte."""
    assert elements.document(elements.parse(BODY)) == BODY


def test_an_empty_text_in_a_line_without_blanks_is_kept() -> None:
    """The distinction does not depend on how the body was indented."""
    root = elements.parse(b'<a><b></b><c/><d x="1"></d></a>')
    written = elements.serialise(root)
    assert written == b'<a>\n    <b></b>\n    <c/>\n    <d x="1"></d>\n</a>'


def test_nested_empty_elements_are_not_taken_for_empty_texts() -> None:
    """Only an element whose end follows its start at once holds an empty text."""
    assert elements.serialise(elements.parse(b"<a><b><c/></b></a>")) == (
        b"<a>\n    <b>\n        <c/>\n    </b>\n</a>"
    )


@pytest.mark.parametrize(
    ("tag", "before"),
    [("name", "description"), ("link", "memory"), ("actions", "name"), ("os", "status")],
)
def test_a_new_member_stands_where_a_real_engine_writes_it(tag: str, before: str) -> None:
    """Actions, name, description, comment, links, own members by name, then references."""
    root = elements.parse(
        b'<vm><description>d</description><memory>1</memory><status>up</status><host id="h"/></vm>'
    )
    elements.place(root, elements.make("name", "n"))
    if tag != "name":
        elements.place(root, elements.make(tag))
    tags = [child.tag for child in root]
    assert tags.index(tag) < tags.index(before)
    assert tags[-1] == "host"


def test_setting_a_nested_text_makes_what_is_missing() -> None:
    """``cpu/architecture`` creates ``cpu``; ``None`` removes the member again."""
    root = elements.make("vm")
    elements.set_text(root, "cpu/architecture", "x86_64")
    assert elements.text_of(root, "cpu/architecture") == "x86_64"
    elements.set_text(root, "cpu/architecture", None)
    assert elements.text_of(root, "cpu/architecture") is None


def test_absent_and_empty_texts_are_told_apart() -> None:
    """An empty description is ``""``; one that is not there is ``None``."""
    root = elements.parse(b"<vm><description></description></vm>")
    assert elements.text_of(root, "description") == ""
    assert elements.text_of(root, "comment") is None


def test_entities_of_other_files_are_not_read() -> None:
    """A body cannot make the simulator read a file."""
    hostile = b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]><a>&e;</a>'
    assert (elements.parse(hostile).text or "") == ""
    with pytest.raises(etree.XMLSyntaxError):
        elements.parse(b"<a>")
