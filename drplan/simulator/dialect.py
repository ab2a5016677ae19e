"""Telling API version 3 from version 4 by what was sent and answered.

The v4 SDK reads v3 bodies without complaint and loses the data (wire-facts.md section 7), so such
traffic must be refused, with the sign that gave it away.
"""

from __future__ import annotations

from drplan.simulator.elements import Element
from drplan.wire.request import Request

_ROOTS = frozenset({"vmpools", "capabilities"})
# Members that are elements in version 4 and carry attributes in version 3.
_ATTRIBUTES = (
    ("version", "major"),
    ("topology", "sockets"),
    ("topology", "cores"),
    ("mac", "address"),
    ("os", "type"),
    ("boot", "dev"),
    ("overcommit", "percent"),
)


def sign_of_version_3(request: Request, root: Element) -> str | None:
    """What shows that an answer has the old form, in words; ``None`` for version 4."""
    asked = request.header("Version")
    if asked is not None and asked.strip() == "3":
        return "the client asked for it (header Version: 3)"
    if root.tag in _ROOTS:
        return f"the root element is <{root.tag}>"
    for state in root.iter("state"):
        parent = state.getparent()
        if parent is not None and parent.tag == "status":
            return "a status is written as <status><state>"
    for tag, attribute in _ATTRIBUTES:
        if any(element.get(attribute) is not None for element in root.iter(tag)):
            return f"<{tag}> carries the attribute {attribute}"
    if root.tag == "api" and root.find("special_objects/link") is not None:
        return "the special objects of the API root are links"
    return None
