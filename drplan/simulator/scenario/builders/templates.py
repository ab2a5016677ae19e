"""Templates and their versions; Blank is always there."""

from __future__ import annotations

from drplan.simulator.elements import Element
from drplan.simulator.scenario import spelling
from drplan.simulator.scenario.builders import disks, nics
from drplan.simulator.scenario.builders.machine import members
from drplan.simulator.scenario.definition import TemplateSpec
from drplan.simulator.scenario.form import Value, entity, reference
from drplan.simulator.scenario.site import BLANK_TEMPLATE, Site
from drplan.simulator.store import Store

LINKS = (
    "cdroms",
    "diskattachments",
    "graphicsconsoles",
    "nics",
    "permissions",
    "tags",
    "watchdogs",
)


def build(site: Site, store: Store) -> None:
    """Every template, Blank first: it has no cluster and no disks (wire-facts.md section 5)."""
    blank = f"/templates/{BLANK_TEMPLATE}"
    store.put(blank, _blank(site, blank))
    _declare(store, blank)
    for template in site.spec.templates:
        path = f"/templates/{site.template_id(template)}"
        store.put(path, _template(site, path, template))
        _declare(store, path)
        for number, text in enumerate(template.disks):
            spec = spelling.disk(text)
            disk_id = site.id("disk", site.template_id(template), str(number))
            alias = spec.name or f"{template.name}_Disk{number + 1}"
            disks.image(site, store, disk_id, alias, spec)
            disks.attachment(site, store, path, disk_id, bootable=number == 0, template=True)
        for number, nic in enumerate(template.nics):
            nics.template_nic(site, store, path, template, number, spelling.nic(nic))


def _declare(store: Store, path: str) -> None:
    for rel in ("diskattachments", "nics", "permissions"):
        store.declare(f"{path}/{rel}")


def _template(site: Site, path: str, template: TemplateSpec) -> Element:
    base = site.template(template.cluster, f"{template.name}@1")
    name = template.version_name or ("base version" if template.version == 1 else "")
    _, cluster = site.clusters[template.cluster]
    return entity(
        path,
        "template",
        seed=site.spec.name,
        actions=("export",),
        name=template.name,
        description="",
        comment="",
        links=LINKS,
        members=members(
            memory=spelling.size(template.memory),
            guaranteed=None,
            cpus=template.cpus,
            architecture=cluster.architecture,
            bios="q35_sea_bios",
            os=template.os,
            boot=("hd",),
            kind="server",
            origin="ovirt",
            created=site.date(days=site.age("template", path)),
            priority=0,
            highly_available=False,
        ),
        references={
            "cluster": reference("cluster", f"/clusters/{site.id('cluster', template.cluster)}"),
            "status": "ok",
            "version": _version(name, template.version, site.template_id(base)),
        },
    )


def _blank(site: Site, path: str) -> Element:
    return entity(
        path,
        "template",
        seed=site.spec.name,
        actions=("export",),
        name="Blank",
        description="Blank template",
        comment="",
        links=LINKS,
        members=members(
            memory=1 << 30,
            guaranteed=None,
            cpus=1,
            architecture="undefined",
            bios="q35_sea_bios",
            os="other",
            boot=("hd",),
            kind="server",
            origin="ovirt",
            created="2008-04-01T00:00:00.000+02:00",
            priority=0,
            highly_available=False,
        ),
        references={"status": "ok", "version": _version("", 0, BLANK_TEMPLATE)},
    )


def _version(name: str, number: int, base: str) -> list[tuple[str, Value]]:
    return [
        ("version_name", name),
        ("version_number", number),
        ("base_template", reference("base_template", f"/templates/{base}")),
    ]
