"""The API root: which Engine this is, and where its collections are."""

from __future__ import annotations

import re

from drplan.simulator.catalogue import TOP
from drplan.simulator.scenario.builders.users import ADMIN, user_id
from drplan.simulator.scenario.form import link, reference, structure
from drplan.simulator.scenario.site import BLANK_TEMPLATE, Site
from drplan.simulator.store import Store

_NUMBERS = re.compile(r"(\d+)\.(\d+)\.(\d+)(?:\.(\d+))?")


def build(site: Site, store: Store) -> None:
    """The root, at ``/`` (entities sheet 8)."""
    found = _NUMBERS.match(site.spec.engine.version)
    major, minor, build_number, revision = found.groups() if found else ("4", "5", "0", None)
    admin = user_id(site, ADMIN)
    api = structure(
        "api",
        {
            "product_info": {
                "instance_id": site.spec.engine.instance_id or site.id("instance"),
                "name": "oVirt Engine",
                "vendor": "ovirt.org",
                "version": {
                    "build": build_number,
                    "full_version": site.spec.engine.version,
                    "major": major,
                    "minor": minor,
                    "revision": revision or "0",
                },
            },
            "special_objects": [
                ("blank_template", reference("blank_template", f"/templates/{BLANK_TEMPLATE}")),
                ("root_tag", reference("root_tag", f"/tags/{BLANK_TEMPLATE}")),
            ],
            "summary": _summary(site),
            "time": site.date(),
        },
    )
    for tag in ("authenticated_user", "effective_user"):
        api.append(reference(tag, f"/users/{admin}"))
    for number, rel in enumerate(TOP):
        api.insert(number, link(f"/{rel}", rel))
    store.put("/", api)


def _summary(site: Site) -> dict[str, dict[str, int]]:
    hosts = [host for _, host in site.hosts.values()]
    running = [vm for vm in site.spec.vms if vm.status == "up"]
    attached = [d for dc, d in site.domains.values() if dc is not None]
    users = len(site.spec.users) + 1
    return {
        "hosts": {"active": sum(h.status == "up" for h in hosts), "total": len(hosts)},
        "storage_domains": {"active": len(attached), "total": len(site.domains)},
        "users": {"active": 1, "total": users},
        "vms": {"active": len(running), "total": len(site.spec.vms)},
    }
