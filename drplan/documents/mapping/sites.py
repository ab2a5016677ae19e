"""Reads how each Engine is reached (R60 to R63), and the role's own variables (B.7)."""

from __future__ import annotations

import re
from typing import Final

from drplan.documents.mapping.section import Section
from drplan.model.diagnostic import Position
from drplan.model.mapping import SITE_ROLES, RoleSettings, SiteDetails, SiteRole

_URL: Final = re.compile(r"https?://[^/\s?#@]+(?::[0-9]+)?(?P<path>/[^\s?#]*)?", re.IGNORECASE)
_API_PATH: Final = "/ovirt-engine/api"


def read_site(top: Section, role: SiteRole, name: str | None) -> SiteDetails:
    """Return one site's details; what is missing or misshapen is among the findings."""
    prefix = f"dr_sites_{role}_"
    ca_file = top.filled(f"{prefix}ca_file")
    if not top.has(f"{prefix}ca_file"):
        top.warning(
            f"{prefix}ca_file",
            f"{prefix}ca_file is not filled in; the system's own certificates will be used",
        )
    return SiteDetails(
        role=role,
        name=name or role,
        url=_url(top, f"{prefix}url"),
        username=_username(top, f"{prefix}username"),
        ca_file=ca_file,
        password=top.secret(f"{prefix}password"),
        position=top.place(f"{prefix}url"),
    )


def read_settings(top: Section) -> RoleSettings:
    """Return the role variables that the file sets."""
    for key in ("dr_ignore_error_clean", "dr_ignore_error_recover"):
        if top.has(key):
            top.warning(
                key, f"{key} has no effect: drplan reports every error, and never hides one"
            )
    return RoleSettings(
        partial_import=top.flag("dr_partial_import"),
        reset_mac_pool=top.flag("dr_reset_mac_pool"),
        ignore_error_clean=top.flag("dr_ignore_error_clean"),
        ignore_error_recover=top.flag("dr_ignore_error_recover"),
        target_host=top.choice("dr_target_host", SITE_ROLES),
        source_map=top.choice("dr_source_map", SITE_ROLES),
        cleanup_retries_maintenance=top.number("dr_cleanup_retries_maintenance"),
        cleanup_delay_maintenance=top.number("dr_cleanup_delay_maintenance"),
        clean_orphaned_vms=top.flag("dr_clean_orphaned_vms", quoted_false_is_true_for_role=True),
        clean_orphaned_disks=top.flag(
            "dr_clean_orphaned_disks", quoted_false_is_true_for_role=True
        ),
        report_file=top.filled("dr_report_file"),
        running_vms=top.filled("dr_running_vms"),
        positions=_positions(top),
    )


def _positions(top: Section) -> dict[str, Position]:
    return {
        field: top.place(f"dr_{field}")
        for field in RoleSettings.__struct_fields__
        if field != "positions" and top.has(f"dr_{field}")
    }


def _url(top: Section, key: str) -> str:
    text = top.required(key, next_step=f"Write https://HOST{_API_PATH}.").strip()
    if not text:
        return ""
    match = _URL.fullmatch(text)
    if match is None:
        top.error(
            key, f"expected a URL such as https://HOST{_API_PATH}, found {_without_user(text)!r}"
        )
        return ""
    if text.lower().startswith("http://"):
        top.warning(key, "the URL begins with http://, so that the password travels in clear text")
    path = (match["path"] or "").rstrip("/")
    if path in {"", "/ovirt-engine"}:
        top.error(
            key,
            f"the URL does not end in {_API_PATH}",
            next_step=f"Write {text.rstrip('/').removesuffix('/ovirt-engine')}{_API_PATH}.",
        )
    elif not path.endswith("/api"):
        top.warning(key, f"the URL does not end in {_API_PATH}")
    return text.rstrip("/")


def _username(top: Section, key: str) -> str:
    text = top.required(key, next_step="Write USER@PROFILE, such as admin@internal.").strip()
    if text and ("@" not in text.strip("@") or text.startswith("@") or text.endswith("@")):
        top.error(
            key,
            f"expected USER@PROFILE, found {text!r}",
            detail="Where the Engine uses Keycloak, the administrator is admin@ovirt@internalsso.",
            next_step="Add the profile, such as @internal.",
        )
    return text


def _without_user(url: str) -> str:
    """Return a URL without the user and password that do not belong there."""
    return re.sub(r"//[^/@]*@", "//…@", url)
