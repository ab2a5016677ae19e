"""Templates and their versions."""

from __future__ import annotations

from typing import Any

from drplan.inventory.collectors.attachments import disk_attachments
from drplan.inventory.collectors.nics import nics
from drplan.inventory.collectors.values import inside, reference, text, word
from drplan.inventory.reader import Followed, Reader
from drplan.model.entities import Template

FOLLOWS = ("disk_attachments,nics",)


async def read_templates(reader: Reader) -> tuple[Template, ...]:
    """Every template, the Blank one too, which has no cluster."""
    service = reader.system.templates_service()
    listed = await reader.followed(
        "templates",
        service.list,
        {
            "disk_attachments": lambda it: (
                service.template_service(it.id).disk_attachments_service().list
            ),
            "nics": lambda it: service.template_service(it.id).nics_service().list,
        },
        FOLLOWS,
    )
    return tuple(template(it, listed) for it in listed.entries)


def template(entry: Any, listed: Followed) -> Template:
    """One template; versions of one share its name."""
    return Template(
        id=entry.id,
        name=text(entry.name),
        status=word(entry.status),
        cluster_id=reference(entry.cluster),
        version_number=inside(entry, "version", "version_number"),
        version_name=text(inside(entry, "version", "version_name")),
        base_template_id=reference(inside(entry, "version", "base_template")),
        memory=entry.memory,
        architecture=word(inside(entry, "cpu", "architecture")),
        disk_attachments=disk_attachments(listed.members(entry, "disk_attachments")),
        nics=nics(listed.members(entry, "nics")),
    )
