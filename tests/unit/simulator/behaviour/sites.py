"""Two small hand-made sites: a source whose domains are replicated, and a target."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from lxml import etree

from drplan.simulator import elements, storage_views
from drplan.simulator.array import Array
from drplan.simulator.core import Engine, Ticket
from drplan.simulator.store import Store
from drplan.wire.request import Request
from drplan.wire.response import Response

START = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=1)))
GIB = 1024**3


def uid(kind: str, number: int) -> str:
    """An id that names its kind: two hex digits of the kind's first letters, and a number."""
    prefix = "".join(f"{ord(letter):02x}" for letter in kind[:4]).ljust(8, "0")
    return f"{prefix}-0000-4000-8000-{number:012d}"


class Site:
    """A store with entities written as XML, and the Engine over it once it is opened."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.store = Store()
        self.engine: Engine | None = None

    def put(self, path: str, xml: str) -> str:
        """Write an entity; its id and href are added. Gives the id."""
        element = elements.parse(xml.encode())
        key = path.rpartition("/")[2]
        element.set("href", f"/ovirt-engine/api{path}")
        element.set("id", key)
        self.store.put(path, element)
        return key

    def data_center(self, number: int = 1, *, status: str = "up", minor: int = 7) -> str:
        """A data center, without storage."""
        key = uid("dc", number)
        self.put(
            f"/datacenters/{key}",
            f"<data_center><name>dc{number}-{self.name}</name><local>false</local>"
            f"<status>{status}</status><version><major>4</major><minor>{minor}</minor></version>"
            "</data_center>",
        )
        self.store.declare(f"/datacenters/{key}/storagedomains")
        return key

    def cluster(self, number: int = 1, center: int = 1, *, name: str | None = None) -> str:
        """A cluster with BIOS type, CPU and the MAC pool 1."""
        key = uid("cl", number)
        self.put(
            f"/clusters/{key}",
            f"<cluster><name>{name or f'cl{number}-{self.name}'}</name>"
            "<bios_type>q35_sea_bios</bios_type>"
            "<cpu><architecture>x86_64</architecture><type>Intel</type></cpu>"
            "<memory_policy><over_commit><percent>100</percent></over_commit></memory_policy>"
            "<version><major>4</major><minor>7</minor></version>"
            f"<data_center id='{uid('dc', center)}'/><mac_pool id='{uid('mac', 1)}'/></cluster>",
        )
        for part in ("networks", "affinitygroups"):
            self.store.declare(f"/clusters/{key}/{part}")
        return key

    def host(
        self, number: int = 1, cluster: int = 1, *, memory: int = 64 * GIB, status: str = "up"
    ) -> str:
        """A host with 16 cores."""
        key = uid("host", number)
        self.put(
            f"/hosts/{key}",
            f"<host><name>h{number}-{self.name}</name><address>192.0.2.{number}</address>"
            "<cpu><topology><cores>8</cores><sockets>2</sockets><threads>2</threads></topology>"
            f"</cpu><max_scheduling_memory>{memory}</max_scheduling_memory>"
            f"<memory>{memory}</memory><spm><priority>5</priority><status>none</status></spm>"
            f"<status>{status}</status><summary><active>0</active><total>0</total></summary>"
            f"<cluster id='{uid('cl', cluster)}'/></host>",
        )
        return key

    def network(
        self, number: int, name: str, *, cluster: int = 1, profile: str | None = None
    ) -> str:
        """A network of the cluster with one vNIC profile; gives the profile's id."""
        net, prof = uid("net", number), uid("prof", number)
        self.put(f"/networks/{net}", f"<network><name>{name}</name></network>")
        if cluster:
            path = f"/clusters/{uid('cl', cluster)}/networks/{net}"
            self.put(path, f"<network><name>{name}</name></network>")
        self.put(
            f"/vnicprofiles/{prof}",
            f"<vnic_profile><name>{profile or name}</name><network id='{net}'/></vnic_profile>",
        )
        return prof

    def mac_pool(
        self,
        first: str = "56:6f:00:00:00:00",
        last: str = "56:6f:00:00:00:0f",
        *,
        double: bool = False,
    ) -> str:
        """The MAC pool of every cluster here."""
        key = uid("mac", 1)
        self.put(
            f"/macpools/{key}",
            f"<mac_pool><name>pool</name><allow_duplicates>{str(double).lower()}"
            f"</allow_duplicates><ranges><range><from>{first}</from><to>{last}</to></range>"
            "</ranges></mac_pool>",
        )
        return key

    def domain(
        self,
        number: int,
        *,
        center: int | None = 1,
        status: str = "active",
        kind: str = "data",
        storage: str | None = None,
        extra: str = "",
        storage_format: str = "v5",
    ) -> str:
        """A storage domain, attached unless ``center`` is ``None``; NFS unless said otherwise."""
        key = uid("sd", number)
        where = storage or (
            f"<storage><address>nas-{self.name}</address><path>/exp/d{number}</path>"
            "<type>nfs</type></storage>"
        )
        self.put(
            f"/storagedomains/{key}",
            f"<storage_domain><name>d{number}</name><available>{100 * GIB}</available>"
            f"<master>{str(number == 1).lower()}</master><status>unattached</status>{where}"
            f"<storage_format>{storage_format}</storage_format><type>{kind}</type>"
            f"<used>{10 * GIB}</used>{extra}</storage_domain>",
        )
        if center is not None:
            storage_views.attach(self.store, key, uid("dc", center), status)
        return key

    def ovf_store(self, domain: int) -> tuple[str, str]:
        """The two OVF_STORE disks of a domain."""
        first, second = uid("ovf", 2 * domain), uid("ovf", 2 * domain + 1)
        for key in (first, second):
            self.put(
                f"/disks/{key}",
                "<disk><name>OVF_STORE</name><alias>OVF_STORE</alias>"
                "<content_type>ovf_store</content_type><shareable>true</shareable>"
                "<storage_type>image</storage_type><storage_domains>"
                f"<storage_domain id='{uid('sd', domain)}'/></storage_domains></disk>",
            )
        return first, second

    def disk(
        self,
        number: int,
        domains: tuple[int, ...] = (1,),
        *,
        alias: str | None = None,
        content: str = "data",
        shareable: bool = False,
        extra: str = "",
    ) -> str:
        """An image on domains."""
        key = uid("disk", number)
        name = alias or f"disk{number}"
        holders = "".join(f"<storage_domain id='{uid('sd', d)}'/>" for d in domains)
        self.put(
            f"/disks/{key}",
            f"<disk><name>{name}</name>{extra}<alias>{name}</alias>"
            f"<content_type>{content}</content_type><image_id>{uid('imag', number)}</image_id>"
            f"<shareable>{str(shareable).lower()}</shareable><sparse>true</sparse>"
            "<status>ok</status><storage_type>image</storage_type>"
            f"<quota id='{uid('quot', 1)}'/><storage_domains>{holders}</storage_domains></disk>",
        )
        return key

    def lun_disk(self, number: int, lun: str, *, kind: str = "iscsi", path: str = "") -> str:
        """A direct LUN; ``path`` is the XML of address, port and target."""
        key = uid("lund", number)
        self.put(
            f"/disks/{key}",
            f"<disk><name>lun{number}</name><alias>lun{number}</alias>"
            f"<shareable>false</shareable><storage_type>lun</storage_type><lun_storage id='{lun}'>"
            f"<logical_units><logical_unit id='{lun}'>{path}<size>{10 * GIB}</size>"
            f"</logical_unit></logical_units><type>{kind}</type></lun_storage></disk>",
        )
        return key

    def vm(
        self,
        number: int,
        *,
        cluster: int = 1,
        disks: tuple[str, ...] = (),
        status: str = "down",
        template: str = "00000000-0000-0000-0000-000000000000",
        memory: int = GIB,
        extra: str = "",
        name: str | None = None,
    ) -> str:
        """A VM with disks attached."""
        key = uid("vm", number)
        self.put(
            f"/vms/{key}",
            f"<vm><name>{name or f'vm{number}'}</name>"
            "<cpu><architecture>x86_64</architecture><topology><cores>1</cores>"
            "<sockets>2</sockets><threads>1</threads></topology></cpu>"
            f"<memory>{memory}</memory><origin>ovirt</origin>{extra}<status>{status}</status>"
            f"<cluster id='{uid('cl', cluster)}'/><template id='{template}'/></vm>",
        )
        self._attach(f"/vms/{key}", disks)
        for part in ("nics", "snapshots", "permissions"):
            self.store.declare(f"/vms/{key}/{part}")
        return key

    def template(self, number: int, *, disks: tuple[str, ...] = (), base: int | None = None) -> str:
        """A template, or a version of another."""
        key = uid("tpl", number)
        self.put(
            f"/templates/{key}",
            f"<template><name>tpl{base or number}</name>"
            "<cpu><architecture>x86_64</architecture></cpu>"
            f"<memory>{GIB}</memory><status>ok</status><version>"
            f"<base_template id='{uid('tpl', base or number)}'/></version>"
            f"<cluster id='{uid('cl', 1)}'/></template>",
        )
        self._attach(f"/templates/{key}", disks)
        return key

    def _attach(self, path: str, disks: tuple[str, ...]) -> None:
        self.store.declare(f"{path}/diskattachments")
        for disk in disks:
            self.put(
                f"{path}/diskattachments/{disk}",
                "<disk_attachment><active>true</active><bootable>true</bootable>"
                f"<interface>virtio_scsi</interface><disk id='{disk}'/></disk_attachment>",
            )

    def nic(self, vm: str, number: int, *, mac: str | None = None, profile: str = "") -> str:
        """A NIC of a VM or template; ``vm`` is its id."""
        owner = "vms" if self.store.exists(f"/vms/{vm}") else "templates"
        address = f"<mac><address>{mac}</address></mac>" if mac else ""
        reference = f"<vnic_profile id='{profile}'/>" if profile else ""
        key = uid("nic", number)
        self.put(
            f"/{owner}/{vm}/nics/{key}",
            f"<nic><name>nic{number}</name><interface>virtio</interface>{address}"
            f"<plugged>true</plugged>{reference}</nic>",
        )
        return key

    def role(self, number: int, name: str) -> str:
        """A role."""
        return self.put(f"/roles/{uid('role', number)}", f"<role><name>{name}</name></role>")

    def user(self, number: int, login: str, domain: str = "internal-authz") -> str:
        """A user that the Engine knows."""
        return self.put(
            f"/users/{uid('user', number)}",
            f"<user><name>{login}</name><user_name>{login}@{domain}</user_name>"
            f"<domain><name>{domain}</name></domain></user>",
        )

    def permission(self, vm: str, number: int, user: str, role: str) -> str:
        """A direct permission of a user on a VM."""
        return self.put(
            f"/vms/{vm}/permissions/{uid('perm', number)}",
            f"<permission><role id='{role}'/><user id='{user}'/><vm id='{vm}'/></permission>",
        )

    def group(self, number: int, name: str, *vms: str, cluster: int = 1, rule: str = "") -> str:
        """An affinity group."""
        members = "".join(f"<vm id='{vm}'/>" for vm in vms)
        path = f"/clusters/{uid('cl', cluster)}/affinitygroups/{uid('ag', number)}"
        self.put(
            path,
            f"<affinity_group><name>{name}</name>{rule}<vms>{members}</vms></affinity_group>",
        )
        return path

    def label(self, number: int, name: str, *vms: str) -> str:
        """An affinity label."""
        path = f"/affinitylabels/{uid('labl', number)}"
        self.put(path, f"<affinity_label><name>{name}</name></affinity_label>")
        self.store.declare(f"{path}/vms")
        for vm in vms:
            self.put(f"{path}/vms/{vm}", "<vm/>")
        return path

    # --- the Engine ---------------------------------------------------------------------------

    def open(self, array: Array, **settings: Any) -> Engine:
        """Start the Engine over what was written."""
        self.engine = Engine(self.name, self.store, array=array, start=START, **settings)
        return self.engine

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> Response:
        """One request, to its answer."""
        ticket = self.submit(method, path, body, **headers)
        while ticket.response is None:
            self.step()
        return ticket.response

    def submit(self, method: str, path: str, body: str = "", **headers: str) -> Ticket:
        """One request, on its way."""
        engine = self._opened()
        given = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        target = f"/ovirt-engine/api{path}"
        return engine.submit(
            engine.now, Request.of(method, target, headers=given, body=body.encode())
        )

    def step(self) -> None:
        """Let the next thing happen."""
        engine = self._opened()
        due = engine.next_event
        assert due is not None
        engine.advance(due)

    def settle(self, seconds: float) -> None:
        """Let everything happen that is due in so many seconds."""
        engine = self._opened()
        engine.advance(engine.now + seconds)

    def _opened(self) -> Engine:
        assert self.engine is not None
        return self.engine

    def events(self, code: int) -> list[str]:
        """The descriptions of the events with that code, oldest first."""
        return [
            self.store.value(path, "description") or ""
            for path in self.store.members("/events")
            if self.store.value(path, "code") == str(code)
        ]


def tree(response: Response) -> etree._Element:
    """The body of an answer."""
    return elements.parse(response.body)


def fault(response: Response) -> tuple[int, str]:
    """Status and detail of a refused request, whatever its root."""
    root = tree(response)
    node = root if root.tag == "fault" else root.find("fault")
    assert node is not None
    return response.status, elements.text_of(node, "detail") or ""
