"""How entities are called in a plan: ``vm.db01``, ``template.rhel9@2``, ``vm["two words"]``.

An address is for people and stays the same for the same inputs; ids decide what is meant.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Final

from drplan.model.entities import Template
from drplan.plan.site_index import SiteIndex

_PLAIN: Final = re.compile(r"[\w@+:/-][\w@.+:/-]*")


def address(kind: str, name: str) -> str:
    """``kind.name``, or ``kind["name"]`` where the name holds other than letters, digits, ``_@.+:/-``."""
    if _PLAIN.fullmatch(name):
        return f"{kind}.{name}"
    return f"{kind}[{json.dumps(name, ensure_ascii=False)}]"


def vm_addresses(site: SiteIndex) -> Mapping[str, str]:
    """The address of every VM of a site, by id: with the data center where a name is not unique."""
    names = Counter(vm.name for vm in site.inventory.vms)
    found: dict[str, str] = {}
    for vm in site.inventory.vms:
        name = vm.name or vm.id
        if names[vm.name] > 1:
            data_center = site.data_center_of_cluster(vm.cluster_id)
            name = f"{data_center.name if data_center else '-'}/{name}"
        found[vm.id] = address("vm", name)
    return _told_apart("vm", found)


def template_addresses(site: SiteIndex) -> Mapping[str, str]:
    """The address of every template of a site, by id: with ``@VERSION`` for versions above 1."""
    names = Counter(_template_name(item) for item in site.inventory.templates)
    found: dict[str, str] = {}
    for template in site.inventory.templates:
        name = _template_name(template)
        if names[name] > 1:
            data_center = site.data_center_of_cluster(template.cluster_id)
            name = f"{data_center.name if data_center else '-'}/{name}"
        found[template.id] = address("template", name)
    return _told_apart("template", found)


def matches(pattern: str, candidate: str) -> bool:
    """Whether an address fits a pattern such as ``vm.web*``; brackets have no special meaning."""
    escaped = pattern.replace("[", "[[]")
    return fnmatchcase(candidate, escaped)


def name_matches(patterns: Iterable[str], name: str) -> bool:
    """Whether a VM's whole name fits one of the patterns, case-sensitively."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _template_name(template: Template) -> str:
    number = template.version_number or 1
    name = template.name or template.id
    return f"{name}@{number}" if number > 1 else name


def _told_apart(kind: str, found: dict[str, str]) -> Mapping[str, str]:
    """Names that are still shared (clusters without data center) are replaced by ids."""
    times = Counter(found.values())
    return {key: value if times[value] == 1 else address(kind, key) for key, value in found.items()}
