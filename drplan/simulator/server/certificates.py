"""A certificate authority of the simulation's own, and the server certificate that it signs."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from dataclasses import dataclass

import trustme


@dataclass(frozen=True)
class Certificates:
    """``authority`` is the PEM text that clients need; ``tls`` is what a server answers with."""

    authority: bytes
    tls: ssl.SSLContext


def make_certificates(names: Iterable[str]) -> Certificates:
    """A new authority, and a certificate for host names and IP addresses."""
    authority = trustme.CA(organization_name="drplan simulator", organization_unit_name="rehearsal")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.minimum_version = ssl.TLSVersion.TLSv1_2
    tls.set_alpn_protocols(["http/1.1"])
    authority.issue_cert(*sorted(set(names))).configure_cert(tls)
    return Certificates(authority.cert_pem.bytes(), tls)
