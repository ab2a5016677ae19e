"""A site that works: what tests start from that take storage away or change what runs."""

from __future__ import annotations

from typing import Any

from drplan.simulator import elements, host_ids, storage_views
from drplan.simulator.array import Array, DomainCopy
from drplan.simulator.replication import lay_out
from drplan.simulator.timeline import Timeline
from drplan.wire.response import Response
from tests.unit.simulator.behaviour.sites import Site, uid

DC = uid("dc", 1)


class LivingSite(Site):
    """A site with its storage on the array: two hosts, three data domains, the first is master.

    VM 1 has its disk on domain 1, VM 2 on domain 2, VM 3 on 2 and 3, VM 4 has none.
    """

    def __init__(self, name: str = "a", array: Array | None = None) -> None:
        super().__init__(name)
        self.array = array or Array()

    def plain(self) -> LivingSite:
        """Write the entities; more may be added before ``begin``."""
        self.data_center()
        self.cluster(name="cl-prod")
        self.host(1)
        self.host(2)
        with self.store.edit(f"/hosts/{uid('host', 1)}") as host:
            elements.set_text(host, "spm/status", "spm")
        self.mac_pool()
        for number in (1, 2, 3):
            self.domain(number)
            self.ovf_store(number)
        self.vm(1, disks=(self.disk(1, (1,)),))
        self.vm(2, disks=(self.disk(2, (2,)),))
        self.vm(3, disks=(self.disk(3, (2,)), self.disk(4, (3,))))
        self.vm(4)
        for number in (1, 2, 3, 4):
            self.nic(uid("vm", number), number, mac=f"56:6f:00:00:00:0{number}")
        return self

    def begin(self, *, timeline: Timeline | None = None, **settings: Any) -> LivingSite:
        """Lay the storage out and start the Engine."""
        lay_out(self.store, self.array)
        self.open(self.array, timeline=timeline or Timeline(), **settings)
        return self

    # --- requests -----------------------------------------------------------------------------

    def attached(self, number: int) -> str:
        """The address of a domain under the data center."""
        return f"/datacenters/{DC}/storagedomains/{uid('sd', number)}"

    def deactivate(self, number: int, *, force: bool = False, **headers: str) -> Response:
        """Ask for a deactivation."""
        body = f"<action><force>{str(force).lower()}</force></action>"
        return self.ask("POST", f"{self.attached(number)}/deactivate", body, **headers)

    def activate(self, number: int) -> Response:
        """Activate a domain."""
        return self.ask("POST", f"{self.attached(number)}/activate", "<action/>")

    def detach(self, number: int) -> Response:
        """Detach a domain."""
        return self.ask("DELETE", self.attached(number))

    def attach(self, number: int) -> Response:
        """Attach a domain."""
        return self.ask(
            "POST",
            f"/datacenters/{DC}/storagedomains",
            f"<storage_domain id='{uid('sd', number)}'/>",
        )

    def remove(self, number: int, query: str = "") -> Response:
        """Remove a domain from the Engine."""
        return self.ask_with(
            query or f"host={uid('host', 1)}", f"/storagedomains/{uid('sd', number)}"
        )

    def ask_with(self, query: str, path: str, method: str = "DELETE", body: str = "") -> Response:
        """A request with matrix parameters, which mean the same as a query."""
        return self.ask(method, f"{path};{query.replace('&', ';')}", body)

    def put_into_maintenance(self, *numbers: int) -> None:
        """Deactivate domains and wait until they are in maintenance."""
        for number in numbers:
            answer = self.deactivate(number)
            assert answer.status == 200, answer.body
            self.settle(60)
            assert self.status(number) == "maintenance", self.status(number)

    # --- what is there ------------------------------------------------------------------------

    def status(self, number: int) -> str | None:
        """The real status of a domain."""
        return storage_views.status(self.store, uid("sd", number))

    def set_status(self, number: int, status: str) -> None:
        """Give an attached domain a status."""
        storage_views.set_status(self.store, uid("sd", number), status)

    def center_status(self) -> str | None:
        """The status of the data center."""
        return self.store.value(f"/datacenters/{DC}", "status")

    def copy(self, number: int) -> DomainCopy:
        """The site's own copy of a domain on the array."""
        export = self.array.export(f"nas-{self.name}", f"/exp/d{number}")
        assert export is not None
        (found,) = export.domains
        return found

    def master(self) -> list[int]:
        """The numbers of the domains that say they are master."""
        return [
            number
            for number in (1, 2, 3)
            if self.store.value(f"/storagedomains/{uid('sd', number)}", "master") == "true"
        ]

    def vm_status(self, number: int, status: str | None = None) -> str | None:
        """The status of a VM, after giving it one."""
        if status is not None:
            self.store.set_value(f"/vms/{uid('vm', number)}", "status", status)
        return self.store.value(f"/vms/{uid('vm', number)}", "status")

    def has(self, kind: str, number: int) -> bool:
        """Whether a VM, template or disk is there."""
        collection = {"vm": "vms", "tpl": "templates", "disk": "disks", "sd": "storagedomains"}
        return self.store.exists(f"/{collection[kind]}/{uid(kind, number)}")

    def edit(self, path: str, tag: str, text: str | None) -> None:
        """Give a member of an entity a text."""
        with self.store.edit(path) as element:
            elements.set_text(element, tag, text)

    def go_down(self) -> None:
        """Lose the site."""
        assert self.engine is not None
        host_ids.site_goes_down(self.engine)
