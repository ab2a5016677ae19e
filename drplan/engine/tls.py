"""What makes a certificate trusted."""

from __future__ import annotations

import ssl
from pathlib import Path

from drplan.errors import InvalidInput


def tls_context(ca_file: Path | None = None, *, insecure: bool = False) -> ssl.SSLContext:
    """The rules for connections to one Engine.

    ``ca_file`` holds the certificates of the authority that signed the Engine's, in PEM; without it
    the system's authorities count. ``insecure`` trusts anybody, and sends them the password.

    Raises ``InvalidInput`` where the file is missing or holds no certificate.
    """
    if insecure:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    context = _verifying(ca_file)
    # Python 3.13 made this strictness the default. Certificates of an Engine's own authority may
    # lack the extensions that it asks for, and are accepted by every other client.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _verifying(ca_file: Path | None) -> ssl.SSLContext:
    if ca_file is None:
        return ssl.create_default_context()
    try:
        return ssl.create_default_context(cafile=str(ca_file.expanduser()))
    except ssl.SSLError as error:
        raise InvalidInput(
            "the file holds no certificate in PEM",
            where=str(ca_file),
            next_step="take the authority's certificate from the Engine, at "
            "/ovirt-engine/services/pki-resource?resource=ca-certificate&format=X509-PEM-CA",
        ) from error
    except OSError as error:
        raise InvalidInput(
            f"the file with the authority's certificate cannot be read: {error.strerror or error}",
            where=str(ca_file),
            next_step="correct dr_sites_<site>_ca_file in the mapping, or put the file there",
        ) from error
