"""From an Engine's refusal, or an answer nobody can read, to an error the program knows."""

from __future__ import annotations

from typing import Any

import ovirtsdk4
from lxml import etree

from drplan.errors import AnswerLost, EngineFault, LoginFailed
from drplan.wire.response import Response

GATEWAY_ERRORS = frozenset({502, 504})
"""A web server's word that it lost the Engine's answer, or did not wait for it."""

XML_MEDIA_TYPES = frozenset({"application/xml", "text/xml"})


def refuse_what_the_sdk_cannot_read(response: Response, site: str) -> None:
    """Raise for an answer that the SDK must not look at.

    The SDK takes the body of an error for XML and loses the status where it is not (a web server's
    page for 401, 500 or 503); an entity that is gone answers with no body at all (wire-facts
    section 1). A removal that runs on answers 202 without a body.

    Raises ``LoginFailed`` for 401 (a 403 may be a validation's and stays a fault), ``EngineFault``
    for other errors without a fault in XML, ``AnswerLost`` for a success that is not XML, and where
    a gateway says that the answer did not reach it.
    """
    if response.status == 401:
        raise LoginFailed(
            "the Engine did not accept the credentials",
            where=site,
            next_step="check the user, its profile and the password",
        )
    if response.status >= 400:
        if not is_xml(response):
            if response.status in GATEWAY_ERRORS:
                raise unreadable(response, site)
            raise EngineFault(response.status, "", "")
    elif response.body and not is_xml(response):
        raise unreadable(response, site)


def is_xml(response: Response) -> bool:
    """Whether the answer says it is XML and its body is a whole document."""
    if response.media_type not in XML_MEDIA_TYPES:
        return False
    # The SDK's own reader prints to standard error where a document ends early.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        etree.fromstring(response.body, parser)
    except etree.XMLSyntaxError:
        return False
    return True


def fault_of(error: ovirtsdk4.Error, response: Response) -> EngineFault:
    """The fault inside an error of the SDK; the status is the answer's, which the SDK may lose.

    Without a fault in the body the SDK's own words say what it did not understand.
    """
    fault: Any = error.fault
    if fault is None:
        return EngineFault(response.status, "", str(error))
    return EngineFault(response.status, fault.reason or "", fault.detail or "")


def unreadable(response: Response, site: str) -> AnswerLost:
    """The error for an answer that came and cannot be read: the request may have had its effect."""
    kind = response.media_type or "no content type"
    return AnswerLost(
        f"the Engine's answer cannot be read (HTTP {response.status}, {kind}, "
        f"{len(response.body)} bytes)",
        where=site,
        next_step="look at what the Engine has before doing anything again",
    )
