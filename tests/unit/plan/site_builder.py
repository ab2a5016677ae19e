"""A small site, entity by entity. Ids are made of names, so that tests can read."""

from __future__ import annotations

from typing import Any

from drplan.model import entities
from drplan.model.inventory import EngineIdentity, Inventory

GIB = 2**30
LEVEL = entities.Version(4, 7)


class SiteBuilder:
    """Collects entities by name and gives the inventory. The same calls give the same site."""

    def __init__(self, name: str, *, data_center: str = "dc", status: str = "up") -> None:
        self.name = name
        self.parts: dict[str, list[Any]] = {}
        self.started: list[str] = []
        self.version = (4, 5, 6)
        self.instance_id: str | None = f"instance-{name}"
        self.add_data_center(data_center, status=status)

    def add(self, collection: str, item: Any) -> None:
        """Put an entity into a collection."""
        self.parts.setdefault(collection, []).append(item)

    def add_data_center(self, name: str, *, status: str = "up", **fields: Any) -> None:
        """A data center of level 4.7."""
        self.add(
            "data_centers",
            entities.DataCenter(
                id=f"{self.name}-{name}", name=name, status=status, version=LEVEL, **fields
            ),
        )

    def add_cluster(
        self,
        name: str,
        *,
        data_center: str = "dc",
        memory: int | None = 256,
        hosts: int = 1,
        networks: tuple[str, ...] | None = None,
        **fields: Any,
    ) -> None:
        """A cluster with Up hosts that can schedule so many GiB each; ``None`` is not told."""
        fields.setdefault("architecture", "x86_64")
        fields.setdefault("bios_type", "q35_ovmf")
        self.add(
            "clusters",
            entities.Cluster(
                id=f"{self.name}-{name}",
                name=name,
                data_center_id=f"{self.name}-{data_center}",
                version=LEVEL,
                network_ids=None
                if networks is None
                else tuple(f"{self.name}-{data_center}-{item}" for item in networks),
                **fields,
            ),
        )
        for number in range(1, hosts + 1):
            self.add(
                "hosts",
                entities.Host(
                    id=f"{self.name}-{name}-h{number}",
                    name=f"{name}-h{number}",
                    status="up",
                    cluster_id=f"{self.name}-{name}",
                    max_scheduling_memory=None if memory is None else memory * GIB,
                ),
            )

    def add_network(self, name: str, *profiles: str, data_center: str = "dc") -> None:
        """A network with profiles, by default one of its own name."""
        network = f"{self.name}-{data_center}-{name}"
        self.add(
            "networks",
            entities.Network(id=network, name=name, data_center_id=f"{self.name}-{data_center}"),
        )
        for profile in profiles or (name,):
            self.add(
                "vnic_profiles",
                entities.VnicProfile(id=f"{network}-{profile}", name=profile, network_id=network),
            )

    def add_pool(self, first: str, last: str, *, allow_duplicates: bool = False) -> None:
        """The default MAC pool."""
        self.add(
            "mac_pools",
            entities.MacPool(
                id=f"{self.name}-pool",
                name="Default",
                default=True,
                allow_duplicates=allow_duplicates,
                ranges=(entities.MacRange(first, last),),
            ),
        )

    def add_domain(
        self,
        name: str,
        *,
        data_center: str | None = "dc",
        storage_type: str = "nfs",
        id: str | None = None,  # noqa: A002 - the field's own name
        **fields: Any,
    ) -> None:
        """A data domain, attached and active unless said otherwise."""
        fields.setdefault("type", "data")
        fields.setdefault("status", "active" if data_center else "unattached")
        fields.setdefault("storage_format", "v5")
        if storage_type in {"nfs", "posixfs", "glusterfs"}:
            fields.setdefault("address", f"nas-{self.name}")
            fields.setdefault("path", f"/{name}")
        self.add(
            "storage_domains",
            entities.StorageDomain(
                id=id or f"sd-{name}",
                name=name,
                storage_type=storage_type,
                data_center_ids=(f"{self.name}-{data_center}",) if data_center else (),
                **fields,
            ),
        )

    def add_template(
        self,
        name: str,
        *,
        cluster: str = "c1",
        domains: tuple[str, ...] = ("d1",),
        version: int = 1,
        base: str | None = None,
        id: str | None = None,  # noqa: A002 - the field's own name
    ) -> None:
        """A template with one disk, with copies on all of the domains."""
        key = id or f"t-{name}"
        disks = self._disks(key, (domains,)) if domains else ()
        self.add(
            "templates",
            entities.Template(
                id=key,
                name=name,
                cluster_id=f"{self.name}-{cluster}",
                version_number=version,
                base_template_id=base or key,
                disk_attachments=disks,
                nics=(),
            ),
        )

    def add_vm(
        self,
        name: str,
        *,
        cluster: str = "c1",
        domains: tuple[str, ...] = ("d1",),
        nics: tuple[tuple[str | None, str | None], ...] = (),
        luns: tuple[str, ...] = (),
        status: str = "up",
        memory: int = 1,
        ha: int | None = None,
        data_center: str = "dc",
        id: str | None = None,  # noqa: A002 - the field's own name
        **fields: Any,
    ) -> None:
        """A VM with a disk on each domain; NICs are pairs of ``network/profile`` and MAC."""
        key = id or f"vm-{name}"
        attachments = self._disks(key, tuple((item,) for item in domains))
        for lun in luns:
            disk = f"{key}-lun-{lun}"
            self.add(
                "disks",
                entities.Disk(
                    id=disk,
                    name=f"{name}-{lun}",
                    storage_type="lun",
                    lun=entities.Lun(
                        id=lun,
                        storage_type="iscsi",
                        paths=(entities.LunPath(address="a", port=3260, target="iqn"),),
                    ),
                ),
            )
            attachments = (*attachments, entities.DiskAttachment(disk_id=disk))
        self.add(
            "vms",
            entities.Vm(
                id=key,
                name=name,
                status=status,
                cluster_id=f"{self.name}-{cluster}",
                memory=memory * GIB,
                high_availability=ha is not None,
                priority=ha or 0,
                disk_attachments=attachments,
                nics=tuple(
                    entities.Nic(
                        id=f"{key}-nic{number}",
                        name=f"nic{number}",
                        mac=mac,
                        vnic_profile_id=self.profile(profile, data_center) if profile else None,
                    )
                    for number, (profile, mac) in enumerate(nics, start=1)
                ),
                **fields,
            ),
        )

    def profile(self, label: str, data_center: str = "dc") -> str:
        """The id of ``network/profile``."""
        network, _, profile = label.partition("/")
        return f"{self.name}-{data_center}-{network}-{profile}"

    def build(self) -> Inventory:
        """The inventory."""
        major, minor, build = self.version
        return Inventory(
            site=self.name,
            taken="2026-03-14T02:00:00Z",
            url=f"https://engine-{self.name}.example.org/ovirt-engine/api",
            engine=EngineIdentity(
                instance_id=self.instance_id,
                full_version=f"{major}.{minor}.{build}-1.el9",
                major=major,
                minor=minor,
                build=build,
            ),
            requests=10,
            started_vm_ids=tuple(self.started),
            **{name: tuple(items) for name, items in self.parts.items()},
        )

    def _disks(
        self, owner: str, domains: tuple[tuple[str, ...], ...]
    ) -> tuple[entities.DiskAttachment, ...]:
        for number, copies in enumerate(domains, start=1):
            self.add(
                "disks",
                entities.Disk(
                    id=f"{owner}-disk{number}",
                    name=f"{owner}_Disk{number}",
                    storage_type="image",
                    content_type="data",
                    storage_domain_ids=tuple(f"sd-{item}" for item in copies),
                ),
            )
        return tuple(
            entities.DiskAttachment(disk_id=f"{owner}-disk{number}")
            for number in range(1, len(domains) + 1)
        )
